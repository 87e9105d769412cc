/** A sweep of plane rotations over the neighbouring pairs (first, first + 1), (first + 1, first + 2), … */
interface Sweep {
  first: number;
  cosines: Float64Array;
  sines: Float64Array;
}

/** Householder reflections H = I − v·vᵀ with vᵀv = 2 (or v = 0), that turn a matrix into an upper bidiagonal one. */
interface Bidiagonal {
  diagonal: Float64Array;
  /** `superdiagonal[i]` is to the right of `diagonal[i]`. */
  superdiagonal: Float64Array;
  /** `left[i]` reflects rows; zero before row i. */
  left: Float64Array[];
  /** `right[i]` reflects columns; zero before column i + 1. */
  right: Float64Array[];
}

/** Overwrites x[from…] with the v of the reflection that maps it onto ±‖x‖·e; returns ±‖x‖. */
function toReflector(x: Float64Array, from: number): number {
  let squares = 0;
  for (let i = from; i < x.length; i++) squares += x[i]! * x[i]!;
  const norm = Math.sqrt(squares);
  const leading = x[from]!;
  const scale = Math.sqrt(norm * (norm + Math.abs(leading)));
  if (!(scale > 0)) {
    x.fill(0, from);
    return 0;
  }
  // The sign opposite to the leading entry: the difference cannot cancel.
  const image = leading > 0 ? -norm : norm;
  x[from] = leading - image;
  for (let i = from; i < x.length; i++) x[i] = x[i]! / scale;
  return image;
}

/**
 * Golub–Kahan bidiagonalization. Each step passes over the matrix twice instead of four times, by applying the right reflection
 * of one step together with the products of the next.
 */
function bidiagonalize(columns: Float64Array[]): Bidiagonal {
  const n = columns.length;
  const m = columns[0]!.length;
  const diagonal = new Float64Array(n);
  const superdiagonal = new Float64Array(Math.max(0, n - 1));
  const right: Float64Array[] = [];
  const products = new Float64Array(n);
  let pending = new Float64Array(n);
  const image = new Float64Array(m);
  for (let step = 0; step < n; step++) {
    const v = columns[step]!;
    if (pending[step] !== 0) {
      const weight = pending[step]!;
      for (let i = step; i < m; i++) v[i] = v[i]! - weight * image[i]!;
    }
    diagonal[step] = toReflector(v, step);
    const row = new Float64Array(n);
    for (let j = step + 1; j < n; j++) {
      const column = columns[j]!;
      const weight = pending[j]!;
      // Two accumulators, because a single one waits for its own addition in every iteration.
      let even = 0;
      let odd = 0;
      let i = step;
      for (; i + 1 < m; i += 2) {
        const a = column[i]! - weight * image[i]!;
        const b = column[i + 1]! - weight * image[i + 1]!;
        column[i] = a;
        column[i + 1] = b;
        even += v[i]! * a;
        odd += v[i + 1]! * b;
      }
      if (i < m) {
        const a = column[i]! - weight * image[i]!;
        column[i] = a;
        even += v[i]! * a;
      }
      products[j] = even + odd;
      row[j] = column[step]! - products[j]! * v[step]!;
    }
    if (step === n - 1) break;
    superdiagonal[step] = toReflector(row, step + 1);
    image.fill(0);
    for (let j = step + 1; j < n; j++) {
      const column = columns[j]!;
      const product = products[j]!;
      const weight = row[j]!;
      for (let i = step; i < m; i++) {
        const value = column[i]! - product * v[i]!;
        column[i] = value;
        image[i] = image[i]! + weight * value;
      }
    }
    right.push(row);
    pending = row;
  }
  // The entries before a reflection's start belong to finished rows.
  columns.forEach((v, step) => v.fill(0, 0, step));
  return { diagonal, superdiagonal, left: columns, right };
}

// Result of `rotate`; an object for each of the ~n² rotations would cost more than the rotation.
let cosine = 1;
let sine = 0;

/** Sets `cosine` and `sine` so that (f, g) turns to (r, 0), and returns r. */
function rotate(f: number, g: number): number {
  if (g === 0) {
    cosine = 1;
    sine = 0;
    return f;
  }
  if (f === 0) {
    cosine = 0;
    sine = 1;
    return g;
  }
  const largest = Math.max(Math.abs(f), Math.abs(g));
  const a = f / largest;
  const b = g / largest;
  const length = Math.sqrt(a * a + b * b);
  cosine = a / length;
  sine = b / length;
  return length * largest;
}

