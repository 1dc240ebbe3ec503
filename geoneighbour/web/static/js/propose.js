// /quartiers/nouveau: the pen, its buttons, and sending name, story and shape. A refusal keeps everything in place.

import { get, post } from "./api.js";
import { widerLayers } from "./area-layers.js";
import { advice, pen } from "./draw.js";
import { openMap, show } from "./map.js";
import { say } from "./texts.js";

const DRAFT = "geoneighbour.draft";
const form = document.getElementById("propose");
const hint = document.getElementById("map-hint");
const button = (name) => document.querySelector(`[data-tool="${name}"]`);
let drawing = null;

function refuse({ message, field }) {
  const input = ["name", "story"].includes(field) ? form.elements[field] : null;
  for (const spot of form.querySelectorAll("[data-problem]")) {
    spot.textContent = spot.dataset.problem === (input ? field : "geometry") ? message : "";
  }
  if (input) {
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}

function changed(now) {
  hint.textContent = advice(now);
  button("undo").disabled = !now.canUndo;
  button("clear").disabled = now.state === "empty";
  button("finish").disabled = now.state === "done" || now.corners < 3;
  button("finish").hidden = now.state === "done";
  const geometry = drawing?.geometry();
  if (geometry) {
    sessionStorage.setItem(DRAFT, JSON.stringify(geometry));
    form.querySelector('[data-problem="geometry"]').textContent = "";
  }
}

async function send(event) {
  event.preventDefault();
  for (const input of form.elements) input.removeAttribute("aria-invalid");
  const geometry = drawing.geometry();
  if (!geometry) {
    refuse({ message: say("shape_first"), field: "geometry" });
    return;
  }
  const submit = form.querySelector("[type=submit]");
  submit.setAttribute("aria-busy", "true");
  try {
    const made = await post("/neighbourhoods", { name: form.elements.name.value, story: form.elements.story.value, geometry });
    sessionStorage.removeItem(DRAFT);
    location.assign(`/quartiers/${made.id}`);
  } catch (problem) {
    refuse(problem);
    submit.removeAttribute("aria-busy");
  }
}

async function start() {
  const map = await openMap(document.getElementById("map"));
  if (!map) return;
  const { Marker } = await import("maplibre-gl");
  const [{ home }, mine] = await Promise.all([get("/me"), get("/me/map")]);
  show(map, "wider", mine.wider_area, widerLayers);
  const house = document.getElementById("house").content.firstElementChild.cloneNode(true);
  new Marker({ element: house, anchor: "bottom" }).setLngLat([home.lon, home.lat]).addTo(map);
  map.jumpTo({ center: [home.lon, home.lat], zoom: 14.2 });
  drawing = pen(map, changed, () => { hint.textContent = say("shape_crosses"); });
  button("undo").addEventListener("click", () => drawing.undo());
  button("clear").addEventListener("click", () => {
    sessionStorage.removeItem(DRAFT);
    drawing.clear();
  });
  button("finish").addEventListener("click", () => drawing.finish());
  form.addEventListener("submit", send);
  form.querySelector("[type=submit]").disabled = false;
  changed({ state: "empty", corners: 0, canUndo: false });
  const draft = sessionStorage.getItem(DRAFT);
  if (draft) drawing.restore(JSON.parse(draft));
}

await start();
