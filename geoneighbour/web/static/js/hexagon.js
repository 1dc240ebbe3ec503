// The sign of several cells: a hexagon that takes any colour. People and posts are ground, never dots.

const SIZE = 56, APOTHEM = 20;
// MapLibre reads such pictures as distances: the edge is where alpha is three quarters, a pixel counts for an eighth.
const EDGE = 0.75, FALL = 1 / 8;

/** Image data for `map.addImage(name, …, { sdf: true })`: flat at the top, 40 pixels high. */
export function hexagon() {
  const data = new Uint8ClampedArray(SIZE * SIZE * 4);
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) {
      const away = outside(Math.abs(x + 0.5 - SIZE / 2), Math.abs(y + 0.5 - SIZE / 2));
      data[(y * SIZE + x) * 4 + 3] = 255 * (EDGE - away * FALL);
    }
  }
  return { width: SIZE, height: SIZE, data };
}

/** Pixels from a point of the first quadrant to the hexagon's edge; negative inside. */
function outside(x, y) {
  const slope = Math.sqrt(3) / 2;
  const beyond = Math.max(0, slope * x - y / 2);
  const along = x - 2 * beyond * slope, up = y + beyond;
  const half = APOTHEM / Math.sqrt(3);
  const aside = along - Math.min(Math.max(along, -half), half);
  return Math.hypot(aside, up - APOTHEM) * Math.sign(up - APOTHEM);
}
