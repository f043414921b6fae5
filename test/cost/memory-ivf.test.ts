import { type CellCodes, IvfIndex, type Rescore } from 'lanewise';
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
  test.each(KINDS)('within 1 %, of 6000 x 100 in 40 cells with $codes, rescore $rescore', async (kind) => {
    const shape = { rows: 6000, dimensions: 100, cells: 40, ...kind };
    using index = await built(shape);
    const actual = index.memoryUsage();
    const predicted = memory.ivfIndex(shape);
    expect(relativeError(predicted.total, actual.total)).toBeLessThan(0.01);
    expect(predicted.total).toBe(predicted.vectors + predicted.codes + predicted.ids);
  });

  test.each(KINDS)('within 1 %, of 20 000 x 7 in 64 cells with $codes, rescore $rescore', async (kind) => {
    const shape = { rows: 20_000, dimensions: 7, cells: 64, ...kind };
    using index = await built(shape);
    expect(relativeError(memory.ivfIndex(shape).total, index.memoryUsage().total)).toBeLessThan(0.01);
  });

  test.each(KINDS)('to the byte where cells are known, with $codes, rescore $rescore', async (kind) => {
    for (const [rows, dimensions, cells] of [
      [6000, 33, 1],
      [700, 768, 9],
      [3000, 1, 50],
    ] as const) {
      const shape = { rows, dimensions, cells, ...kind };
      using index = await IvfIndex.create({ ...shape, metric: 'l2' });
      const values = rowsOf(shape);
      await index.train(values, training);
      const cellRows = fillsOf(await centroidsOf(index, values, shape), values, shape);
      index.add(values, { ids: shuffledIds(rows) });
      expect(memory.ivfIndex({ ...shape, ids: 'given', cellRows })).toEqual(index.memoryUsage());
    }
  });

  test.each([2, 10, 40, 1000])('within 1 %, of rows that came in %i calls', async (calls) => {
    const shape = { rows: 12_000, dimensions: 24, cells: 20 };
    using index = await IvfIndex.create({ ...shape, metric: 'l2' });
    const values = rowsOf(shape);
    await index.train(values, training);
    for (let call = 0; call < calls; call++) {
      const [from, to] = [call, call + 1].map((at) => 24 * Math.floor((12_000 * at) / calls));
      index.add(values.subarray(from, to));
    }
    expect(relativeError(memory.ivfIndex({ ...shape, calls }).total, index.memoryUsage().total)).toBeLessThan(
      0.01,
    );
  });

  test('trained, before rows are added', async () => {
    using index = await IvfIndex.create({ dimensions: 24, cells: 20 });
    await index.train(rowsOf({ rows: 500, dimensions: 24 }), training);
    expect(memory.ivfIndex({ rows: 0, dimensions: 24, cells: 20 })).toEqual(index.memoryUsage());
  });
});

/** The centroids that an index of this seed learns: those of one that keeps its file readable. */
async function centroidsOf(
  index: IvfIndex,
  _values: Float32Array,
  { dimensions, cells }: { readonly dimensions: number; readonly cells: number },
): Promise<Float32Array> {
  const { readSafetensors } = await import('lanewise');
  const centroids = readSafetensors(index.toBytes()).tensors.get('centroids')!;
  return new Float32Array(centroids.data.slice().buffer, 0, cells * dimensions);
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
