import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '../../src/format/index.ts';
import {
  type EffortOptions,
  effortFor,
  estimateRecall,
  type RecallRequest,
} from '../../src/planner/effort.ts';
import { FlatIndex, HnswIndex, IvfIndex, LshIndex } from '../../src/search/index.ts';

const seeded = { seed: 20_241, numRuns: 300 };

const sizes = fc.record({
  rows: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1e9 })),
  dimensions: fc.integer({ min: 1, max: 65_536 }),
  k: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 1e9 })),
});
const codes = fc.constantFrom('float32' as const, 'int8' as const, 'pq4' as const, 'bits' as const);

/** An index, its options, and the one of them that makes a search or a build take more. */
const efforts: fc.Arbitrary<{
  index: RecallRequest['index'];
  options: EffortOptions;
  more: keyof EffortOptions;
}> = fc.oneof(
  fc.record({
    index: fc.constant('ivf' as const),
    options: fc.record({
      cells: fc.integer({ min: 1, max: 65_536 }),
      probes: fc.integer({ min: 1, max: 70_000 }),
      codes,
    }),
    more: fc.constant('probes' as const),
  }),
  fc.record({
    index: fc.constant('ivf' as const),
    options: fc.record({
      probes: fc.integer({ min: 1, max: 5000 }),
      codes: fc.constantFrom('pq4' as const, 'bits' as const),
      rescore: fc.integer({ min: 1, max: 5000 }),
    }),
    more: fc.constant('rescore' as const),
  }),
  fc.record({
    index: fc.constant('hnsw' as const),
    options: fc.record({
      m: fc.integer({ min: 2, max: 64 }),
      efConstruction: fc.integer({ min: 1, max: 5000 }),
      ef: fc.integer({ min: 1, max: 1e6 }),
    }),
    more: fc.constantFrom('m' as const, 'efConstruction' as const, 'ef' as const),
  }),
  fc.record({
    index: fc.constant('lsh' as const),
    options: fc.record({
      tables: fc.integer({ min: 1, max: 256 }),
      bits: fc.integer({ min: 1, max: 32 }),
      probesPerTable: fc.integer({ min: 1, max: 300 }),
    }),
    more: fc.constantFrom('tables' as const, 'probesPerTable' as const),
  }),
);

describe('estimateRecall', () => {
  it('is a share at every size, and no less with twice the effort or one more', () => {
    fc.assert(
      fc.property(sizes, efforts, ({ ...size }, { index, options, more }) => {
        const recall = estimateRecall({ ...size, index, options });
        const given = options[more] as number;
        const next = estimateRecall({ ...size, index, options: { ...options, [more]: given + 1 } });
        const twice = estimateRecall({ ...size, index, options: { ...options, [more]: 2 * given } });
        expect(recall).toBeGreaterThanOrEqual(0);
        expect(next).toBeGreaterThanOrEqual(recall);
        expect(twice).toBeGreaterThanOrEqual(next);
        expect(twice).toBeLessThanOrEqual(1);
      }),
      seeded,
    );
  });

  it('is 1 where every row is scored: in all cells, or by a beam that gives way to that', () => {
    const size = { rows: 50_000, dimensions: 96 };
    expect(estimateRecall({ ...size, index: 'ivf', options: { cells: 512, probes: 512 } })).toBe(1);
    expect(estimateRecall({ ...size, index: 'hnsw', options: { ef: 1667 } })).toBe(1); // 30 x 1667 > 50 000
    expect(estimateRecall({ ...size, index: 'hnsw', options: { ef: 1666 } })).toBeLessThan(1);
  });

  it('is less where sketches are all that is kept, most of all with one bit a dimension', () => {
    const recall = (options: EffortOptions): number =>
      estimateRecall({
        index: 'ivf',
        rows: 1e5,
        dimensions: 100,
        options: { cells: 64, probes: 64, ...options },
      });
    const [bits, pq4] = [recall({ codes: 'bits', rescore: false }), recall({ codes: 'pq4', rescore: false })];
    // Measured on GloVe: .573 and .774, and .991 and 1 with 30 rows scored for each.
    expect(bits).toBeLessThan(pq4);
    expect(pq4).toBeLessThan(0.9);
    expect(recall({ codes: 'bits' })).toBeGreaterThan(0.95);
    expect(recall({ codes: 'pq4', rescore: 30 })).toBeGreaterThan(0.99);
  });

  it('takes what is left out as the classes do', () => {
    const size = { rows: 1e5, dimensions: 96 };
    const full = { index: 'hnsw', k: 10, options: { m: 16, efConstruction: 200, ef: 64 } } as const;
    expect(estimateRecall({ ...size, index: 'hnsw' })).toBe(estimateRecall({ ...size, ...full }));
    const tables = { tables: 12, bits: 18, probesPerTable: 1 };
    expect(estimateRecall({ ...size, index: 'lsh' })).toBe(
      estimateRecall({ ...size, index: 'lsh', options: tables }),
    );
    const cells = { cells: 1024, probes: 64, codes: 'int8' } as const; // one in sixteen
    expect(estimateRecall({ ...size, index: 'ivf' })).toBe(
      estimateRecall({ ...size, index: 'ivf', options: cells }),
    );
  });
});

