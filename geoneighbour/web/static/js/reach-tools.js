// What one points at for a reach: a public place, or an area drawn with the pen. Both keep their place in hidden fields.

import { crosshair } from "./crosshair.js";
import { get, post } from "./api.js";
import { advice, pen } from "./draw.js";
import { reducedMotion } from "./map.js";
import { searchList } from "./search-list.js";
import { say } from "./texts.js";

const PRECISION = 6;

/** A pin that a touch, Enter or a search sets. `wanted()`: whether a touch means it now; `moved()` is told. `of`: before the names of its fields, where a form has two. */
export async function placePicker(map, form, wanted, moved, of = "") {
  const { Marker } = await import("maplibre-gl");
  const [lon, lat] = [`${of}lon`, `${of}lat`].map((name) => form.elements[name]);
  const element = document.getElementById("pin").content.firstElementChild.cloneNode(true);
  const pin = new Marker({ element, anchor: "bottom", draggable: true });

  function put({ lng, lat: north }, near = false) {
    [lon.value, lat.value] = [lng.toFixed(PRECISION), north.toFixed(PRECISION)];
    pin.setLngLat([lng, north]);
    turn();
    moved(near);
  }
  function turn() {
    if (wanted() && lon.value) pin.addTo(map);
    else pin.remove();
  }

  if (lon.value) pin.setLngLat([Number(lon.value), Number(lat.value)]);
  pin.on("drag", () => put(pin.getLngLat()));
  map.on("click", ({ lngLat }) => { if (wanted()) put(lngLat); });
  crosshair(map, (centre) => { if (wanted()) put(centre); });
  const search = document.getElementById(`${of}place-search`);
  const find = search.dataset.addresses
    ? async (q) => (q.length < 3 ? [] : (await post("/geocode", { q })).results)
    : async (q) => (await get(`/communes?q=${encodeURIComponent(q)}&limit=8`)).communes.map(({ name, code, bbox: [west, south, east, north] }) => ({ label: `${name} (${code})`, lon: (west + east) / 2, lat: (south + north) / 2 }));
  searchList(search, find, (found) => put({ lng: found.lon, lat: found.lat }, true));
  return { turn };
}

/** The pen, its tools and its hint. `drawn()` is told when the shape in the hidden field changes; `of` as above. */
export function areaPen(map, form, drawn, of = "") {
  const field = form.elements[`${of}area`];
  const tools = document.getElementById(`${of}pen-tools`);
  const hint = document.getElementById(`${of}map-hint`);
  const button = (name) => tools.querySelector(`[data-tool="${name}"]`);
  let on = false;

  function changed({ canUndo, canRedo, ...now }) {
    if (!on) return;
    hint.textContent = advice(now);
    button("undo").disabled = !canUndo;
    button("redo").disabled = !canRedo;
    button("clear").disabled = now.state === "empty";
    button("finish").disabled = now.state === "done" || now.corners < 3;
    button("finish").hidden = now.state === "done";
    const geometry = drawing.geometry();
    const before = field.value;
    field.value = geometry ? JSON.stringify(geometry) : "";
    if (field.value !== before) drawn();
  }

  const drawing = pen(map, changed, () => { hint.textContent = say("shape_crosses"); });
  for (const name of ["undo", "redo", "clear", "finish"]) button(name).addEventListener("click", () => drawing[name]());
  drawing.turn(false);

  return {
    /** In hand or laid down; what was drawn is kept. */
    turn(yes) {
      if (on === yes) return;
      const kept = field.value;
      on = yes;
      tools.hidden = !yes;
      hint.textContent = "";
      drawing.turn(yes);
      field.value = kept;
      if (yes && kept) drawing.restore(JSON.parse(kept));
      else if (yes) hint.textContent = advice({ state: "empty", corners: 0 });
      // On a phone the map, and under it what to do with it.
      if (yes && matchMedia("(max-width: 59.99rem)").matches) map.getContainer().scrollIntoView({ block: "center", behavior: reducedMotion() ? "auto" : "smooth" });
    },
  };
}
