// Drawing a neighbourhood: corner after corner by finger or mouse, then corners can be moved. The server judges the shape.

import {
  TerraDraw, TerraDrawModeUndoRedo, TerraDrawPolygonMode, TerraDrawSelectMode, TerraDrawSessionUndoRedo, ValidateNotSelfIntersecting,
} from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import { colour } from "./base-style.js";
import { snapper } from "./snap.js";
import { say } from "./texts.js";

const SHAPE = "polygon";
const CHANGE = "select";
const PRECISION = 7;

/**
 * A pen on the map. `changed({state, corners, canUndo, canRedo})` is told of each step; state: "empty", "drawing" or "done".
 * `refused()` is told of a corner that would make the border cross itself.
 */
export function pen(map, changed, refused) {
  const uncrossed = (feature, { updateType }) => {
    // The corner under the pointer may cross on its way; one that is set down may not.
    if (updateType === "provisional") return { valid: true };
    const verdict = ValidateNotSelfIntersecting(feature);
    if (!verdict.valid) setTimeout(refused);
    return verdict;
  };
  const hue = colour("chosen");
  const corner = { coordinatePointColor: hue, closingPointColor: hue, closingPointWidth: 9, closingPointOutlineColor: "#ffffff" };
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: PRECISION }),
    modes: [
      new TerraDrawPolygonMode({
        pointerDistance: 24,
        showCoordinatePoints: true,
        snapping: { toCustom: snapper(map) },
        validation: uncrossed,
        styles: { fillColor: hue, fillOpacity: 0.2, outlineColor: hue, outlineWidth: 3, coordinatePointWidth: 6, ...corner },
      }),
      new TerraDrawSelectMode({
        pointerDistance: 24,
        allowManualDeselection: false,
        flags: { [SHAPE]: { feature: { draggable: false, validation: uncrossed, coordinates: { draggable: true, midpoints: true, deletable: true, snappable: { toCustom: snapper(map) } } } } },
        styles: {
          selectedPolygonColor: hue, selectedPolygonFillOpacity: 0.25, selectedPolygonOutlineColor: hue, selectedPolygonOutlineWidth: 3,
          selectionPointColor: hue, selectionPointWidth: 8, midPointColor: "#ffffff", midPointOutlineColor: hue, midPointOutlineWidth: 2, midPointWidth: 6,
        },
      }),
    ],
    undoRedo: { modeLevel: new TerraDrawModeUndoRedo(), sessionLevel: new TerraDrawSessionUndoRedo() },
  });
  draw.start();
  draw.setMode(SHAPE);

  const shape = () => draw.getSnapshot().find((one) => one.geometry.type === "Polygon" && one.properties.mode === SHAPE);
  const done = () => draw.getMode() === CHANGE;
  const corners = () => shape()?.properties.committedCoordinateCount ?? 0;
  /** A finished shape that was taken back: changing modes makes the library forget it. */
  let takenBack = null;
  const tell = () => {
    if (shape()) takenBack = null;
    changed({ state: done() ? "done" : shape() ? "drawing" : "empty", corners: corners(), canUndo: draw.canUndo(), canRedo: draw.canRedo() || takenBack !== null });
  };

  draw.on("finish", (id, { action }) => {
    if (action === "draw") {
      draw.setMode(CHANGE);
      draw.selectFeature(id);
    }
    tell();
  });
  draw.on("change", tell);
  draw.on("history", tell);

  return {
    /** One step back: the last corner while drawing, the last change afterwards. */
    undo() {
      const before = done() ? shape()?.geometry : null;
      draw.undo();
      if (done() && !shape()) {
        takenBack = before;
        draw.setMode(SHAPE);
      }
      tell();
    },
    redo() {
      if (takenBack) {
        this.restore(takenBack);
        return;
      }
      draw.redo();
      tell();
    },
    /** Takes the pen in hand, or lays it down; what was drawn is gone from the map then. */
    turn(yes) {
      draw.clear();
      draw.clearUndoRedoHistory();
      draw.setMode(yes ? SHAPE : "static");
    },
    clear() {
      takenBack = null;
      draw.clear();
      draw.clearUndoRedoHistory();
      draw.setMode(SHAPE);
      tell();
    },
    /** Closes the ring, as Enter does; a crossing is refused by the pen itself. */
    finish() {
      const canvas = map.getCanvas();
      for (const type of ["keydown", "keyup"]) canvas.dispatchEvent(new KeyboardEvent(type, { key: "Enter", bubbles: true }));
    },
    /** GeoJSON Polygon of the finished shape, else null. */
    geometry: () => (done() ? shape()?.geometry ?? null : null),
    /** Puts a shape (the outer border of its first part) on the map, ready to be changed. */
    restore({ type, coordinates }) {
      const [ring] = type === "Polygon" ? coordinates : coordinates[0];
      const geometry = { type: "Polygon", coordinates: [ring.map((position) => position.map((degrees) => Number(degrees.toFixed(PRECISION))))] };
      draw.clear();
      const id = draw.getFeatureId();
      const [result] = draw.addFeatures([{ id, type: "Feature", geometry, properties: { mode: SHAPE } }]);
      if (!result.valid) return;
      draw.setMode(CHANGE);
      draw.selectFeature(id);
      // What was put here is where undoing ends: one step back must not take all of it.
      draw.clearUndoRedoHistory();
      tell();
    },
  };
}

/** What to do next, in words. */
export function advice({ state, corners }) {
  if (state === "done") return say("shape_done");
  if (corners === 0) return say("shape_begin");
  return corners < 3 ? say("shape_more") : say("shape_close");
}
