/**
 * Products of small dense matrices by rows. Four rows of the inner dimension are processed at once, so that an entry of the
 * result is loaded and stored once per four multiplications; and two entries of the result at once, so that what is loaded serves both.
 */

/** out (rows × n) += a (rows × k) · b (k × n). */
export function addProduct(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  rows: number,
  k: number,
  n: number,
): void {
  let row = 0;
  for (; row + 1 < rows; row += 2) {
    const start = row * n;
    const next = start + n;
    let inner = 0;
    for (; inner + 3 < k; inner += 4) {
      const place = row * k + inner;
      const a0 = a[place]!;
      const a1 = a[place + 1]!;
      const a2 = a[place + 2]!;
      const a3 = a[place + 3]!;
      const d0 = a[place + k]!;
      const d1 = a[place + k + 1]!;
      const d2 = a[place + k + 2]!;
      const d3 = a[place + k + 3]!;
      const b0 = inner * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      for (let j = 0; j < n; j++) {
        const e0 = b[b0 + j]!;
        const e1 = b[b1 + j]!;
        const e2 = b[b2 + j]!;
        const e3 = b[b3 + j]!;
        out[start + j] = out[start + j]! + (a0 * e0 + a1 * e1 + a2 * e2 + a3 * e3);
        out[next + j] = out[next + j]! + (d0 * e0 + d1 * e1 + d2 * e2 + d3 * e3);
      }
    }
    for (; inner < k; inner++) {
      const factor = a[row * k + inner]!;
      const other = a[row * k + k + inner]!;
      const b0 = inner * n;
      for (let j = 0; j < n; j++) {
        const value = b[b0 + j]!;
        out[start + j] = out[start + j]! + factor * value;
        out[next + j] = out[next + j]! + other * value;
      }
    }
  }
  if (row < rows) addLastRow(out, a, b, row, k, n);
}

/** {@link addProduct} for one row. */
function addLastRow(out: Float64Array, a: Float64Array, b: Float64Array, row: number, k: number, n: number): void {
  const start = row * n;
  let inner = 0;
  for (; inner + 3 < k; inner += 4) {
    const place = row * k + inner;
    const a0 = a[place]!;
    const a1 = a[place + 1]!;
    const a2 = a[place + 2]!;
    const a3 = a[place + 3]!;
    const b0 = inner * n;
    const b1 = b0 + n;
    const b2 = b1 + n;
    const b3 = b2 + n;
    for (let j = 0; j < n; j++) {
      out[start + j] = out[start + j]! + (a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!);
    }
  }
  for (; inner < k; inner++) {
    const factor = a[row * k + inner]!;
    const b0 = inner * n;
    for (let j = 0; j < n; j++) out[start + j] = out[start + j]! + factor * b[b0 + j]!;
  }
}

/** out (k × n) += aᵀ · c, for a (rows × k) and c (rows × n). */
export function addTransposedProduct(
  out: Float64Array,
  a: Float64Array,
  c: Float64Array,
  rows: number,
  k: number,
  n: number,
): void {
  let row = 0;
  for (; row + 3 < rows; row += 4) {
    const c0 = row * n;
    const c1 = c0 + n;
    const c2 = c1 + n;
    const c3 = c2 + n;
    let inner = 0;
    for (; inner + 1 < k; inner += 2) {
      const place = row * k + inner;
      const a0 = a[place]!;
      const a1 = a[place + k]!;
      const a2 = a[place + 2 * k]!;
      const a3 = a[place + 3 * k]!;
      const d0 = a[place + 1]!;
      const d1 = a[place + k + 1]!;
      const d2 = a[place + 2 * k + 1]!;
      const d3 = a[place + 3 * k + 1]!;
      const start = inner * n;
      const next = start + n;
      for (let j = 0; j < n; j++) {
        const e0 = c[c0 + j]!;
        const e1 = c[c1 + j]!;
        const e2 = c[c2 + j]!;
        const e3 = c[c3 + j]!;
        out[start + j] = out[start + j]! + (a0 * e0 + a1 * e1 + a2 * e2 + a3 * e3);
        out[next + j] = out[next + j]! + (d0 * e0 + d1 * e1 + d2 * e2 + d3 * e3);
      }
    }
    for (; inner < k; inner++) {
      const place = row * k + inner;
      const a0 = a[place]!;
      const a1 = a[place + k]!;
      const a2 = a[place + 2 * k]!;
      const a3 = a[place + 3 * k]!;
      const start = inner * n;
      for (let j = 0; j < n; j++) {
        out[start + j] = out[start + j]! + (a0 * c[c0 + j]! + a1 * c[c1 + j]! + a2 * c[c2 + j]! + a3 * c[c3 + j]!);
      }
    }
  }
  for (; row < rows; row++) {
    for (let inner = 0; inner < k; inner++) {
      const factor = a[row * k + inner]!;
      const start = inner * n;
      for (let j = 0; j < n; j++) out[start + j] = out[start + j]! + factor * c[row * n + j]!;
    }
  }
}

/** out (rows × k) += c (rows × n) · bᵀ, for b (k × n). */
export function addProductWithTransposed(
  out: Float64Array,
  c: Float64Array,
  b: Float64Array,
  rows: number,
  k: number,
  n: number,
): void {
  let row = 0;
  for (; row + 1 < rows; row += 2) {
    const start = row * n;
    const next = start + n;
    let inner = 0;
    for (; inner + 1 < k; inner += 2) {
      const b0 = inner * n;
      const b1 = b0 + n;
      let s0 = 0;
      let s1 = 0;
      let t0 = 0;
      let t1 = 0;
      for (let j = 0; j < n; j++) {
        const factor = c[start + j]!;
        const other = c[next + j]!;
        const e0 = b[b0 + j]!;
        const e1 = b[b1 + j]!;
        s0 += factor * e0;
        s1 += factor * e1;
        t0 += other * e0;
        t1 += other * e1;
      }
      const place = row * k + inner;
      out[place] = out[place]! + s0;
      out[place + 1] = out[place + 1]! + s1;
      out[place + k] = out[place + k]! + t0;
      out[place + k + 1] = out[place + k + 1]! + t1;
    }
    for (; inner < k; inner++) {
      out[row * k + inner] = out[row * k + inner]! + dot(c, start, b, inner * n, n);
      out[row * k + k + inner] = out[row * k + k + inner]! + dot(c, next, b, inner * n, n);
    }
  }
  for (; row < rows; row++) {
    for (let inner = 0; inner < k; inner++) {
      out[row * k + inner] = out[row * k + inner]! + dot(c, row * n, b, inner * n, n);
    }
  }
}

/** Sum of the products of `n` values of two arrays from given places on. */
function dot(a: Float64Array, from: number, b: Float64Array, other: number, n: number): number {
  let sum = 0;
  for (let j = 0; j < n; j++) sum += a[from + j]! * b[other + j]!;
  return sum;
}
