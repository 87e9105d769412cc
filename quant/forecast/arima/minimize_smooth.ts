import { solvePositiveDefinite } from "../positive_definite.ts";
import { dot } from "../../dot.ts";

/** End of a search. */
export interface Minimum {
  point: Float64Array;
  value: number;
  iterations: number;
}

const MAX_ITERATIONS = 500;
/** Rounding of values. */
const VALUE_NOISE = 1e-12;
/** Step of the differences of gradients that give second derivatives. */
const DIFFERENCE_STEP = 1e-5;
const MAX_NEWTON_STEPS = 10;

/** The value of a function at a point; its gradient is stored in the second argument, if given. */
export type SmoothFunction = (point: Float64Array, gradient?: Float64Array) => number;

/**
 * Minimum of a smooth function of a few unbounded variables near a start: quasi-Newton steps (BFGS) with backtracking.
 *
 * The function should be of order 1 and may return +∞ where it is undefined. Rounding of its values ends the search at a gradient
 * of about 1e-8; {@link polishMinimum} goes on from there.
 *
 * @param tolerance The search ends if no partial derivative is larger.
 *
 * Source: Nocedal & Wright, Numerical Optimization (2006), §3.1, §6.1 and §8.1. Cost: a value and a gradient per iteration.
 */
export function minimizeSmooth(f: SmoothFunction, start: Float64Array, tolerance: number): Minimum {
  const k = start.length;
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(k);
  let value = f(point, gradient);
  const inverse = identity(k);
  let iterations = 0;
  for (; iterations < MAX_ITERATIONS && largest(gradient) > tolerance; iterations++) {
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

/**
 * A minimum to the precision of the gradient, from a point near it: Newton's steps with second derivatives from differences of
 * gradients, as long as they make the gradient smaller and curvature is positive in all directions.
 *
 * Cost: 2k + 1 gradients a step, two or three steps.
 */
export function polishMinimum(f: SmoothFunction, start: Float64Array): Minimum {
  const k = start.length;
  let point: Float64Array = start.slice();
  let gradient: Float64Array = new Float64Array(k);
  let value = f(point, gradient);
  let iterations = 0;
  for (; iterations < MAX_NEWTON_STEPS; iterations++) {
    const step = newtonStep(f, point, gradient);
    if (step === null) break;
    const candidate = point.map((x, i) => x - step[i]!);
    const candidateGradient = new Float64Array(k);
    const candidateValue = f(candidate, candidateGradient);
    if (!(largest(candidateGradient) < 0.5 * largest(gradient)) || candidateValue > value + VALUE_NOISE) break;
    [point, value, gradient] = [candidate, candidateValue, candidateGradient];
  }
  return { point, value, iterations };
}

/** Hessian⁻¹ · gradient by Cholesky's factors; `null` if the Hessian is not positive definite. */
function newtonStep(f: SmoothFunction, point: Float64Array, gradient: Float64Array): Float64Array | null {
  const k = point.length;
  const hessian = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    const step = DIFFERENCE_STEP * Math.max(1, Math.abs(point[i]!));
    const above = gradientOf(f, point.with(i, point[i]! + step));
    const below = gradientOf(f, point.with(i, point[i]! - step));
    for (let j = 0; j < k; j++) {
      const half = (above[j]! - below[j]!) / (4 * step);
      hessian[i * k + j]! += half;
      hessian[j * k + i]! += half;
    }
  }
  return solvePositiveDefinite(hessian, gradient);
}

function gradientOf(f: SmoothFunction, point: Float64Array): Float64Array {
  const gradient = new Float64Array(point.length);
  f(point, gradient);
  return gradient;
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

function largest(values: Float64Array): number {
  let most = 0;
  // A NaN in the gradient must not end the search as if it were 0.
  for (const value of values) most = Number.isNaN(value) ? Infinity : Math.max(most, Math.abs(value));
  return most;
}
