// /compte: my own home on the map, for me alone.

import { get, unlessOffline } from "./api.js";
import { openMap, pin } from "./map.js";
import { showMyAreas } from "./my-areas.js";

async function start() {
  const map = await openMap(document.getElementById("map"));
  if (!map) return;
  const { home } = await get("/me");
  await showMyAreas(map);
  await pin(map, home);
}

await unlessOffline(start());
