import { Bitmap, type CellCodes, IvfIndex, type Metric } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { type DataShape, EVERY_DISTRIBUTION, makeQueries, makeRows } from '../reference/data.ts';
import { expectSameAnswers, indexOf, sameBytes } from './answers.ts';
import { ivfOf } from './ivf-answers.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
const CODES: readonly CellCodes[] = ['float32', 'int8'];

describe.each(METRICS)('%s', (metric) => {
  test.each(EVERY_DISTRIBUTION)(
    'rows %s: all cells answer as a FlatIndex does, to the bit',
    async (distribution) => {
      for (const [dimensions, size, cells] of [
        [3, 400, 7],
        [20, 333, 16],
        [101, 90, 90],
      ] as const) {
        const shape: DataShape = { distribution, metric, dimensions, size };
        const rows = makeRows(shape, size);
        const queries = makeQueries(shape, rows, dimensions);
        using flat = await indexOf(rows, dimensions, metric);
        for (const codes of CODES) {
          using index = await ivfOf(rows, { dimensions, metric, cells, codes });
          for (const k of [1, 10, 500]) {
            const context = `${dimensions} x ${size}, ${codes}, k ${k}`;
            const expected = flat.search(queries, { k, exact: 'scan' });
            expectSameAnswers(index.search(queries, { k, probes: cells }), expected, context);
            expectSameAnswers(index.search(queries, { k, exact: true }), expected, context);
            const first = queries.slice(0, dimensions);
            const one = { ids: expected.ids.slice(0, k), scores: expected.scores.slice(0, k) };
            expectSameAnswers(index.search(first, { k, probes: 2 ** 31 - 1 }), one, context);
          }
        }
      }
    },
  );

  test.each(EVERY_DISTRIBUTION)(
    'rows %s: int8 answers as float32 does from the same cells',
    async (distribution) => {
      const shape: DataShape = { distribution, metric, dimensions: 13, size: 1200 };
      const rows = makeRows(shape, 3);
      const queries = makeQueries(shape, rows, 4);
      using scored = await ivfOf(rows, { dimensions: 13, metric, cells: 30, codes: 'float32' });
      using bounded = await ivfOf(rows, { dimensions: 13, metric, cells: 30, codes: 'int8' });
      for (const probes of [1, 2, 5, 12, 29]) {
        for (const k of [1, 7, 60]) {
          const [a, b] = [scored, bounded].map((index) => index.search(queries, { k, probes, stats: true }));
          expectSameAnswers(b!, a!, `${probes} probes, k ${k}`);
          expect(b!.probed).toEqual(a!.probed);
        }
      }
    },
  );

  test.each(CODES)('batches of %s cells answer as their queries do one by one', async (codes) => {
    const shape: DataShape = { distribution: 'clustered', metric, dimensions: 10, size: 900 };
    const rows = makeRows(shape, 1);
    const queries = makeRows({ ...shape, distribution: 'bell', size: 40 }, 2);
    using index = await ivfOf(rows, { dimensions: 10, metric, cells: 25, codes });
    const filter = Bitmap.of(Array.from({ length: 450 }, (_, i) => 2 * i));
    for (const options of [{ probes: 1 }, { probes: 3 }, { probes: 6, filter }, { probes: 25 }]) {
      for (const k of [1, 12]) {
        const alone = Array.from({ length: 40 }, (_, i) =>
          index.search(queries.slice(10 * i, 10 * i + 10), { ...options, k, stats: true }),
        );
        for (const size of [2, 3, 7, 8, 9, 23, 40]) {
          const batch = index.search(queries.slice(0, 10 * size), { ...options, k, stats: true });
          expect([...batch.ids]).toEqual(alone.slice(0, size).flatMap(({ ids }) => [...ids]));
          expect([...batch.scores]).toEqual(alone.slice(0, size).flatMap(({ scores }) => [...scores]));
          expect([...batch.probed!]).toEqual(alone.slice(0, size).flatMap(({ probed }) => [...probed!]));
        }
      }
    }
  });

  test.each(CODES)('range answers as that of a FlatIndex with %s cells', async (codes) => {
    const shape: DataShape = { distribution: 'clustered', metric, dimensions: 6, size: 700 };
    const rows = makeRows(shape, 5);
    using flat = await indexOf(rows, 6, metric);
    using index = await ivfOf(rows, { dimensions: 6, metric, cells: 11, codes });
    const filter = Bitmap.of(Array.from({ length: 350 }, (_, i) => 2 * i + 1));
    for (let query = 0; query < 10; query++) {
      const vector = makeQueries(shape, rows, 6).slice(6 * query, 6 * query + 6);
      for (const rank of [0, 20, 699]) {
        const radius = flat.search(vector, { k: 700 }).scores[rank]!;
        for (const exact of ['certified', 'scan'] as const) {
          const found = index.range(vector, { radius, exact });
          expect(found.ids.length).toBeGreaterThan(rank);
          expectSameAnswers(found, flat.range(vector, { radius, exact: 'scan' }), `${rank} ${exact}`);
          const some = index.range(vector, { radius, exact, filter });
          expectSameAnswers(some, flat.range(vector, { radius, exact: 'scan', filter }));
        }
      }
    }
  });
});

describe('a batch of more queries than are grouped at once', () => {
  test('answers each as alone', async () => {
    const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 4, size: 2100 }, 1);
    using index = await ivfOf(rows, { dimensions: 4, metric: 'l2', cells: 20 });
    const { ids, scores } = index.search(rows, { k: 2, probes: 3 });
    for (const query of [0, 1, 1022, 1023, 1024, 1025, 2047, 2048, 2099]) {
      const alone = index.search(rows.slice(4 * query, 4 * query + 4), { k: 2, probes: 3 });
      const inBatch = {
        ids: ids.slice(2 * query, 2 * query + 2),
        scores: scores.slice(2 * query, 2 * query + 2),
      };
      expectSameAnswers(inBatch, alone);
      expect([alone.ids[0], alone.scores[0]]).toEqual([query, 0]);
    }
  });
});

