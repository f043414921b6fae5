import {
  capabilities,
  estimateBytes,
  type LanewiseError,
  Random,
  SemanticCache,
  type SemanticCacheOptions,
} from 'lanewise';
import { describe, expect, test } from 'vitest';
import { bitsOf, hashWords } from '../../src/cache/bits.ts';
import { runtime } from '../../src/vectors/kernels.ts';
import { errorOf } from '../host/error-of.ts';

const BUDGET = 2 ** 20;
const DIMENSIONS = 4;

/** A vector of the plane at an angle, in degrees: the cosine of two is that of the angle between. */
function at(degrees: number, length = 1): Float32Array {
  const angle = (degrees * Math.PI) / 180;
  return Float32Array.of(length * Math.cos(angle), 0, length * Math.sin(angle), 0);
}

/** A cache of texts; cos 20 degrees = .9397, cos 30 = .8660. */
function cacheOf(options: Partial<SemanticCacheOptions<string>> = {}): Promise<SemanticCache<string>> {
  return SemanticCache.create<string>({
    ...{ dimensions: DIMENSIONS, threshold: Math.cos(Math.PI / 9), maxBytes: BUDGET },
    ...options,
  });
}

test('the answer to the nearest embedding serves what is near enough, and nothing else', async () => {
  using cache = await cacheOf();
  expect(cache.get(at(0))).toBeUndefined();
  const zero = cache.set(at(0), 'zero');
  cache.set(at(30), 'thirty');
  expect(cache.get(at(10))).toMatchObject({ value: 'zero', key: zero });
  expect(cache.get(at(16))?.value).toBe('thirty');
  expect(cache.get(at(-19))?.value).toBe('zero');
  expect(cache.get(at(-21))).toBeUndefined();
  expect(cache.get(at(51))).toBeUndefined();
  expect(cache.get([...at(19, 1e6)])?.similarity).toBeCloseTo(Math.cos((11 * Math.PI) / 180), 6);
  expect(cache.size).toBe(2);
});

test('the very same embedding serves at a threshold of 1, too, however its cosine is rounded', async () => {
  using cache = await SemanticCache.create<number>({ dimensions: 7, threshold: 1, maxBytes: BUDGET });
  const random = new Random(7);
  const embeddings = Array.from({ length: 100 }, () =>
    Float32Array.from({ length: 7 }, () => random.uniform() - 0.5),
  );
  for (const [i, embedding] of embeddings.entries()) cache.set(embedding, i);
  const hits = embeddings.map((embedding) => cache.get(embedding));
  expect(hits.map((hit) => hit?.value)).toEqual([...embeddings.keys()]);
  for (const hit of hits) expect(hit!.similarity).toBeGreaterThanOrEqual(1);
  expect(cache.get(embeddings[0]!.map((value) => value + 0.01))).toBeUndefined();
  expect(cache.statistics()).toMatchObject({ hits: 100, misses: 1 });
  // Of inner products, a threshold is a threshold.
  using products = await cacheOf({ metric: 'ip', threshold: 2 });
  products.set([1, 0, 0, 0], 'one');
  expect(products.get([1, 0, 0, 0])).toBeUndefined();
});

test('of a like embedding the answer is replaced, of another one that is as near the last one serves', async () => {
  using cache = await cacheOf();
  const first = cache.set(at(0), 'first');
  const second = cache.set(at(0), 'second');
  expect(cache.size).toBe(1);
  expect(cache.delete(first!)).toBe(false);
  cache.set(at(0, 2), 'doubled'); // the same direction in other bits
  for (let i = 0; i < 9; i++) cache.set(at(0, 2 ** (2 + i)), `more ${i}`);
  expect(cache.size).toBe(11);
  expect(cache.get(at(5))?.value).toBe('more 8');
  cache.set(at(0, 2), 'again');
  expect(cache.get(at(5))?.value).toBe('again');
  expect(cache.delete(second!)).toBe(true);
  expect(cache.size).toBe(10);
});

