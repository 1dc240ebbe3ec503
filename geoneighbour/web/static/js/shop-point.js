// Where a shop stands: chosen on the map for its form, or shown on its page.

import { openMap, pin } from "./map.js";

const element = document.getElementById("map");
const form = document.querySelector("form[data-shop]");
const map = await openMap(element, { shared: !form });

if (map && form) {
  const { placePicker } = await import("./reach-tools.js");
  const near = (found) => {
    if (found) map.jumpTo({ center: [Number(form.elements.lon.value), Number(form.elements.lat.value)], zoom: 16 });
  };
  const picker = await placePicker(map, form, () => true, near);
  picker.turn();
} else if (map) {
  await pin(map, JSON.parse(element.dataset.place), {}, "pin");
}