describe('a cell of more rows than a segment holds', () => {
  test.each(CODES)('is searched to its end (%s)', async (codes) => {
    const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 2, size: 13_000 }, 1);
    const queries = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 2, size: 20 }, 2);
    using flat = await indexOf(rows, 2, 'l2');
    using index = await ivfOf(rows, { dimensions: 2, metric: 'l2', cells: 1, codes });
    expectSameAnswers(index.search(queries, { k: 30 }), flat.search(queries, { k: 30 }));
    const gone = Array.from({ length: 5000 }, (_, i) => 4000 + i);
    index.remove(gone);
    flat.remove(gone);
    const late = rows.slice(0, 2 * 3000);
    index.add(late);
    flat.add(late);
    expectSameAnswers(index.search(queries, { k: 30 }), flat.search(queries, { k: 30 }));
    using loaded = IvfIndex.fromBytes(index.toBytes());
    expectSameAnswers(
      loaded.search(queries.slice(0, 2), { k: 30 }),
      flat.search(queries.slice(0, 2), { k: 30 }),
    );
  });
});

describe('k results', () => {
  test('come whenever k rows qualify: more cells are searched where the nearest hold too few', async () => {
    const rows = makeRows({ distribution: 'clustered', metric: 'cosine', dimensions: 8, size: 500 }, 1);
    const queries = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 8, size: 12 }, 2);
    using index = await ivfOf(rows, { dimensions: 8, cells: 60 });
    for (const k of [1, 40, 499, 500, 501]) {
      for (const step of [1, 2, 7, 100, 499]) {
        const allowed = Array.from({ length: Math.ceil(500 / step) }, (_, i) => step * i);
        const filter = Bitmap.of([...allowed, 5000, 6000, 7000]);
        for (const size of [1, 12]) {
          const values = queries.slice(0, 8 * size);
          const options = { k, probes: 1, filter, stats: true, exact: false };
          const { ids, scores, probed } = index.search(values, options);
          const wanted = Math.min(k, allowed.length);
          for (let i = 0; i < size; i++) {
            const found = ids.slice(k * i, k * i + wanted);
            expect(found.every((id) => id >= 0 && id % step === 0)).toBe(true);
            expect(new Set(found).size).toBe(wanted);
            const rest = {
              ids: ids.slice(k * i + wanted, k * i + k),
              scores: scores.slice(k * i + wanted, k * i + k),
            };
            expect(rest.ids.every((id) => id === -1)).toBe(true);
            expect(rest.scores.every((score) => score === Number.NEGATIVE_INFINITY)).toBe(true);
            expect(probed![i]).toBeLessThanOrEqual(60);
            if (wanted === 500) expect(probed![i]).toBe(60);
          }
        }
      }
    }
  });

  test('are none from an empty index or an empty filter', async () => {
    const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 3, size: 50 }, 1);
    using index = await IvfIndex.create({ dimensions: 3, metric: 'l2', cells: 5 });
    await index.train(rows);
    expect(index.search([1, 2, 3], { k: 2 })).toMatchObject({ ids: Int32Array.of(-1, -1) });
    expect(index.search([], { k: 2 }).ids).toEqual(new Int32Array(0));
    expect(index.range([1, 2, 3], { radius: 100 }).ids).toEqual(new Int32Array(0));
    index.add(rows);
    for (const exact of [true, false]) {
      const { ids } = index.search([1, 2, 3], { k: 2, filter: new Bitmap(), exact });
      expect(ids).toEqual(Int32Array.of(-1, -1));
    }
  });
});

test('a filter that few rows pass is answered exactly, whatever the probes', async () => {
  const rows = makeRows({ distribution: 'bell', metric: 'ip', dimensions: 9, size: 4000 }, 1);
  const queries = makeRows({ distribution: 'bell', metric: 'ip', dimensions: 9, size: 15 }, 2);
  using flat = await indexOf(rows, 9, 'ip');
  using index = await ivfOf(rows, { dimensions: 9, metric: 'ip', cells: 64 });
  const filter = Bitmap.of([3, 77, 1234, 2345, 3999, 123_456]);
  const found = index.search(queries, { k: 4, probes: 2, filter, stats: true });
  expectSameAnswers(found, flat.search(queries, { k: 4, filter }));
  expect(found.probed!.every((cells) => cells === 0)).toBe(true);
});

test('the same rows, options and seed give the same index; another seed gives another one', async () => {
  const rows = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 12, size: 600 }, 1);
  const options = { dimensions: 12, cells: 16 };
  using index = await ivfOf(rows, options, { seed: 5 });
  using same = await ivfOf(rows, options, { seed: 5 });
  using other = await ivfOf(rows, options, { seed: 6 });
  expect(sameBytes(same.toBytes(), index.toBytes())).toBe(true);
  expect(sameBytes(other.toBytes(), index.toBytes())).toBe(false);
  // Rows that come in pieces end at the same places.
  using pieces = await IvfIndex.create(options);
  await pieces.train(rows, { seed: 5, maxIterations: 10 });
  for (let row = 0; row < 600; row += 75) pieces.add(rows.subarray(12 * row, 12 * (row + 75)));
  expect(sameBytes(pieces.toBytes(), index.toBytes())).toBe(true);
});
