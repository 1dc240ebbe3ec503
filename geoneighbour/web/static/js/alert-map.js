// The page of an alert: where it happens, or the sector it came from.

import { reachLayers } from "./area-layers.js";
import { feature, fit, openMap, pin, show } from "./map.js";
import "./alert-live.js";

const ground = JSON.parse(document.getElementById("ground").textContent);
const map = await openMap(document.getElementById("map"), { pale: true });

if (map) {
  fit(map, feature(ground), { padding: 20, maxZoom: 13.5 });
  if (ground.type === "Point") {
    const [lng, lat] = ground.coordinates;
    await pin(map, { lng, lat }, {}, "pin");
  } else show(map, "reach", feature(ground), reachLayers);
}
