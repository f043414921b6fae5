import { amortizedCost, Bitmap, Bm25Index, CachedIndex, FlatIndex, LshIndex, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { bitsOf, hashText, hashWords } from '../../src/cache/bits.ts';
import { errorOf } from '../host/error-of.ts';

const DIMENSIONS = 8;

function vectors(count: number, seed: number, dimensions: number = DIMENSIONS): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count * dimensions }, () => 2 * random.uniform() - 1);
}

/** An index that counts the queries it is asked. */
class CountingIndex {
  readonly index: FlatIndex;
  asked: number[] = [];

  constructor(index: FlatIndex) {
    this.index = index;
  }

  get version(): number {
    return this.index.version;
  }

  get dimensions(): number {
    return this.index.dimensions;
  }

  search(
    queries: Parameters<FlatIndex['search']>[0],
    options?: Parameters<FlatIndex['search']>[1],
  ): ReturnType<FlatIndex['search']> {
    const answer = this.index.search(queries, options);
    this.asked.push(queries.length / this.dimensions);
    return answer;
  }
}

async function counting(rows = 100): Promise<CountingIndex> {
  const index = await FlatIndex.create({ dimensions: DIMENSIONS });
  index.add(vectors(rows, 1));
  return new CountingIndex(index);
}

test('a query that was asked before is answered as before, without the index', async () => {
  const index = await counting();
  const cached = new CachedIndex(index);
  const query = vectors(1, 2);
  const first = cached.search(query, { k: 5 });
  expect(cached.search(query.slice(), { k: 5 })).toEqual(first);
  expect(cached.search([...query], { k: 5 })).toEqual(first);
  expect(first).toEqual(index.index.search(query, { k: 5 }));
  expect(index.asked).toEqual([1]);
  expect(cached.statistics()).toMatchObject({ hits: 2, misses: 1, hitRate: 2 / 3, entries: 1 });
});

test('of a batch only unknown queries go to the index, in one call, and equal ones once', async () => {
  const index = await counting();
  const cached = new CachedIndex(index);
  const four = vectors(4, 3);
  const row = (i: number): number[] => [...four.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS)];
  cached.search(row(1));
  const batch = Float32Array.from([row(0), row(1), row(2), row(0), row(3)].flat());
  expect(cached.search(batch)).toEqual(index.index.search(batch));
  expect(index.asked).toEqual([1, 3]);
  expect(cached.statistics()).toMatchObject({ hits: 2, misses: 4 });
  expect(cached.search(batch)).toEqual(index.index.search(batch));
  expect(index.asked).toEqual([1, 3]);
});

test('queries of one hash are told apart', async () => {
  const index = await FlatIndex.create({ dimensions: 2, metric: 'ip' });
  index.add([1, 0, 0, 1]);
  const cached = new CachedIndex(index);
  // The hash of two words is that of (hash of the first) ^ second: a second word makes up for another first one.
  const seed = hashText('"k"1,');
  const words = (...numbers: number[]): Int32Array => bitsOf(Float32Array.from(numbers));
  const query = Float32Array.of(1, 2);
  let twin = query;
  for (let first = 2; first === 2 || !(Math.abs(twin[1]!) < 1); first += 1 / 1024) {
    const second = words(2)[0]! ^ hashWords(words(1), seed) ^ hashWords(words(first), seed);
    twin = new Float32Array(Int32Array.of(words(first)[0]!, second).buffer);
  }
  expect(hashWords(bitsOf(twin), seed)).toBe(hashWords(bitsOf(query), seed));
  for (let round = 0; round < 3; round++) {
    expect(cached.search(query, { k: 1 }).ids).toEqual(Int32Array.of(1));
    expect(cached.search(twin, { k: 1 }).ids).toEqual(Int32Array.of(0));
  }
  // Each drops the other.
  expect(cached.statistics()).toMatchObject({ hits: 0, misses: 6, evictions: 5, entries: 1 });
  cached.clear();
  const both = Float32Array.of(...twin, ...query, ...twin);
  expect(cached.search(both, { k: 1 }).ids).toEqual(Int32Array.of(0, 1, 0));
});

