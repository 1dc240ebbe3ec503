// /compte: my own home on the map, for me alone.

import { get } from "./api.js";
import { openMap } from "./map.js";
import { showMyAreas } from "./my-areas.js";

const map = await openMap(document.getElementById("map"));

if (map) {
  const { Marker } = await import("maplibre-gl");
  const { home } = await get("/me");
  await showMyAreas(map);
  const element = document.getElementById("house").content.firstElementChild.cloneNode(true);
  new Marker({ element, anchor: "bottom" }).setLngLat([home.lon, home.lat]).addTo(map);
}
