// What is new since the last visit. Remembered on this machine alone: the server keeps no record of who looked when.

import { say } from "./texts.js";

const member = document.querySelector('meta[name="member"]').content;
const KEY = `geoneighbour.seen.${member}`;
const seen = Number(localStorage.getItem(KEY) ?? 0);
const posts = [...document.querySelectorAll("#feed [data-post]")];
const number = (post) => Number(post.dataset.post);
const fresh = seen ? posts.filter((post) => number(post) > seen && !("mine" in post.dataset)) : [];

for (const post of fresh) {
  const mark = document.getElementById("new-mark").content.firstElementChild.cloneNode(true);
  post.querySelector("time").after(mark);
}
if (fresh.length) {
  const line = document.getElementById("news");
  line.querySelector("span").textContent = say(fresh.length === 1 ? "one_new" : "many_new", { n: fresh.length });
  line.hidden = false;
}
if (posts.length) localStorage.setItem(KEY, Math.max(seen, ...posts.map(number)));
