// The page of one neighbourhood: its outline on the map.

import { get } from "./api.js";
import { homeLayers, proposedLayers } from "./area-layers.js";
import { feature, fit, openMap, show } from "./map.js";

const element = document.getElementById("map");
const map = await openMap(element);

if (map) {
  const { geometry, id, name, state } = await get(`/neighbourhoods/${element.dataset.neighbourhood}`);
  const outline = feature(geometry, { id, name });
  if (state === "open") show(map, "home", outline, homeLayers);
  else show(map, "proposed", outline, proposedLayers);
  fit(map, outline);
}
