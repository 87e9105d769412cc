/** Height of a label's line, and width of a character, in parts of its font size. */
const lineHeight = 1.15;
const characterWidth = 0.64;

/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */

/**
 * A label, and the points beside one of which it stands.
 *
 * @typedef {object} Label
 * @property {string} text
 * @property {number} size Of its font, in pixels of the screen.
 * @property {readonly Point[]} anchors The preferred ones first.
 */

/**
 * Places labels beside points so that none covers another, and as few points as possible are covered.
 *
 * @param {readonly Label[]} labels The most important first.
 * @param {object} around
 * @param {number} around.unit Length of a pixel of the screen in the units of the points.
 * @param {Box} around.bounds Labels stay within.
 * @param {readonly Point[]} around.points
 * @param {number} around.radius Of a point, in pixels of the screen.
 * @returns {(Point | null)[]} The middle of each label's base line; `null` if there is no room for it.
 */
export function placeLabels(labels, { unit, bounds, points, radius }) {
  /** @type {Box[]} */
  const taken = [];
  return labels.map(({ text, size, anchors }) => {
    const half = text.length * size * characterWidth * unit / 2;
    const height = size * lineHeight * unit;
    const gap = (radius + 2) * unit;
    /** @type {{ x: number, y: number, box: Box, covered: number } | null} */
    let best = null;
    for (const { x, y } of anchors) {
      for (
        const at of [
          { x, y: y - gap },
          { x: x + gap + half, y: y + height / 3 },
          { x: x - gap - half, y: y + height / 3 },
          { x, y: y + gap + height * 0.8 },
        ]
      ) {
        const box = { left: at.x - half, right: at.x + half, top: at.y - height * 0.8, bottom: at.y + height * 0.2 };
        if (box.left < bounds.left || box.right > bounds.right) continue;
        if (box.top < bounds.top || box.bottom > bounds.bottom) continue;
        if (taken.some((other) => meets(box, other))) continue;
        const covered = points.filter((point) =>
          point.x > box.left && point.x < box.right && point.y > box.top && point.y < box.bottom
        ).length;
        if (best === null || covered < best.covered) {
          best = { ...at, box, covered };
        }
        if (covered === 0) {
          break;
        }
      }
      if (best?.covered === 0) break;
    }
    if (best === null) return null;
    taken.push(best.box);
    return { x: best.x, y: best.y };
  });
}

/**
 * @param {Box} a
 * @param {Box} b
 */
function meets(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
