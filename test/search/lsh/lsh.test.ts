import { Bitmap, FlatIndex, LshIndex, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { makeQueries, makeRows } from '../../reference/data.ts';
import { expectSameAnswers } from '../answers.ts';

const shape = { distribution: 'clustered', metric: 'cosine', dimensions: 24, size: 9000 } as const;
const rows = makeRows(shape, 1);
const queries = makeQueries(shape, rows, 2);
const COUNT = queries.length / 24;

async function filled(options: { tables?: number; bits?: number } = {}) {
  const index = await LshIndex.create({ dimensions: 24, tables: 6, bits: 10, ...options });
  index.add(rows);
  return index;
}

async function flat() {
  const index = await FlatIndex.create({ dimensions: 24 });
  index.add(rows);
  return index;
}

test('an index says what it was made for, and 12 tables of 18 bits where nothing is said', async () => {
  using index = await LshIndex.create({ dimensions: 3 });
  expect([index.dimensions, index.metric, index.tables, index.bits, index.size]).toEqual([
    3,
    'cosine',
    12,
    18,
    0,
  ]);
});

test('a seed gives the same answers, another seed other candidates', async () => {
  const options = { dimensions: 24, tables: 2, bits: 12 };
  const answers = [];
  for (const seed of [5, 5, 6]) {
    using index = await LshIndex.create({ ...options, seed });
    index.add(rows);
    answers.push(index.search(queries));
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]!.candidates).not.toEqual(answers[0]!.candidates);
});

describe('where the buckets are empty', () => {
  test('the answer is, and says that no row was a candidate', async () => {
    using index = await LshIndex.create({ dimensions: 24, tables: 4, bits: 32 });
    index.add(rows.subarray(0, 24 * 100));
    const opposite = rows.slice(0, 24).map((value) => -value);
    expect(index.search(opposite, { k: 2, stats: true })).toEqual({
      ids: Int32Array.of(-1, -1),
      scores: Float32Array.of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY),
      k: 2,
      candidates: Int32Array.of(0),
      rescored: Int32Array.of(0),
    });
  });

  test('an exact search finds the best rows all the same', async () => {
    using index = await filled({ tables: 1, bits: 32 });
    using reference = await flat();
    expectSameAnswers(index.search(queries, { exact: true }), reference.search(queries));
  });

  test('an index without rows answers nothing', async () => {
    using index = await LshIndex.create({ dimensions: 2 });
    expect(index.search([1, 2, 3, 4], { k: 1, probesPerTable: 9 }).ids).toEqual(Int32Array.of(-1, -1));
    expect(index.search([]).ids.length).toBe(0);
  });
});

test('probing every bucket of a table gives the exact answer', async () => {
  using index = await filled({ tables: 1, bits: 6 });
  using reference = await flat();
  const all = index.search(queries, { probesPerTable: 64, k: 30 });
  expectSameAnswers(all, reference.search(queries, { k: 30 }));
  expect([...all.candidates]).toEqual(new Array(COUNT).fill(9000));
});

test('a range search finds every row in reach, whatever the buckets hold', async () => {
  using index = await filled({ tables: 1, bits: 32 });
  using reference = await flat();
  const query = queries.slice(0, 24);
  const { scores } = reference.search(query, { k: 50 });
  const found = index.range(query, { radius: scores[49]! });
  expectSameAnswers(found, reference.range(query, { radius: scores[49]! }));
  expect(found.ids.length).toBeGreaterThanOrEqual(50);
});

test('more probes never lose a candidate', async () => {
  using index = await filled();
  const counts = index.efforts().map((effort) => index.search(queries, { ...effort, k: 1 }));
  for (let i = 1; i < counts.length; i++) {
    for (let query = 0; query < COUNT; query++) {
      expect(counts[i]!.candidates[query]).toBeGreaterThanOrEqual(counts[i - 1]!.candidates[query]!);
      expect(counts[i]!.scores[query]).toBeGreaterThanOrEqual(counts[i - 1]!.scores[query]!);
    }
  }
});

