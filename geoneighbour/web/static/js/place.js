// The start page: choose where you live, learn who is near, take the point along to the sign-up form.

import { get, post } from "./api.js";
import { homeLayers, pickedLayers, widerLayers } from "./area-layers.js";
import { nameFirst } from "./base-style.js";
import { crosshair } from "./crosshair.js";
import { forgetPoint, keepPoint, keptPoint } from "./home-point.js";
import { boundsOf, feature, openMap, paint, pin, reducedMotion, show } from "./map.js";
import { searchList } from "./search-list.js";
import { about, say } from "./texts.js";

const answers = document.getElementById("answers");
const status = document.getElementById("place-status");
const EMPTY = { type: "FeatureCollection", features: [] };
const element = document.getElementById("map");
const sketch = document.getElementById("sketch");
const openButton = document.getElementById("open-map");
/** A page that took longer to come has a slow line or a slow device under it: its map waits until it is touched. */
const QUICK_MS = 800;
/** A point that was found comes with the streets around it and the names of their neighbourhoods. */
const AROUND = 14;
let opening = null;
let marker = null;
let asked = 0;

function tell(words, seen = true) {
  status.textContent = words;
  status.classList.toggle("visually-hidden", !seen);
}

/** Asks the server about a point and shows the answer. `exact` false: a commune's middle, nobody's home. */
async function choose({ lon, lat }, { exact = true, move = false } = {}) {
  const turn = ++asked;
  tell(say("looking"));
  // The answer does not wait for the map.
  const drawing = wake();
  drawing.then((map) => { if (map && turn === asked) mark(map, lon, lat, move); });
  let place;
  try {
    place = await post("/place", { lon, lat });
  } catch (problem) {
    if (turn === asked) tell(problem.message);
    return;
  }
  if (turn !== asked) return;
  const name = place.neighbourhoods[0]?.name ?? say("surroundings");
  const label = [name, place.commune?.name].filter(Boolean).join(", ");
  if (exact) keepPoint({ lon, lat, label });
  render(place, exact);
  drawing.then((map) => { if (map && turn === asked) draw(map, place, [lon, lat]); });
  // The card shows it; this says it.
  tell(say("found", { label, people: about(place.people.wider) }), false);
}

function render(place, exact) {
  const card = document.getElementById("answer").content.firstElementChild.cloneNode(true);
  const slot = (name) => card.querySelector(`[data-slot="${name}"]`);
  const own = place.neighbourhoods[0];
  slot("commune").textContent = place.commune?.name ?? say("no_commune");
  slot("name").textContent = own?.name ?? say("your_surroundings");
  slot("story").textContent = own ? own.story : say("surroundings_story");
  slot("own").textContent = about(place.people.neighbourhood);
  slot("wider").textContent = about(place.people.wider);
  slot("requests").textContent = about(place.requests);
  const others = place.neighbourhoods.slice(1).map((one) => one.name).join(", ");
  slot("others").textContent = others && say("also_here", { names: others });
  slot("others").hidden = !others;
  slot("sign-up").hidden = !exact;
  slot("inexact").hidden = exact;
  answers.replaceChildren(card);
  // On a phone the map makes room for the answer under it.
  answers.closest(".split").classList.add("answered");
  if (matchMedia("(max-width: 59.99rem)").matches) {
    document.querySelector(".split-map").scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth" });
  }
}

async function mark(map, lon, lat, move) {
  marker?.remove();
  if (move) map.jumpTo({ center: [lon, lat], zoom: AROUND });
  marker = await pin(map, { lon, lat });
}

function draw(map, place, centre) {
  const own = place.neighbourhoods[0];
  show(map, "wider", feature(place.area), widerLayers);
  show(map, "home", own ? EMPTY : feature(place.surroundings.geometry), homeLayers);
  nameFirst(map, own?.id);
  for (const id of ["picked-fill", "picked-line"]) map.setFilter(id, ["==", ["id"], own?.id ?? -1]);
  // From afar a tap is coarse: come near enough to see the ground it means, and to tap again. Never back off.
  const camera = map.cameraForBounds(boundsOf(feature(place.area)), { padding: 40, maxZoom: 15 });
  map.resize();
  map.easeTo({ center: centre, zoom: Math.max(map.getZoom(), camera?.zoom ?? 0), animate: !reducedMotion() });
}

