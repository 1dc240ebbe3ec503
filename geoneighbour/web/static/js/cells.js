// /voisins: my neighbourhood, the wider area and its people as shaded cells.

import { unlessOffline } from "./api.js";
import { peopleLayers } from "./area-layers.js";
import { NAMES } from "./base-style.js";
import { openMap, show } from "./map.js";
import { showMyAreas } from "./my-areas.js";
import { people } from "./texts.js";

const hint = document.getElementById("map-hint");
const map = await openMap(document.getElementById("map"), { pale: true });

const mine = map && (await unlessOffline(showMyAreas(map)));

if (mine) {
  show(map, "people", mine.cells, peopleLayers);
  for (const id of ["home-line", "wider-line"]) map.moveLayer(id, NAMES);
  let lit = null;
  const light = (id) => {
    if (lit !== null) map.setFeatureState({ source: "people", id: lit }, { lit: false });
    if (id !== null) map.setFeatureState({ source: "people", id }, { lit: true });
    lit = id;
  };
  const tell = (event) => {
    const found = event.features?.[0];
    light(found?.properties.id ?? null);
    // GeoJSON properties that are objects come back from the map as text.
    hint.textContent = found ? people(JSON.parse(found.properties.people)) : "";
  };
  map.on("mousemove", "people-fill", tell);
  map.on("click", "people-fill", tell);
  map.on("mouseleave", "people-fill", tell);
}
