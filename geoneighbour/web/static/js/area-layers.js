// How areas and people look on every map of the service: home, the ground around it, proposals, shaded cells.

const line = (id, source, color, width, dash, filter) => ({
  id, type: "line", source,
  layout: { "line-join": "round", "line-cap": dash ? "butt" : "round" },
  paint: { "line-color": color, "line-width": width, ...(dash && { "line-dasharray": dash }) },
  ...(filter && { filter }),
});

export const homeLayers = (colour) => [
  { id: "home-fill", type: "fill", source: "home", paint: { "fill-color": colour("home"), "fill-opacity": 0.14 } },
  line("home-line", "home", colour("home"), 3),
];

export const widerLayers = (colour) => [
  { id: "wider-fill", type: "fill", source: "wider", paint: { "fill-color": colour("home"), "fill-opacity": 0.06 } },
  line("wider-line", "wider", colour("home"), 1.5),
];

export const reachLayers = (colour) => [
  { id: "reach-fill", type: "fill", source: "reach", paint: { "fill-color": colour("chosen"), "fill-opacity": 0.16 } },
  line("reach-line", "reach", colour("chosen"), 3),
];

/** Painted cells, and the cell that the keyboard stands on. */
export const paintedLayers = (colour) => [
  { id: "painted-fill", type: "fill", source: "painted", paint: { "fill-color": colour("chosen"), "fill-opacity": 0.28 } },
  line("painted-line", "painted", colour("chosen"), 2.5),
];

export const cursorLayers = (colour) => [line("cursor-line", "cursor", colour("chosen"), 4)];

const lit = (yes, no) => ["case", ["boolean", ["feature-state", "lit"], false], yes, no];

export const proposedLayers = (colour) => [
  { id: "proposed-fill", type: "fill", source: "proposed", paint: { "fill-color": colour("chosen"), "fill-opacity": lit(0.3, 0.04) } },
  // Many may lie over each other: each is a fine line until it is meant.
  line("proposed-line", "proposed", colour("chosen"), lit(3.5, 1.2), [4, 2]),
  {
    id: "proposed-name", type: "symbol", source: "proposed",
    layout: { "text-field": ["get", "name"], "text-font": ["Atkinson"], "text-size": 13, "text-max-width": 7, "text-padding": 8 },
    paint: { "text-color": colour("chosen"), "text-halo-color": colour("halo"), "text-halo-width": 1.6 },
  },
];

/** Outlines before and after a change; the ground between them has patterns (js/hatch.js) and borders of its own. */
export const beforeLayers = (colour) => [line("before-line", "before", colour("label"), 2.5, [2.5, 2])];
export const afterLayers = (colour) => [
  { id: "after-fill", type: "fill", source: "after", paint: { "fill-color": colour("home"), "fill-opacity": 0.1 } },
  line("after-line", "after", colour("home"), 3),
];
export const gainedLayers = (colour) => [{ id: "gained-fill", type: "fill", source: "gained", paint: { "fill-pattern": "gained" } }, line("gained-line", "gained", colour("home"), 2)];
export const lostLayers = (colour) => [{ id: "lost-fill", type: "fill", source: "lost", paint: { "fill-pattern": "lost" } }, line("lost-line", "lost", colour("chosen"), 2, [1, 1.5])];

export const pickedLayers = (colour) => [
  { id: "picked-fill", type: "fill", source: "base", "source-layer": "neighbourhoods", filter: ["==", ["id"], -1], paint: { "fill-color": colour("home"), "fill-opacity": 0.25 } },
  { id: "picked-line", type: "line", source: "base", "source-layer": "neighbourhoods", filter: ["==", ["id"], -1], paint: { "line-color": colour("home"), "line-width": 3.5 } },
];

/** People by published cell: `shade` from 0 to 1, so pale to dark; never a dot. */
export const peopleLayers = (colour) => [
  {
    id: "people-fill", type: "fill", source: "people",
    paint: {
      "fill-color": ["interpolate", ["linear"], ["get", "shade"], 0, colour("few"), 1, colour("many")],
      "fill-opacity": lit(0.95, ["interpolate", ["linear"], ["get", "shade"], 0, 0.4, 1, 0.85]),
    },
  },
  line("people-line", "people", colour("halo"), 1),
];

