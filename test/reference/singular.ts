/** Singular values, descending, with the right singular vectors as rows: the naive way, in float64. */
export interface SingularFloat64 {
  readonly values: number[];
  readonly vectors: number[][];
}

/**
 * One-sided Jacobi (Hestenes 1958): rotates pairs of columns until all are orthogonal; their norms are the singular values.
 *
 * @param a rows x columns, row-major
 */
export function singularFloat64(a: ArrayLike<number>, rows: number, columns: number): SingularFloat64 {
  // Column j of the matrix, and then of the rotations that it has been through.
  const work = Array.from({ length: columns }, (_, j) => [
    ...Array.from({ length: rows }, (_, i) => a[i * columns + j]!),
    ...Array.from({ length: columns }, (_, i) => (i === j ? 1 : 0)),
  ]);
  const dot = (x: number[], y: number[]) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += x[i]! * y[i]!;
    return sum;
  };
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (let p = 0; p < columns; p++) {
      for (let q = p + 1; q < columns; q++) {
        const [x, y] = [work[p]!, work[q]!];
        const [xx, yy, xy] = [dot(x, x), dot(y, y), dot(x, y)];
        if (Math.abs(xy) <= 1e-15 * Math.sqrt(xx * yy) || xx * yy === 0) continue;
        isDone = false;
        const angle = Math.atan2(2 * xy, xx - yy) / 2;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let i = 0; i < x.length; i++) {
          const [u, v] = [x[i]!, y[i]!];
          x[i] = c * u + s * v;
          y[i] = c * v - s * u;
        }
      }
    }
  }
  const found = work.map((column) => ({ value: Math.sqrt(dot(column, column)), vector: column.slice(rows) }));
  found.sort((x, y) => y.value - x.value);
  return { values: found.map(({ value }) => value), vectors: found.map(({ vector }) => vector) };
}

/** The same vector with its entry of largest magnitude positive; of equal ones the first decides. */
export function signed(vector: readonly number[]): number[] {
  const magnitudes = vector.map(Math.abs);
  const sign = vector[magnitudes.indexOf(Math.max(...magnitudes))]! < 0 ? -1 : 1;
  return vector.map((value) => sign * value);
}
