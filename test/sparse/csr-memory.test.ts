import { CsrMatrix, capabilities } from 'lanewise';
import { expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeEntries } from '../reference/sparse.ts';

const memory = () => capabilities().memory;

/** What an allocation of `bytes` takes: whole cache lines. */
const lines = (bytes: number) => 64 * Math.ceil(bytes / 64);

test('memoryUsage counts 4 bytes a row, 8 an entry, 4 in a pattern, beside those of dense numbers', async () => {
  const { values, ...places } = makeEntries(100, 50, 1000, 1);
  for (const isPattern of [false, true]) {
    const { bytesInUse } = memory();
    using matrix = await CsrMatrix.fromCoo(isPattern ? places : { ...places, values });
    const entries = lines(4 * matrix.nonzeros + 32); // eight more are there to be read
    const { total, scratch, ...arrays } = matrix.memoryUsage();
    expect(arrays).toEqual({
      ...{ indptr: lines(4 * 101), indices: entries, values: isPattern ? 0 : entries, dense: 4 * 100 * 50 },
    });
    expect(scratch).toBeLessThanOrEqual(256);
    expect(total).toBe(scratch + arrays.indptr + arrays.indices + arrays.values);
    expect(memory().bytesInUse - bytesInUse).toBe(total);
  }
});

test('products keep their room, so that another takes none; dispose gives all of it back', async () => {
  const { bytesInUse } = memory();
  const matrix = await CsrMatrix.fromCoo(makeEntries(100, 50, 1000, 1));
  const { total } = matrix.memoryUsage();
  matrix.multiply(new Float32Array(50));
  matrix.multiplyMatrix(new Float32Array(50 * 7), 7); // whose room takes the place of the smaller one
  const kept = matrix.memoryUsage();
  // 8 columns for 7, and at most a byte a row for the order in which rows are taken.
  expect(kept.total - total).toBeGreaterThanOrEqual(4 * 8 * 150);
  expect(kept.total - total).toBeLessThanOrEqual(lines(4 * 8 * 150) + lines(100));
  const before = memory();
  for (let round = 0; round < 3; round++) {
    matrix.multiply(new Float32Array(50));
    matrix.multiplyTransposed(new Float32Array(100));
    matrix.multiplyMatrix(new Float32Array(50 * 8), 8);
    matrix.rowNorms();
    matrix.columnNorms();
  }
  expect(memory()).toEqual(before);
  expect(matrix.memoryUsage()).toEqual(kept);
  matrix.dispose();
  matrix.dispose();
  expect(memory().bytesInUse).toBe(bytesInUse);
});

test('300 matrices, and what is made of them, leave nothing behind and take no more than one', async () => {
  const entries = makeEntries(20, 30, 100, 2);
  const cycle = async () => {
    using matrix = await CsrMatrix.fromCoo(entries);
    using turned = matrix.transpose();
    using sum = matrix.add(matrix);
    using scaled = sum.scale(2);
    using part = scaled.slice(3, 9);
    using unit = part.normalizeRows();
    using read = await CsrMatrix.fromArrays(unit.toArrays());
    turned.multiply(new Float32Array(20));
    errorOf(() => matrix.scale(1e39));
    errorOf(() => matrix.add(sum, { alpha: 1e39 }));
    await CsrMatrix.fromCoo({ ...entries, columns: 3 }).catch(() => {});
    await CsrMatrix.fromArrays({ ...read.toArrays(), columns: 3 }).catch(() => {});
  };
  await cycle();
  const before = memory();
  for (let i = 0; i < 300; i++) await cycle();
  expect(memory()).toEqual(before);
});

test('a matrix that is dropped without dispose is reclaimed when it is collected', async () => {
  const { bytesInUse } = memory();
  const drop = async () => {
    for (let i = 0; i < 20; i++)
      (await CsrMatrix.fromCoo(makeEntries(9, 9, 20, i))).multiply(new Float32Array(9));
  };
  await drop();
  expect(memory().bytesInUse).toBeGreaterThan(bytesInUse);
  // Finalizers run in some later turn; two seconds are far more than they take.
  for (let attempt = 0; attempt < 100 && memory().bytesInUse > bytesInUse; attempt++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(memory().bytesInUse).toBe(bytesInUse);
});