/** Alerts where they happen: a point, an area, or the cell they came from (`sector`: ground, never a dot). */
export const alertLayers = (colour) => [
  { id: "alerts-fill", type: "fill", source: "alerts", filter: ["!=", ["geometry-type"], "Point"], paint: { "fill-color": ["get", "colour"], "fill-opacity": ["case", ["boolean", ["feature-state", "lit"], false], 0.34, ["get", "sector"], 0.08, 0.2] } },
  line("alerts-line", "alerts", ["get", "colour"], lit(4, 2), null, ["!=", ["geometry-type"], "Point"]),
  {
    id: "alerts-point", type: "circle", source: "alerts", filter: ["==", ["geometry-type"], "Point"],
    paint: { "circle-color": ["get", "colour"], "circle-radius": lit(13, 9), "circle-stroke-color": colour("halo"), "circle-stroke-width": 2.5 },
  },
];

/** Posts by published cell. */
export const postLayers = (colour) => [
  { id: "posts-fill", type: "fill", source: "posts", paint: { "fill-color": colour("many"), "fill-opacity": lit(0.32, 0.1) } },
  line("posts-line", "posts", colour("many"), lit(3.5, 1.5)),
];

/** How many posts stand in a cell; from afar, in the cells that lie together (a hexagon filled, image "hexagon"). */
export const tallyLayers = (colour) => [
  {
    id: "tally-of-many", type: "symbol", source: "tally", filter: ["has", "point_count"],
    layout: {
      "icon-image": "hexagon", "icon-size": ["step", ["get", "count"], 0.6, 10, 0.75, 100, 0.9], "icon-allow-overlap": true,
      "text-field": ["to-string", ["get", "count"]], "text-font": ["Atkinson Bold"], "text-size": 16, "text-allow-overlap": true,
    },
    paint: { "icon-color": colour("many"), "icon-halo-color": colour("halo"), "icon-halo-width": 2, "text-color": colour("halo") },
  },
  {
    id: "tally-of-one", type: "symbol", source: "tally", filter: ["!", ["has", "point_count"]],
    layout: {
      "text-field": ["step", ["zoom"], ["to-string", ["get", "count"]], 11.8, ["get", "label"]],
      "text-font": ["Atkinson Bold"], "text-size": 15, "text-max-width": 6, "text-allow-overlap": true,
    },
    paint: { "text-color": colour("many"), "text-halo-color": colour("halo"), "text-halo-width": 2 },
  },
];

/** The border of the commune of this number, from the base map. */
export const communeLayers = (id) => (colour) => [{ ...line("own-commune", "base", colour("home"), 2, [3, 3], ["==", ["id"], id]), "source-layer": "communes" }];

/** The frame of what a list holds. */
export const frameLayers = (colour) => [line("frame-line", "frame", colour("chosen"), 2, [2, 2])];

/** Offers of partners, where they stand; `part`: the layer of a source of tiles. */
export const offerLayers = (colour, part = {}) => [
  {
    id: "offers-point", type: "circle", source: "offers", ...part,
    paint: { "circle-radius": lit(11, 7), "circle-color": colour("chosen"), "circle-stroke-color": colour("halo"), "circle-stroke-width": 2 },
  },
  {
    id: "offers-name", type: "symbol", source: "offers", ...part, minzoom: 12.5,
    layout: { "text-field": ["get", "title"], "text-font": ["Atkinson"], "text-size": 13, "text-max-width": 9, "text-offset": [0, 0.9], "text-anchor": "top" },
    paint: { "text-color": colour("label"), "text-halo-color": colour("halo"), "text-halo-width": 1.6 },
  },
];

/** The same from tiles, and from afar how many they are. */
export const offerTileLayers = (colour) => [
  {
    id: "offers-many", type: "circle", source: "offers", "source-layer": "clusters",
    paint: { "circle-radius": ["step", ["get", "n"], 14, 10, 17, 100, 21, 1000, 27], "circle-color": colour("chosen"), "circle-stroke-color": colour("halo"), "circle-stroke-width": 2 },
  },
  {
    id: "offers-how-many", type: "symbol", source: "offers", "source-layer": "clusters",
    layout: { "text-field": ["number-format", ["get", "n"], { locale: document.documentElement.lang }], "text-font": ["Atkinson Bold"], "text-size": 14, "text-allow-overlap": true },
    paint: { "text-color": colour("halo") },
  },
  ...offerLayers(colour, { "source-layer": "offers" }),
];
