import { CsrMatrix, Random } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/csr-matrix.ts';
import { sha256 } from '../golden/recipe.ts';
import { makeEntries } from '../reference/sparse.ts';

/** Sums of such numbers are rounded, so that another order of summation is another hash. */
function draw(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.integer(2 ** 24) / 2 ** 23 - 1);
}

test.each(GOLDEN)(
  '$rows x $columns with $count entries given come to what they do in every tier and version',
  async ({ rows, columns, count, width, ...hashes }) => {
    using matrix = await CsrMatrix.fromCoo(makeEntries(rows, columns, count, rows));
    using unit = matrix.normalizeRows();
    using sum = matrix.add(unit, { alpha: 0.1, beta: 0.7 });
    const { indptr, indices, values } = sum.toArrays();
    expect({
      multiply: sha256(matrix.multiply(draw(columns, 1))),
      multiplyTransposed: sha256(matrix.multiplyTransposed(draw(rows, 2))),
      multiplyMatrix: sha256(matrix.multiplyMatrix(draw(columns * width, 3), width)),
      sum: sha256(Int32Array.from(indptr), Int32Array.from(indices), values!),
      totals: sha256(matrix.rowNorms(), matrix.columnNorms(), matrix.rowSums(), matrix.columnSums()),
    }).toEqual(hashes);
  },
);