test('options of one hash are told apart', () => {
  const index = {
    ...{ version: 1, dimensions: 1 },
    search: (_queries: readonly number[], options?: { readonly tag: string }) => ({
      ids: Int32Array.of(options!.tag.charCodeAt(0)),
    }),
  };
  // A character is joined to a hash by exclusive or: a second one makes up for hashes that differ in the low 14 bits.
  const firsts = [0x0a95, 0xc000].map((code) => String.fromCharCode(code));
  const [one, other] = firsts.map((first) => hashText(`"tag""${first}`));
  const tags = [`${firsts[0]}\u5000`, `${firsts[1]}${String.fromCharCode(0x5000 ^ one! ^ other!)}`];
  expect(hashText(`"tag""${tags[0]}",`)).toBe(hashText(`"tag""${tags[1]}",`));
  const cached = new CachedIndex(index);
  for (const tag of tags) expect(cached.search([1], { tag }).ids).toEqual(Int32Array.of(tag.charCodeAt(0)));
});

test('other options are another question, whatever their order', async () => {
  const index = await counting();
  const cached = new CachedIndex(index);
  const query = vectors(1, 2);
  cached.search(query, { k: 5, exact: 'scan' });
  cached.search(query, { exact: 'scan', k: 5 });
  expect(index.asked).toHaveLength(1);
  expect(cached.search(query, { k: 6 }).ids).toHaveLength(6);
  expect(cached.search(query, { k: 5, exact: 'certified' }).ids).toHaveLength(5);
  expect(cached.search(query).ids).toHaveLength(10);
  expect(index.asked).toHaveLength(4);
});

test('a filter that is used again is known, and one that was changed is another', async () => {
  const index = await counting();
  const cached = new CachedIndex(index);
  const query = vectors(1, 2);
  const filter = Bitmap.of([1, 2, 3]);
  const ask = () => [...cached.search(query, { k: 4, filter }).ids].sort((a, b) => a - b);
  expect(ask()).toEqual([-1, 1, 2, 3]);
  filter.add(2); // it is there already
  expect(ask()).toEqual([-1, 1, 2, 3]);
  expect(index.asked).toHaveLength(1);
  filter.add(9);
  expect(ask()).toEqual([1, 2, 3, 9]);
  filter.delete(1);
  expect(ask()).toEqual([-1, 2, 3, 9]);
  cached.search(query, { k: 4, filter: Bitmap.of([2, 3, 9]) });
  expect(index.asked).toHaveLength(4);
});

test('what no key stands for goes past the cache', async () => {
  const index = await counting();
  const cached = new CachedIndex(index);
  const query = vectors(1, 2);
  const inherited = Object.create({ k: 3 }) as { k: number };
  for (let i = 0; i < 2; i++) {
    expect(cached.search(query, { k: 5, stats: true }).rescored).toHaveLength(1);
    expect(cached.search(query, inherited).ids).toHaveLength(3);
    expect(cached.search([], { k: 2 }).ids).toHaveLength(0);
  }
  expect(cached.statistics()).toMatchObject({ bypassed: 6, hits: 0, misses: 0, hitRate: 0, entries: 0 });
});

test('an option that does not show is part of the question, too', async () => {
  const index = await counting();
  const cached = new CachedIndex(index);
  const query = vectors(1, 2);
  expect(cached.search(query, {}).ids).toHaveLength(10);
  expect(cached.search(query, Object.defineProperty({}, 'k', { value: 3 })).ids).toHaveLength(3);
});

test("an answer is the caller's own: changing it changes no other", async () => {
  const index = await counting();
  const cached = new CachedIndex(index);
  const query = vectors(2, 2);
  const expected = index.index.search(query, { k: 3 });
  for (let i = 0; i < 3; i++) {
    const { ids, scores } = cached.search(query, { k: 3 });
    expect({ ids, scores, k: 3 }).toEqual(expected);
    ids.fill(7);
    scores.fill(7);
  }
  const again = Float32Array.from(query);
  const one = again.slice(DIMENSIONS);
  for (let i = 0; i < 3; i++) {
    const { ids } = cached.search(one, { k: 3 });
    expect(ids).toEqual(expected.ids.slice(3));
    ids.fill(7);
  }
  cached.search(again.subarray(0, DIMENSIONS));
  query.fill(1);
  expect(cached.search(again, { k: 3 })).toEqual(expected);
});

test('everything is forgotten when the index changes', async () => {
  const index = await counting();
  const cached = new CachedIndex(index);
  const query = vectors(3, 2);
  cached.search(query);
  const [best] = cached.search(query).ids;
  index.index.remove(best!);
  expect(cached.search(query)).toEqual(index.index.search(query));
  expect(cached.statistics()).toMatchObject({ hits: 3, misses: 6, invalidations: 3, entries: 3 });
  index.index.remove(best!); // it is gone already
  cached.search(query);
  expect(cached.statistics().hits).toBe(6);
});

