// /compte: my own home on the map, for me alone.

import { get } from "./api.js";
import { openMap, pin } from "./map.js";
import { showMyAreas } from "./my-areas.js";

const map = await openMap(document.getElementById("map"));

if (map) {
  const { home } = await get("/me");
  await showMyAreas(map);
  await pin(map, home);
}
