import fc from 'fast-check';
import { type Key, TopK } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { countsOf, skewedKeys } from './counted-streams.ts';

const LARGEST = 2 ** 32 - 1;

/** Every count, error and claim of a summary holds against the truth. */
function expectTrue(summary: TopK, truth: ReadonlyMap<Key, number>, k: number): void {
  const total = [...truth.values()].reduce((sum, count) => sum + count, 0);
  const { bound, confidence } = summary.errorBound();
  expect([summary.total, confidence]).toEqual([total, 1]);
  expect(bound).toBeLessThanOrEqual(total / summary.capacity);
  const kept = new Map(summary.top(summary.capacity).map((one) => [one.key, one]));
  for (const [key, count] of truth) {
    const estimate = summary.estimate(key);
    expect(estimate.count).toBeGreaterThanOrEqual(count);
    expect(estimate.count - estimate.error).toBeLessThanOrEqual(count);
    expect(estimate.error).toBeLessThanOrEqual(bound);
    if (count > bound) expect(kept.has(key)).toBe(true);
    expect(estimate).toMatchObject(
      kept.has(key) ? { count: kept.get(key)!.count, error: kept.get(key)!.error } : { count: bound },
    );
  }
  const kth = [...truth.values()].sort((a, b) => b - a)[k] ?? 0;
  for (const { key, isGuaranteed } of summary.top(k)) {
    // No more than k - 1 others occurred more often.
    if (isGuaranteed) expect(truth.get(key)).toBeGreaterThanOrEqual(kth);
  }
}

/** SpaceSaving as its paper has it; of several keys of the least count it may replace any, so only the counts are compared. */
function countsFloat64(keys: Iterable<number>, capacity: number): number[] {
  const counts = new Map<number, number>();
  for (const key of keys) {
    const count = counts.get(key);
    if (count !== undefined) counts.set(key, count + 1);
    else if (counts.size < capacity) counts.set(key, 1);
    else {
      const least = [...counts].reduce((a, b) => (b[1] < a[1] ? b : a));
      counts.delete(least[0]);
      counts.set(key, least[1] + 1);
    }
  }
  return [...counts.values()].sort((a, b) => b - a);
}

