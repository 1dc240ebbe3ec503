// The look of the map, made from the page's own colours (css/tokens.css, --map-*). Tiles come from this server alone.

/** The lowest layer of names: areas lie under it. */
export const NAMES = "commune-name-near";
const NEAR = 12.5;
const NOBODY = ["==", ["id"], -1];
const WEIGHT = { regular: "Atkinson", bold: "Atkinson Bold" };

/** The current value of a map colour, light or dark. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--map-${name}`).trim();
}

/** A MapLibre style without layers; `fonts` are the URLs of the regular and the bold face. */
export function emptyStyle(fonts) {
  const here = (path) => new URL(path, location.href).href;
  return {
    version: 8,
    "font-faces": { [WEIGHT.regular]: here(fonts.regular), [WEIGHT.bold]: here(fonts.bold) },
    sources: {
      base: { type: "vector", tiles: [`${location.origin}/tiles/{z}/{x}/{y}.mvt`], minzoom: 0, maxzoom: 14 },
    },
    layers: [],
  };
}

/** Sea, land and the patchwork of neighbourhoods (pale or not): everything under what a page shows. `hue` is `colour`. */
export function groundLayers(hue, pale) {
  const tile = { source: "base" };
  const quilt = [0, 1, 2, 3, 4].flatMap((i) => [i, hue(`quilt-${i}`)]);
  return [
    { id: "sea", type: "background", paint: { "background-color": hue("sea") } },
    {
      id: "shallow", type: "line", ...tile, "source-layer": "communes",
      paint: {
        "line-color": hue("shallow"),
        "line-width": ["interpolate", ["exponential", 2], ["zoom"], 8, 6, 13, 60],
        "line-blur": ["interpolate", ["exponential", 2], ["zoom"], 8, 4, 13, 45],
      },
    },
    { id: "coast", type: "line", ...tile, "source-layer": "communes", paint: { "line-color": hue("coast"), "line-width": 2.5 } },
    { id: "land", type: "fill", ...tile, "source-layer": "communes", paint: { "fill-color": hue("land"), "fill-antialias": false } },
    {
      id: "quilt", type: "fill", ...tile, "source-layer": "neighbourhoods",
      paint: {
        "fill-color": ["match", ["%", ["id"], 6], ...quilt, hue("quilt-5")],
        "fill-opacity": pale ? 0.16 : ["interpolate", ["linear"], ["zoom"], 9, 0.55, 14, 0.3],
      },
    },
    {
      id: "commune-border", type: "line", ...tile, "source-layer": "communes", minzoom: 8,
      paint: { "line-color": hue("border"), "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.5, 14, 1.8], "line-dasharray": [3, 1.5] },
    },
    {
      id: "quilt-edge", type: "line", ...tile, "source-layer": "neighbourhoods", minzoom: 10,
      paint: { "line-color": hue("place"), "line-opacity": 0.45, "line-width": 1.2 },
    },
  ];
}

/** Names, above everything; what is drawn last finds its place first. From afar communes do, from near neighbourhoods. */
export function nameLayers(hue) {
  const paint = { "text-halo-color": hue("halo"), "text-halo-width": 1.6 };
  // Where a number or the pin stands, a name goes beside it.
  const above = ["bottom", [0, -1.1]], under = ["top", [0, 1.1]];
  const aside = (...more) => ({ "text-variable-anchor-offset": ["center", [0, 0], ...under, ...above, ...more], "text-justify": "auto" });
  const commune = (id, zooms, opacity) => ({
    id, type: "symbol", source: "base", "source-layer": "commune_labels", ...zooms,
    layout: {
      "text-field": ["get", "name"], "text-font": [WEIGHT.bold], "text-max-width": 7,
      "text-size": ["interpolate", ["linear"], ["zoom"], 8, 11, 13, 17], "text-padding": 6, ...aside(),
    },
    paint: { "text-color": hue("label"), "text-opacity": opacity, ...paint },
  });
  const place = (id, where, filter) => ({
    id, type: "symbol", source: "base", "source-layer": "neighbourhood_labels", minzoom: 10.5, ...(filter && { filter }),
    layout: {
      "text-field": ["get", "name"], "text-font": [WEIGHT.regular], "text-max-width": 7,
      "text-size": ["interpolate", ["linear"], ["zoom"], 10.5, 11, 15, 17], ...where,
    },
    paint: { "text-color": hue("place"), ...paint },
  });
  return [
    commune(NAMES, { minzoom: NEAR }, ["interpolate", ["linear"], ["zoom"], NEAR, 1, 14.5, 0.35]),
    place("place-name", aside()),
    // The one that is meant: its name may go further off, over the pin or under it.
    place("own-name", aside("top", [0, 2.5], "bottom", [0, -3]), NOBODY),
    commune("commune-name", { maxzoom: NEAR }, 1),
  ];
}

/** The name of one neighbourhood before those of the others; without an id, of none. */
export function nameFirst(map, id) {
  map.setFilter("own-name", id ? ["==", ["id"], id] : NOBODY);
  map.setFilter("place-name", ["!=", ["id"], id ?? -1]);
}

/** The pin of a home, as names see it: nothing to look at, but they keep off it. */
export const pinLayers = () => [
  { id: "pin", type: "symbol", source: "pin", layout: { "icon-image": "pin", "icon-anchor": "bottom", "icon-allow-overlap": true } },
];
