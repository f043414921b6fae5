import type { CsrMatrix } from 'lanewise';
import { beforeEach, expect, test } from 'vitest';
import { loadWithMemory, type ScarcePackage, starve } from '../host/scarce-memory.ts';

const exhausted = { name: 'LanewiseError', code: 'MEMORY_EXHAUSTED' };

/** 2000 x 500, 8000 entries, of which the later half repeats the places of the first. */
const ENTRIES = {
  ...{ rows: 2000, columns: 500 },
  rowIndex: Array.from({ length: 8000 }, (_, i) => (i * 7) % 2000),
  columnIndex: Array.from(
    { length: 8000 },
    (_, i) => ((i % 4000) * 11 + Math.floor((i % 4000) / 2000)) % 500,
  ),
  values: Array.from({ length: 8000 }, (_, i) => (i % 9) / 8),
};

let scarce: ScarcePackage;

beforeEach(async () => {
  scarce = await loadWithMemory(4 << 20);
});

/** Starves the call: it throws MEMORY_EXHAUSTED, and leaves no bytes. */
async function expectNothingLeft(call: () => unknown): Promise<void> {
  const { memory } = scarce;
  await call();
  const { bytesInUse } = memory.statistics;
  const calls = await starve(scarce, call, (error) => {
    expect(error).toMatchObject(exhausted);
    expect(memory.statistics.bytesInUse).toBe(bytesInUse);
  });
  expect(calls).toBeGreaterThan(5);
}

test('building a matrix without the memory for it, wherever on the way, holds nothing', async () => {
  const { CsrMatrix } = scarce.lanewise;
  await expectNothingLeft(async () => (await CsrMatrix.fromCoo(ENTRIES)).dispose());
  using matrix = await CsrMatrix.fromCoo(ENTRIES);
  expect(matrix.nonzeros).toBeLessThan(8000); // so that sums were a part of it
  const arrays = matrix.toArrays();
  const dense = matrix.slice(0, 100).toDense();
  await expectNothingLeft(async () => (await CsrMatrix.fromArrays(arrays)).dispose());
  await expectNothingLeft(async () =>
    (await CsrMatrix.fromDense(dense, { rows: 100, columns: 500 })).dispose(),
  );
});

test.each<[string, (matrix: CsrMatrix) => CsrMatrix]>([
  ['transpose', (matrix) => matrix.transpose()],
  ['add', (matrix) => matrix.add(matrix)],
  ['scale', (matrix) => matrix.scale(2)],
  ['scaleRows', (matrix) => matrix.scaleRows(new Float32Array(2000))],
  ['scaleColumns', (matrix) => matrix.scaleColumns(new Float32Array(500))],
  ['normalizeRows', (matrix) => matrix.normalizeRows()],
  ['slice', (matrix) => matrix.slice(1)],
])('%s without the memory for it holds nothing, and the matrix is as it was', async (_, make) => {
  using matrix = await scarce.lanewise.CsrMatrix.fromCoo(ENTRIES);
  const before = matrix.toArrays();
  await expectNothingLeft(() => make(matrix).dispose());
  expect(matrix.toArrays()).toEqual(before);
});

test.each<[string, (matrix: CsrMatrix) => Float32Array]>([
  ['multiply', (matrix) => matrix.multiply(new Float32Array(500).fill(1))],
  ['multiplyMatrix', (matrix) => matrix.multiplyMatrix(new Float32Array(500 * 9).fill(1), 9)],
  ['multiplyTransposed', (matrix) => matrix.multiplyTransposed(new Float32Array(2000).fill(1))],
  ['rowSums', (matrix) => matrix.rowSums()],
  ['columnNorms', (matrix) => matrix.columnNorms()],
])(
  '%s without the memory for it throws, leaves no bytes, and answers once there is some',
  async (_, call) => {
    const { memory, lanewise } = scarce;
    using reference = await lanewise.CsrMatrix.fromCoo(ENTRIES);
    await expectNothingLeft(() => {
      using matrix = reference.slice(); // one that keeps no room of an earlier call
      call(matrix);
    });
    using matrix = reference.slice();
    const filler: number[] = [];
    expect(() => {
      for (;;) filler.push(memory.allocate(512));
    }).toThrow(expect.objectContaining(exhausted));
    expect(() => call(matrix)).toThrow(expect.objectContaining(exhausted));
    expect(matrix.nonzeros).toBe(reference.nonzeros);
    for (const address of filler) memory.free(address);
    expect(call(matrix)).toEqual(call(reference));
  },
);

test('a call that needs more room than an earlier one kept, and finds none, leaves the next call to find some', async () => {
  const { memory, lanewise } = scarce;
  using matrix = await lanewise.CsrMatrix.fromCoo(ENTRIES);
  const sums = matrix.rowSums();
  const filler = memory.allocate(memory.statistics.maximumBytes - memory.statistics.bytesInUse - 200_000);
  expect(() => matrix.multiplyMatrix(new Float32Array(500 * 64), 64)).toThrow(
    expect.objectContaining(exhausted),
  );
  expect(matrix.rowSums()).toEqual(sums);
  memory.free(filler);
  expect(matrix.multiplyMatrix(new Float32Array(500 * 64), 64)).toEqual(new Float32Array(2000 * 64));
});

test('multiply answers where linear memory grows on its way', async () => {
  const { memory, lanewise } = scarce;
  using matrix = await lanewise.CsrMatrix.fromCoo(ENTRIES);
  matrix.multiplyTransposed(new Float32Array(2000)); // the room that multiply takes, but no order of rows yet
  const { bytesReserved } = memory.statistics;
  while (memory.statistics.bytesInUse + 64 <= bytesReserved - 1024) memory.allocate(64);
  expect(matrix.multiply(new Float32Array(500).fill(1))).toEqual(matrix.rowSums());
  expect(memory.statistics.bytesReserved).toBeGreaterThan(bytesReserved);
});
