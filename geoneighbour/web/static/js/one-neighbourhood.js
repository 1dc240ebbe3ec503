// The page of one neighbourhood: its outline on the map, and beside it an earlier one.

import { get } from "./api.js";
import { beforeLayers, homeLayers, proposedLayers } from "./area-layers.js";
import { collection, feature, fit, openMap, show } from "./map.js";

const element = document.getElementById("map");
const { neighbourhood } = element.dataset;
const form = document.getElementById("outlines");
const map = await openMap(element);

async function earlier(today) {
  const { outlines } = await get(`/neighbourhoods/${neighbourhood}/outlines`);
  form.addEventListener("change", () => {
    const chosen = outlines.find(({ version }) => version === Number(form.elements.version.value));
    const both = [today, ...(chosen ? [feature(chosen.geometry)] : [])];
    show(map, "before", collection(both.slice(1)), beforeLayers);
    fit(map, collection(both));
    form.querySelector(".legend").hidden = !chosen;
  });
}

if (map) {
  const { geometry, id, name, state } = await get(`/neighbourhoods/${neighbourhood}`);
  const outline = feature(geometry, { id, name });
  if (state === "open") show(map, "home", outline, homeLayers);
  else show(map, "proposed", outline, proposedLayers);
  fit(map, outline);
  if (form) await earlier(outline);
}
