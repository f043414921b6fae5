import { CsrMatrix, Random } from 'lanewise';

/** A dense matrix as it is, and in compressed sparse rows. */
export interface Made {
  readonly rows: number;
  readonly columns: number;
  readonly dense: Float32Array;
  readonly matrix: CsrMatrix;
}

export async function fromDense(dense: Float32Array, rows: number, columns: number): Promise<Made> {
  const entries = [...dense.keys()].filter((at) => dense[at] !== 0);
  const matrix = await CsrMatrix.fromCoo({
    rows,
    columns,
    rowIndex: entries.map((at) => Math.floor(at / columns)),
    columnIndex: entries.map((at) => at % columns),
    values: entries.map((at) => dense[at]!),
  });
  return { rows, columns, dense, matrix };
}

/** Entries that are 0 but for a share, and fall off with their row and column so that singular values lie apart. */
export function makeSparse(rows: number, columns: number, density: number, seed: number): Promise<Made> {
  const random = new Random(seed);
  const dense = Float32Array.from({ length: rows * columns }, (_, at) => {
    const value = random.uniform() < density ? random.uniform() + 0.1 : 0;
    return (value * 4) / (1 + Math.floor(at / columns) + (at % columns));
  });
  return fromDense(dense, rows, columns);
}

/** Variances of the columns of rows x columns, over rows, in float64. */
export function variances(values: ArrayLike<number>, rows: number, columns: number): number[] {
  return Array.from({ length: columns }, (_, j) => {
    const column = Array.from({ length: rows }, (_, i) => values[i * columns + j]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / rows;
    return column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
  });
}