/** The smaller singular value of [[f, g], [0, h]]. */
function smallerSingularValue(f: number, g: number, h: number): number {
  const low = Math.min(Math.abs(f), Math.abs(h));
  const high = Math.max(Math.abs(f), Math.abs(h));
  const across = Math.abs(g);
  if (low === 0) return 0;
  const sum = 1 + low / high;
  const difference = (high - low) / high;
  if (across < high) {
    const u = (across / high) ** 2;
    return low * (2 / (Math.sqrt(sum * sum + u) + Math.sqrt(difference * difference + u)));
  }
  const u = high / across;
  if (u === 0) return low * high / across;
  const c = 1 / (Math.sqrt(1 + (sum * u) ** 2) + Math.sqrt(1 + (difference * u) ** 2));
  return 2 * low * c * u;
}

/** One implicit QR step on rows first … last; returns the rotations of the requested side. */
function qrSweep(
  d: Float64Array,
  e: Float64Array,
  first: number,
  last: number,
  shift: number,
  side: "left" | "right",
): Sweep {
  const cosines = new Float64Array(last - first);
  const sines = new Float64Array(last - first);
  const keep = (i: number, c: number, s: number) => {
    cosines[i - first] = c;
    sines[i - first] = s;
  };
  if (shift === 0) {
    let rightCosine = 1;
    let leftCosine = 1;
    let leftSine = 0;
    for (let i = first; i < last; i++) {
      const r = rotate(d[i]! * rightCosine, e[i]!);
      rightCosine = cosine;
      const rightSine = sine;
      if (i > first) e[i - 1] = leftSine * r;
      d[i] = rotate(leftCosine * r, d[i + 1]! * rightSine);
      leftCosine = cosine;
      leftSine = sine;
      if (side === "right") keep(i, rightCosine, rightSine);
      else keep(i, leftCosine, leftSine);
    }
    const h = d[last]! * rightCosine;
    d[last] = h * leftCosine;
    e[last - 1] = h * leftSine;
    return { first, cosines, sines };
  }
  let f = (Math.abs(d[first]!) - shift) * (Math.sign(d[first]!) + shift / d[first]!);
  let g = e[first]!;
  for (let i = first; i < last; i++) {
    const r = rotate(f, g);
    if (i > first) e[i - 1] = r;
    f = cosine * d[i]! + sine * e[i]!;
    e[i] = cosine * e[i]! - sine * d[i]!;
    g = sine * d[i + 1]!;
    d[i + 1] = cosine * d[i + 1]!;
    if (side === "right") keep(i, cosine, sine);
    d[i] = rotate(f, g);
    f = cosine * e[i]! + sine * d[i + 1]!;
    d[i + 1] = cosine * d[i + 1]! - sine * e[i]!;
    if (i < last - 1) {
      g = sine * e[i + 1]!;
      e[i + 1] = cosine * e[i + 1]!;
    }
    if (side === "left") keep(i, cosine, sine);
  }
  e[last - 1] = f;
  return { first, cosines, sines };
}

/** Diagonalizes the bidiagonal matrix; d then has the singular values, unsorted and with either sign. */
function diagonalize(d: Float64Array, e: Float64Array, side: "left" | "right"): Sweep[] {
  const sweeps: Sweep[] = [];
  const limit = 100 * (d.length + 1);
  let last = d.length - 1;
  while (last > 0) {
    const negligible = (i: number) => Math.abs(e[i]!) <= Number.EPSILON * (Math.abs(d[i]!) + Math.abs(d[i + 1]!));
    if (negligible(last - 1)) {
      e[--last] = 0;
      continue;
    }
    let first = last - 1;
    while (first > 0 && !negligible(first - 1)) first--;
    if (first > 0) e[first - 1] = 0;
    let shift = smallerSingularValue(d[last - 1]!, e[last - 1]!, d[last]!);
    // A shift that is negligible beside the first entry would only spoil the small singular values; a zero on the diagonal needs
    // none.
    if ((shift / d[first]!) ** 2 < Number.EPSILON || d.subarray(first, last + 1).includes(0)) shift = 0;
    sweeps.push(qrSweep(d, e, first, last, shift, side));
    if (sweeps.length > limit) throw new Error(`The singular values did not converge in ${limit} sweeps.`);
  }
  return sweeps;
}