test('words are queries too', async () => {
  using index = await Bm25Index.create();
  index.add(['a lazy dog', 'a quick fox', 'the fox and the dog']);
  const cached = new CachedIndex(index);
  const batch = ['fox', 'dog', 'lazy fox'];
  cached.search('dog', { k: 2 });
  expect(cached.search(batch, { k: 2 })).toEqual(index.search(batch, { k: 2 }));
  expect(cached.search(batch, { k: 2 })).toEqual(index.search(batch, { k: 2 }));
  expect(cached.statistics()).toMatchObject({ hits: 4, misses: 3 });
  index.update([0], ['nothing of that']);
  expect(cached.search('dog', { k: 2 })).toEqual(index.search('dog', { k: 2 }));
  expect(errorOf(() => cached.search([1] as unknown as string[])).code).toBe('INVALID_ARGUMENT');
});

test('what an index tells of each query beside ids and scores is kept with them', async () => {
  using index = await LshIndex.create({ dimensions: DIMENSIONS, tables: 4, bits: 4 });
  index.add(vectors(200, 1));
  const cached = new CachedIndex(index);
  const queries = vectors(5, 2);
  cached.search(queries.subarray(2 * DIMENSIONS, 3 * DIMENSIONS), { probesPerTable: 2 });
  for (let i = 0; i < 2; i++) {
    const { ids, candidates } = cached.search(queries, { probesPerTable: 2 });
    expect({ ids, candidates }).toMatchObject({
      ids: index.search(queries, { probesPerTable: 2 }).ids,
      candidates: index.search(queries, { probesPerTable: 2 }).candidates,
    });
  }
  expect(cached.statistics()).toMatchObject({ hits: 6, misses: 5 });
});

describe('room', () => {
  test('a thousand queries of 400 drop at least 300 of them where there is room for 100', async () => {
    const index = await counting();
    const cached = new CachedIndex(index, { maxEntries: 100 });
    const queries = vectors(400, 5);
    const random = new Random(6);
    for (let i = 0; i < 1000; i++) {
      const query = i < 400 ? i : random.integer(400);
      cached.search(queries.subarray(query * DIMENSIONS, (query + 1) * DIMENSIONS));
    }
    const { evictions, misses, entries, hits } = cached.statistics();
    // Each of 400 is loaded at least once, and 100 of them stay.
    expect(evictions).toBeGreaterThanOrEqual(300);
    expect(evictions).toBe(misses - 100);
    expect(entries).toBe(100);
    expect(hits + misses).toBe(1000);
  });

  test('what was used least recently goes first', async () => {
    const index = await counting();
    const cached = new CachedIndex(index, { maxEntries: 2 });
    const [a, b, c] = [vectors(1, 1), vectors(1, 2), vectors(1, 3)];
    for (const query of [a, b, a, c, a]) cached.search(query);
    expect(cached.statistics()).toMatchObject({ hits: 2, misses: 3, evictions: 1 });
    cached.search(b);
    expect(cached.statistics().misses).toBe(4);
  });

  test('bytes count queries, options, answers and 1024 an entry, and stay within the budget', async () => {
    const index = await counting();
    // 8 numbers of 4 bytes, 3 ids and 3 scores, and the text of the options: "k"3, in 5 characters
    const entry = 1024 + 8 * 4 + 3 * (4 + 4) + 2 * 5;
    const cached = new CachedIndex(index, { maxBytes: 3 * entry });
    for (let i = 0; i < 10; i++) {
      cached.search(vectors(1, i), { k: 3 });
      expect(cached.bytes).toBe(Math.min(3, i + 1) * entry);
    }
    expect(cached.statistics()).toMatchObject({ evictions: 7, entries: 3, bytes: 3 * entry });
    cached.search(vectors(1, 1), { k: 1000 });
    expect(cached.statistics()).toMatchObject({ refused: 1, entries: 3 });
    cached.clear();
    expect([cached.size, cached.bytes]).toEqual([0, 0]);
  });

  test('as many entries as nobody has bytes for take no memory beforehand', async () => {
    const index = await counting();
    const before = process.memoryUsage();
    const cached = new CachedIndex(index, { maxBytes: 4096, maxEntries: 2 ** 24, ttl: 5 });
    const after = process.memoryUsage();
    // Tables for 2^24 entries are 200 MB of buffers, and 450 MB of arrays.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2 ** 20);
    for (let i = 0; i < 10; i++) cached.search(vectors(1, i), { k: 1 });
    expect(cached.size).toBe(3);
  });

  test('an answer is served for its time and no longer', async () => {
    const index = await counting();
    let time = 0;
    const cached = new CachedIndex(index, { ttl: 10, now: () => time });
    const query = vectors(1, 2);
    cached.search(query);
    time = 10;
    cached.search(query);
    expect(index.asked).toHaveLength(1);
    time = 11;
    cached.search(query);
    expect(index.asked).toHaveLength(2);
    expect(cached.statistics()).toMatchObject({ hits: 1, misses: 2, expirations: 1 });
  });
});

