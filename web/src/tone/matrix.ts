/** 3×3 matrices, row by row. */

const LEAST_DETERMINANT = 1e-4;

/** Return the inverse of a matrix; null when it is close to singular. */
export function inverse(m: readonly number[]): number[] | null {
  const cofactor = (row: number, column: number): number => {
    const [a, b] = [(row + 1) % 3, (row + 2) % 3];
    const [c, d] = [(column + 1) % 3, (column + 2) % 3];
    return m[3 * a + c] * m[3 * b + d] - m[3 * a + d] * m[3 * b + c];
  };
  const determinant = [0, 1, 2].reduce((sum, column) => sum + m[column] * cofactor(0, column), 0);
  if (!(Math.abs(determinant) > LEAST_DETERMINANT)) return null;
  return Array.from({ length: 9 }, (_, at) => cofactor(at % 3, Math.floor(at / 3)) / determinant);
}

/** Replace the three values at `at` by their product with a matrix. */
export function transform(m: readonly number[], values: Float32Array, at: number): void {
  const [x, y, z] = [values[at], values[at + 1], values[at + 2]];
  for (let row = 0; row < 3; row++) {
    values[at + row] = m[3 * row] * x + m[3 * row + 1] * y + m[3 * row + 2] * z;
  }
}
