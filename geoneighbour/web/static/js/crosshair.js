// Choosing a point by keyboard: arrows move the map under a fixed cross-hair, Enter takes its middle.

const MOVES = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];

/** Calls `choose({lng, lat})` on Enter; the cross-hair shows while the keyboard is in use. */
export function crosshair(map, choose) {
  const canvas = map.getCanvas();
  const mark = document.getElementById("crosshair").content.firstElementChild.cloneNode(true);
  map.getContainer().append(mark);
  const visible = (yes) => { mark.hidden = !yes; };
  visible(false);
  canvas.setAttribute("aria-describedby", "map-keys");
  canvas.addEventListener("focus", () => visible(canvas.matches(":focus-visible")));
  canvas.addEventListener("blur", () => visible(false));
  canvas.addEventListener("pointerdown", () => visible(false));
  canvas.addEventListener("keydown", (event) => {
    if (MOVES.includes(event.key)) visible(true);
    if (event.key === "Enter") {
      event.preventDefault();
      visible(true);
      choose(map.getCenter());
    }
  });
}