test('of two embeddings of one hash, the later one is known by it while it lives', async () => {
  using cache = await SemanticCache.create<string>({ dimensions: 2, threshold: 0.9, maxBytes: BUDGET });
  const words = (...numbers: number[]): Int32Array => bitsOf(Float32Array.from(numbers));
  // As the hash of two words is that of (hash of the first) ^ second.
  const first = Float32Array.of(1, 2);
  let twin = first;
  for (let x = 2; x === 2 || !(Math.abs(twin[1]!) < 1); x += 1 / 1024) {
    const second = words(2)[0]! ^ hashWords(words(1)) ^ hashWords(words(x));
    twin = new Float32Array(Int32Array.of(words(x)[0]!, second).buffer);
  }
  expect(hashWords(bitsOf(twin))).toBe(hashWords(bitsOf(first)));
  const key = cache.set(first, 'first');
  cache.set(twin, 'twin');
  expect([first, twin].map((embedding) => cache.get(embedding)?.value)).toEqual(['first', 'twin']);
  cache.delete(key!);
  cache.set(twin, 'again');
  expect(cache.size).toBe(1);
});

test('a near miss is less than the margin below the threshold', async () => {
  using cache = await cacheOf({ metric: 'ip', threshold: 2, nearMissMargin: 0.5 });
  cache.set([1, 0, 0, 0], 'one');
  cache.get([1.5, 0, 0, 0]);
  expect(cache.statistics().nearMisses).toBe(0);
  cache.get([1.5625, 0, 0, 0]);
  expect(cache.statistics().nearMisses).toBe(1);
});

test('hits, misses and near misses are counted', async () => {
  // cos 25 degrees = .9063 lies less than .05 below cos 20 = .9397, cos 30 = .8660 does not
  using cache = await cacheOf({ nearMissMargin: 0.05 });
  cache.get(at(0));
  cache.set(at(0), 'zero');
  for (const degrees of [5, 15, 25, 30, 90]) cache.get(at(degrees));
  const { hits, misses, nearMisses, hitRate, entries } = cache.statistics();
  expect({ hits, misses, nearMisses, hitRate, entries }).toEqual({
    ...{ hits: 2, misses: 4, nearMisses: 1, hitRate: 2 / 6, entries: 1 },
  });
  // 2 of 6 at 3, 4 of 6 at 3 + 30: 138 / 6
  expect(cache.costReport({ hitCost: 3, missCost: 30 })).toMatchObject({
    amortized: expect.closeTo(23, 12),
    uncached: 30,
    breakEvenHitRate: 0.1,
  });
});

test('inner products are compared where the metric says so', async () => {
  using cache = await cacheOf({ metric: 'ip', threshold: 2 });
  cache.set([1, 1, 0, 0], 'ones');
  expect(cache.get([1, 1, 0, 0])).toMatchObject({ value: 'ones', similarity: 2 });
  expect(cache.get([1, 0.5, 9, 0])).toBeUndefined();
  expect(cache.get([0, 0, 0, 0])).toBeUndefined();
});

describe('time', () => {
  test('an answer is never served once its time is over', async () => {
    let now = 100;
    using cache = await cacheOf({ ttl: 10, now: () => now });
    cache.set(at(0), 'usual');
    cache.set(at(40), 'short', { ttl: 5 });
    cache.set(at(80), 'for ever', { ttl: Number.POSITIVE_INFINITY });
    now = 104.9;
    expect([0, 40, 80].map((degrees) => cache.get(at(degrees))?.value)).toEqual([
      'usual',
      'short',
      'for ever',
    ]);
    now = 105;
    expect([0, 40, 80].map((degrees) => cache.get(at(degrees))?.value)).toEqual([
      ...['usual', undefined, 'for ever'],
    ]);
    now = 110;
    expect([cache.size, cache.statistics().expirations]).toEqual([1, 2]);
    now = 1e9;
    expect(cache.get(at(80))?.value).toBe('for ever');
  });

  test('what is over makes room before anything else does, and gives its memory back', async () => {
    let now = 0;
    using cache = await cacheOf({ maxEntries: 2, now: () => now });
    cache.set(at(0), 'old');
    cache.set(at(40), 'over', { ttl: 5 });
    now = 5;
    cache.set(at(80), 'new');
    expect(cache.get(at(0))?.value).toBe('old');
    expect(cache.statistics()).toMatchObject({ evictions: 0, expirations: 1 });
  });
});

describe('versions', () => {
  test('a new version drops all answers of another, and keeps none that is late', async () => {
    using cache = await cacheOf({ version: 'model 1' });
    cache.set(at(0), 'zero');
    cache.set(at(40), 'forty', { version: 'model 1' });
    expect(cache.invalidate('model 1')).toBe(0);
    expect(cache.size).toBe(2);
    expect(cache.invalidate('model 2')).toBe(2);
    expect(cache.get(at(0))).toBeUndefined();
    expect(cache.set(at(0), 'late', { version: 'model 1' })).toBeUndefined();
    expect(cache.get(at(0))).toBeUndefined();
    cache.set(at(0), 'fresh', { version: 'model 2' });
    expect(cache.get(at(0))?.value).toBe('fresh');
    expect(cache.statistics()).toMatchObject({ invalidations: 2, refused: 1, entries: 1 });
    expect(cache.version).toBe('model 2');
  });
});

