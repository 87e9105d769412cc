import { pseudoRandom } from "../../support/pseudo_random.ts";

const LENGTHS = [120, 180, 250, 400];
const SCALES = [0.01, 0.1, 1, 20];

/** Values that follow the window of a generated series, for updates. */
export const LATER_VALUES = 3;

/**
 * A generated ARIMA series: `series` of fixtures/make_arima.py, operation by operation, so that it has the same bits.
 *
 * A third of the series revert to a mean like a spread; the others have random orders, levels and scales.
 */
export function arimaSeries(seed: number): Float64Array {
  const draw = pseudoRandom(seed);
  const n = LENGTHS[Math.floor(draw() * 4)]! + LATER_VALUES;
  const [p, d, q] = [Math.floor(draw() * 3), Math.floor(draw() * 2), Math.floor(draw() * 3)];
  const [level, scale] = [10 * draw() - 5, SCALES[Math.floor(draw() * 4)]!];
  const reverting = seed % 3 === 0;
  const coefficients = (order: number) => {
    let result: number[] = [];
    for (let k = 0; k < order; k++) {
      const partial = 1.8 * draw() - 0.9;
      const reversed = result.toReversed();
      result = [...result.map((a, i) => a - partial * reversed[i]!), partial];
    }
    return result;
  };
  let ar = coefficients(p);
  const ma = coefficients(q).map((b) => -b);
  if (reverting) ar = [0.8 + 0.18 * draw()];

  const values: number[] = [];
  const noises: number[] = [];
  for (let t = 0; t < n + 100; t++) {
    let noise = 0;
    for (let k = 0; k < 12; k++) noise += draw();
    noise -= 6;
    let value = noise;
    ar.forEach((a, j) => {
      if (j < t) value += a * values[t - 1 - j]!;
    });
    ma.forEach((b, j) => {
      if (j < t) value += b * noises[t - 1 - j]!;
    });
    values.push(value);
    noises.push(noise);
  }
  let total = 0;
  return Float64Array.from(values.slice(100), (value) => {
    total = d === 1 && !reverting ? total + value : value;
    return level + scale * total;
  });
}
