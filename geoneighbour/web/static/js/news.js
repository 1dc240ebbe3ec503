// What is new since the last visit. Remembered on this machine alone: the server keeps no record of who looked when.

import { say } from "./texts.js";

const VISIT_MS = 30 * 60 * 1000;

const member = document.querySelector('meta[name="member"]').content;
const KEY = `geoneighbour.visit.${member}`;
const feed = document.getElementById("feed");
const posts = [...(feed?.querySelectorAll("[data-post]") ?? [])];
const number = (post) => Number(post.dataset.post);

/** The newest post of earlier visits; a visit ends when nothing is opened for a while. To who has read nothing yet nothing is new. */
function visit() {
  const kept = JSON.parse(localStorage.getItem(KEY));
  const known = kept?.newest ? kept : null;
  // Under a switch, or on an older page, the newest of all may not show.
  const shown = feed && "newest" in feed.dataset ? posts.map(number) : [];
  const newest = Math.max(known?.newest ?? 0, ...shown), at = Date.now();
  const before = known && (at - known.at < VISIT_MS ? known.before : known.newest);
  localStorage.setItem(KEY, JSON.stringify({ before: before ?? newest, newest, at }));
  return before ?? Infinity;
}

const before = visit();
const fresh = posts.filter((post) => number(post) > before && !("mine" in post.dataset));

for (const post of fresh) {
  const mark = document.getElementById("new-mark").content.firstElementChild.cloneNode(true);
  post.querySelector("time").after(mark);
}
if (fresh.length) {
  const note = document.getElementById("news-note").content.firstElementChild.cloneNode(true);
  note.querySelector("[data-slot=count]").textContent = say(fresh.length === 1 ? "one_new" : "many_new", { n: fresh.length });
  note.querySelector("a").setAttribute("href", `#${fresh[0].querySelector(".post-body").id}`);
  document.getElementById("news").append(note);
}
