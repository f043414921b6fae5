import fc from 'fast-check';
import { Bitmap, FlatIndex, IvfIndex, type Metric, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { makeRows } from '../reference/data.ts';
import { rankFloat32 } from '../reference/float32.ts';
import { expectSameAnswers } from './answers.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
const DIMENSIONS = 7;
const ROWS = 9000;

/** The numbers 0..count-1 in a seeded order. */
function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** `count` of the ids below `below`, and a few that no row has. */
function pick(count: number, below: number, random: Random): Bitmap {
  const filter = Bitmap.of([below, below + 77]);
  while (filter.count < count + 2) filter.add(random.integer(below));
  return filter;
}

/** Ways in which ids and rows may stand to each other; `ids` is what the rows were added under. */
const ARRANGEMENTS: Record<string, (index: FlatIndex, ids: Int32Array) => void> = {
  'as they were added': () => {},
  'with rows removed': (index, ids) => {
    index.remove(ids.filter((_, i) => i % 3 === 0));
  },
  'with rows removed and the gaps closed': (index, ids) => {
    index.remove(ids.filter((_, i) => i % 3 === 0));
    index.compact();
  },
  'with the last rows removed and others added': (index, ids) => {
    index.remove(ids.slice(-200));
    index.compact();
    index.add(makeRows({ distribution: 'bell', metric: 'ip', dimensions: DIMENSIONS, size: 150 }, 3));
  },
  'with rows replaced': (index, ids) => {
    const replaced = ids.filter((_, i) => i % 5 === 0);
    const rows = makeRows(
      { distribution: 'bell', metric: 'ip', dimensions: DIMENSIONS, size: replaced.length },
      4,
    );
    index.add(rows, { ids: replaced, replace: true });
  },
};

describe.each(['in order', 'shuffled'])('few allowed ids, %s', (order) => {
  test.each(Object.entries(ARRANGEMENTS))('%s, are answered as by a scan', async (_, arrange) => {
    const random = new Random(11);
    for (const metric of METRICS) {
      const rows = makeRows({ distribution: 'bell', metric, dimensions: DIMENSIONS, size: ROWS }, 1);
      using index = await FlatIndex.create({ dimensions: DIMENSIONS, metric });
      const ids =
        order === 'shuffled' ? shuffled(ROWS, random) : Int32Array.from({ length: ROWS }, (_, i) => i);
      index.add(rows, order === 'shuffled' ? { ids } : {});
      arrange(index, ids);
      for (const allowed of [1, 3, 64, 250]) {
        const filter = pick(allowed, ROWS, random);
        const live = [...filter].filter((id) => index.has(id)).length;
        for (const queries of [1, 5]) {
          const values = makeRows(
            { distribution: 'bell', metric, dimensions: DIMENSIONS, size: queries },
            allowed,
          );
          const found = index.search(values, { k: 10, filter, stats: true });
          expectSameAnswers(found, index.search(values, { k: 10, filter, exact: 'scan' }));
          // Nothing but the allowed rows was scored, and each of them once.
          expect(found.rescored).toEqual(new Int32Array(queries).fill(live));
        }
      }
    }
  });
});

test('few allowed ids of few rows are those that float32 ranks first', async () => {
  const random = new Random(12);
  const size = 300;
  for (const metric of METRICS) {
    const rows = makeRows({ distribution: 'bell', metric, dimensions: DIMENSIONS, size }, 2);
    const ids = shuffled(size, random);
    using index = await FlatIndex.create({ dimensions: DIMENSIONS, metric });
    index.add(rows, { ids });
    const query = makeRows({ distribution: 'bell', metric, dimensions: DIMENSIONS, size: 1 }, 3);
    const ranked = rankFloat32(rows, query, metric);
    const filter = pick(10, size, random);

    const found = index.search(query, { k: 5, filter, stats: true });

    const best = ranked.ids.map((row, rank) => ({ id: ids[row]!, score: ranked.scores[rank]! }));
    const expected = best.filter(({ id }) => filter.has(id)).slice(0, 5);
    expect([...found.ids]).toEqual(expected.map(({ id }) => id));
    expect([...found.scores]).toEqual(expected.map(({ score }) => score));
    expect(found.rescored).toEqual(Int32Array.of(10));
  }
});

test('few allowed ids of rows that stand in cells are answered as by an index without', async () => {
  const random = new Random(14);
  for (const metric of METRICS) {
    const rows = makeRows({ distribution: 'clustered', metric, dimensions: DIMENSIONS, size: ROWS }, 5);
    const ids = shuffled(ROWS, random);
    using flat = await FlatIndex.create({ dimensions: DIMENSIONS, metric });
    using cells = await IvfIndex.create({ dimensions: DIMENSIONS, metric, cells: 8 });
    await cells.train(rows, { seed: 1 });
    for (const index of [flat, cells]) {
      index.add(rows, { ids });
      index.remove(ids.slice(0, 2000));
    }
    for (const allowed of [1, 30, 200]) {
      const filter = pick(allowed, ROWS, random);
      const live = [...filter].filter((id) => flat.has(id)).length;
      const queries = rows.subarray(0, 5 * DIMENSIONS);
      const found = cells.search(queries, { k: 10, filter, exact: true, stats: true });
      expectSameAnswers(found, flat.search(queries, { k: 10, filter, exact: 'scan' }));
      expect(found.rescored).toEqual(new Int32Array(5).fill(live));
    }
  }
});

test('segments of sixteen rows, whose slots follow one another, are told apart', async () => {
  const dimensions = 32_768;
  const size = 100;
  using index = await FlatIndex.create({ dimensions, metric: 'ip' });
  for (let row = 0; row < size; row++) index.add(new Float32Array(dimensions).fill(row + 1));
  const property = fc.property(
    fc.uniqueArray(fc.integer({ min: 0, max: size + 30 }), { minLength: 1, maxLength: 12 }),
    (allowed) => {
      const query = new Float32Array(dimensions);
      query[3] = 1;
      const { ids } = index.search(query, { k: 12, filter: Bitmap.of(allowed) });
      const expected = allowed.filter((id) => id < size).sort((a, b) => b - a);
      expect([...ids].filter((id) => id >= 0)).toEqual(expected);
    },
  );
  fc.assert(property, { seed: 13, numRuns: 60 });
});
