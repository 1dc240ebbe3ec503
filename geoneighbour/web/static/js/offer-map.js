// An offer's page: where it stands, and the ground it is good for.

import { unlessOffline } from "./api.js";
import { reachLayers } from "./area-layers.js";
import { collection, feature, fit, openMap, pin, show } from "./map.js";

async function start() {
  const map = await openMap(document.getElementById("map"), { pale: true });
  if (!map) return;
  const { point, areas } = JSON.parse(document.getElementById("ground").textContent);
  const ground = collection(areas.map((outline) => feature(outline)));
  if (areas.length) {
    show(map, "reach", ground, reachLayers);
    fit(map, ground);
  }
  if (point) await pin(map, { lng: point[0], lat: point[1] }, {}, "pin");
}

await unlessOffline(start());