describe('errors', () => {
  test('a call that the index refuses leaves the cache as it was', async () => {
    const index = await counting();
    const cached = new CachedIndex(index, { maxEntries: 2 });
    const [a, b, c] = [vectors(1, 1), vectors(1, 2), vectors(1, 3)];
    cached.search(a);
    cached.search(b);
    const before = cached.statistics();
    const broken = Float32Array.of(...a, ...new Float32Array(DIMENSIONS).fill(Number.NaN));
    expect(errorOf(() => cached.search(broken)).code).toBe('INVALID_VALUE');
    expect(errorOf(() => cached.search(a, { k: 0 })).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => cached.search(a.subarray(1))).code).toBe('DIMENSION_MISMATCH');
    expect(() => cached.search(a, null as never)).toThrow();
    expect(cached.statistics()).toEqual(before);
    cached.search(c); // drops a, which the failed call has not made newer
    cached.search(b);
    expect(cached.statistics().hits).toBe(before.hits + 1);
  });

  test('an index that is disposed of answers nothing any more', async () => {
    const index = await counting();
    const cached = new CachedIndex(index);
    const query = vectors(1, 2);
    cached.search(query);
    index.index.dispose();
    expect(errorOf(() => cached.search(query)).code).toBe('DISPOSED');
  });

  test.each([
    [{ maxBytes: 0 }],
    [{ maxBytes: 1.5 }],
    [{ maxEntries: 0 }],
    [{ maxEntries: -1 }],
    [{ ttl: 0 }],
    [{ ttl: -5 }],
    [{ ttl: Number.NaN }],
    [{ now: 5 as never }],
    [{ now: (() => undefined) as never }],
    [{ now: () => Number.NaN }],
  ])('%o is refused', async (options) => {
    const index = await counting();
    expect(errorOf(() => new CachedIndex(index, options)).code).toBe('INVALID_ARGUMENT');
  });

  test('an index without a version is refused', () => {
    expect(errorOf(() => new CachedIndex({ search: () => [] } as never)).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => new CachedIndex(undefined as never)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('costs', () => {
  test('are those of hits and misses at their rates, and of the look-up that a miss pays', () => {
    // .4 * 2 + .6 * (2 + 100) = 62; 100 / 62; pays from 2 / (2 + 100 - 2) = .02 on
    expect(amortizedCost(0.4, { hitCost: 2, missCost: 100 })).toMatchObject({
      uncached: 100,
      lookupCost: 2,
      saved: expect.closeTo(38, 12),
      amortized: expect.closeTo(62, 12),
      speedup: expect.closeTo(100 / 62, 12),
      breakEvenHitRate: 0.02,
    });
    // At that rate it costs what it saves: .02 * 2 + .98 * 102 = 100.
    expect(amortizedCost(0.02, { hitCost: 2, missCost: 100 }).amortized).toBeCloseTo(100, 12);
    // .5 * 3 + .5 * (1 + 9) = 6.5; from 1 / (1 + 9 - 3) on
    const apart = amortizedCost(0.5, { hitCost: 3, missCost: 9, lookupCost: 1 });
    expect(apart).toMatchObject({ amortized: 6.5, breakEvenHitRate: 1 / 7 });
  });

  test('of nothing at all are neither faster nor slower', () => {
    expect(amortizedCost(0.5, { hitCost: 0, missCost: 0 }).speedup).toBe(1);
  });

  test('may never pay', () => {
    expect(amortizedCost(1, { hitCost: 5, missCost: 4, lookupCost: 1 })).toMatchObject({
      saved: -1,
      breakEvenHitRate: Number.POSITIVE_INFINITY,
    });
    expect(amortizedCost(1, { hitCost: 8, missCost: 4 }).breakEvenHitRate).toBe(2);
  });

  test.each([
    [-0.1, { hitCost: 1, missCost: 1 }],
    [0.5, { hitCost: -1, missCost: 1 }],
    [0.5, { hitCost: 1, missCost: Number.NaN }],
    [0.5, undefined as never],
  ])('%d, %o are refused', (rate, costs) => {
    expect(errorOf(() => amortizedCost(rate, costs)).code).toBe('INVALID_ARGUMENT');
  });
});
