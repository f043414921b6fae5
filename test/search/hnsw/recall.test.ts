import { Bitmap, HnswIndex } from 'lanewise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bestTen, DIMENSIONS, readWords, recallOf, upTo } from './words.ts';

// hnswlib (M 16, efConstruction 200) over 100 000 of these words finds .957 of the ten best with ef 60 and .982 with
// ef 120; among fewer rows, each is found more easily.
const words = readWords(20_000);
let truth: Int32Array;
let built: HnswIndex;

beforeAll(async () => {
  truth = await bestTen(words.rows, upTo(words.size), words.queries);
  built = await HnswIndex.create({ dimensions: DIMENSIONS });
  await built.build(words.rows);
});
afterAll(() => built.dispose());

/** Recall of an index at some `ef`, against some truth. */
function recall(index: HnswIndex, ef: number, against = truth, filter?: Bitmap): number {
  return recallOf(index.search(words.queries, { k: 10, ef, ...(filter && { filter }) }).ids, against);
}

describe('on word vectors', () => {
  test.each([
    [40, 0.94],
    [60, 0.96],
    [120, 0.985],
    [320, 0.995],
  ])('ef %i finds %d of the ten best', (ef, least) => {
    expect(recall(built, ef)).toBeGreaterThanOrEqual(least);
  });

  test('a wider beam finds no less, and visits more', () => {
    const visited = [20, 80, 320].map((ef) => {
      const { visited } = built.search(words.queries, { ef, stats: true });
      return visited!.reduce((sum, count) => sum + count, 0) / visited!.length;
    });
    expect(recall(built, 320)).toBeGreaterThan(recall(built, 20));
    expect(visited[1]).toBeGreaterThan(visited[0]!);
    expect(visited[2]).toBeGreaterThan(visited[1]!);
    expect(visited[1]).toBeLessThan(words.size / 10);
  });

  test('scores are those of every row compared, to the bit', () => {
    const found = built.search(words.queries, { ef: 80 });
    const exact = built.search(words.queries, { exact: true });
    expect(recallOf(exact.ids, truth)).toBe(1);
    const scores = new Map<string, number>();
    exact.ids.forEach((id, i) => {
      scores.set(`${Math.floor(i / 10)} ${id}`, exact.scores[i]!);
    });
    let compared = 0;
    found.ids.forEach((id, i) => {
      const score = scores.get(`${Math.floor(i / 10)} ${id}`);
      if (score === undefined) return;
      compared++;
      expect(found.scores[i]).toBe(score);
    });
    expect(compared).toBeGreaterThan(1800);
  });

  test('a batch answers as its queries one by one', () => {
    const batch = built.search(words.queries, { k: 10, ef: 50 });
    for (let query = 0; query < 30; query++) {
      const vector = words.queries.subarray(query * DIMENSIONS, (query + 1) * DIMENSIONS);
      const one = built.search(vector, { k: 10, ef: 50 });
      expect(one.ids).toEqual(batch.ids.slice(10 * query, 10 * query + 10));
      expect(one.scores).toEqual(batch.scores.slice(10 * query, 10 * query + 10));
    }
  });

  test.each([
    ['every second', 2],
    ['every tenth', 10],
    ['every hundredth', 100],
    ['every thousandth', 1000],
  ])('a filter that %s row passes leaves .99 of the ten best to be found', async (_, step) => {
    const ids = upTo(words.size).filter((id) => id % step === 0);
    const rows = new Float32Array(ids.length * DIMENSIONS);
    ids.forEach((id, i) => {
      rows.set(words.rows.subarray(id * DIMENSIONS, (id + 1) * DIMENSIONS), i * DIMENSIONS);
    });
    const wanted = await bestTen(rows, ids, words.queries);
    const filter = Bitmap.of(ids);
    expect(recall(built, 100, wanted, filter)).toBeGreaterThanOrEqual(0.99);
    expect(built.search(words.queries, { filter }).ids.every((id) => filter.has(id))).toBe(true);
  });
});

test('rows that were inserted one by one are found as rows that were built at once', async () => {
  const some = readWords(3000);
  const wanted = await bestTen(some.rows, upTo(some.size), some.queries);
  using atOnce = await HnswIndex.create({ dimensions: DIMENSIONS });
  using oneByOne = await HnswIndex.create({ dimensions: DIMENSIONS });
  atOnce.add(some.rows);
  for (let first = 0; first < some.rows.length; first += 100 * DIMENSIONS) {
    oneByOne.add(some.rows.subarray(first, first + 100 * DIMENSIONS));
  }
  const search = (index: HnswIndex) => recallOf(index.search(some.queries, { k: 10, ef: 30 }).ids, wanted);
  expect(search(oneByOne)).toBeGreaterThanOrEqual(0.94);
  expect(search(atOnce)).toBeGreaterThanOrEqual(search(oneByOne) - 0.01);
});

describe('once some of the rows are removed', () => {
  /** An index without the rows whose id leaves a remainder below `removed` when divided by ten, and its truth. */
  async function without(removed: number, steps: number) {
    const { rows, size, queries } = readWords(12_000);
    const index = await HnswIndex.create({ dimensions: DIMENSIONS });
    index.add(rows);
    const ids = upTo(size).filter((id) => id % 10 >= removed);
    const rest = new Float32Array(ids.length * DIMENSIONS);
    ids.forEach((id, i) => {
      rest.set(rows.subarray(id * DIMENSIONS, (id + 1) * DIMENSIONS), i * DIMENSIONS);
    });
    const gone = upTo(size).filter((id) => id % 10 < removed);
    const share = Math.ceil(gone.length / steps);
    for (let step = 0; step < steps; step++) {
      index.remove(gone.slice(step * share, (step + 1) * share));
      if (steps > 1) index.compact();
    }
    const fresh = await HnswIndex.create({ dimensions: DIMENSIONS });
    fresh.add(rest, { ids });
    const wanted = await bestTen(rest, ids, queries);
    const found = (from: HnswIndex) => recallOf(from.search(queries, { k: 10, ef: 60 }).ids, wanted);
    return { index, fresh, found };
  }

  test('30 % at once: recall is within .01 of a fresh build, before compacting and after', async () => {
    const { index, fresh, found } = await without(3, 1);
    expect(found(index)).toBeGreaterThanOrEqual(found(fresh) - 0.01);
    index.compact();
    expect(found(index)).toBeGreaterThanOrEqual(found(fresh) - 0.01);
    index.dispose();
    fresh.dispose();
  });

  test('30 % in three steps that repair the graph: recall is within .005 of a fresh build', async () => {
    const { index, fresh, found } = await without(3, 3);
    expect(found(index)).toBeGreaterThanOrEqual(found(fresh) - 0.005);
    index.dispose();
    fresh.dispose();
  });
});
