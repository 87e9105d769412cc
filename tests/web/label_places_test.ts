import assert from "node:assert/strict";
import { placeLabels } from "../../web/client/label_places.js";

const bounds = { left: 0, right: 960, top: 0, bottom: 560 };
const size = 13;

/** The box of a placed label, in the units of the points. */
function boxOf({ x, y }: { x: number; y: number }, text: string, unit: number) {
  const half = text.length * size * 0.64 * unit / 2;
  const height = size * 1.15 * unit;
  return { left: x - half, right: x + half, top: y - height * 0.8, bottom: y + height * 0.2 };
}

Deno.test("placeLabels() places 50 labels of crowded groups without an overlap, within the bounds", () => {
  // Groups of five on a spiral, the inner ones on one another.
  const groups = Array.from({ length: 50 }, (_, i) =>
    Array.from({ length: 5 }, (_, k) => ({
      x: 480 + (i * 6 + k) * Math.cos(i),
      y: 280 + (i * 4 + 3 * k) * Math.sin(i),
    })));
  const labels = groups.map((anchors, i) => ({ text: String(i), size, anchors }));
  for (const unit of [1, 0.5, 2.5]) {
    const places = placeLabels(labels, { unit, bounds, points: groups.flat(), radius: 4.5 });
    const boxes = places.flatMap((place, i) => place === null ? [] : [boxOf(place, String(i), unit)]);
    assert.ok(boxes.length >= (unit > 1 ? 20 : 45), `${boxes.length} of 50 have room at ${unit}`);
    for (const [i, a] of boxes.entries()) {
      assert.ok(a.left >= 0 && a.right <= 960 && a.top >= 0 && a.bottom <= 560);
      for (const b of boxes.slice(i + 1)) {
        assert.ok(!(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
      }
    }
  }
});

Deno.test("placeLabels() prefers a place that covers no point, and has none without anchors or room", () => {
  const anchor = { x: 100, y: 100 };
  const above = { x: 100, y: 90 };
  const [free] = placeLabels([{ text: "A", size, anchors: [anchor] }], { unit: 1, bounds, points: [], radius: 4 });
  const [moved] = placeLabels([{ text: "A", size, anchors: [anchor] }], {
    unit: 1,
    bounds,
    points: [above],
    radius: 4,
  });
  assert.deepEqual(free, { x: 100, y: 94 });
  assert.ok(moved!.x > 100, "to the right of it");
  const around = { unit: 1, bounds: { left: 99, right: 101, top: 99, bottom: 101 }, points: [], radius: 4 };
  assert.deepEqual(placeLabels([{ text: "A", size, anchors: [anchor] }, { text: "B", size, anchors: [] }], around), [
    null,
    null,
  ]);
});
