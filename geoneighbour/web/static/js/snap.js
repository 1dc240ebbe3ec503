// A corner set near a border goes onto it: neighbours then leave no strip between them.

const NEAR_PX = 12;
const LAYERS = ["quilt", "land", "wider-fill", "proposed-fill"];

/** For terra-draw's `toCustom`: the nearest point of a commune's or neighbourhood's border, else nothing. */
export function snapper(map) {
  return ({ containerX: x, containerY: y }) => {
    const box = [[x - NEAR_PX, y - NEAR_PX], [x + NEAR_PX, y + NEAR_PX]];
    const layers = LAYERS.filter((id) => map.getLayer(id));
    let best = { distance: NEAR_PX };
    for (const { geometry } of map.queryRenderedFeatures(box, { layers })) {
      const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      for (const ring of polygons.flat()) {
        for (let i = 1; i < ring.length; i++) {
          if (!isCut(ring[i - 1], ring[i])) best = nearer(best, map.project(ring[i - 1]), map.project(ring[i]), { x, y });
        }
      }
    }
    if (!best.at) return undefined;
    const { lng, lat } = map.unproject(best.at);
    return [lng, lat];
  };
}

/** Where a tile ends its polygons are cut along its frame: no border of anybody's. */
const isCut = (a, b) => Math.abs(a[0] - b[0]) < 1e-9 || Math.abs(a[1] - b[1]) < 1e-9;

/** The nearest point of a stretch from a to b, in pixels; one of its ends when that is nearly as near. */
function nearer(best, a, b, point) {
  const length2 = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
  const along = length2 ? ((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / length2 : 0;
  const share = Math.min(1, Math.max(0, along));
  const foot = [a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)];
  for (const [at, favour] of [[[a.x, a.y], 2], [[b.x, b.y], 2], [foot, 0]]) {
    const distance = Math.hypot(at[0] - point.x, at[1] - point.y) - favour;
    if (distance < best.distance) best = { distance, at };
  }
  return best;
}
