// The page of one's own post: its reach on a small map, once it is opened.

import { reachLayers } from "./area-layers.js";
import { feature, fit, openMap, show } from "./map.js";

async function draw() {
  const map = await openMap(document.getElementById("map"), { pale: true });
  if (!map) return;
  const ground = feature(JSON.parse(document.getElementById("ground").textContent));
  show(map, "reach", ground, reachLayers, { tolerance: 0.05 });
  fit(map, ground, { padding: 20 });
}

document.getElementById("perimetre").addEventListener("toggle", draw, { once: true });
