import {
  BloomFilter,
  CountMinSketch,
  capabilities,
  DDSketch,
  HyperLogLog,
  KllSketch,
  MinHash,
  MinHashLsh,
  TopK,
} from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';

type Create = (options: never) => Promise<{ dispose(): void }>;

describe.each([undefined, null])('options that are %s', (none) => {
  test.each<[string, Create]>([
    ['BloomFilter', BloomFilter.create],
    ['CountMinSketch', CountMinSketch.create],
    ['TopK', TopK.create],
  ])('are too few for a %s, which says so', async (_, create) => {
    await expect(create(none as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test.each<[string, Create]>([
    ['HyperLogLog', HyperLogLog.create],
    ['MinHash', MinHash.create],
    ['MinHashLsh', MinHashLsh.create],
    ['KllSketch', KllSketch.create],
    ['DDSketch', DDSketch.create],
  ])('make the %s that is made without', async (_, create) => {
    (await create(none as never)).dispose();
  });
});

test('what is no sketch, or one of another kind, is not merged, and nothing changes', async () => {
  using bloom = await BloomFilter.create({ capacity: 5 });
  using count = await CountMinSketch.create({ width: 5, depth: 2 });
  using distinct = await HyperLogLog.create({ precision: 4 });
  using top = await TopK.create({ capacity: 5 });
  using set = await MinHash.create({ hashes: 16 });
  using ranks = await KllSketch.create();
  using values = await DDSketch.create();
  const all = [bloom, count, distinct, top, set, ranks, values];
  for (const sketch of all) {
    const before = sketch.toBytes();
    for (const other of [...all.filter((each) => each !== sketch), {}, 5, null, undefined])
      expect(errorOf(() => sketch.merge(other as never)).code).toBe('INVALID_ARGUMENT');
    expect(sketch.toBytes()).toEqual(before);
  }
});

test('sketches merge with themselves, and with those that were disposed of, neither way', async () => {
  const make = [
    () => BloomFilter.create({ capacity: 5 }),
    () => CountMinSketch.create({ width: 5, depth: 2 }),
    () => HyperLogLog.create({ precision: 4 }),
    () => TopK.create({ capacity: 5 }),
    () => MinHash.create({ hashes: 16 }),
    () => KllSketch.create(),
    () => DDSketch.create(),
  ];
  for (const create of make) {
    using sketch = await create();
    sketch.merge(sketch as never);
    const gone = await create();
    gone.dispose();
    expect(errorOf(() => sketch.merge(gone as never)).code).toBe('DISPOSED');
    expect(errorOf(() => gone.merge(sketch as never)).code).toBe('DISPOSED');
  }
});

test('a seed of -0 is that of 0, in the file too', async () => {
  for (const create of [
    (seed: number) => CountMinSketch.create({ width: 5, depth: 2, seed }),
    (seed: number) => MinHash.create({ hashes: 16, seed }),
  ]) {
    using one = await create(-0);
    using other = await create(0);
    expect(one.seed).toBe(0);
    expect(one.toBytes()).toEqual(other.toBytes());
  }
});

test('a filter that is merged with itself for ever can still be saved', async () => {
  using filter = (await BloomFilter.create({ capacity: 5 })).add([1, 2, 3]);
  for (let i = 0; i < 60; i++) filter.merge(filter);
  expect(filter.add(4).added).toBe(Number.MAX_SAFE_INTEGER);
  using loaded = BloomFilter.fromBytes(filter.toBytes());
  expect(loaded.toBytes()).toEqual(filter.toBytes());
});

test('the room that keys pass through goes with the last sketch, and comes back with the next', async () => {
  const { bytesInUse } = capabilities().memory;
  for (let round = 0; round < 3; round++) {
    const first = await HyperLogLog.create();
    const second = first.add(['ada']).clone();
    first.dispose();
    first.dispose();
    expect(Math.round(second.add(['grace']).estimate())).toBe(2);
    second.dispose();
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
  }
});
