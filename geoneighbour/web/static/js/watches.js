// /compte/zones-suivies: what one follows on the map, and the pen for one more.

import { reachLayers } from "./area-layers.js";
import { fit, oneFinger, openMap, show } from "./map.js";

const details = document.getElementById("draw");
const map = await openMap(document.getElementById("map"));

if (map) {
  const watched = JSON.parse(document.getElementById("watched").textContent);
  show(map, "reach", watched, reachLayers);
  fit(map, watched);
  if (details) {
    let tool = null;
    const turn = async () => {
      const { areaPen } = await import("./reach-tools.js");
      tool ??= areaPen(map, details.querySelector("form"), () => {});
      tool.turn(details.open);
      oneFinger(map, details.open);
    };
    details.hidden = false;
    details.addEventListener("toggle", turn);
    if (details.open) await turn();
  }
}
