// /alertes: running alerts on the map, by their place or their sector, equal to the list beside it; new ones come in by themselves.

import { get, unlessOffline } from "./api.js";
import { alertLayers } from "./area-layers.js";
import { fit, openMap, reducedMotion, show } from "./map.js";
import { showMyAreas } from "./my-areas.js";
import { say } from "./texts.js";

const list = document.getElementById("running");
const filter = document.getElementById("feed-filter");
const items = () => [...list.querySelectorAll("[data-alert]")];
const tally = (n) => say(n === 1 ? "one_alert" : "many_alerts", { n });
let map = null;
let lit = [];

/** Lights what is on the map of these alerts. */
function light(ids) {
  if (!map?.getSource("alerts")) return;
  for (const id of lit) map.setFeatureState({ source: "alerts", id }, { lit: false });
  for (const id of ids) map.setFeatureState({ source: "alerts", id }, { lit: true });
  lit = ids;
}

/** Shows only these alerts of the list; null shows all again. */
function only(ids) {
  light(ids ?? []);
  for (const item of items()) item.hidden = ids !== null && !ids.includes(Number(item.dataset.post));
  filter.hidden = ids === null;
  filter.querySelector("[data-slot=count]").textContent = say("alerts_here", { alerts: tally(ids?.length ?? 0) });
  if (ids) list.scrollIntoView({ block: "nearest", behavior: reducedMotion() ? "auto" : "smooth" });
}

/** The colour of a kind, as the list has it by day or by night. */
const hue = (id) => {
  const card = list.querySelector(`[data-post="${id}"]`);
  return card ? getComputedStyle(card).getPropertyValue("--kind").trim() : "";
};

async function draw(near) {
  if (!map) return;
  const { places } = await get(`/alerts?${list.dataset.query}`);
  for (const { properties } of places.features) properties.colour = hue(properties.id) || "#a0432a";
  show(map, "alerts", places, alertLayers);
  // A place that somebody shows is not to lie under a name.
  map.moveLayer("alerts-point");
  if (near && places.features.length) fit(map, places, { maxZoom: 13.5 });
}

function follow(item) {
  const id = Number(item.dataset.post);
  for (const event of ["pointerenter", "focusin"]) item.addEventListener(event, () => light([id]));
  for (const event of ["pointerleave", "focusout"]) item.addEventListener(event, () => light([]));
}

/** The list as the server has it now; a word says what is new. */
async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const known = new Set(items().map((item) => item.dataset.post));
  const fresh = page.getElementById("running");
  list.replaceChildren(...fresh.children);
  document.getElementById("calm")?.remove();
  items().forEach(follow);
  const first = items().find((item) => !known.has(item.dataset.post));
  if (first) {
    const note = document.getElementById("live-note").content.cloneNode(true), link = note.querySelector("a");
    const words = first.querySelector(".post-body");
    [link.href, link.textContent] = [`#${words.id}`, words.textContent.trim()];
    document.getElementById("live").replaceChildren(note);
  }
  await draw(false);
}

async function start() {
  map = await openMap(document.getElementById("map"), { pale: true });
  if (!map) return;
  await showMyAreas(map);
  await draw(true);
  // A thumb is wide.
  const at = ({ x, y }) => {
    const around = [[x - 12, y - 12], [x + 12, y + 12]];
    return [...new Set(map.queryRenderedFeatures(around, { layers: ["alerts-fill", "alerts-point"] }).map(({ properties }) => properties.id))];
  };
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = at(point).length ? "pointer" : ""; });
  map.on("click", ({ point }) => {
    const found = at(point);
    only(found.length ? found : null);
  });
}

filter.querySelector("button").addEventListener("click", () => only(null));
items().forEach(follow);
addEventListener("alert", () => unlessOffline(renew()));
await unlessOffline(start());