describe('effortFor', () => {
  const indexes = fc.constantFrom('ivf' as const, 'hnsw' as const, 'lsh' as const);
  const recalls = fc.double({ min: 0.01, max: 1, noNaN: true });

  it('gives complete options that reach the recall, and says what they reach', () => {
    fc.assert(
      fc.property(sizes, indexes, recalls, codes, (size, index, recall, codes) => {
        const found = effortFor({ ...size, index, recall, options: index === 'ivf' ? { codes } : {} });
        if (!found) return;
        expect(found.recall).toBeGreaterThanOrEqual(recall);
        expect(estimateRecall({ ...size, index, options: found.options })).toBe(found.recall);
        expect(found.spread).toBeGreaterThanOrEqual(0);
        expect(found.spread).toBeLessThanOrEqual(1);
        const isSketch = found.options.codes === 'pq4' || found.options.codes === 'bits';
        const names = {
          ivf: isSketch ? ['cells', 'codes', 'probes', 'rescore'] : ['cells', 'codes', 'probes'],
          hnsw: ['ef', 'efConstruction', 'm'],
          lsh: ['bits', 'probesPerTable', 'tables'],
        };
        expect(Object.keys(found.options).sort()).toEqual(names[index]);
      }),
      { ...seeded, numRuns: 100 },
    );
  });

  it('never asks for less where more is wanted', () => {
    fc.assert(
      fc.property(sizes, recalls, recalls, codes, (size, a, b, codes) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const fixed = { ivf: { codes }, hnsw: {}, lsh: { tables: 16, bits: 12 } };
        for (const index of ['ivf', 'hnsw', 'lsh'] as const) {
          const much = effortFor({ ...size, index, recall: high, options: fixed[index] });
          if (!much) continue;
          const little = effortFor({ ...size, index, recall: low, options: fixed[index] })!;
          for (const [name, value] of Object.entries(much.options))
            if (typeof value === 'number')
              expect(value).toBeGreaterThanOrEqual(little.options[name as 'ef']!);
        }
      }),
      { ...seeded, numRuns: 100 },
    );
  });

  it('takes no more than it needs', () => {
    const request = { rows: 2e5, dimensions: 256, k: 10 };
    for (const [index, name] of [
      ['ivf', 'probes'],
      ['hnsw', 'ef'],
    ] as const) {
      const { options } = effortFor({ ...request, index, recall: 0.97 })!;
      const less = { ...options, [name]: options[name]! - 1 };
      expect(estimateRecall({ ...request, index, options: less })).toBeLessThan(0.97);
    }
  });

  it('keeps what is fixed, and finds nothing where that does not reach', () => {
    const request = { rows: 1e5, dimensions: 96, k: 10, recall: 0.99 };
    const fixed = effortFor({ ...request, index: 'ivf', options: { cells: 256, codes: 'pq4', rescore: 50 } });
    expect(fixed?.options).toMatchObject({ cells: 256, codes: 'pq4', rescore: 50 });
    expect(effortFor({ ...request, index: 'hnsw', options: { m: 8 } })?.options).toMatchObject({ m: 8 });
    expect(effortFor({ ...request, index: 'lsh', options: { bits: 10 } })?.options.bits ?? 10).toBe(10);
    expect(effortFor({ ...request, index: 'ivf', options: { probes: 1 } })).toBeUndefined();
    expect(effortFor({ ...request, index: 'hnsw', options: { ef: 10 } })).toBeUndefined();
    expect(
      effortFor({ ...request, index: 'ivf', options: { codes: 'bits', rescore: false } }),
    ).toBeUndefined();
    expect(effortFor({ ...request, index: 'lsh', recall: 1 })).toBeUndefined();
  });

  it('divides rows into a power of two of cells near four times their root', () => {
    const cells = (rows: number): number | undefined =>
      effortFor({ index: 'ivf', rows, dimensions: 96, recall: 0.9 })?.options.cells;
    // 4 sqrt: 4, 40, 400, 4000, 12 649, 126 491 (beyond what an index may have)
    expect([1, 100, 1e4, 1e6, 1e7, 1e9].map(cells)).toEqual([1, 32, 512, 4096, 16_384, 65_536]);
  });

  it('answers with plain data', () => {
    const size = { rows: 1e6, dimensions: 96, k: 10 };
    const said = (['ivf', 'hnsw', 'lsh'] as const).map((index) => effortFor({ ...size, index, recall: 0.9 }));
    expect(JSON.parse(JSON.stringify(said))).toEqual(said);
  });

  it.each([
    ['index', { index: 'flat' as 'ivf' }],
    ['rows', { rows: 0 }],
    ['rows', { rows: 1e9 + 1 }],
    ['dimensions', { dimensions: 0.5 }],
    ['k', { k: 0 }],
    ['recall', { recall: 0 }],
    ['recall', { recall: 1.01 }],
    ['recall', { recall: Number.NaN }],
    ['cells', { options: { cells: 0 } }],
    ['probes', { options: { probes: -1 } }],
    ['codes', { options: { codes: 'pq8' as 'pq4' } }],
    ['rescore', { options: { codes: 'pq4' as const, rescore: 0 } }],
    ['m', { index: 'hnsw' as const, options: { m: 1 } }],
    ['ef', { index: 'hnsw' as const, options: { ef: 0 } }],
    ['bits', { index: 'lsh' as const, options: { bits: 33 } }],
    ['probesPerTable', { index: 'lsh' as const, options: { probesPerTable: 0 } }],
  ])('names what is wrong: %s %o', (name, wrong) => {
    const request = { index: 'ivf' as const, rows: 1000, dimensions: 64, recall: 0.9, ...wrong };
    expect(() => effortFor(request)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(name) }),
    );
  });

  it('wants to be told something', () => {
    expect(() => effortFor(undefined as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    expect(() => estimateRecall(null as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

describe('on word vectors', () => {
  const [rows, dimensions, k, asked] = [4000, 100, 10, 200];
  let vectors: Float32Array;
  let queries: Float32Array;
  let best: Int32Array;

  beforeAll(async () => {
    const words = readNpy(readFileSync(new URL('../../demo/data/glove-40k.npy', import.meta.url)))
      .data as Float32Array;
    vectors = words.subarray(0, rows * dimensions);
    queries = words.subarray(rows * dimensions, (rows + asked) * dimensions);
    const flat = await FlatIndex.create({ dimensions });
    flat.add(vectors);
    best = flat.search(queries, { k }).ids;
    flat.dispose();
  });

  function recallOf(ids: Int32Array): number {
    let found = 0;
    for (let i = 0; i < ids.length; i++) {
      const query = i - (i % k);
      if (best.subarray(query, query + k).includes(ids[i]!)) found++;
    }
    return found / ids.length;
  }

  function expectWithinSpread(measured: number, found: ReturnType<typeof effortFor>): void {
    expect(Math.abs(measured - found!.recall)).toBeLessThanOrEqual(found!.spread);
  }

  it.each(['int8', 'pq4', 'bits'] as const)('cells of %s find what is estimated', async (codes) => {
    const found = effortFor({ index: 'ivf', rows, dimensions, k, recall: 0.9, options: { codes } });
    const { cells, probes, rescore } = found!.options;
    const ivf = await IvfIndex.create({ dimensions, cells: cells!, codes });
    await ivf.build(vectors, { rowsPerCell: 32 });
    const { ids } = ivf.search(queries, { k, probes: probes!, ...(rescore && { rescore }) });
    ivf.dispose();
    expectWithinSpread(recallOf(ids), found);
  });

  it('a graph finds what is estimated', async () => {
    const found = effortFor({
      index: 'hnsw',
      rows,
      dimensions,
      k,
      recall: 0.9,
      options: { m: 8, efConstruction: 60 },
    });
    const { m, efConstruction, ef } = found!.options;
    const hnsw = await HnswIndex.create({ dimensions, m: m!, efConstruction: efConstruction! });
    await hnsw.build(vectors);
    const { ids } = hnsw.search(queries, { k, ef: ef! });
    hnsw.dispose();
    expectWithinSpread(recallOf(ids), found);
  });

  it('hash tables find what is estimated', async () => {
    const found = effortFor({ index: 'lsh', rows, dimensions, k, recall: 0.8, options: { bits: 10 } });
    const { tables, bits, probesPerTable } = found!.options;
    const lsh = await LshIndex.create({ dimensions, tables: tables!, bits: bits! });
    lsh.add(vectors);
    const { ids } = lsh.search(queries, { k, probesPerTable: probesPerTable! });
    lsh.dispose();
    expectWithinSpread(recallOf(ids), found);
  });
});
