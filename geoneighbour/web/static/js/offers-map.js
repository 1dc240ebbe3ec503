// /offres: the offers of the list on the map, equal to it (docs/decisions/033); a tap on the ground asks what serves there.

import { unlessOffline } from "./api.js";
import { communeLayers, frameLayers, offerLayers, offerTileLayers } from "./area-layers.js";
import { collection, feature, openMap, paint, reducedMotion, show } from "./map.js";
import { showMyAreas } from "./my-areas.js";

const element = document.getElementById("map");
const here = document.getElementById("here");
const zoneLink = document.getElementById("zone-link");
// Null: the list is what all tiles hold.
const drawn = JSON.parse(document.getElementById("drawn").textContent);
const source = drawn ? { source: "offers" } : { source: "offers", sourceLayer: "offers" };
let map = null;
let lit = null;

function light(id) {
  if (!map?.getSource("offers") || id === lit) return;
  if (lit) map.setFeatureState({ ...source, id: lit }, { lit: false });
  if (id) map.setFeatureState({ ...source, id }, { lit: true });
  lit = id;
}

/** The address of this list with other parameters; null: without one. */
function otherwise(changes) {
  const asked = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries({ avant: null, pour: null, a: null, ...changes })) {
    if (value === null) asked.delete(name);
    else asked.set(name, value);
  }
  return `?${asked}`;
}

/** The link to what serves a place, as coarse as the server will ask it anyway. */
function offerPlace({ lng, lat }) {
  const link = document.getElementById("here-link").content.firstElementChild.cloneNode(true);
  link.href = otherwise({ lon: lng.toFixed(3), lat: lat.toFixed(3), zone: null });
  here.replaceChildren(link);
}

/** The link to a list of what this view shows. */
function offerZone() {
  const bounds = map.getBounds();
  const sides = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  zoneLink.href = otherwise({ lon: null, lat: null, zone: sides.map((side) => side.toFixed(5)).join(",") });
  zoneLink.parentElement.hidden = false;
}

/** Its card, where the list's page holds it; else the link to its own page. */
function open({ id, properties: { title } }) {
  const card = document.getElementById(`offre-${id}`);
  light(id);
  if (!card) {
    const link = Object.assign(document.createElement("a"), { href: `/offres/${id}`, textContent: title });
    return here.replaceChildren(link);
  }
  card.scrollIntoView({ block: "nearest", behavior: reducedMotion() ? "auto" : "smooth" });
  return card.querySelector("h3 a").focus({ preventScroll: true });
}

function showOffers() {
  if (drawn) {
    const points = drawn.map(({ id, lon, lat, title }) => feature({ type: "Point", coordinates: [lon, lat] }, { id, title }));
    return show(map, "offers", collection(points), offerLayers);
  }
  const asked = element.dataset.category ? `?category=${element.dataset.category}` : "";
  map.addSource("offers", { type: "vector", tiles: [`${location.origin}/tiles/offers/{z}/{x}/{y}.mvt${asked}`], minzoom: 0, maxzoom: 14 });
  return paint(map, offerTileLayers);
}

/** The frame of the list, one's own ground and commune, under the offers. */
async function showGround() {
  const { zone, commune } = element.dataset;
  if (zone) {
    const [west, south, east, north] = zone.split(",").map(Number);
    show(map, "frame", feature({ type: "Polygon", coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] }), frameLayers);
  }
  if (!commune) return;
  await showMyAreas(map, { stay: true });
  paint(map, communeLayers(Number(commune)));
}

async function start() {
  map = await openMap(element, { pale: true });
  if (!map) return;
  const ground = showGround();
  showOffers();
  for (const item of document.querySelectorAll("[data-offer]")) {
    const id = Number(item.dataset.offer);
    for (const event of ["pointerenter", "focusin"]) item.addEventListener(event, () => light(id));
    for (const event of ["pointerleave", "focusout"]) item.addEventListener(event, () => light(null));
  }
  const layers = ["offers-point", "offers-many"].filter((name) => map.getLayer(name));
  // A thumb is wide.
  const at = ({ x, y }) => map.queryRenderedFeatures([[x - 12, y - 12], [x + 12, y + 12]], { layers })[0];
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = at(point) ? "pointer" : ""; });
  map.on("moveend", offerZone);
  map.on("click", ({ point, lngLat }) => {
    const found = at(point);
    if (!found) return offerPlace(lngLat);
    if (found.layer.id === "offers-many") return map.easeTo({ center: found.geometry.coordinates, zoom: map.getZoom() + 2, animate: !reducedMotion() });
    return open({ id: Number(found.id), properties: found.properties });
  });
  await ground;
}

for (const chip of document.querySelectorAll(".chips [aria-current]")) chip.parentElement.scrollLeft = chip.offsetLeft - chip.parentElement.clientWidth / 2;
await unlessOffline(start());
