import {
  BloomFilter,
  CountMinSketch,
  DDSketch,
  HyperLogLog,
  KllSketch,
  MinHash,
  MinHashLsh,
  Random,
  TopK,
} from 'lanewise';
import { expect, test } from 'vitest';
import { memory } from '../../src/cost/index.ts';

interface Held {
  memoryUsage(): { readonly total: number };
  dispose(): void;
}

function expectHeld(sketch: Held, predicted: { readonly total: number }): void {
  expect(predicted.total).toBe(sketch.memoryUsage().total);
  sketch.dispose();
}

test('a CountMinSketch holds 4 bytes a counter, by its shape or by its guarantee', async () => {
  for (const shape of [
    { width: 10_000, depth: 7 },
    { width: 3, depth: 1 },
    { epsilon: 0.001, delta: 0.01 },
  ])
    expectHeld(await CountMinSketch.create(shape), memory.countMinSketch(shape));
  expect(memory.countMinSketch({ width: 10_000, depth: 7 }).total).toBe(280_000);
});

test('a HyperLogLog holds a byte a register, one cache line at least', async () => {
  for (const precision of [4, 6, 14, 18])
    expectHeld(await HyperLogLog.create({ precision }), memory.hyperLogLog({ precision }));
  expectHeld(await HyperLogLog.create(), memory.hyperLogLog());
});

test('a BloomFilter holds the blocks that keep its rate', async () => {
  for (const options of [{ capacity: 1 }, { capacity: 100_000 }, { capacity: 5000, falsePositiveRate: 1e-5 }])
    expectHeld(await BloomFilter.create(options), memory.bloomFilter(options));
});

test('a KllSketch holds as much whatever it has seen', async () => {
  for (const k of [8, 200, 4096]) {
    const sketch = await KllSketch.create({ k });
    sketch.add(Float64Array.from({ length: 20_000 }, (_, i) => i % 977));
    expectHeld(sketch, memory.kllSketch({ k }));
  }
  expectHeld(await KllSketch.create(), memory.kllSketch());
});

test('a DDSketch holds the buckets between the extremes of either sign', async () => {
  const random = new Random(4);
  const ranges = [
    { least: 0.1, most: 10_000 },
    { least: 1, most: 1 },
    { least: 1e-300, most: 1e300 },
    { least: 0.75, most: 1.9 },
    { least: 3, most: 5e4 },
  ];
  for (const alpha of [0.01, 0.001, 0.3])
    for (const { least, most } of ranges) {
      const sketch = await DDSketch.create({ alpha });
      const between = Array.from({ length: 50 }, () => least + random.uniform() * (most - least));
      sketch.add([least, most, ...between]);
      const positive = { least, most };
      expectHeld(sketch, memory.ddSketch({ alpha, positive }));
      const both = await DDSketch.create({ alpha, maxBuckets: 100 });
      both.add([least, most, ...between, -7, 0, -8]);
      const negative = { least: 7, most: 8 };
      expectHeld(both, memory.ddSketch({ alpha, maxBuckets: 100, positive, negative }));
    }
  expectHeld(await DDSketch.create(), memory.ddSketch({}));
});

test('a MinHash holds 8 bytes a hash', async () => {
  for (const hashes of [16, 128, 1024])
    expectHeld(await MinHash.create({ hashes }), memory.minHash({ hashes }));
  expectHeld(await MinHash.create(), memory.minHash());
});

test.each([
  { sets: 0 },
  { sets: 1, hashes: 16, bands: 4 },
  { sets: 3000, hashes: 64, threshold: 0.5 },
  { sets: 700, hashes: 1024, bands: 5, rows: 3 },
])('a MinHashLsh of $sets sets holds what was predicted, in one call or several', async (shape) => {
  const { sets, ...options } = shape;
  const keys = (set: number) => [set, set + 1, set >> 3];
  const all = Array.from({ length: sets }, (_, set) => keys(set));
  const lsh = await MinHashLsh.create(options);
  lsh.add(
    all.map((_, set) => set),
    all,
  );
  expectHeld(lsh, memory.minHashLsh(shape));
  const parts = await MinHashLsh.create(options);
  for (let from = 0; from < sets; from += 450) {
    const part = all.slice(from, from + 450);
    parts.add(
      part.map((_, i) => 9 * (from + i) + 4),
      part,
    );
  }
  expectHeld(parts, memory.minHashLsh({ ...shape, ids: 'given' }));
});

test('a full TopK holds its state and its keys', async () => {
  for (const capacity of [1, 100, 1025]) {
    const numbers = await TopK.create({ capacity });
    numbers.add(Float64Array.from({ length: 2 * capacity }, (_, i) => i));
    expect(memory.topK({ capacity })).toEqual(numbers.memoryUsage());
    numbers.dispose();
    const strings = await TopK.create({ capacity });
    strings.add(Array.from({ length: 2 * capacity }, (_, i) => `key${String(i).padStart(6, '0')}`));
    expect(memory.topK({ capacity, keys: 'string', keyLength: 9 })).toEqual(strings.memoryUsage());
    strings.dispose();
  }
});
