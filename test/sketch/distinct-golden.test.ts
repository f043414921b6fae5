import { BloomFilter, HyperLogLog } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/distinct.ts';
import { sha256 } from '../golden/recipe.ts';

const texts = Array.from({ length: 5000 }, (_, i) => `ключ ${i * i} 🗝`);
const numbers = Float64Array.from({ length: 5000 }, (_, i) => (i - 2500) / 2);

test('distinct keys are estimated as in every tier, runtime and version, and files are theirs', async () => {
  using sketch = await HyperLogLog.create({ precision: 12, seed: -42 });
  sketch.add(texts).add(numbers);
  expect(sketch.estimate()).toBe(GOLDEN.hyperloglog.estimate);
  expect(sha256(sketch.toBytes())).toBe(GOLDEN.hyperloglog.file);
});

test('a filter answers as in every tier, runtime and version, and its file is theirs', async () => {
  using filter = await BloomFilter.create({ capacity: 9000, falsePositiveRate: 0.02, seed: -42 });
  filter.add(texts).add(numbers);
  expect(filter.errorBound().bound).toBe(GOLDEN.bloom.rate);
  expect(filter.estimate()).toBe(GOLDEN.bloom.estimate);
  const found = filter.has(Uint32Array.from({ length: 10_000 }, (_, i) => 5000 + i));
  expect(found.reduce((total, one) => total + one, 0)).toBe(GOLDEN.bloom.found);
  expect(sha256(filter.toBytes())).toBe(GOLDEN.bloom.file);
});
