import { CountMinSketch, TopK } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/counting.ts';
import { sha256 } from '../golden/recipe.ts';
import { skewedKeys } from './counted-streams.ts';

const keys = skewedKeys(20_000, 3000, 42);
const texts = Array.from(keys, (key) => `ключ ${key} 🗝`);

test.each(['plain', 'conservative'] as const)(
  'a %s sketch is that of every tier, runtime and version',
  async (name) => {
    const conservative = name === 'conservative';
    using sketch = await CountMinSketch.create({ epsilon: 0.01, delta: 0.001, conservative, seed: -42 });
    sketch.add(keys).add(texts, keys);
    expect(sketch.estimate(texts.slice(0, 5))).toEqual(Uint32Array.from(GOLDEN[name].estimates));
    expect(sha256(sketch.toBytes())).toBe(GOLDEN[name].file);
  },
);

test('the most frequent keys are those of every tier, runtime and version', async () => {
  using summary = await TopK.create({ capacity: 100, seed: -42 });
  summary.add(texts);
  using other = summary.clone().add(texts.slice(0, 500)).merge(summary);
  expect(other.top(3)).toEqual(GOLDEN.top);
  expect(sha256(other.toBytes())).toBe(GOLDEN.topFile);
});
