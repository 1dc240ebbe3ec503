// Brings the point chosen on the start page into the sign-up form's hidden fields.

import { keptPoint } from "./home-point.js";

const point = keptPoint();
const form = document.querySelector("form[data-sign-up]");

if (form && point) {
  form.elements.lon.value = point.lon;
  form.elements.lat.value = point.lat;
}
const has = form?.elements.lon.value && form.elements.lat.value;
document.getElementById("home-known").hidden = !has;
document.getElementById("home-unknown").hidden = Boolean(has);
document.getElementById("home-label").textContent = point?.label ?? "";
form?.querySelector("button").removeAttribute("disabled");