describe('counting', () => {
  test('is exact, and every claim guaranteed, while the keys fit', async () => {
    using summary = await TopK.create({ capacity: 10 });
    summary.add(['to', 'be', 'or', 'not', 'to', 'be']).add('to', 5);
    expect(summary.top(2)).toEqual([
      { key: 'to', count: 7, error: 0, isGuaranteed: true },
      { key: 'be', count: 2, error: 0, isGuaranteed: true },
    ]);
    expect(summary.top(10).map(({ isGuaranteed }) => isGuaranteed)).toEqual([true, true, true, true]);
    expect(summary.estimate('or')).toEqual({ count: 1, error: 0 });
    expect(summary.estimate('never')).toEqual({ count: 0, error: 0 });
    expect(summary.errorBound()).toEqual({ kind: 'count', bound: 0, confidence: 1 });
    expect([summary.size, summary.total]).toEqual([4, 11]);
  });

  test('a new key takes over the least count, which is its error', async () => {
    using summary = await TopK.create({ capacity: 2 });
    summary.add(['a', 'b'], [9, 4]).add('c', 2);
    expect(summary.top(5)).toEqual([
      { key: 'a', count: 9, error: 0, isGuaranteed: true },
      { key: 'c', count: 6, error: 4, isGuaranteed: false },
    ]);
    expect(summary.estimate('b')).toEqual({ count: 6, error: 6 });
    expect(summary.top(1)[0]!.isGuaranteed).toBe(true);
  });

  test('claims a guarantee where count - error reaches the next count, and not below', async () => {
    for (const [count, isGuaranteed] of [
      [5, true],
      [4, false],
    ] as const) {
      using summary = await TopK.create({ capacity: 2 });
      summary.add(['low', 'other'], [3, 5]).add('key', count); // takes over the 3 of low
      expect(summary.top(1)[0]).toEqual({ key: 'key', count: count + 3, error: 3, isGuaranteed });
    }
  });

  test.each([1, 2, 3, 17, 64, 100])(
    'with a capacity of %i keeps the counts of a naive one',
    async (capacity) => {
      const keys = skewedKeys(6000, 1000, capacity);
      using summary = await TopK.create({ capacity });
      summary.add(keys);
      expect(summary.top(capacity).map(({ count }) => count)).toEqual(countsFloat64(keys, capacity));
      expectTrue(summary, countsOf(keys), Math.ceil(capacity / 3));
    },
  );

  test('every count, error and guarantee holds for any stream, in any batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 20 })), { maxLength: 300 }),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 10 }),
        async (stream, capacity, k) => {
          using batch = await TopK.create({ capacity });
          using singly = await TopK.create({ capacity });
          batch.add(
            stream.map(([key]) => `key ${key}`),
            stream.map(([, count]) => count),
          );
          const truth = new Map<string, number>();
          for (const [key, count] of stream) {
            singly.add(`key ${key}`, count);
            if (count > 0) truth.set(`key ${key}`, (truth.get(`key ${key}`) ?? 0) + count);
          }
          expectTrue(batch, truth, k);
          expect(singly.toBytes()).toEqual(batch.toBytes());
        },
      ),
      { seed: 3, numRuns: 100 },
    );
  });

  test('keys come back as they were given, and bytes are copied', async () => {
    const bytes = Uint8Array.of(1, 2, 3);
    for (const keys of [
      ['a', '', '\ud83d', '🗝'],
      [0, -1.5, Number.POSITIVE_INFINITY, 2 ** 60],
      [5n, -1n, 2n ** 64n - 2n],
    ]) {
      using summary = await TopK.create({ capacity: 8 });
      summary.add(keys as string[]);
      expect(new Set(summary.top(8).map(({ key }) => key))).toEqual(new Set<Key>(keys));
    }
    using summary = await TopK.create({ capacity: 8 });
    summary.add(bytes);
    bytes.fill(0);
    expect(summary.top(1)[0]!.key).toEqual(Uint8Array.of(1, 2, 3));
  });

  test('counts beyond 32 bits are exact, and a total beyond 2^53 - 1 is refused', async () => {
    using summary = await TopK.create({ capacity: 3 });
    for (let i = 0; i < 10; i++) summary.add([7, 8], [LARGEST, 1]);
    expect(summary.estimate(7)).toEqual({ count: 10 * LARGEST, error: 0 });
    while (summary.total <= 2 ** 52) summary.merge(summary);
    const before = summary.toBytes();
    expect(errorOf(() => summary.merge(summary))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const keys = new Array<number>(2 ** 21 - 1).fill(7);
    expect(errorOf(() => summary.add(keys, LARGEST))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(summary.toBytes()).toEqual(before);
  });
});

test('the k most frequent are the first of all, whatever k, with equal counts about', async () => {
  for (const capacity of [1, 2, 30, 64]) {
    using summary = await TopK.create({ capacity });
    summary.add(skewedKeys(500, 80, capacity)).add(Array.from({ length: 20 }, (_, i) => 1000 + i));
    const all = summary.top(capacity);
    for (let k = 1; k <= capacity + 2; k++) {
      const top = summary.top(k);
      expect(top.map(({ key, count, error }) => ({ key, count, error }))).toEqual(
        all.slice(0, k).map(({ key, count, error }) => ({ key, count, error })),
      );
      const most = all[k]?.count ?? (summary.size < capacity ? 0 : all.at(-1)!.count);
      for (const { count, error, isGuaranteed } of top) expect(isGuaranteed).toBe(count - error >= most);
    }
  }
});

