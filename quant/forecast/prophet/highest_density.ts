import { solvePositiveDefinite } from "../positive_definite.ts";
import { dot } from "../../dot.ts";

/** Linear model with a prior for each coefficient, and one for the deviation of the noise. */
export interface PriorRegression {
  /** Columns of the design, each as long as `y`. */
  columns: readonly Float64Array[];
  y: Float64Array;
  /** Precision of a normal prior by coefficient; 0 for none. */
  precisions: Float64Array;
  /** Rate of a Laplace prior by coefficient; 0 for none. */
  rates: Float64Array;
  /** Precision of the half-normal prior of the noise's deviation. */
  noisePrecision: number;
}

/** Deviation of the noise at which the search ends: a curve through all values has an unbounded density. */
const LEAST_SIGMA = 1e-5;
const SIGMA_TOLERANCE = 1e-10;
const MAX_ITERATIONS = 1000;
const MAX_STEPS = 10_000;
/** Excess of a coefficient's force over its rate that is rounding. */
const FORCE_TOLERANCE = 1e-7;

/**
 * Coefficients and deviation of the noise with the highest posterior density: the coefficients for a deviation by active sets, then the
 * deviation for them in closed form, in turns. A coefficient with a Laplace prior is exactly 0 unless the data pull it away.
 *
 * @throws {RangeError} If the coefficients are not determined.
 *
 * Source: Osborne, Presnell & Turlach (2000), IMA Journal of Numerical Analysis 20. Cost: some hundred solutions of a linear system.
 */
export function highestDensity(problem: PriorRegression): { coefficients: Float64Array; sigma: number } {
  const { columns, y, noisePrecision } = problem;
  const [n, size] = [y.length, columns.length];
  const gram = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) gram[i * size + j] = gram[j * size + i] = dot(columns[i]!, columns[j]!);
  }
  const right = Float64Array.from(columns, (column) => dot(column, y));
  const level = y.reduce((sum, value) => sum + value, 0) / n;
  let sigma = Math.max(LEAST_SIGMA, Math.sqrt(y.reduce((sum, value) => sum + (value - level) ** 2, 0) / n));
  let coefficients: Float64Array = new Float64Array(size);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    coefficients = densest(problem, { gram, right, sigma, start: coefficients });
    let squares = 0;
    for (let t = 0; t < n; t++) {
      let residual = y[t]!;
      for (let i = 0; i < size; i++) residual -= coefficients[i]! * columns[i]![t]!;
      squares += residual * residual;
    }
    // The root of n · σ² + π · σ⁴ = squares, π the prior's precision, without cancellation.
    const variance = 2 * squares / (n + Math.sqrt(n * n + 4 * noisePrecision * squares));
    const next = Math.max(LEAST_SIGMA, Math.sqrt(variance));
    if (Math.abs(next / sigma - 1) < SIGMA_TOLERANCE) break;
    sigma = next;
  }
  return { coefficients, sigma };
}

interface Quadratic {
  gram: Float64Array;
  right: Float64Array;
  sigma: number;
  start: Float64Array;
}

/** The densest coefficients for a deviation of the noise; all in units of its variance. */
function densest({ precisions, rates }: PriorRegression, { gram, right, sigma, start }: Quadratic): Float64Array {
  const size = right.length;
  const variance = sigma * sigma;
  const hessian = gram.map((value, place) =>
    place % (size + 1) === 0 ? value + variance * precisions[place / (size + 1)]! : value
  );
  let coefficients = start.slice();
  const signs = coefficients.map(Math.sign);
  const isActive = Array.from(coefficients, (value, i) => rates[i] === 0 || value !== 0);
  for (let step = 0; step < MAX_STEPS; step++) {
    const active = isActive.flatMap((is, i) => is ? [i] : []);
    const block = new Float64Array(active.length * active.length);
    active.forEach((i, row) => active.forEach((j, k) => block[row * active.length + k] = hessian[i * size + j]!));
    const pull = Float64Array.from(active, (i) => right[i]! - variance * rates[i]! * signs[i]!);
    const solution = solvePositiveDefinite(block, pull);
    if (solution === null) {
      throw new RangeError("The coefficients are not determined: the values fit the curve exactly.");
    }
    const candidate = new Float64Array(size);
    active.forEach((i, k) => candidate[i] = solution[k]!);

    // Up to the first coefficient that changes its sign, which becomes 0.
    let [crossing, share] = [-1, 1];
    for (const i of active) {
      if (rates[i] === 0 || Math.sign(candidate[i]!) === signs[i]) continue;
      const until = coefficients[i] === candidate[i] ? 0 : coefficients[i]! / (coefficients[i]! - candidate[i]!);
      if (crossing < 0 || until < share) [crossing, share] = [i, until];
    }
    if (crossing >= 0) {
      coefficients = coefficients.map((value, i) => value + share * (candidate[i]! - value));
      coefficients[crossing] = signs[crossing] = 0;
      isActive[crossing] = false;
      continue;
    }
    coefficients = candidate;

    let [worst, excess, force] = [-1, FORCE_TOLERANCE, 0];
    for (let i = 0; i < size; i++) {
      if (isActive[i]) continue;
      const pulling = (right[i]! - dot(hessian.subarray(i * size, (i + 1) * size), coefficients)) / variance;
      if (Math.abs(pulling) - rates[i]! > excess) [worst, excess, force] = [i, Math.abs(pulling) - rates[i]!, pulling];
    }
    if (worst < 0) return coefficients;
    isActive[worst] = true;
    signs[worst] = Math.sign(force);
  }
  return coefficients;
}