describe('room', () => {
  test('a thousand look-ups of 400 embeddings drop at least 300 where there is room for 100', async () => {
    using cache = await SemanticCache.create({
      ...{ dimensions: 400, threshold: 0.99, maxBytes: 2 ** 24, maxEntries: 100 },
    });
    const random = new Random(1);
    for (let i = 0; i < 1000; i++) {
      const embedding = new Float32Array(400);
      embedding[i < 400 ? i : random.integer(400)] = 1;
      if (!cache.get(embedding)) cache.set(embedding, i, { bytes: 8 });
      expect(cache.size).toBeLessThanOrEqual(100);
    }
    const { evictions, misses, hits } = cache.statistics();
    // Each of 400 is loaded at least once, and 100 of them stay.
    expect(evictions).toBeGreaterThanOrEqual(300);
    expect(evictions).toBe(misses - 100);
    expect(hits + misses).toBe(1000);
  });

  test('what was used least recently goes first', async () => {
    using cache = await cacheOf({ maxEntries: 3 });
    for (const degrees of [0, 40, 80]) cache.set(at(degrees), String(degrees));
    cache.get(at(0));
    cache.set(at(40), 'forty');
    cache.set(at(120), '120');
    expect([0, 40, 80, 120].map((degrees) => cache.get(at(degrees))?.value)).toEqual([
      ...['0', 'forty', undefined, '120'],
    ]);
  });

  test('bytes are those of linear memory, of values and of entries, and stay within the budget', async () => {
    const before = capabilities().memory.bytesInUse;
    using cache = await cacheOf({ maxBytes: 150_000 });
    const random = new Random(2);
    for (let i = 0; i < 500; i++) {
      cache.set([random.uniform(), random.uniform(), random.uniform(), 1], 'value', { bytes: 2000 });
      const { total, embeddings, values, entries } = cache.memoryUsage();
      expect(embeddings).toBe(capabilities().memory.bytesInUse - before);
      expect([values, entries]).toEqual([2000 * cache.size, 256 * cache.size]);
      expect(total).toBe(embeddings + values + entries);
      expect(total).toBeLessThanOrEqual(150_000);
    }
    expect(cache.size).toBeGreaterThan(30);
    expect(cache.statistics().bytes).toBe(cache.memoryUsage().total);
  });

  test('small values make room for large ones, and the memory of their embeddings with them', async () => {
    using cache = await cacheOf({ dimensions: 64, maxBytes: 2_000_000 });
    const random = new Random(3);
    const embedding = () => Float32Array.from({ length: 64 }, () => random.uniform() - 0.5);
    for (let i = 0; i < 5000; i++) cache.set(embedding(), '', { bytes: 0 });
    const { embeddings } = cache.memoryUsage();
    expect(embeddings).toBeGreaterThan(1_000_000);
    const large = embedding();
    expect(cache.set(large, 'large', { bytes: 1_700_000 })).toBeDefined();
    expect(cache.get(large)?.value).toBe('large');
    expect(cache.memoryUsage().total).toBeLessThanOrEqual(2_000_000);
    expect(cache.memoryUsage().embeddings).toBeLessThan(300_000);
  });

  test('a value larger than the budget is not kept, and leaves none behind that it would replace', async () => {
    using cache = await cacheOf();
    cache.set(at(0), 'zero');
    cache.set(at(40), 'forty');
    expect(cache.set(at(0), 'huge', { bytes: BUDGET })).toBeUndefined();
    expect(cache.get(at(0))).toBeUndefined();
    expect(cache.get(at(40))?.value).toBe('forty');
    expect(cache.statistics()).toMatchObject({ refused: 1, evictions: 0, entries: 1 });
  });

  test('a value is measured by bytesOf where its bytes are not given', async () => {
    using cache = await cacheOf({ bytesOf: (value) => 10 * value.length });
    cache.set(at(0), 'abc');
    expect(cache.memoryUsage().values).toBe(30);
    cache.set(at(0), 'abc', { bytes: 7 });
    expect(cache.memoryUsage().values).toBe(7);
    using usual = await cacheOf();
    usual.set(at(0), 'abc');
    expect(usual.memoryUsage().values).toBe(estimateBytes('abc'));
  });

  test('values are estimated: 8 a place, 32 an object, 2 a character, and buffers by their length', () => {
    expect(estimateBytes(1)).toBe(8);
    expect(estimateBytes(undefined)).toBe(8);
    expect(estimateBytes('abc')).toBe(8 + 32 + 6);
    expect(estimateBytes([1, 2])).toBe(8 + 32 + 16);
    expect(estimateBytes(new Float32Array(10))).toBe(8 + 32 + 40);
    expect(estimateBytes(2n ** 8000n - 1n)).toBe(8 + 32 + 1000);
    expect(estimateBytes(new Map([[1, new Set([2])]]))).toBe(8 + 32 + (8 + 8 + 32 + 8));
    const ring: { self?: object; text: string } = { text: 'ab' };
    ring.self = ring;
    expect(estimateBytes(ring)).toBe(8 + 32 + (8 + 32 + 4) + 8);
  });
});

