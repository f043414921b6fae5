import { MlpRanker, Random } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/mlp.ts';
import { eighths, sha256 } from '../golden/recipe.ts';

test('networks answer as every tier, runtime and version does', async () => {
  const random = new Random(9);
  const layer = (inputs: number, outputs: number) => {
    const weights = eighths(random, inputs * outputs).map((weight) => weight / 16);
    return { inputs, outputs, weights, bias: eighths(random, outputs).map((value) => value / 16) };
  };
  const layers = [layer(19, 45), layer(45, 12), layer(12, 3)];
  const features = eighths(random, 37 * 19);
  const found: Record<string, string> = {};
  for (const activation of ['relu', 'gelu', 'gelu-tanh'] as const) {
    using ranker = await MlpRanker.fromLayers(layers, { activation });
    found[activation] = sha256(ranker.predict(features));
  }
  using ranker = await MlpRanker.fromLayers(layers, { output: 'sigmoid' });
  found['sigmoid'] = sha256(ranker.predict(features));
  found['file'] = sha256(ranker.toBytes());
  expect(found).toEqual(GOLDEN);
});
