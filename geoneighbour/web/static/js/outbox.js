// Posts written without a network wait on this machine, under their author's number, and go out when it is back.

import { post, Problem } from "./api.js";
import { reachOf } from "./reach-fields.js";

const key = (member) => `geoneighbour.outbox.${member}`;
const read = (member) => JSON.parse(localStorage.getItem(key(member)) ?? "[]");

function write(member, letters) {
  if (letters.length) localStorage.setItem(key(member), JSON.stringify(letters));
  else localStorage.removeItem(key(member));
}

export const waiting = (member) => (member ? read(member).length : 0);
export const withoutPhotos = (member) => Boolean(member) && read(member).some((letter) => letter.photos);

/** Keeps what a form with data-outbox holds instead of losing it, while `isOffline()`; `kept` is told. */
export function listen(member, isOffline, kept) {
  for (const form of document.querySelectorAll("form[data-outbox]")) {
    // Without a network the form comes as it was kept: without the choice that led to it.
    const nature = form.querySelector(`[name=kind][value="${CSS.escape(new URLSearchParams(location.search).get("nature") ?? "")}"]`);
    if (nature) nature.checked = true;
    // A tap beside the button must not cost the words.
    const { body } = form.elements, draft = `geoneighbour.post.${member}`;
    if (body.value) sessionStorage.setItem(draft, body.value);
    else body.value = sessionStorage.getItem(draft) ?? "";
    body.addEventListener("input", () => sessionStorage.setItem(draft, body.value));
    form.addEventListener("submit", (event) => {
      if (!event.defaultPrevented) sessionStorage.removeItem(draft);
      if (!isOffline() || event.defaultPrevented) return;
      event.preventDefault();
      const sent = new FormData(form);
      // Photos are too heavy to be kept here: the author is told, and led to where they are added.
      const letter = { kind: sent.get("kind"), body: sent.get("body"), ...reachOf(sent).asked, photos: sent.getAll("photos").some((file) => file.size) };
      write(member, [...read(member), letter]);
      form.reset();
      form.elements.body.value = "";
      kept();
      document.getElementById("offline").scrollIntoView({ block: "nearest" });
    });
  }
}

/** Sends one after the other (`photosOf`: the last whose photos are still to be added); stops where the network fails again, or at the first that the server refuses. */
export async function send(member) {
  let sent = 0, photosOf;
  for (const letter of read(member)) {
    const { photos, ...words } = letter;
    try {
      const { id } = await post("/posts", words);
      if (photos) photosOf = id;
    } catch (problem) {
      if (!(problem instanceof Problem) || problem.status < 400 || problem.status >= 500) return { sent, photosOf };
      write(member, read(member).slice(1));
      return { sent, refused: letter };
    }
    sent += 1;
    write(member, read(member).slice(1));
  }
  return { sent, photosOf };
}
