// Alerts reach open pages: one tab holds a connection and tells the others; window hears `alert` with {post_id, word}.
// Where there is none, or none that answers, the server is asked from time to time.

import { get } from "./api.js";

const ASK_MS = 30_000, LONGEST_MS = 60_000, SHORTEST_MS = 1000;
const member = document.querySelector('meta[name="member"]').content;
const name = `alerts-${member}`;
const others = new BroadcastChannel(name);

let wait = SHORTEST_MS;
let newest;

const tell = (detail) => dispatchEvent(new CustomEvent("alert", { detail }));
others.onmessage = ({ data }) => tell(data);

function told(detail) {
  if (newest !== undefined && detail.word <= newest) return;
  newest = detail.word;
  tell(detail);
  others.postMessage(detail);
}

const later = (work, ms) => setTimeout(work, ms * (0.75 + Math.random() / 2));

async function listen() {
  let found;
  try {
    found = await get("/live");
  } catch (problem) {
    // Logged out, or not let in: nothing comes.
    if (problem.status >= 400 && problem.status < 500) return;
    wait = Math.min(wait * 2, LONGEST_MS);
    return later(listen, wait);
  }
  // What came before this page did is on it already.
  if (newest === undefined) newest = found.newest?.word ?? 0;
  else if (found.newest) told(found.newest);
  if (!found.url) return later(listen, ASK_MS);
  const source = new EventSource(found.url);
  source.onopen = () => (wait = SHORTEST_MS);
  source.addEventListener("alert", ({ data }) => told(JSON.parse(data)));
  source.addEventListener("bye", () => {
    source.close();
    later(listen, SHORTEST_MS);
  });
  // Its ticket is spent: never again by itself.
  source.onerror = () => {
    source.close();
    wait = Math.min(wait * 2, LONGEST_MS);
    later(listen, wait);
  };
}

// A browser opens six connections to a site: many tabs with one each would leave none for pages.
if (navigator.locks) navigator.locks.request(name, () => new Promise(listen));
else listen();