function reflect(x: Float64Array, v: Float64Array, from: number) {
  let product = 0;
  for (let i = from; i < v.length; i++) product += v[i]! * x[i]!;
  for (let i = from; i < v.length; i++) x[i] = x[i]! - product * v[i]!;
}

export interface LeadingSingularVectors {
  /** All n singular values, descending. */
  values: Float64Array;
  /** The singular vectors of the `count` largest, orthonormal: of length n on the right, m on the left. */
  vectors: Float64Array[];
}

export interface LeadingSingularVectorsOptions {
  /** Number of vectors: a whole number from 0 to n. */
  count: number;
  side: "left" | "right";
}

/**
 * Singular values of a matrix with at least as many rows as columns, and the leading vectors of one side.
 *
 * Householder bidiagonalization and implicit QR steps, as LAPACK's `gesvd`, so that singular values are exact up to the rounding
 * of the largest. The rotations are recorded and applied backwards to the requested vectors alone: full accuracy without an n × n
 * matrix of vectors. Signs of vectors are arbitrary; for equal singular values (zeros included) the vectors are an arbitrary
 * orthonormal basis, the same on every call.
 *
 * @param columns n columns of length m ≥ n ≥ 1, finite. **Overwritten.**
 * @throws {RangeError} If there is no column, m < n or `count` is out of range.
 *
 * Source: Golub & Kahan (1965); Demmel & Kahan (1990) for the step without shift. Verified:
 * tests/quant/fixtures/multivariate.json. Cost: O(m·n²) time, O(m·n + n²) memory.
 */
export function leadingSingularVectors(
  columns: Float64Array[],
  { count, side }: LeadingSingularVectorsOptions,
): LeadingSingularVectors {
  const n = columns.length;
  const m = columns[0]?.length ?? 0;
  if (n === 0 || m < n) throw new RangeError(`Needs at least as many rows as columns, and one column: ${m} × ${n}.`);
  if (!Number.isInteger(count) || count < 0 || count > n) {
    throw new RangeError(`The number of singular vectors must be a whole number from 0 to ${n}, not ${count}.`);
  }
  let largest = 0;
  for (const column of columns) for (const value of column) largest = Math.max(largest, Math.abs(value));
  // A power of two: squares neither overflow nor underflow, and no digit changes. (2 ** ±1023 keeps its reciprocal finite.)
  const exponent = largest > 0 ? Math.max(-1022, Math.min(1022, Math.floor(Math.log2(largest)))) : 0;
  const scale = 2 ** exponent;
  if (exponent !== 0) {
    for (const column of columns) for (let i = 0; i < m; i++) column[i] = column[i]! / scale;
  }

  const { diagonal, superdiagonal, left, right } = bidiagonalize(columns);
  const sweeps = diagonalize(diagonal, superdiagonal, side);
  const order = Array.from(diagonal, (_, i) => i).sort((a, b) =>
    Math.abs(diagonal[b]!) - Math.abs(diagonal[a]!) || a - b
  );

  const vectors = order.slice(0, count).map((position) => {
    const x = new Float64Array(side === "right" ? n : m);
    x[position] = 1;
    for (let s = sweeps.length - 1; s >= 0; s--) {
      const { first, cosines, sines } = sweeps[s]!;
      for (let i = cosines.length - 1; i >= 0; i--) {
        const a = x[first + i]!;
        const b = x[first + i + 1]!;
        x[first + i] = cosines[i]! * a - sines[i]! * b;
        x[first + i + 1] = sines[i]! * a + cosines[i]! * b;
      }
    }
    if (side === "right") { for (let i = right.length - 1; i >= 0; i--) reflect(x, right[i]!, i + 1); }
    else for (let i = n - 1; i >= 0; i--) reflect(x, left[i]!, i);
    return x;
  });
  return { values: Float64Array.from(order, (i) => Math.abs(diagonal[i]!) * scale), vectors };
}
