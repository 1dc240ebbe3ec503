// The few words that scripts say. The server renders them, translated, into the page's data block.

const block = document.getElementById("texts");
const texts = block ? JSON.parse(block.textContent) : {};

/** The text of this name, with {placeholders} filled in. */
export function say(name, values = {}) {
  return (texts[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** A number as the API gives it: {about: 30} or {fewer_than: 11} → « environ 30 », « moins de 11 ». */
export function about(number) {
  if (number == null) return "";
  if ("fewer_than" in number) return say("fewer_than", { n: number.fewer_than });
  return say("about", { n: number.about.toLocaleString(document.documentElement.lang) });
}

/** The same with its noun: « environ 30 personnes », « moins de 11 personnes ». */
export function people(number) {
  return say("people", { number: about(number) });
}
