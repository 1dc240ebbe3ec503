// Writing an alert: where it happens on a map of its own, the reach that its kind begins with, and whether somebody said it already.

import { post } from "./api.js";
import { boundsOf, fit, oneFinger, openMap } from "./map.js";
import "./preview.js";

const form = document.querySelector("form[data-preview]");
const wheres = document.getElementById("where-map");
const similar = document.getElementById("similar");
const where = () => form.elements.where.value;
let map = null;
let tools = null;

/** A reach that nobody has touched follows the kind. */
let touched = Boolean(form.elements.body.value);
function follow() {
  const { reach } = form.querySelector("[name=kind]:checked")?.dataset ?? {};
  const wanted = form.querySelector(`[name=reach][value="${CSS.escape(reach ?? "")}"]`);
  if (touched || !wanted || wanted.checked) return;
  wanted.checked = true;
  wanted.dispatchEvent(new Event("change", { bubbles: true }));
  touched = false;
}

/** The place as the API takes it, or null. */
function place() {
  const { elements } = form;
  if (where() === "point" && elements["at-lon"].value) return { type: "Point", coordinates: [Number(elements["at-lon"].value), Number(elements["at-lat"].value)] };
  if (where() === "zone" && elements["at-area"].value) return JSON.parse(elements["at-area"].value);
  return null;
}

async function turn() {
  wheres.hidden = where() === "nowhere";
  if (wheres.hidden) return;
  map ??= await openMap(document.getElementById("at-map"), { pale: true });
  if (!map) return;
  tools ??= await pointing();
  document.getElementById("at-place-search").hidden = where() !== "point";
  tools.pin.turn();
  tools.pen.turn(where() === "zone");
  oneFinger(map, true);
}

async function pointing() {
  const { areaPen, placePicker } = await import("./reach-tools.js");
  const near = () => {
    const shown = place();
    if (shown && boundsOf(shown)) fit(map, shown);
  };
  const pin = await placePicker(map, form, () => where() === "point", (far) => { if (far) near(); look(); }, "at-");
  return { pin, pen: areaPen(map, form, look, "at-") };
}

/** What was said lately and may be the same. */
async function look() {
  const kind = form.querySelector("[name=kind]:checked")?.value;
  if (!kind) return;
  const { alerts } = await post("/alerts/similar", { kind, place: place() }).catch(() => ({ alerts: [] }));
  similar.hidden = !alerts.length;
  if (!alerts.length) {
    similar.querySelector("div").replaceChildren();
    return;
  }
  const parts = document.getElementById("same-thing").content.cloneNode(true);
  const list = parts.querySelector("ul"), line = list.firstElementChild;
  list.replaceChildren(...alerts.map(({ id, body }) => {
    const row = line.cloneNode(true), link = row.querySelector("a");
    [link.href, link.textContent] = [`/alertes/${id}`, body];
    return row;
  }));
  similar.querySelector("div").replaceChildren(parts);
}

form.addEventListener("change", ({ target, isTrusted }) => {
  if (target.name === "reach" && isTrusted) touched = true;
  if (target.name === "kind") {
    follow();
    look();
  }
  if (target.name === "where") turn();
});
follow();
await turn();
