/** End of a search. */
export interface Minimum {
  point: Float64Array;
  value: number;
  iterations: number;
}

const MAX_ITERATIONS = 500;
/** The search ends if no partial derivative is larger. */
const GRADIENT_TOLERANCE = 1e-10;
/** Step of the central differences: balances rounding (ε / step) against truncation (step²). */
const DIFFERENCE_STEP = 6e-6;
/** Differences of values below this are rounding; the gradient then decides whether a step is better. */
const VALUE_NOISE = 1e-13;

/**
 * Minimum of a smooth function of a few unbounded variables near a start: quasi-Newton steps (BFGS) with backtracking
 * and central differences.
 *
 * The function should be of order 1 and may return +∞ where it is undefined. Close to the minimum, where values no longer
 * distinguish points, a step is taken if it makes the gradient smaller.
 *
 * Source: Nocedal & Wright, Numerical Optimization (2006), §3.1, §6.1 and §8.1. Cost: 2k + 1 calls per iteration.
 */
export function minimizeSmooth(f: (point: Float64Array) => number, start: Float64Array): Minimum {
  const k = start.length;
  let point: Float64Array = start.slice();
  let value = f(point);
  let gradient: Float64Array = gradientOf(f, point);
  const inverse = identity(k);
  let iterations = 0;
  for (; iterations < MAX_ITERATIONS && largest(gradient) > GRADIENT_TOLERANCE; iterations++) {
    const direction = new Float64Array(k);
    let slope = 0;
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) direction[i]! -= inverse[i * k + j]! * gradient[j]!;
      slope += direction[i]! * gradient[i]!;
    }
    if (!(slope < 0)) {
      if (isIdentity(inverse, k)) break;
      inverse.set(identity(k));
      continue;
    }
    // A first step along the gradient has no scale of its own.
    let length = Math.min(1, (iterations === 0 ? 1 : 10) / Math.sqrt(dot(direction, direction)));
    let next: { point: Float64Array; value: number; gradient: Float64Array } | null = null;
    for (let attempt = 0; attempt < 40 && next === null; attempt++, length /= 2) {
      const candidate = point.map((x, i) => x + length * direction[i]!);
      const candidateValue = f(candidate);
      if (candidateValue <= value + 1e-4 * length * slope && candidateValue < value) {
        next = { point: candidate, value: candidateValue, gradient: gradientOf(f, candidate) };
      } else if (candidateValue - value <= VALUE_NOISE) {
        const candidateGradient = gradientOf(f, candidate);
        if (largest(candidateGradient) < 0.9 * largest(gradient)) {
          next = { point: candidate, value: candidateValue, gradient: candidateGradient };
        }
      }
    }
    if (next === null) {
      if (isIdentity(inverse, k)) break;
      inverse.set(identity(k));
      continue;
    }
    updateInverse(inverse, subtract(next.point, point), subtract(next.gradient, gradient), iterations === 0);
    ({ point, value, gradient } = next);
  }
  return { point, value, iterations };
}

function gradientOf(f: (point: Float64Array) => number, point: Float64Array): Float64Array {
  const moved = point.slice();
  return point.map((x, i) => {
    const step = DIFFERENCE_STEP * Math.max(1, Math.abs(x));
    moved[i] = x + step;
    const above = f(moved);
    moved[i] = x - step;
    const below = f(moved);
    moved[i] = x;
    return (above - below) / ((x + step) - (x - step));
  });
}

/** Update of the inverse Hessian by Broyden, Fletcher, Goldfarb and Shanno, skipped if the curvature is not positive. */
function updateInverse(inverse: Float64Array, step: Float64Array, change: Float64Array, first: boolean): void {
  const k = step.length;
  const curvature = dot(step, change);
  if (!(curvature > 1e-12 * Math.sqrt(dot(step, step) * dot(change, change)))) return;
  if (first) {
    const scale = curvature / dot(change, change);
    for (let i = 0; i < k; i++) inverse[i * k + i] = scale;
  }
  const product = new Float64Array(k);
  for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) product[i]! += inverse[i * k + j]! * change[j]!;
  const factor = (1 + dot(change, product) / curvature) / curvature;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      inverse[i * k + j]! += factor * step[i]! * step[j]! -
        (product[i]! * step[j]! + step[i]! * product[j]!) / curvature;
    }
  }
}

function identity(k: number): Float64Array {
  const matrix = new Float64Array(k * k);
  for (let i = 0; i < k; i++) matrix[i * k + i] = 1;
  return matrix;
}

function isIdentity(matrix: Float64Array, k: number): boolean {
  return matrix.every((value, place) => value === (place % (k + 1) === 0 ? 1 : 0));
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  // A NaN in the gradient must not end the search as if it were 0.
  for (const value of values) most = Number.isNaN(value) ? Infinity : Math.max(most, Math.abs(value));
  return most;
}
