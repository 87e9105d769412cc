/**
 * Solution of A · x = b by Cholesky's factors.
 *
 * @param matrix A, symmetric, size × size by rows; its lower triangle is overwritten.
 * @param right b, of length size.
 * @returns x, or `null` if A is not positive definite.
 */
export function solvePositiveDefinite(matrix: Float64Array, right: Float64Array): Float64Array | null {
  const size = right.length;
  const solution = right.slice();
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let c = 0; c < j; c++) sum -= matrix[i * size + c]! * matrix[j * size + c]!;
      if (i === j && !(sum > 0)) return null;
      matrix[i * size + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * size + j]!;
    }
    for (let c = 0; c < i; c++) solution[i]! -= matrix[i * size + c]! * solution[c]!;
    solution[i]! /= matrix[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let c = i + 1; c < size; c++) solution[i]! -= matrix[c * size + i]! * solution[c]!;
    solution[i]! /= matrix[i * size + i]!;
  }
  return solution;
}
