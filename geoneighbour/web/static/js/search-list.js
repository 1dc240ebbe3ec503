// A search field and the list of what it finds; each finding is a button, so that Tab and Enter are enough.

import { say } from "./texts.js";

const PAUSE_MS = 200;

/** `form`: one, or a part of one. `find(text)` returns [{label, …}] or throws; `choose(item)` gets the one that was pressed. */
export function searchList(form, find, choose) {
  const input = form.querySelector("input");
  const list = form.querySelector("ul");
  let timer = 0;
  let turn = 0;

  const search = async () => {
    const text = input.value.trim();
    const mine = ++turn;
    if (text.length < 2) {
      list.replaceChildren();
      return [];
    }
    let items = [];
    let message = say("nothing_found");
    try {
      items = await find(text);
    } catch (problem) {
      message = problem.message;
    }
    if (mine !== turn) return [];
    list.replaceChildren(...(items.length ? items.map(line) : [empty(message)]));
    return items;
  };

  const line = (item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet wide";
    button.textContent = item.label;
    button.addEventListener("click", () => {
      input.value = item.label;
      list.replaceChildren();
      choose(item);
    });
    const row = document.createElement("li");
    row.append(button);
    return row;
  };

  const empty = (message) => {
    const row = document.createElement("li");
    row.className = "soft";
    row.textContent = message;
    return row;
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  });
  const whole = form.tagName === "FORM";
  (whole ? form : input).addEventListener(whole ? "submit" : "keydown", async (event) => {
    if (!whole && event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(timer);
    const items = await search();
    if (items.length === 1) choose(items[0]);
    else list.querySelector("button")?.focus();
  });
}