function locate() {
  tell(say("locating"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => choose({ lon: coords.longitude, lat: coords.latitude }, { move: true }),
    () => { tell(say("not_located")); },
    { enableHighAccuracy: true, timeout: 10_000 },
  );
}

/** « 48,6493 -2,0257 », « 48.6493, -2.0257 » → latitude and longitude; null when it is neither, and for « 48,65 », which may be one number. */
function readCoordinates(text) {
  const found = !/^-?\d+,\d+$/.test(text.trim()) && text.trim().match(/^(-?\d+(?:[.,]\d+)?)\s*[,;\s]\s*(-?\d+(?:[.,]\d+)?)$/);
  if (!found) return null;
  const [lat, lon] = found.slice(1).map((part) => Number(part.replace(",", ".")));
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}

/** The answer about a point chosen before is none about where one has gone since. */
function forget() {
  asked += 1;
  forgetPoint();
  marker?.remove();
  answers.replaceChildren();
  answers.closest(".split").classList.remove("answered");
  tell("");
}

async function goToCommune({ bbox }) {
  forget();
  const [west, south, east, north] = bbox;
  const map = await wake();
  if (map) {
    map.fitBounds(bbox, { padding: 24, animate: false });
    map.getCanvas().focus();
  } else choose({ lon: (west + east) / 2, lat: (south + north) / 2 }, { exact: false });
}

/** The map, from the first time on that it is wanted; null where there can be none. */
const wake = () => (opening ??= open());

async function open() {
  if (openButton) openButton.hidden = true;
  element.setAttribute("aria-busy", "true");
  const map = await openMap(element, { shared: false });
  element.removeAttribute("aria-busy");
  sketch?.remove();
  if (!map) {
    document.getElementById("other-ways").open = true;
    return null;
  }
  paint(map, pickedLayers);
  map.on("click", ({ lngLat }) => choose({ lon: lngLat.lng, lat: lngLat.lat }));
  crosshair(map, (centre) => choose({ lon: centre.lng, lat: centre.lat }));
  return map;
}

/** Where on earth the sketch was touched. */
function placeOf(event) {
  const [west, north, unit] = sketch.dataset.origin.split(",").map(Number);
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(sketch.getScreenCTM().inverse());
  const degrees = 180 / Math.PI;
  return { lon: (west + x * unit) * degrees, lat: Math.atan(Math.sinh(north - y * unit)) * degrees };
}

function start() {
  document.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
  document.getElementById("locate").addEventListener("click", locate);
  document.getElementById("coordinates").addEventListener("submit", (event) => {
    event.preventDefault();
    const point = readCoordinates(event.target.elements.coordinates.value);
    if (point) choose(point, { move: true });
    else tell(say("no_coordinates"));
  });
  searchList(document.getElementById("commune-search"), async (text) => (await get(`/communes?q=${encodeURIComponent(text)}&limit=8`)).communes.map((commune) => ({ ...commune, label: `${commune.name} (${commune.code})` })), goToCommune);
  const address = document.getElementById("address-search");
  if (address) {
    searchList(address, async (q) => (q.length < 3 ? [] : (await post("/geocode", { q })).results), (point) => choose(point, { move: true }));
  }
  const kept = keptPoint();
  if (kept) choose(kept, { move: true });
  else if (!sketch || (performance.now() < QUICK_MS && !navigator.connection?.saveData)) wake();
  else sleep();
}

/** The sketch stands for the map until someone comes near with the mouse, touches it, or asks for it. */
function sleep() {
  openButton.hidden = false;
  openButton.addEventListener("click", async () => (await wake())?.getCanvas().focus());
  sketch.addEventListener("pointerenter", ({ pointerType }) => { if (pointerType === "mouse") wake(); });
  sketch.addEventListener("click", (event) => choose(placeOf(event)));
}

start();
