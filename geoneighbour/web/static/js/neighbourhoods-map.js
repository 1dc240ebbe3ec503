// /quartiers: open neighbourhoods (tiles) and proposed ones on the map, equal to the cards beside it.

import { get, unlessOffline } from "./api.js";
import { pickedLayers, proposedLayers } from "./area-layers.js";
import { collection, feature, openMap, paint, reducedMotion, show } from "./map.js";
import { showMyAreas } from "./my-areas.js";

const cards = [...document.querySelectorAll("[data-neighbourhood]")];
let map = null;

function light(card) {
  for (const one of cards) one.classList.toggle("is-on", one === card);
  const id = Number(card?.dataset.neighbourhood ?? -1);
  for (const layer of ["picked-fill", "picked-line"]) map.setFilter(layer, ["==", ["id"], id]);
  for (const one of cards.filter((each) => each.dataset.state === "proposed")) {
    map.setFeatureState({ source: "proposed", id: Number(one.dataset.neighbourhood) }, { lit: one === card });
  }
}

/** Brings the card of a neighbourhood into view; one too far for a card has a page. */
function goTo(id) {
  const card = cards.find((one) => Number(one.dataset.neighbourhood) === id);
  if (!card) {
    location.assign(`/quartiers/${id}`);
    return;
  }
  light(card);
  card.closest("details")?.setAttribute("open", "");
  card.scrollIntoView({ block: "center", behavior: reducedMotion() ? "auto" : "smooth" });
  card.querySelector("a, button")?.focus({ preventScroll: true });
}

async function start() {
  map = await openMap(document.getElementById("map"));
  if (!map) return;
  paint(map, pickedLayers);
  await showMyAreas(map);
  const { neighbourhoods } = await get("/neighbourhoods");
  const proposed = neighbourhoods.filter((one) => one.state === "proposed" && one.geometry);
  show(map, "proposed", collection(proposed.map(({ geometry, id, name }) => feature(geometry, { id, name }))), proposedLayers);
  for (const card of cards) {
    for (const event of ["pointerenter", "focusin"]) card.addEventListener(event, () => light(card));
  }
  for (const layer of ["proposed-fill", "quilt"]) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }
  map.on("click", (event) => {
    const [found] = map.queryRenderedFeatures(event.point, { layers: ["proposed-fill", "quilt"] });
    if (found) goTo(Number(found.properties.id ?? found.id));
  });
}

await unlessOffline(start());