describe('errors', () => {
  test('a cache that its own clock or bytesOf disposes of touches no memory any more', async () => {
    let end = (): void => {};
    const bytesOf = (): number => {
      end();
      return 8;
    };
    const now = (): number => {
      end();
      return 0;
    };
    for (const options of [{ bytesOf }, { now }]) {
      const cache = await cacheOf(options);
      cache.set(at(0), 'zero');
      const { memory } = runtime();
      const before = memory.statistics.bytesInUse - cache.memoryUsage().embeddings;
      end = () => cache.dispose();
      expect(errorOf(() => cache.set(at(50), 'fifty')).code).toBe('DISPOSED');
      expect(memory.statistics.bytesInUse).toBe(before);
      end = () => {};
    }
  });

  test.each<[Partial<SemanticCacheOptions>, string]>([
    [{ threshold: 1.01 }, 'INVALID_ARGUMENT'],
    [{ threshold: -1.01 }, 'INVALID_ARGUMENT'],
    [{ threshold: Number.NaN }, 'INVALID_ARGUMENT'],
    [{ threshold: undefined as never }, 'INVALID_ARGUMENT'],
    [{ threshold: Number.POSITIVE_INFINITY, metric: 'ip' }, 'INVALID_ARGUMENT'],
    [{ dimensions: 0 }, 'INVALID_ARGUMENT'],
    [{ maxBytes: 1000 }, 'INVALID_ARGUMENT'],
    [{ maxBytes: Number.POSITIVE_INFINITY }, 'INVALID_ARGUMENT'],
    [{ maxEntries: 0 }, 'INVALID_ARGUMENT'],
    [{ ttl: 0 }, 'INVALID_ARGUMENT'],
    [{ ttl: -1 }, 'INVALID_ARGUMENT'],
    [{ ttl: Number.NaN }, 'INVALID_ARGUMENT'],
    [{ metric: 'l2' as never }, 'INVALID_ARGUMENT'],
    [{ nearMissMargin: -0.1 }, 'INVALID_ARGUMENT'],
    [{ version: Number.NaN }, 'INVALID_ARGUMENT'],
    [{ version: {} as never }, 'INVALID_ARGUMENT'],
    [{ now: 3 as never }, 'INVALID_ARGUMENT'],
    [{ now: (() => new Date()) as never }, 'INVALID_ARGUMENT'],
    [{ bytesOf: 3 as never }, 'INVALID_ARGUMENT'],
  ])('%o is refused', async (options, code) => {
    const options_ = { dimensions: DIMENSIONS, threshold: 0.9, maxBytes: BUDGET, ...options };
    const { bytesInUse } = capabilities().memory;
    await expect(SemanticCache.create(options_)).rejects.toMatchObject({ code });
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
  });

  test('the least budget has room for one small value', async () => {
    const error = await cacheOf({ maxBytes: 1 }).catch((thrown: LanewiseError) => thrown);
    const [least] = (error as LanewiseError).expected as [number, number];
    using cache = await cacheOf({ maxBytes: least });
    expect(cache.set(at(0), '', { bytes: 0 })).toBeDefined();
    expect(cache.set(at(40), '', { bytes: 0 })).toBeDefined();
    expect([cache.size, cache.memoryUsage().total]).toEqual([1, least]);
  });

  test('a call that fails leaves the cache as it was', async () => {
    using cache = await cacheOf({ maxEntries: 2, nearMissMargin: 0.05 });
    cache.set(at(0), 'zero');
    cache.set(at(40), 'forty');
    const before = [cache.statistics(), cache.memoryUsage()];
    const codes = [
      () => cache.set(at(0).fill(Number.NaN), 'x'),
      () => cache.set([0, 0, 0, 0], 'x'),
      () => cache.set([1, 2, 3], 'x'),
      () => cache.set(new Float32Array(8), 'x'),
      () => cache.set('text' as never, 'x'),
      () => cache.set(at(80), 'x', { ttl: -1 }),
      () => cache.set(at(80), 'x', { bytes: -1 }),
      () => cache.set(at(80), 'x', { bytes: Number.NaN }),
      () => cache.set(at(80), 'x', { version: Number.NaN }),
      () => cache.get([0, 0, 0, 0]),
      () => cache.get([1, 2, Number.POSITIVE_INFINITY, 3]),
      () => cache.get([1, 2, 3, 4, 5, 6, 7, 8]),
      () => cache.invalidate(undefined as never),
    ].map((call) => errorOf(call).code);
    expect(codes).toEqual([
      ...['INVALID_VALUE', 'ZERO_VECTOR', 'DIMENSION_MISMATCH', 'DIMENSION_MISMATCH', 'INVALID_ARGUMENT'],
      ...['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
      ...['ZERO_VECTOR', 'INVALID_VALUE', 'DIMENSION_MISMATCH', 'INVALID_ARGUMENT'],
    ]);
    expect([cache.statistics(), cache.memoryUsage()]).toEqual(before);
    expect([cache.get(at(0))?.value, cache.get(at(40))?.value]).toEqual(['zero', 'forty']);
  });

  test('after dispose every call says so, and nothing is held', async () => {
    const { bytesInUse } = capabilities().memory;
    const cache = await cacheOf();
    const key = cache.set(at(0), 'zero')!;
    cache.dispose();
    cache.dispose();
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
    const calls = [
      ...[() => cache.get(at(0)), () => cache.set(at(0), 'x'), () => cache.delete(key), () => cache.clear()],
      ...[() => cache.size, () => cache.statistics(), () => cache.memoryUsage(), () => cache.invalidate(2)],
    ];
    for (const call of calls) expect(errorOf(call).code).toBe('DISPOSED');
    await expect(cache.getOrCompute(at(0), () => 'x')).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

describe('memory', () => {
  test('a cleared cache takes no more than an empty one, and goes on', async () => {
    using cache = await cacheOf();
    const empty = cache.memoryUsage();
    for (let i = 0; i < 300; i++) cache.set(at(i), String(i));
    cache.clear();
    expect(cache.memoryUsage()).toEqual(empty);
    expect(cache.get(at(0))).toBeUndefined();
    cache.set(at(0), 'zero');
    expect(cache.get(at(0))?.value).toBe('zero');
  });

  test('a hundred caches, one after another, leave nothing behind', async () => {
    const cycle = async () => {
      using cache = await cacheOf();
      cache.set(at(0), 'zero');
      cache.get(at(0));
      errorOf(() => cache.get([0, 0, 0, 0]));
    };
    await cycle();
    const before = capabilities().memory;
    for (let i = 0; i < 100; i++) await cycle();
    expect(capabilities().memory).toEqual(before);
  });

  test('40 000 calls stay within the budget, linear memory and entries', async () => {
    const maxBytes = 400_000;
    let now = 0;
    using cache = await SemanticCache.create({
      ...{ dimensions: 16, threshold: 0.9, maxBytes, maxEntries: 600, now: () => now },
    });
    const random = new Random(4);
    const pool = Float32Array.from({ length: 16 * 2000 }, () => random.uniform() - 0.5);
    const other = capabilities().memory.bytesInUse - cache.memoryUsage().embeddings;
    for (let i = 0; i < 40_000; i++) {
      now++;
      const embedding = 16 * random.integer(2000);
      const values = pool.subarray(embedding, embedding + 16);
      const kind = random.integer(8);
      if (kind < 4) cache.get(values);
      else if (kind < 7) cache.set(values, i, { bytes: random.integer(1000), ttl: 1 + random.integer(4000) });
      else cache.delete(i - random.integer(100));
      if (i % 1000 > 0) continue;
      const { total, embeddings } = cache.memoryUsage();
      expect(total).toBeLessThanOrEqual(maxBytes);
      expect(capabilities().memory.bytesInUse).toBe(other + embeddings);
      expect(cache.size).toBeLessThanOrEqual(600);
    }
    const { evictions, expirations, hits, misses } = cache.statistics();
    expect(Math.min(evictions, expirations, hits, misses)).toBeGreaterThan(500);
  });
});
