/**
 * Products of small dense matrices by rows. Four rows of the inner dimension are processed at once, so that an entry of the
 * result is loaded and stored once per four multiplications.
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
  for (let row = 0; row < rows; row++) {
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
    for (let inner = 0; inner < k; inner++) {
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
  for (let row = 0; row < rows; row++) {
    const start = row * n;
    let inner = 0;
    for (; inner + 3 < k; inner += 4) {
      const b0 = inner * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let j = 0; j < n; j++) {
        const factor = c[start + j]!;
        s0 += factor * b[b0 + j]!;
        s1 += factor * b[b1 + j]!;
        s2 += factor * b[b2 + j]!;
        s3 += factor * b[b3 + j]!;
      }
      const place = row * k + inner;
      out[place] = out[place]! + s0;
      out[place + 1] = out[place + 1]! + s1;
      out[place + 2] = out[place + 2]! + s2;
      out[place + 3] = out[place + 3]! + s3;
    }
    for (; inner < k; inner++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += c[start + j]! * b[inner * n + j]!;
      out[row * k + inner] = out[row * k + inner]! + sum;
    }
  }
}
