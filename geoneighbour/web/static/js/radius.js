// A distance: a slider in logarithmic steps with a field beside it, in place of the list that serves without a script.

import { say } from "./texts.js";

const words = (km) => say("km", { n: km.toLocaleString(document.documentElement.lang) });

/** Puts them under the list (`select` of metres), which keeps what is chosen; `changed()` is told of each step. */
export function radius(select, changed) {
  const parts = document.getElementById("slider").content.firstElementChild.cloneNode(true);
  const [range, field] = parts.querySelectorAll("input");
  const steps = [...select.options].map((option) => Number(option.value));
  range.max = steps.length - 1;
  [field.min, field.max] = [steps[0] / 1000, steps.at(-1) / 1000];

  const nearest = (metres) => steps.reduce((best, step, i) => (Math.abs(Math.log(step / metres)) < Math.abs(Math.log(steps[best] / metres)) ? i : best), 0);

  function choose(metres, by) {
    if (![...select.options].some(({ value }) => Number(value) === metres)) select.add(new Option(metres, metres));
    select.value = metres;
    if (by !== range) range.value = nearest(metres);
    if (by !== field) field.value = metres / 1000;
    range.setAttribute("aria-valuetext", words(metres / 1000));
  }

  range.addEventListener("input", () => {
    choose(steps[range.value], range);
    changed();
  });
  field.addEventListener("input", () => {
    if (!field.value || !field.validity.valid) return;
    choose(Math.round(field.value * 1000), field);
    changed();
  });
  choose(Number(select.value));
  select.hidden = true;
  select.after(parts);
}
