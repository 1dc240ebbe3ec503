// The home page: open posts on the map by published cell, equal to the list beside it.

import { get, unlessOffline } from "./api.js";
import { postLayers, tallyLayers } from "./area-layers.js";
import { hexagon } from "./hexagon.js";
import { collection, openMap, reducedMotion, show } from "./map.js";
import { showMyAreas } from "./my-areas.js";
import { say } from "./texts.js";

const list = document.getElementById("feed");
const filter = document.getElementById("feed-filter");
const items = () => [...(list?.querySelectorAll("[data-post]") ?? [])];

let map = null;
let lit = null;
let chosen = null;

const tally = (n) => say(n === 1 ? "one_post" : "many_posts", { n });

/** Lights the cell of this name, and no other. */
function light(cell) {
  if (!map || cell === lit) return;
  if (lit) map.setFeatureState({ source: "posts", id: lit }, { lit: false });
  if (cell) map.setFeatureState({ source: "posts", id: cell }, { lit: true });
  lit = cell ?? null;
}

/** Shows only the posts of one cell; null shows all again. */
function only(cell) {
  chosen = cell;
  light(cell);
  let shown = 0;
  for (const item of items()) {
    item.hidden = cell !== null && item.dataset.cell !== cell;
    if (!item.hidden) shown += 1;
  }
  filter.hidden = cell === null;
  filter.querySelector("[data-slot=count]").textContent = say("in_this_cell", { posts: tally(shown) });
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

/** A point in the middle of a cell, for its number. */
function middle({ geometry, properties }) {
  const ring = geometry.coordinates[0].slice(1);
  const coordinates = [0, 1].map((axis) => ring.reduce((sum, at) => sum + at[axis], 0) / ring.length);
  return { type: "Feature", geometry: { type: "Point", coordinates }, properties };
}

/** As near as it takes for the cells that lie together to part. */
async function part({ geometry, properties }) {
  const zoom = await map.getSource("tally").getClusterExpansionZoom(properties.cluster_id);
  map.easeTo({ center: geometry.coordinates, zoom, animate: !reducedMotion() });
}

async function start() {
  map = await openMap(document.getElementById("map"), { pale: true });
  if (!map) return;
  await showMyAreas(map);
  if (!list) return;
  const { cells } = await get(`/feed?${list.dataset.query}`);
  for (const { properties } of cells.features) {
    properties.count = properties.posts.length;
    properties.label = tally(properties.count);
  }
  map.addImage("hexagon", hexagon(), { sdf: true });
  show(map, "posts", cells, postLayers);
  const together = { cluster: true, clusterRadius: 48, clusterProperties: { count: ["+", ["get", "count"]] } };
  show(map, "tally", collection(cells.features.map(middle)), tallyLayers, together);
  follow();
  const at = (event) => map.queryRenderedFeatures(event.point, { layers: ["tally-of-many", "tally-of-one", "posts-fill"] })[0];
  map.on("mousemove", (event) => { map.getCanvas().style.cursor = at(event) ? "pointer" : ""; });
  map.on("click", (event) => {
    const found = at(event);
    if (found?.properties.cluster) part(found);
    else only(!found || found.properties.id === chosen ? null : found.properties.id);
  });
}

// A row of switches may run on sideways: the one that holds comes into view.
for (const chip of document.querySelectorAll(".chips [aria-current]")) chip.parentElement.scrollLeft = chip.offsetLeft - chip.parentElement.clientWidth / 2;
await unlessOffline(start());
