// /offres: the offers of the list on the map, equal to it; a tap on the ground asks what serves there.

import { unlessOffline } from "./api.js";
import { offerLayers } from "./area-layers.js";
import { collection, feature, openMap, reducedMotion, show } from "./map.js";

const items = () => [...document.querySelectorAll("[data-offer]")];
const here = document.getElementById("here");
let map = null;
let lit = null;

function light(id) {
  if (!map?.getSource("offers") || id === lit) return;
  if (lit) map.setFeatureState({ source: "offers", id: lit }, { lit: false });
  if (id) map.setFeatureState({ source: "offers", id }, { lit: true });
  lit = id;
}

/** The link to what serves a place, as coarse as the server will ask it anyway. */
function offerPlace({ lng, lat }) {
  const link = document.getElementById("here-link").content.firstElementChild.cloneNode(true);
  const asked = new URLSearchParams(location.search);
  for (const name of ["pour", "avant"]) asked.delete(name);
  asked.set("lon", lng.toFixed(3));
  asked.set("lat", lat.toFixed(3));
  link.href = `?${asked}`;
  here.replaceChildren(link);
}

async function start() {
  map = await openMap(document.getElementById("map"), { pale: true });
  if (!map) return;
  const placed = items().filter((item) => item.dataset.lon);
  const points = placed.map(({ dataset: { offer, lon, lat, title } }) => feature({ type: "Point", coordinates: [Number(lon), Number(lat)] }, { id: Number(offer), title }));
  show(map, "offers", collection(points), offerLayers);
  for (const item of placed) {
    const id = Number(item.dataset.offer);
    for (const event of ["pointerenter", "focusin"]) item.addEventListener(event, () => light(id));
    for (const event of ["pointerleave", "focusout"]) item.addEventListener(event, () => light(null));
  }
  // A thumb is wide.
  const at = ({ x, y }) => map.queryRenderedFeatures([[x - 12, y - 12], [x + 12, y + 12]], { layers: ["offers-point"] })[0];
  map.on("mousemove", ({ point }) => { map.getCanvas().style.cursor = at(point) ? "pointer" : ""; });
  map.on("click", ({ point, lngLat }) => {
    const found = at(point);
    if (!found) return offerPlace(lngLat);
    const card = document.getElementById(`offre-${found.properties.id}`);
    card.scrollIntoView({ block: "nearest", behavior: reducedMotion() ? "auto" : "smooth" });
    card.querySelector("h3 a").focus({ preventScroll: true });
    return light(found.properties.id);
  });
}

for (const chip of document.querySelectorAll(".chips [aria-current]")) chip.parentElement.scrollLeft = chip.offsetLeft - chip.parentElement.clientWidth / 2;
await unlessOffline(start());
