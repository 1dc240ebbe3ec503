// The home page: open requests on the map by published cell, equal to the list beside it.

import { get } from "./api.js";
import { requestLayers } from "./area-layers.js";
import { openMap, reducedMotion, show } from "./map.js";
import { showMyAreas } from "./my-areas.js";
import { say } from "./texts.js";

const list = document.getElementById("feed");
const filter = document.getElementById("feed-filter");
const items = () => [...(list?.querySelectorAll("[data-post]") ?? [])];

let map = null;
let lit = null;
let chosen = null;

const tally = (n) => say(n === 1 ? "one_request" : "many_requests", { n });

/** Lights the cell of this name, and no other. */
function light(cell) {
  if (!map || cell === lit) return;
  if (lit) map.setFeatureState({ source: "requests", id: lit }, { lit: false });
  if (cell) map.setFeatureState({ source: "requests", id: cell }, { lit: true });
  lit = cell ?? null;
}

/** Shows only the requests of one cell; null shows all again. */
function only(cell) {
  chosen = cell;
  light(cell);
  let shown = 0;
  for (const item of items()) {
    item.hidden = cell !== null && item.dataset.cell !== cell;
    if (!item.hidden) shown += 1;
  }
  filter.hidden = cell === null;
  filter.querySelector("[data-slot=count]").textContent = say("in_this_cell", { requests: tally(shown) });
  if (cell !== null) list.scrollIntoView({ block: "nearest", behavior: reducedMotion() ? "auto" : "smooth" });
}

function follow() {
  for (const item of items()) {
    const { cell } = item.dataset;
    if (!cell) continue;
    for (const event of ["pointerenter", "focusin"]) item.addEventListener(event, () => light(cell));
    for (const event of ["pointerleave", "focusout"]) item.addEventListener(event, () => light(chosen));
  }
  filter.querySelector("button").addEventListener("click", () => only(null));
}

async function start() {
  map = await openMap(document.getElementById("map"), { pale: true });
  if (!map) return;
  await showMyAreas(map);
  if (!list) return;
  const { limit, before } = list.dataset;
  const { cells } = await get(`/feed?limit=${limit}${before ? `&before=${before}` : ""}`);
  for (const { properties } of cells.features) {
    properties.count = properties.posts.length;
    properties.label = tally(properties.count);
  }
  show(map, "requests", cells, requestLayers);
  follow();
  map.on("mouseenter", "requests-fill", () => { map.getCanvas().style.cursor = "pointer"; });
  map.on("mouseleave", "requests-fill", () => { map.getCanvas().style.cursor = ""; });
  map.on("click", (event) => {
    const [found] = map.queryRenderedFeatures(event.point, { layers: ["requests-fill"] });
    const cell = found?.properties.id ?? null;
    only(cell === chosen ? null : cell);
  });
}

await start();
