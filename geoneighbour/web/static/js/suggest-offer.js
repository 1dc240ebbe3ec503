// /offres/proposer: a tap, or the keyboard's cross-hair, says where.

import { unlessOffline } from "./api.js";
import { crosshair } from "./crosshair.js";
import { openMap, pin } from "./map.js";

const form = document.getElementById("suggest");
const status = document.getElementById("place-status");
let marker = null;

async function start() {
  const map = await openMap(document.getElementById("map"));
  if (!map) return;
  const choose = async ({ lng, lat }) => {
    form.elements.lon.value = lng.toFixed(5);
    form.elements.lat.value = lat.toFixed(5);
    status.textContent = status.dataset.chosen;
    if (marker) (await marker).setLngLat({ lng, lat });
    else marker = pin(map, { lng, lat }, {}, "pin");
  };
  map.on("click", ({ lngLat }) => choose(lngLat));
  crosshair(map, choose);
  const { lon, lat } = form.elements;
  if (lon.value && lat.value) await choose({ lng: Number(lon.value), lat: Number(lat.value) });
}

await unlessOffline(start());
