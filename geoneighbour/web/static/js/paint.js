// Painting a neighbourhood: H3 cells under a brush, by mouse, finger or keyboard. Only cells leave here; the server makes the shape.

import { cellsToMultiPolygon, cellToLatLng, cellToBoundary, gridDisk, gridPathCells, latLngToCell, polygonToCells } from "h3-js";
import { cursorLayers, paintedLayers } from "./area-layers.js";
import { collection, feature, show } from "./map.js";

const RESOLUTION = 10;
const MOST = 2500;
const MOST_UNDO = 50;
/** Degrees of latitude: 45 m, a little more than half a cell's edge. */
const TOOTH = 45 / 111_195;
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/** The cells whose centre lies in a GeoJSON Polygon or MultiPolygon. */
export function cellsOf(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return [...new Set(polygons.flatMap((rings) => polygonToCells(rings, RESOLUTION, true)))];
}

/** GeoJSON MultiPolygon of cells. */
export const groundOf = (cells) => ({ type: "MultiPolygon", coordinates: cellsToMultiPolygon([...cells], true) });

/** The outer border of joined cells with its teeth filed off, for the pen: a corner every few cells, none moved more than 45 m. */
export function borderOf(cells) {
  const [ring] = groundOf(cells).coordinates[0];
  const narrow = Math.cos((ring[0][1] * Math.PI) / 180);
  const half = Math.floor(ring.length / 2);
  // From two opposite corners, so that the closed ring has ends to begin with.
  const kept = [...file(ring.slice(0, half + 1), narrow), ...file(ring.slice(half), narrow).slice(1)];
  return { type: "Polygon", coordinates: [kept] };
}

/** A line without the corners that lie nearly between others (Douglas and Peucker). */
function file(line, narrow) {
  const [a, b] = [line[0], line.at(-1)];
  const [dx, dy] = [(b[0] - a[0]) * narrow, b[1] - a[1]];
  const length = Math.hypot(dx, dy);
  let far = { off: TOOTH, at: 0 };
  for (let i = 1; i < line.length - 1; i++) {
    const [x, y] = [(line[i][0] - a[0]) * narrow, line[i][1] - a[1]];
    const off = length ? Math.abs(x * dy - y * dx) / length : Math.hypot(x, y);
    if (off > far.off) far = { off, at: i };
  }
  return far.at ? [...file(line.slice(0, far.at + 1), narrow), ...file(line.slice(far.at), narrow).slice(1)] : [a, b];
}

/**
 * A brush on the map. `changed({cells, canUndo, canRedo})` is told of each stroke's end, `full()` of a stroke that would be too much.
 * `settings` holds `size` (1 to 5) and `tool`: "paint", "erase" or "move".
 */
export function brush(map, settings, changed, full) {
  let cells = new Set();
  let past = [];
  let future = [];
  let last = null;
  let cursor = null;
  let on = false;
  const canvas = map.getCanvas();
  const cellAt = ({ lng, lat }) => latLngToCell(lat, lng, RESOLUTION);
  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    return cellAt(map.unproject([event.clientX - box.left, event.clientY - box.top]));
  };

  function draw() {
    show(map, "painted", feature(groundOf(cells)), paintedLayers);
    const here = cursor ? [feature({ type: "Polygon", coordinates: [cellToBoundary(cursor, true)] })] : [];
    show(map, "cursor", collection(here), cursorLayers);
  }

  function tell() {
    draw();
    changed({ cells: [...cells], canUndo: past.length > 0, canRedo: future.length > 0 });
  }

  function begin() {
    past = [...past.slice(1 - MOST_UNDO), new Set(cells)];
    future = [];
  }

  /** One touch of the brush around a cell; from the last one, so that a fast stroke leaves no hole. */
  function touch(cell) {
    let path = [cell];
    if (last && last !== cell) {
      try {
        path = gridPathCells(last, cell);
      } catch {
        // Far apart, or around a pentagon: the two ends must do.
      }
    }
    last = cell;
    for (const one of path.flatMap((step) => gridDisk(step, settings.size - 1))) {
      if (settings.tool === "erase") cells.delete(one);
      else if (cells.size < MOST) cells.add(one);
      else full();
    }
    draw();
  }

  function down(event) {
    if (!on || settings.tool === "move" || event.button > 0) return;
    if (!event.isPrimary) {
      lift();
      return;
    }
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    begin();
    last = null;
    cursor = null;
    touch(under(event));
  }

  function move(event) {
    if (!on || !last || !event.isPrimary) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) touch(under(step));
  }

  /** A second finger has come: what the first one did was no stroke, the two of them zoom. */
  function lift() {
    if (!last) return;
    last = null;
    cells = past.pop();
    tell();
  }

  function up() {
    if (!last) return;
    last = null;
    tell();
  }

  /** The neighbouring cell that lies most in the direction of the key, as seen on the screen. */
  function beside(cell, [x, y]) {
    const at = (one) => map.project(cellToLatLng(one).reverse());
    const from = at(cell);
    const along = (one) => {
      const to = at(one);
      return ((to.x - from.x) * x + (to.y - from.y) * y) / Math.hypot(to.x - from.x, to.y - from.y);
    };
    return gridDisk(cell, 1).filter((one) => one !== cell).sort((a, b) => along(b) - along(a))[0];
  }

  function key(event) {
    if (!on || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in WAYS) {
      cursor = cursor ? beside(cursor, WAYS[event.key]) : cellAt(map.getCenter());
      const centre = cellToLatLng(cursor).reverse();
      if (!map.getBounds().contains(centre)) map.jumpTo({ center: centre });
      draw();
    } else if (event.key === " ") {
      cursor ??= cellAt(map.getCenter());
      begin();
      last = null;
      const tool = settings.tool;
      settings.tool = cells.has(cursor) ? "erase" : "paint";
      touch(cursor);
      settings.tool = tool;
      last = null;
      tell();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("keydown", key, { capture: true });

  function step(from, to) {
    if (!from.length) return;
    to.push(cells);
    cells = from.pop();
    tell();
  }

  return {
    /** Paint, or leave the map to the other tools; what is painted stays known. */
    turn(yes) {
      on = yes;
      if (!yes) cursor = null;
      this.tool(settings.tool);
      map.keyboard[yes ? "disable" : "enable"]();
      draw();
      for (const id of ["painted-fill", "painted-line", "cursor-line"]) map.setLayoutProperty(id, "visibility", yes ? "visible" : "none");
    },
    /** With the hand the map moves; with the brush a finger paints. Two fingers always zoom. */
    tool(name) {
      settings.tool = name;
      const still = on && name !== "move";
      // Else a finger that paints downwards would move the page.
      canvas.style.touchAction = still ? "none" : "";
      map.dragPan[still ? "disable" : "enable"]();
      map.boxZoom[still ? "disable" : "enable"]();
      map.doubleClickZoom[still ? "disable" : "enable"]();
    },
    /** How broad the brush is: 1 is a cell, 2 the cells around it too. */
    size(rings) {
      settings.size = rings;
    },
    set(some) {
      if (some.length || cells.size) begin();
      cells = new Set(some.slice(0, MOST));
      tell();
    },
    undo: () => step(past, future),
    redo: () => step(future, past),
    clear() {
      begin();
      cells = new Set();
      tell();
    },
    cells: () => [...cells],
  };
}
