// Before a post is sent: the ground of the chosen reach on the map, and about how many people it comes to, while one drags and draws.

import { get, post } from "./api.js";
import { homeLayers, reachLayers } from "./area-layers.js";
import { collection, feature, fit, oneFinger, openMap, show } from "./map.js";
import { radius } from "./radius.js";
import { reachOf } from "./reach-fields.js";
import { about, people, say } from "./texts.js";

const PAUSE_MS = 150;
const CHANNELS = ["email", "push", "sms"];
/** Near to far. */
const TIERS = ["neighbour", "wider", "commune", "adjacent_commune", "beyond"];
const form = document.querySelector("form[data-preview]");
const status = document.getElementById("reach-status");
const warning = document.getElementById("reach-warning");
/** Of alerts: about how many by which channel, and that a second person reads it first. */
const channels = document.getElementById("reach-channels");
const second = document.getElementById("reach-second");
const chosen = () => form.querySelector("input[name=reach]:checked");
let map = null;
let tools = null;
let waiting = null;
let asking = null;

/** Asks about what is chosen now; an earlier question is dropped. */
async function preview(near = true) {
  clearTimeout(waiting);
  asking?.abort();
  const data = new FormData(form);
  const { asked, missing } = reachOf(data);
  if (missing) {
    tell(say(`choose_${missing}`));
    draw(null);
    return;
  }
  asking = new AbortController();
  const { signal } = asking;
  try {
    // Of an alert, once it is about something.
    const kind = channels && data.get("kind");
    const found = await (kind ? post(form.dataset.preview, { ...asked, kind }, { signal }) : post("/reach", asked, { signal }));
    tell(words(found), found.warning);
    if (kind) byChannel(found);
    draw(found.area, near);
  } catch (problem) {
    if (!signal.aborted) tell(problem.message);
  }
}

function soon(near = true) {
  clearTimeout(waiting);
  waiting = setTimeout(preview, PAUSE_MS, near);
}

function words({ people: all, by_tier: tiers }) {
  const told = TIERS.filter((tier) => tier in tiers).map((tier) => say(`tier_${tier}`, { number: about(tiers[tier]) }));
  const reach = chosen().dataset.label;
  // Fewer than eleven in all are not told apart.
  if (told.length < 2 || "fewer_than" in all) return say("reaches", { reach, people: people(all) });
  return say("reaches_tiers", { reach, people: people(all), tiers: told.join(", ") });
}

function byChannel({ by_channel: told, needs_second: needed }) {
  channels.textContent = say("by_channels", { channels: CHANNELS.filter((name) => told[name]).map((name) => say(`by_${name}`, { number: about(told[name]) })).join(", ") });
  second.hidden = !needed;
}

function tell(words, many = null) {
  status.textContent = words;
  warning.hidden = !many;
  if (channels) channels.textContent = "";
  if (many) warning.querySelector("[data-slot=people]").textContent = people(many.people);
}

function draw(area, near) {
  if (!map) return;
  // What the pen holds is on the map already.
  const drawn = chosen().value === "area";
  const ground = area && !drawn ? feature(area) : collection([]);
  show(map, "reach", ground, reachLayers, { tolerance: 0.05 });
  if (near && !drawn) area ? fit(map, ground, { padding: 24 }) : wide();
}

/** To everybody: as much as the map began with. */
function wide() {
  if (chosen().value === "all") map.fitBounds(map.getContainer().dataset.bounds.split(",").map(Number), { padding: 24, animate: false });
}

/** What one points at comes with the first reach that needs it. */
async function turn() {
  const reach = chosen()?.value;
  const pointing = reach === "area" || (reach === "radius" && form.elements.around.value === "place");
  if (!map) return;
  if (pointing && !tools) tools = await toolsOf();
  tools?.place.turn();
  tools?.area.turn(chosen().value === "area");
  oneFinger(map, pointing);
}

async function toolsOf() {
  const { areaPen, placePicker } = await import("./reach-tools.js");
  const wanted = () => chosen()?.value === "radius" && form.elements.around.value === "place";
  return { place: await placePicker(map, form, wanted, (near) => soon(near)), area: areaPen(map, form, () => soon(false)) };
}

document.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
radius(form.elements.radius_m, soon);
form.addEventListener("change", ({ target }) => {
  if (!["reach", "around", "on_homes", channels && "kind"].includes(target.name)) return;
  turn();
  preview();
});
// Nothing goes out, and nothing is kept for later, that is for nobody yet.
form.addEventListener("submit", (event) => {
  const { missing } = reachOf(new FormData(form));
  if (!missing) return;
  event.preventDefault();
  tell(say(`choose_${missing}`));
  document.getElementById("map").scrollIntoView({ block: "center" });
}, { capture: true });
map = await openMap(document.getElementById("map"), { pale: true });
if (map) {
  show(map, "home", (await get("/me/map")).home_neighbourhood, homeLayers);
  await turn();
}
await preview();
