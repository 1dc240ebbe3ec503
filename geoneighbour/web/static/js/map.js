// Opens a map in an element, or tells why there is none: the lists of the page serve without it.

import { colour, emptyStyle, groundLayers, nameLayers, NAMES, pinLayers } from "./base-style.js";
import { say } from "./texts.js";

const painters = new WeakMap();

/**
 * A MapLibre map in `element` (data-bounds="west,south,east,north" to begin with), once it is loaded.
 * `shared`: the map lies in a page that scrolls; false where one draws, or looks for a place.
 * `pale`: the patchwork of neighbourhoods steps back behind what the page shows.
 * Null, with a message in the element, where WebGL is missing.
 */
export async function openMap(element, { pale = false, shared = true } = {}) {
  if (!hasWebGL()) return withoutMap(element);
  const { bounds, fontRegular, fontBold, sheet } = element.dataset;
  const [{ Map, NavigationControl }] = await Promise.all([library(), style(sheet)]);
  element.replaceChildren();
  let map;
  try {
    map = new Map({
      container: element,
      style: emptyStyle({ regular: fontRegular, bold: fontBold }),
      bounds: bounds ? bounds.split(",").map(Number) : [-5, 42, 8, 51],
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      // A thumb that scrolls the page must not carry the map away: there two fingers move it, and a word says so.
      cooperativeGestures: shared && matchMedia("(pointer: coarse)").matches,
      maxZoom: 18,
      fadeDuration: reducedMotion() ? 0 : 200,
      locale: { "Map.Title": element.getAttribute("aria-label") ?? "", "CooperativeGesturesHandler.MobileHelpText": say("two_fingers"), "NavigationControl.ZoomIn": say("zoom_in"), "NavigationControl.ZoomOut": say("zoom_out") },
    });
  } catch {
    return withoutMap(element);
  }
  element.removeAttribute("aria-label");
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  await map.once("load");
  paint(map, (hue) => groundLayers(hue, pale));
  paint(map, nameLayers);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => repaint(map));
  element.dataset.ready = "yes";
  element.map = map;
  return map;
}

/** MapLibre; its worker is fetched beside it, not after it. */
async function library() {
  const worker = new URL("maplibre-gl-worker.mjs", import.meta.resolve("maplibre-gl")).href;
  fetch(worker).catch(() => {});
  const maplibre = await import("maplibre-gl");
  maplibre.setWorkerUrl(worker);
  return maplibre;
}

/** The library's style sheet, under ours. */
function style(href) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  const loaded = new Promise((done) => { sheet.onload = sheet.onerror = done; });
  document.head.prepend(sheet);
  return loaded;
}

/** Adds the layers that `layersOf(colour)` returns, under the names; they follow when light turns to dark. */
export function paint(map, layersOf) {
  const known = painters.get(map) ?? [];
  painters.set(map, [...known, layersOf]);
  const names = map.getLayer(NAMES) ? NAMES : undefined;
  // Areas lie under the names of places; a page's own words go on top, and names make room for them.
  for (const layer of layersOf(colour)) map.addLayer(layer, layer.type === "symbol" ? undefined : names);
}

/** Puts GeoJSON on the map under a name, and paints it the first time. Features are known by their `id`; `more`: options of the source. */
export function show(map, name, data, layersOf, more = {}) {
  const source = map.getSource(name);
  if (source) {
    source.setData(data);
    return;
  }
  map.addSource(name, { type: "geojson", data, promoteId: "id", ...more });
  paint(map, layersOf);
}

/** The pin of a home, or another sign, at a point; names make room for it. Returns the marker. */
export async function pin(map, point, options = {}, sign = "house") {
  const { Marker } = await import("maplibre-gl");
  const element = document.getElementById(sign).content.firstElementChild.cloneNode(true);
  holdPlace(map, point);
  const marker = new Marker({ element, anchor: "bottom", ...options }).setLngLat(point).addTo(map);
  marker.on("dragend", () => holdPlace(map, marker.getLngLat()));
  return marker;
}

/** Names keep off this point, an object {lng, lat} or {lon, lat}. */
export function holdPlace(map, { lng, lon = lng, lat }) {
  // As large as the pin, and clear.
  if (!map.hasImage("pin")) map.addImage("pin", { width: 40, height: 50, data: new Uint8Array(40 * 50 * 4) });
  show(map, "pin", feature({ type: "Point", coordinates: [lon, lat] }), pinLayers);
}

/** A thumb that draws moves the map too: while it does, no second finger is asked for. */
export function oneFinger(map, enough) {
  if (matchMedia("(pointer: coarse)").matches) map.cooperativeGestures[enough ? "disable" : "enable"]();
}

/** Moves the view to hold this GeoJSON. */
export function fit(map, data, { padding = 36, maxZoom = 15.5 } = {}) {
  const box = boundsOf(data);
  if (box) map.fitBounds(box, { padding, maxZoom, animate: !reducedMotion() });
}

/** [west, south, east, north] of any GeoJSON, or null when it is empty. */
export function boundsOf(data) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (part) => {
    if (typeof part?.[0] === "number") {
      const [lon, lat] = part;
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    } else part?.forEach(walk);
  };
  if (data.features) data.features.forEach((feature) => walk(feature.geometry?.coordinates));
  else walk((data.geometry ?? data).coordinates);
  return Number.isFinite(box[0]) ? box : null;
}

export const feature = (geometry, properties = {}) => ({ type: "Feature", geometry, properties });
export const collection = (features) => ({ type: "FeatureCollection", features });
export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function repaint(map) {
  for (const layersOf of painters.get(map) ?? []) {
    for (const layer of layersOf(colour)) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name, value);
    }
  }
}

function hasWebGL() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

function withoutMap(element) {
  const message = document.getElementById("no-map");
  element.replaceChildren(message ? message.content.cloneNode(true) : "");
  element.dataset.ready = "no";
  return null;
}
