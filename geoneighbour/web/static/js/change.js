// The page of a change: the outline before and after on one map, and what lies between them.

import { get } from "./api.js";
import { afterLayers, beforeLayers, gainedLayers, homeLayers, lostLayers } from "./area-layers.js";
import { addHatches } from "./hatch.js";
import { collection, feature, fit, openMap, show } from "./map.js";

const SIDES = {
  both: ["after-line", "gained-fill", "gained-line", "lost-fill", "lost-line", "before-line"],
  before: ["before-line"],
  after: ["after-fill", "after-line"],
};
const LAYERS = new Set(Object.values(SIDES).flat());

function compare(map, { before, after, gained, lost }) {
  addHatches(map);
  show(map, "after", feature(after), afterLayers);
  show(map, "gained", feature(gained), gainedLayers);
  show(map, "lost", feature(lost), lostLayers);
  show(map, "before", feature(before), beforeLayers);
  fit(map, collection([feature(before), feature(after)]));
  const sides = document.getElementById("sides");
  const turn = () => {
    const seen = SIDES[sides.elements.side.value];
    for (const layer of LAYERS) map.setLayoutProperty(layer, "visibility", seen.includes(layer) ? "visible" : "none");
  };
  sides.addEventListener("change", turn);
  sides.hidden = false;
  turn();
}

const element = document.getElementById("map");
const map = await openMap(element, { pale: true });

if (map) {
  const change = await get(`/changes/${element.dataset.change}`);
  if (change.after) compare(map, change);
  else {
    show(map, "home", feature(change.before), homeLayers);
    fit(map, change.before);
  }
}
