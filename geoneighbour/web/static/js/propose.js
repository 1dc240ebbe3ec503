// /quartiers/nouveau and /quartiers/…/redessiner: pen or brush, something to begin with, the coach, and sending.
// A refusal keeps everything in place.

import { get, post } from "./api.js";
import { beforeLayers, widerLayers } from "./area-layers.js";
import { coach } from "./coach.js";
import { advice, pen } from "./draw.js";
import { fit, openMap, pin, reducedMotion, show } from "./map.js";
import { say } from "./texts.js";

const form = document.getElementById("propose");
/** The id of the neighbourhood that gets a new outline; undefined for a new one. */
const { redrawn } = form.dataset;
const DRAFT = redrawn ? `geoneighbour.draft.${redrawn}` : "geoneighbour.draft";
const hint = document.getElementById("map-hint");
const tools = document.getElementById("tools");
const button = (name) => document.querySelector(`[data-tool="${name}"]`);
const DRAW = "draw", PAINT = "paint";
let way = DRAW;
let map, drawing, painting, paint, advisor;
/** What was drawn before it became cells: going back without a stroke brings it back as it was. */
let origin = null;

/** {geometry} or {cells} of what stands on the map; null while there is nothing whole. */
function shape() {
  if (way === PAINT) return painting.cells().length ? { cells: painting.cells() } : null;
  const geometry = drawing.geometry();
  return geometry && { geometry };
}

/** The pen holds one ring: cells, several parts and holes are for the brush. */
function toolFor({ cells, geometry }) {
  if (cells) return PAINT;
  const [rings, ...others] = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return others.length || rings.length > 1 ? PAINT : DRAW;
}

function refuse({ message, field }) {
  const input = ["name", "story", "why"].includes(field) ? form.elements[field] : null;
  for (const spot of form.querySelectorAll("[data-problem]")) {
    spot.textContent = spot.dataset.problem === (input ? field : "geometry") ? message : "";
  }
  if (input) {
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}

function changed({ canUndo, canRedo, ...now }) {
  hint.textContent = way === DRAW ? advice(now) : say(now.cells.length ? "paint_on" : "paint_begin");
  button("undo").disabled = !canUndo;
  button("redo").disabled = !canRedo;
  button("clear").disabled = way === DRAW ? now.state === "empty" : !now.cells.length;
  button("finish").disabled = now.state === "done" || now.corners < 3;
  button("finish").hidden = way === PAINT || now.state === "done";
  const whole = shape();
  if (whole) {
    sessionStorage.setItem(DRAFT, JSON.stringify(whole));
    form.querySelector('[data-problem="geometry"]').textContent = "";
  }
  advisor.look(whole);
}

async function brush() {
  paint ??= await import("./paint.js");
  painting ??= paint.brush(map, { size: 2, tool: "paint" }, changed, () => { hint.textContent = say("paint_full"); });
}

/** Takes pen or brush in hand; the shape goes along. */
async function take(wanted, given = shape()) {
  await brush();
  if (wanted === PAINT) {
    const cells = given?.cells ?? (given ? paint.cellsOf(given.geometry) : []);
    origin = given?.geometry ? { geometry: given.geometry, cells: String(cells) } : null;
    if (way === DRAW) drawing.turn(false);
    way = PAINT;
    painting.turn(true);
    painting.set(cells);
  } else {
    const painted = given?.cells?.length ? given.cells : null;
    if (painted && paint.groundOf(painted).coordinates.length > 1) {
      hint.textContent = say("paint_joined");
      tools.elements.way.value = PAINT;
      return;
    }
    painting.turn(false);
    way = DRAW;
    drawing.turn(true);
    const untouched = origin && String(painted) === origin.cells;
    const geometry = untouched ? origin.geometry : painted ? paint.borderOf(painted) : given?.geometry;
    if (geometry) drawing.restore(geometry);
    else changed({ state: "empty", corners: 0, canUndo: false, canRedo: false });
  }
  tools.elements.way.value = way;
  tools.querySelector("[data-for=paint]").hidden = way !== PAINT;
}

/** On a phone the tools and, under them, the whole map. */
function bringIntoView() {
  if (matchMedia("(max-width: 59.99rem)").matches) tools.scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth" });
}

async function send(event) {
  event.preventDefault();
  for (const input of form.elements) input.removeAttribute("aria-invalid");
  const whole = shape();
  if (!whole) {
    refuse({ message: say(way === DRAW ? "shape_first" : "paint_first"), field: "geometry" });
    return;
  }
  const submit = form.querySelector("[type=submit]");
  submit.setAttribute("aria-busy", "true");
  try {
    const { name, story, why } = form.elements;
    const made = redrawn
      ? await post(`/neighbourhoods/${redrawn}/changes`, { kind: "redraw", why: why.value, ...whole })
      : await post("/neighbourhoods", { name: name.value, story: story.value, ...whole });
    sessionStorage.removeItem(DRAFT);
    location.assign(redrawn ? `/quartiers/changements/${made.id}` : `/quartiers/${made.id}`);
  } catch (problem) {
    refuse(problem);
    submit.removeAttribute("aria-busy");
  }
}

/** What one can begin with: cells around home, and neighbourhoods that others proposed here; or the outline of today. */
async function offers(today) {
  if (today) return [[say("suggest_today"), toolFor({ geometry: today }), { geometry: today }]];
  const [{ suggestions }, { neighbourhoods }] = await Promise.all([get("/neighbourhoods/suggestions"), get("/neighbourhoods")]);
  const proposed = neighbourhoods.filter((one) => one.state === "proposed" && one.covers_home);
  return [
    ...suggestions.map(({ kind, cells }) => [say(`suggest_${kind}`), PAINT, { cells }]),
    ...proposed.map(({ name, geometry }) => [say("suggest_like", { name }), DRAW, { geometry }]),
  ];
}

async function offer(today) {
  const list = document.getElementById("suggestions");
  list.replaceChildren(...(await offers(today)).map(([words, wanted, given]) => {
    const item = document.createElement("li");
    const start = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: words });
    start.addEventListener("click", async () => {
      await take(wanted, given);
      list.closest("details").open = false;
      fit(map, given.geometry ?? paint.groundOf(given.cells));
    });
    item.append(start);
    return item;
  }));
}

