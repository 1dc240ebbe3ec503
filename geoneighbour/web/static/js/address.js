// /compte/adresse and /compte/demenager: the point of a home on the map; moving house, a touch sets the new one.

import { openMap } from "./map.js";
import { showMyAreas } from "./my-areas.js";

const CLOSE = 15;
const element = document.getElementById("map");
const form = document.querySelector("[data-choose-home]");
const { lon, lat } = form?.elements ?? {};
const moving = Boolean(lon && lat);

const map = await openMap(element);
if (map) {
  const { Marker } = await import("maplibre-gl");
  const house = document.getElementById("house").content.firstElementChild.cloneNode(true);
  const marker = new Marker({ element: house, anchor: "bottom", draggable: moving });

  const place = (point) => {
    marker.setLngLat(point).addTo(map);
    if (!moving) return;
    [lon.value, lat.value] = [point.lng.toFixed(7), point.lat.toFixed(7)];
  };
  const goTo = (point) => {
    place(point);
    map.jumpTo({ center: point, zoom: CLOSE });
  };
  const chosen = () => form.querySelector("[name=words]:checked");
  const there = ({ dataset }) => ({ lng: Number(dataset.lon), lat: Number(dataset.lat) });

  if (moving) {
    document.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
    map.on("click", ({ lngLat }) => place(lngLat));
    marker.on("dragend", () => place(marker.getLngLat()));
    form.addEventListener("change", () => { if (chosen()) goTo(there(chosen())); });
    if (chosen()) goTo(there(chosen()));
  } else {
    await showMyAreas(map);
    place(there(element));
  }
}
