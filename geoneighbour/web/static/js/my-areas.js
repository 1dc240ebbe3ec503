// My neighbourhood and the wider area, drawn under whatever a page shows.

import { get } from "./api.js";
import { homeLayers, widerLayers } from "./area-layers.js";
import { nameFirst } from "./base-style.js";
import { fit, show } from "./map.js";

/** Draws them, moves the view there (unless told to stay), and returns the answer of /me/map. */
export async function showMyAreas(map, { stay = false } = {}) {
  const mine = await get("/me/map");
  show(map, "wider", mine.wider_area, widerLayers);
  show(map, "home", mine.home_neighbourhood, homeLayers);
  nameFirst(map, mine.home_neighbourhood.properties.id);
  if (!stay) fit(map, mine.wider_area);
  return mine;
}
