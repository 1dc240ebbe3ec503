// Before a post is sent: the ground of the chosen reach on the map, and about how many people it holds.

import { get } from "./api.js";
import { homeLayers, reachLayers } from "./area-layers.js";
import { feature, fit, openMap, show } from "./map.js";
import { people, say } from "./texts.js";

const form = document.querySelector("form[data-preview]");
const status = document.getElementById("reach-status");
let map = null;
let turn = 0;

async function preview() {
  const choice = form.querySelector("input[name=reach]:checked");
  if (!choice) return;
  const mine = ++turn;
  try {
    const found = await get(`/reach?reach=${choice.value}`);
    if (mine !== turn) return;
    status.textContent = say("reaches", { reach: choice.dataset.label, people: people(found.people) });
    if (!map) return;
    const ground = feature(found.area);
    show(map, "reach", ground, reachLayers);
    fit(map, ground);
  } catch (problem) {
    if (mine === turn) status.textContent = problem.message;
  }
}

form.addEventListener("change", (event) => event.target.name === "reach" && preview());
map = await openMap(document.getElementById("map"), { pale: true });
if (map) show(map, "home", (await get("/me/map")).home_neighbourhood, homeLayers);
await preview();