async function start() {
  map = await openMap(document.getElementById("map"), { shared: false });
  if (!map) return;
  const [{ home }, mine] = await Promise.all([get("/me"), get("/me/map")]);
  show(map, "wider", mine.wider_area, widerLayers);
  await pin(map, home);
  const today = redrawn && (await get(`/neighbourhoods/${redrawn}`)).geometry;
  if (today) {
    show(map, "before", today, beforeLayers);
    fit(map, today);
  } else map.jumpTo({ center: [home.lon, home.lat], zoom: 14.2 });
  advisor = coach(document.getElementById("coach"), (geometry) => take(DRAW, { geometry }), redrawn && { redrawn: Number(redrawn) });
  drawing = pen(map, (now) => { if (way === DRAW) changed(now); }, () => { hint.textContent = say("shape_crosses"); });
  const current = () => (way === DRAW ? drawing : painting);
  for (const name of ["undo", "redo"]) button(name).addEventListener("click", () => current()[name]());
  button("clear").addEventListener("click", () => {
    sessionStorage.removeItem(DRAFT);
    current().clear();
  });
  button("finish").addEventListener("click", () => drawing.finish());
  tools.elements.way.forEach((choice) => choice.addEventListener("change", () => take(choice.value).then(bringIntoView)));
  tools.elements.brush.forEach((choice) => choice.addEventListener("change", () => painting.tool(choice.value)));
  tools.elements.size.addEventListener("input", ({ target }) => painting.size(Number(target.value)));
  form.addEventListener("submit", send);
  form.querySelector("[type=submit]").disabled = false;
  tools.disabled = false;
  changed({ state: "empty", corners: 0, canUndo: false, canRedo: false });
  const first = JSON.parse(sessionStorage.getItem(DRAFT)) ?? (today && { geometry: today });
  if (first && toolFor(first) === PAINT) await take(PAINT, first);
  else if (first) drawing.restore(first.geometry);
  await offer(today);
}

await start();
