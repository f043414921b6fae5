import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GradientBoostedTrees } from '../../src/recommend/gradient-boosted-trees.ts';
import { type ModelJson, naiveMargins } from '../reference/trees.ts';
import { randomModel, randomRows } from './tree-models.ts';

/** Base score of random models. */
const START = 0.5;

async function expectNaive(model: ModelJson, rows: Float32Array): Promise<void> {
  using trees = await GradientBoostedTrees.fromJson(model);
  const { featureCount, outputs } = trees;
  const start = new Array<number>(outputs).fill(START);
  const expected = Array.from({ length: rows.length / featureCount }, (_, row) =>
    naiveMargins(model, rows.subarray(row * featureCount, (row + 1) * featureCount), start),
  );
  expect(trees.predict(rows, { margin: true })).toEqual(Float32Array.from(expected.flat()));
}

describe('sums are those of a naive evaluator to the bit', () => {
  test('whatever the shape of the trees, the number of rows, and what they hold', async () => {
    const shape = fc.record({
      trees: fc.integer({ min: 0, max: 20 }),
      levels: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 9, max: 14 })),
      features: fc.integer({ min: 1, max: 12 }),
      outputs: fc.integer({ min: 1, max: 4 }),
      splitting: fc.constantFrom(0.5, 0.8, 0.95),
    });
    await fc.assert(
      fc.asyncProperty(shape, fc.nat(), fc.integer({ min: 0, max: 40 }), async (wanted, seed, rows) => {
        // Deep trees that split nearly everywhere would have thousands of nodes.
        const splitting = wanted.levels > 8 ? Math.min(wanted.splitting, 0.7) : wanted.splitting;
        const model = randomModel({ ...wanted, splitting }, seed);
        await expectNaive(model, randomRows(rows, wanted.features, seed + 1));
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  test.each([1, 3, 6, 8, 9, 11])(
    'of perfect trees of %i levels and more rows than are summed at a time',
    async (levels) => {
      const model = randomModel({ trees: 17, levels, features: 5, splitting: 1 }, levels);
      await expectNaive(model, randomRows(levels > 8 ? 29 : 529, 5, 2));
    },
  );

  test('of a tree that is a chain of a thousand nodes, to the left or to the right', async () => {
    for (const isLeft of [true, false]) {
      const model = randomModel({ trees: 1, levels: 0, features: 2 }, 1);
      const links = 1000;
      const inner = Array.from({ length: links }, (_, i) => 2 * i + 1);
      const near = [...inner.flatMap((child) => [child, -1]), -1];
      const far = [...inner.flatMap((child) => [child + 1, -1]), -1];
      // Node 2i is inner: its child 2i + 1 is a leaf, 2i + 2 the next link.
      model.learner.gradient_booster.model.trees = [
        {
          left_children: isLeft ? far : near,
          right_children: isLeft ? near : far,
          split_indices: far.map((_, node) => ((node / 2) % 2) | 0),
          split_conditions: far.map((_, node) =>
            node % 2 ? node : (isLeft ? 1 : -1) * (1 - node / (2 * links)),
          ),
          default_left: far.map((_, node) => (((node / 2) % 3 === 0) === isLeft ? 1 : 0)),
          tree_param: {},
        },
      ];
      const rows = Float32Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? Number.NaN : i / 30 - 1));
      await expectNaive(model, rows);
    }
  });

  test('of more columns or thresholds than fit the 16 bits of the fast layout', async () => {
    const wide = randomModel({ trees: 60, levels: 7, features: 5000, splitting: 1 }, 3);
    await expectNaive(wide, randomRows(9, 5000, 4));
    // Some 53 000 and 71 000 different thresholds: more than 15 bits, more than 16.
    for (const trees of [300, 400]) {
      const fine = randomModel({ trees, levels: 8, features: 1, splitting: 1 }, 5);
      await expectNaive(fine, randomRows(9, 1, 6));
    }
  });

  test('of float64 values that round to a threshold', async () => {
    const model = randomModel({ trees: 1, levels: 1, features: 1, splitting: 1 }, 1);
    const [tree] = model.learner.gradient_booster.model.trees;
    tree!.split_conditions = [0.1, -1, 1];
    using trees = await GradientBoostedTrees.fromJson(model);
    // 0.1 as float32 is .100000001: .10000000001 rounds to it, and what is not below goes right.
    expect(trees.predict([0.0999999, 0.1, 0.10000000001])).toEqual(Float32Array.of(-0.5, 1.5, 1.5));
  });
});
