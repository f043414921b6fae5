import { type CellCodes, IvfIndex, type Rescore, readSafetensors } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { assignToCentroids } from '../../src/cluster/assignment.ts';
import { memory } from '../../src/cost/index.ts';
import { relativeError, rowsOf, shuffledIds } from './indexed-rows.ts';

const KINDS: readonly { readonly codes: CellCodes; readonly rescore?: Rescore }[] = [
  { codes: 'float32' },
  { codes: 'int8' },
  { codes: 'pq4' },
  { codes: 'bits' },
  { codes: 'pq4', rescore: false },
  { codes: 'bits', rescore: false },
];
const training = { maxIterations: 3, seed: 5 };

async function built(shape: {
  rows: number;
  dimensions: number;
  cells: number;
  codes: CellCodes;
  rescore?: Rescore;
}) {
  const index = await IvfIndex.create({ ...shape, metric: 'l2' });
  await index.build(rowsOf(shape), training);
  return index;
}

describe('an IvfIndex holds what was predicted', () => {
  test.each([KINDS[1]!, KINDS[4]!])(
    'within 1 %, of 6000 x 100 in 40 cells with $codes, rescore $rescore',
    async (kind) => {
      const shape = { rows: 6000, dimensions: 100, cells: 40, ...kind };
      using index = await built(shape);
      const actual = index.memoryUsage();
      const predicted = memory.ivfIndex(shape);
      expect(relativeError(predicted.total, actual.total)).toBeLessThan(0.01);
      expect(predicted.total).toBe(predicted.vectors + predicted.codes + predicted.ids);
    },
  );

  test.each(KINDS.slice(3, 5))(
    'within 1 %, of 20 000 x 7 in 64 cells with $codes, rescore $rescore',
    async (kind) => {
      const shape = { rows: 20_000, dimensions: 7, cells: 64, ...kind };
      using index = await built(shape);
      expect(relativeError(memory.ivfIndex(shape).total, index.memoryUsage().total)).toBeLessThan(0.01);
    },
  );

  test.each(KINDS)('to the byte where cells are known, with $codes, rescore $rescore', async (kind) => {
    for (const [rows, dimensions, cells] of [
      [5000, 33, 1],
      [300, 768, 9],
      [1000, 1, 50],
    ] as const) {
      const shape = { rows, dimensions, cells, ...kind };
      using index = await IvfIndex.create({ ...shape, metric: 'l2' });
      const values = rowsOf(shape);
      await index.train(values, training);
      const cellRows = fillsOf(centroidsOf(index), values, shape);
      index.add(values, { ids: shuffledIds(rows) });
      expect(memory.ivfIndex({ ...shape, ids: 'given', cellRows })).toEqual(index.memoryUsage());
    }
  });

  // Of cells that grew often, each may have a fifth of its room left: the fewer cells, the less that evens out.
  test.each([
    [2, 0.01],
    [10, 0.01],
    [400, 0.04],
  ])('of rows that came in %i calls, within a share of %f', async (calls, tolerance) => {
    const shape = { rows: 12_000, dimensions: 24, cells: 20 };
    using index = await IvfIndex.create({ ...shape, metric: 'l2' });
    const values = rowsOf(shape);
    await index.train(values, training);
    for (let call = 0; call < calls; call++) {
      const [from, to] = [call, call + 1].map((at) => 24 * Math.floor((12_000 * at) / calls));
      index.add(values.subarray(from, to));
    }
    const predicted = memory.ivfIndex({ ...shape, calls });
    expect(relativeError(predicted.total, index.memoryUsage().total)).toBeLessThan(tolerance);
  });

  test('as though cells were spread evenly from 0 to twice their mean, where nobody says', () => {
    for (const [rows, cells] of [
      [0, 3],
      [5, 9],
      [1000, 7],
      [99_999, 20],
      [1_000_000, 4096],
    ] as const) {
      const upTo = (cell: number): number => Math.floor(rows * (cell / cells) * (cell / cells));
      const cellRows = Array.from({ length: cells }, (_, cell) => upTo(cell + 1) - upTo(cell));
      for (const calls of [1, 3]) {
        const shape = { rows, dimensions: 24, cells, calls };
        expect(memory.ivfIndex(shape)).toEqual(memory.ivfIndex({ ...shape, cellRows }));
      }
    }
    // A cell of 9000 rows: two whole segments of 4096, and 808 rows in 51 blocks of 16.
    const one = memory.ivfIndex({ rows: 9000, dimensions: 24, cells: 1, codes: 'float32' });
    const blocks = memory.ivfIndex({ rows: 2 * 4096 + 51 * 16, dimensions: 24, cells: 1, codes: 'float32' });
    expect(one.vectors).toBe(blocks.vectors);
    expect(() => memory.ivfIndex({ rows: 9, dimensions: 2, cells: 2, cellRows: { length: 1e12 } })).toThrow(
      /cellRows/,
    );
  });

  test('trained, before rows are added', async () => {
    using index = await IvfIndex.create({ dimensions: 24, cells: 20 });
    await index.train(rowsOf({ rows: 500, dimensions: 24 }), training);
    expect(memory.ivfIndex({ rows: 0, dimensions: 24, cells: 20 })).toEqual(index.memoryUsage());
  });
});

/** The centroids that an index has learned, as its file holds them. */
function centroidsOf(index: IvfIndex): Float32Array {
  const { data } = readSafetensors(index.toBytes()).tensors.get('centroids')!;
  return new Float32Array(data.slice().buffer);
}

function fillsOf(
  centroids: Float32Array,
  values: Float32Array,
  { dimensions, cells }: { readonly dimensions: number; readonly cells: number },
): Uint32Array {
  const fills = new Uint32Array(cells);
  for (const cell of assignToCentroids(values, centroids, dimensions, 'l2')) fills[cell]!++;
  return fills;
}