describe('merging', () => {
  test('keeps every bound, whichever way round and however often', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(40), { maxLength: 120 }), { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 20 }),
        async (streams, capacity) => {
          const parts = await Promise.all(
            streams.map(async (keys) => (await TopK.create({ capacity })).add(keys)),
          );
          using forth = await TopK.create({ capacity });
          for (const part of parts) forth.merge(part);
          expectTrue(forth, countsOf(streams.flat()), 5);
          using a = parts[0]!.clone().merge(parts[1]!);
          using b = parts[1]!.clone().merge(parts[0]!);
          expect(a.toBytes()).toEqual(b.toBytes());
          forth.add(streams[0]!);
          expectTrue(forth, countsOf([...streams.flat(), ...streams[0]!]), 5);
          for (const part of parts) part.dispose();
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });

  test('is exact while all keys fit, and takes over the kind of its keys', async () => {
    using a = await TopK.create({ capacity: 5 });
    using b = await TopK.create({ capacity: 5 });
    b.add(['x', 'y', 'x']);
    a.merge(b).merge(b);
    expect(a.top(2)).toMatchObject([
      { key: 'x', count: 4, error: 0 },
      { key: 'y', count: 2, error: 0 },
    ]);
    expect(errorOf(() => a.add(5)).code).toBe('INVALID_ARGUMENT');
  });

  test('is refused for what differs, with both named', async () => {
    using summary = await TopK.create({ capacity: 5, seed: 1 });
    summary.add(['x']);
    const before = summary.toBytes();
    using smaller = await TopK.create({ capacity: 4, seed: 1 });
    using seeded = await TopK.create({ capacity: 5, seed: 2 });
    using numbers = (await TopK.create({ capacity: 5, seed: 1 })).add(3);
    for (const [other, message] of [
      [smaller, /capacity 5, the other capacity 4/],
      [seeded, /seed 1, the other seed 2/],
      [numbers, /kind string, the other kind number/],
    ] as const) {
      expect(errorOf(() => summary.merge(other))).toMatchObject({
        code: 'MERGE_MISMATCH',
        message: expect.stringMatching(message),
      });
    }
    expect(errorOf(() => summary.merge({} as TopK)).code).toBe('INVALID_ARGUMENT');
    expect(summary.toBytes()).toEqual(before);
  });
});

test('bad options, keys of another kind and bad counts are refused, and nothing is added', async () => {
  for (const capacity of [0, 1.5, Number.NaN, 2 ** 22 + 1, undefined, '5'])
    await expect(TopK.create({ capacity: capacity as number })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  using summary = await TopK.create({ capacity: 2 });
  summary.add(['a', 'b', 'c']);
  const before = summary.toBytes();
  for (const [keys, counts, code] of [
    [5, 1, 'INVALID_ARGUMENT'],
    [5n, 1, 'INVALID_ARGUMENT'],
    [Uint32Array.of(5), 1, 'INVALID_ARGUMENT'],
    [Uint8Array.of(5), 1, 'INVALID_ARGUMENT'],
    [['d', 5], 1, 'INVALID_ARGUMENT'],
    ['d', -1, 'INVALID_ARGUMENT'],
    ['d', 1.5, 'INVALID_ARGUMENT'],
    [['d', 'e'], [1, Number.NaN], 'INVALID_ARGUMENT'],
    [['d', 'e'], [1], 'DIMENSION_MISMATCH'],
  ] as const) {
    expect(errorOf(() => summary.add(keys as never, counts as never)).code).toBe(code);
  }
  expect(errorOf(() => summary.add(5))).toMatchObject({
    message: expect.stringMatching(/this one has strings, not numbers/),
    expected: 'string',
    got: 'number',
  });
  expect(errorOf(() => summary.estimate(5)).code).toBe('INVALID_ARGUMENT');
  for (const k of [0, -1, 1.5, Number.NaN])
    expect(errorOf(() => summary.top(k)).code).toBe('INVALID_ARGUMENT');
  expect(summary.toBytes()).toEqual(before);
  summary.clear();
  expect([summary.size, summary.total, summary.top(3)]).toEqual([0, 0, []]);
  summary.add([1, 2, 1]);
  expect(summary.top(1)[0]).toEqual({ key: 1, count: 2, error: 0, isGuaranteed: true });
});
