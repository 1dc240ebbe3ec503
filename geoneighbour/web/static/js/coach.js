// The coach: after each change the server looks at the shape and says what to better. Nothing is decided here.

import { post } from "./api.js";
import { say } from "./texts.js";

const PAUSE_MS = 500;

/** `look(shape)` asks about {geometry} or {cells}; null: nothing drawn yet. `more` goes along. `take(geometry)` is called when an offer is taken. */
export function coach(list, take, more = {}) {
  let waiting = null;
  let turn = 0;

  async function ask(shape) {
    const mine = ++turn;
    let advice;
    try {
      ({ advice } = await post("/neighbourhoods/coach", { ...shape, ...more }));
    } catch (problem) {
      advice = [{ kind: "problem", level: "look", text: problem.message, about: {} }];
    }
    if (mine === turn) list.replaceChildren(...advice.map(line));
  }

  function line({ kind, level, text, about }) {
    const item = document.getElementById(`advice-${level}`).content.firstElementChild.cloneNode(true);
    item.dataset.kind = kind;
    item.querySelector("span").textContent = text;
    if (about.geometry) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "text";
      button.textContent = say("close_strip");
      button.addEventListener("click", () => take(about.geometry));
      item.append(button);
    } else if (about.id) {
      const link = document.createElement("a");
      link.href = `/quartiers/${about.id}`;
      link.textContent = say("see_place", { name: about.name });
      item.append(link);
    }
    return item;
  }

  return {
    look(shape) {
      clearTimeout(waiting);
      if (shape) waiting = setTimeout(ask, PAUSE_MS, shape);
      else {
        turn++;
        list.replaceChildren();
      }
    },
  };
}
