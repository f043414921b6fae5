import { Random } from 'lanewise';

/** Entries in any order, some at the same place: what a matrix is given as. */
export interface Entries {
  readonly rows: number;
  readonly columns: number;
  readonly rowIndex: number[];
  readonly columnIndex: number[];
  readonly values: number[];
}

/** `count` entries at random places, values of float32 in -1..1. */
export function makeEntries(rows: number, columns: number, count: number, seed: number): Entries {
  const random = new Random(seed);
  const draw = (below: number) => Array.from({ length: count }, () => random.integer(below));
  const values = draw(2 ** 24).map((value) => value / 2 ** 23 - 1);
  return { rows, columns, rowIndex: draw(rows), columnIndex: draw(columns), values };
}

/** Sums in float64, in the order given, rounded once: rows x columns. */
export function toDense({ rows, columns, rowIndex, columnIndex, values }: Entries): Float32Array {
  const sums = new Float64Array(rows * columns);
  for (const [i, value] of values.entries()) sums[rowIndex[i]! * columns + columnIndex[i]!]! += value;
  return Float32Array.from(sums);
}

/** One array a row. */
export function rowsOf(dense: Float32Array, columns: number): Float32Array[] {
  return Array.from({ length: dense.length / columns }, (_, row) =>
    dense.subarray(row * columns, (row + 1) * columns),
  );
}

/** The transpose of rows x columns. */
export function turn(dense: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    { length: dense.length },
    (_, i) => dense[(i % rows) * columns + Math.floor(i / rows)]!,
  );
}

/**
 * A X in float64, X being columns x width, and how far float32 may be from it: each of the n terms of a sum is rounded
 * once as a product and at most n - 1 times as part of a sum, so that the error is at most n u / (1 - n u) times the sum of
 * magnitudes (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1), u = 2^-24; products below the normal
 * range lose at most 2^-150 each.
 */
export function product(
  dense: Float32Array,
  columns: number,
  x: Float32Array,
  width: number,
): { sums: Float64Array; bounds: Float64Array } {
  const rows = rowsOf(dense, columns);
  const sums = new Float64Array(rows.length * width);
  const bounds = new Float64Array(rows.length * width);
  for (const [r, row] of rows.entries()) {
    const n = row.filter((value) => value !== 0).length;
    for (let j = 0; j < width; j++) {
      let magnitude = 0;
      for (let c = 0; c < columns; c++) {
        const term = row[c]! * x[c * width + j]!;
        sums[r * width + j]! += term;
        magnitude += Math.abs(term);
      }
      bounds[r * width + j] = ((n * 2 ** -24) / (1 - n * 2 ** -24)) * magnitude + n * 2 ** -150;
    }
  }
  return { sums, bounds };
}

/** The largest excess of |result - sum| over its bound; 0 or less when all hold. */
export function excess(result: Float32Array, { sums, bounds }: ReturnType<typeof product>): number {
  let worst = result.length === sums.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [i, sum] of sums.entries()) worst = Math.max(worst, Math.abs(result[i]! - sum) - bounds[i]!);
  return worst;
}
