// /compte/adresse and /compte/demenager: the point of a home on the map; moving house, a touch sets the new one.

import { unlessOffline } from "./api.js";
import { holdPlace, openMap, pin } from "./map.js";
import { showMyAreas } from "./my-areas.js";

const CLOSE = 15;
const element = document.getElementById("map");
const form = document.querySelector("[data-choose-home]");
const { lon, lat } = form?.elements ?? {};
const moving = Boolean(lon && lat);

const map = await openMap(element);
if (map) {
  let marker = null;

  const take = ({ lng, lat: north }) => { [lon.value, lat.value] = [lng.toFixed(7), north.toFixed(7)]; };
  const place = (point) => {
    if (moving) take(point);
    holdPlace(map, point);
    // The first time the pin comes, then it only moves.
    marker ??= pin(map, point, { draggable: moving }).then((made) => {
      made.on("dragend", () => take(made.getLngLat()));
      return made;
    });
    marker.then((made) => made.setLngLat(point));
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
    form.addEventListener("change", () => { if (chosen()) goTo(there(chosen())); });
    if (chosen()) goTo(there(chosen()));
  } else {
    await unlessOffline(showMyAreas(map));
    place(there(element));
  }
}