describe('a filter', () => {
  const allow = (share: number) => {
    const random = new Random(3);
    return Bitmap.of(Array.from({ length: 9000 }, (_, id) => id).filter(() => random.uniform() < share));
  };

  test.each([0.9, 0.5, 0.1])(
    'that allows a share of %f turns away candidates, and nothing else',
    async (share) => {
      using index = await filled({ bits: 16 });
      const filter = allow(share);
      const all = index.search(queries, { k: 9000, probesPerTable: 2 });
      const some = index.search(queries, { k: 9000, probesPerTable: 2, filter });
      for (let query = 0; query < COUNT; query++) {
        if (all.candidates[query]! >= filter.count) continue; // answered from all that it allows
        const ids = [...all.ids.subarray(9000 * query, 9000 * query + 9000)].filter((id) => filter.has(id));
        expect([...some.ids.subarray(9000 * query, 9000 * query + ids.length)]).toEqual(ids);
        expect(some.candidates[query]).toBe(ids.length);
      }
    },
  );

  test.each([0.02, 0.001, 0])('that allows a share of %f is answered exactly', async (share) => {
    using index = await filled({ tables: 1, bits: 32 });
    using reference = await flat();
    const filter = allow(share);
    expectSameAnswers(index.search(queries, { filter }), reference.search(queries, { filter }));
  });

  test('that allows no more rows than the buckets hold is answered exactly', async () => {
    using index = await filled({ tables: 4, bits: 2 });
    using reference = await flat();
    const filter = allow(0.2);
    const answer = index.search(queries, { filter, k: 7 });
    const held = index.search(queries, { k: 1 });
    expect([...held.candidates].every((count) => count >= filter.count)).toBe(true);
    expectSameAnswers(answer, reference.search(queries, { filter, k: 7 }));
    // What one query marked is no candidate of the next: of a filter between the two paths, each query takes its own.
    const between = allow(0.6);
    const batch = index.search(queries, { filter: between, k: 7 });
    expect(new Set([...held.candidates].map((count) => count >= between.count)).size).toBe(2);
    for (let query = 0; query < COUNT; query++) {
      const alone = index.search(queries.subarray(24 * query, 24 * query + 24), { filter: between, k: 7 });
      expect(alone.candidates[0]).toBe(batch.candidates[query]);
      expect(alone.ids).toEqual(batch.ids.slice(7 * query, 7 * query + 7));
    }
  });
});

describe('rows', () => {
  test('that are removed are no candidates any more, and their memory is given back when half are gone', async () => {
    using index = await filled();
    expect(index.remove(Int32Array.from({ length: 8000 }, (_, i) => i))).toBe(8000);
    const { ids, candidates } = index.search(queries, { k: 1000, probesPerTable: 1024 });
    expect([...ids].every((id) => id === -1 || id >= 8000)).toBe(true);
    expect([...candidates]).toEqual(new Array(COUNT).fill(1000));
    using fresh = await LshIndex.create({ dimensions: 24, tables: 6, bits: 10 });
    fresh.add(rows.subarray(24 * 8000));
    expect(index.memoryUsage().codes).toBe(fresh.memoryUsage().codes);
  });

  test('that are replaced are found by what they are now', async () => {
    using index = await LshIndex.create({ dimensions: 24, tables: 2, bits: 20 });
    index.add(rows.subarray(0, 24 * 10));
    const row = rows.slice(24 * 8000, 24 * 8001);
    index.add(row, { ids: [3], replace: true });
    expect([index.size, index.get(3), index.has(3)]).toEqual([10, row, true]);
    expect(index.search(row, { k: 1 }).ids).toEqual(Int32Array.of(3));
    expect(index.search(rows.subarray(72, 96), { k: 10 }).ids).not.toContain(3);
  });

  test('find themselves, however they are scaled', async () => {
    using index = await filled({ tables: 1, bits: 32 });
    for (const scale of [1, 2 ** 20, 2 ** -20]) {
      const row = rows.slice(24 * 77, 24 * 78).map((value) => value * scale);
      expect(index.search(row, { k: 9000 }).ids).toContain(77);
    }
  });
});

describe('memoryUsage', () => {
  test('counts what linear memory holds: 8 bytes a row and table, and a head a bucket', async () => {
    using index = await filled({ tables: 6, bits: 18 });
    const { total, vectors, codes, ids } = index.memoryUsage();
    // 24 dimensions: segments of 8192 rows, two of them; 2^14 heads for 9000 rows.
    const links = 2 * 8192 * 8 * 6;
    const heads = 4 * 6 * 2 ** 14;
    const planes = 2 * 8192 * (24 + 12);
    expect(codes).toBeGreaterThan(links + heads + planes);
    expect(codes).toBeLessThan(links + heads + planes + 40_000);
    expect(total).toBe(vectors + codes + ids);
  });
});

describe('tuning', () => {
  const tuning = {
    effort: { probesPerTable: 16 },
    reached: true,
    k: 10,
    recall: 0.9,
    recallInterval: [0.88, 0.92],
    p50: 0.1,
    p95: 0.2,
    p99: 0.3,
    queries: 200,
    curve: [{ effort: { probesPerTable: 16 }, recall: 0.9, p50: 0.1, p95: 0.2, p99: 0.3 }],
  } as const;

  test('sets the probes of searches that do not, and is saved', async () => {
    using index = await filled();
    expect(index.tuning).toBeUndefined();
    index.tuning = tuning;
    using loaded = LshIndex.fromBytes(index.toBytes());
    expect(loaded.tuning).toEqual(tuning);
    for (const tuned of [index, loaded]) {
      expectSameAnswers(tuned.search(queries), tuned.search(queries, { probesPerTable: 16 }));
      expect(tuned.search(queries, { probesPerTable: 1 }).candidates).not.toEqual(
        tuned.search(queries).candidates,
      );
    }
    loaded.tuning = undefined;
    expect(loaded.search(queries)).toEqual(loaded.search(queries, { probesPerTable: 1 }));
  });
});

test('efforts are powers of two, no more than there are buckets', async () => {
  using few = await LshIndex.create({ dimensions: 2, bits: 3 });
  using many = await LshIndex.create({ dimensions: 2, bits: 20 });
  expect(few.efforts().map((effort) => effort['probesPerTable'])).toEqual([1, 2, 4, 8]);
  expect(many.efforts().length).toBe(9);
});
