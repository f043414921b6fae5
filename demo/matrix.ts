/** Vectors, one a row: `data` is rows x dimensions, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly dimensions: number;
  readonly data: Float32Array;
}

/** A view of one row. */
export function rowOf({ data, dimensions }: Matrix, row: number): Float32Array {
  return data.subarray(row * dimensions, (row + 1) * dimensions);
}

/** The named rows, copied in the given order. */
export function selectRows(matrix: Matrix, chosen: Int32Array): Matrix {
  const { dimensions } = matrix;
  const data = new Float32Array(chosen.length * dimensions);
  chosen.forEach((row, place) => {
    data.set(rowOf(matrix, row), place * dimensions);
  });
  return { rows: chosen.length, dimensions, data };
}
