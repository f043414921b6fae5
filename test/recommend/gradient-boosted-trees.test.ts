import { describe, expect, test } from 'vitest';
import { GradientBoostedTrees } from '../../src/recommend/gradient-boosted-trees.ts';
import { runtime } from '../../src/recommend/kernels.ts';
import { errorOf } from '../host/error-of.ts';
import type { ModelJson } from '../reference/trees.ts';
import { type Expected, expectedOf, fixture, randomModel, toFeatures } from './tree-models.ts';

const NAMES = ['binary-logistic', 'multi-softprob', 'rank-pairwise', 'reg-squarederror'];
const FEATURES = 4;
const ROWS = 20;

function parsed(name: string): ModelJson {
  return JSON.parse(fixture(name)) as ModelJson;
}

/** Exponentials of XGBoost are float32, within some 2 units in the last place; a sum and a quotient add one each. */
function expectClose(predictions: Float32Array, expected: readonly number[]): void {
  expect(predictions.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(predictions[i]! - value)).toBeLessThanOrEqual(4 * 2 ** -23 * Math.abs(value));
  });
}

describe.each(NAMES)('a %s model of XGBoost', (name) => {
  const { features, margins, firstRound, predictions } = expectedOf(name);
  const rows = toFeatures(features);

  test('gives the margins of XGBoost to the bit, and its predictions', async () => {
    using trees = await GradientBoostedTrees.fromJson(fixture(name));
    expect(trees.predict(rows, { margin: true })).toEqual(Float32Array.from(margins));
    expectClose(trees.predict(rows), predictions);
  });

  test('gives the same for every number of rows, and for rows one by one', async () => {
    using trees = await GradientBoostedTrees.fromJson(fixture(name));
    const { outputs } = trees;
    for (let count = 0; count <= ROWS; count++) {
      const some = trees.predict(rows.subarray(0, count * FEATURES), { margin: true });
      expect(some).toEqual(Float32Array.from(margins.slice(0, count * outputs)));
    }
    for (let row = 0; row < ROWS; row++) {
      const one = trees.predict(rows.subarray(row * FEATURES, (row + 1) * FEATURES), { margin: true });
      expect(one).toEqual(Float32Array.from(margins.slice(row * outputs, (row + 1) * outputs)));
    }
  });

  test('is the same from text, bytes and the parsed object', async () => {
    const text = fixture(name);
    const bytes = new TextEncoder().encode(text);
    for (const input of [text, bytes, bytes.buffer, JSON.parse(text) as object]) {
      using trees = await GradientBoostedTrees.fromJson(input);
      expect(trees.predict(rows, { margin: true })).toEqual(Float32Array.from(margins));
    }
  });

  test('counts the trees of the first rounds alone where that is asked for', async () => {
    using trees = await GradientBoostedTrees.fromJson(fixture(name), { iterations: 1 });
    expect(trees.treeCount).toBe(trees.outputs);
    expect(trees.predict(rows, { margin: true })).toEqual(Float32Array.from(firstRound));
  });
});

describe('objectives', () => {
  interface Outcome extends Pick<Expected, 'margins' | 'predictions'> {
    readonly objective: string;
  }
  const outcomes = JSON.parse(fixture('objectives')) as Outcome[];
  const rows = toFeatures(expectedOf('binary-logistic').features);

  test.each(outcomes)(
    '$objective starts and ends as in XGBoost',
    async ({ objective, margins, predictions }) => {
      const model = parsed('binary-logistic');
      model.learner.objective = { name: objective };
      using trees = await GradientBoostedTrees.fromJson(model);
      expect(trees.objective).toBe(objective);
      expect(trees.predict(rows, { margin: true })).toEqual(Float32Array.from(margins));
      expectClose(trees.predict(rows), predictions);
    },
  );

  test('multi:softmax gives the likeliest class, of equally likely ones the first', async () => {
    const model = parsed('multi-softprob');
    model.learner.objective = { name: 'multi:softmax' };
    const { features, margins } = expectedOf('multi-softprob');
    using trees = await GradientBoostedTrees.fromJson(model);
    expect(trees.predict(toFeatures(features), { margin: true })).toEqual(Float32Array.from(margins));
    const classes = Array.from({ length: ROWS }, (_, row) => {
      const own = margins.slice(3 * row, 3 * row + 3);
      return own.indexOf(Math.max(...own));
    });
    expect(new Set(classes).size).toBeGreaterThan(1);
    expect(trees.predict(toFeatures(features))).toEqual(Float32Array.from(classes));

    const even = randomModel({ trees: 0, levels: 0, features: 1, outputs: 3 }, 1);
    even.learner.objective.name = 'multi:softmax';
    using without = await GradientBoostedTrees.fromJson(even);
    expect(without.predict([7])).toEqual(Float32Array.of(0));
    expect(without.predict([7], { margin: true })).toEqual(Float32Array.of(0.5, 0.5, 0.5));
  });

  test('probabilities of classes far apart are numbers and add to 1', async () => {
    const model = parsed('multi-softprob');
    const { trees: all } = model.learner.gradient_booster.model;
    all.forEach((tree, i) => {
      tree.split_conditions = tree.split_conditions.map((value, node) =>
        tree.left_children[node] === -1 ? (i % 3) * 1e4 : value,
      );
    });
    using trees = await GradientBoostedTrees.fromJson(model);
    expect(trees.predict(new Float32Array(FEATURES))).toEqual(Float32Array.of(0, 0, 1));
  });
});

describe('a base score', () => {
  const rows = toFeatures(expectedOf('rank-pairwise').features);

  test.each(['5E-1', '0.5', '5.0000000E-01', '[5E-1]', ' [0.5] ', 0.5])('is read from %j', async (score) => {
    const model = parsed('rank-pairwise');
    model.learner.learner_model_param.base_score = score;
    using trees = await GradientBoostedTrees.fromJson(model);
    expect(trees.predict(rows)).toEqual(Float32Array.from(expectedOf('rank-pairwise').margins));
  });

  test('may differ between outputs that are no classes', async () => {
    const model = randomModel({ trees: 0, levels: 0, features: 1 }, 1);
    model.learner.learner_model_param['num_target'] = '2';
    model.learner.learner_model_param.base_score = '[2.5E-1,-4E0]';
    using trees = await GradientBoostedTrees.fromJson(model);
    expect(trees.outputs).toBe(2);
    expect(trees.predict([1, 2])).toEqual(Float32Array.of(0.25, -4, 0.25, -4));
  });

  test.each(['', 'x', '[', '[]', '1,2', '[1,2]', '1e99', 'NaN', '0x10', null, {}, [0.5], '9'.repeat(10_000)])(
    '%j is none of one output',
    async (score) => {
      const model = parsed('rank-pairwise');
      model.learner.learner_model_param.base_score = score;
      await expect(GradientBoostedTrees.fromJson(model)).rejects.toMatchObject({
        code: 'FILE_CORRUPT',
        message: expect.stringContaining('base_score') as string,
      });
    },
  );

  test.each([
    ['binary:logistic', '0'],
    ['binary:logistic', '1'],
    ['binary:logistic', '-0.5'],
    ['count:poisson', '0'],
    ['count:poisson', '-1'],
  ])('of %s is not %s', async (objective, score) => {
    const model = parsed('rank-pairwise');
    model.learner.objective.name = objective;
    model.learner.learner_model_param.base_score = score;
    await expect(GradientBoostedTrees.fromJson(model)).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  });
});

describe('use', () => {
  test('tells what the model is', async () => {
    using ranker = await GradientBoostedTrees.fromJson(fixture('rank-pairwise'));
    const { objective, featureCount, featureNames, outputs, treeCount } = ranker;
    expect({ objective, featureCount, featureNames, outputs, treeCount }).toEqual({
      objective: 'rank:pairwise',
      featureCount: 4,
      featureNames: ['age', 'income', 'visits', 'distance'],
      outputs: 1,
      treeCount: 4,
    });
    using classifier = await GradientBoostedTrees.fromJson(fixture('multi-softprob'));
    expect([classifier.outputs, classifier.treeCount, classifier.featureNames]).toEqual([3, 6, undefined]);
  });

  test('writes into the array it is given, and takes plain numbers', async () => {
    using trees = await GradientBoostedTrees.fromJson(fixture('rank-pairwise'));
    const { features, margins } = expectedOf('rank-pairwise');
    const out = new Float32Array(ROWS);
    const plain = features.map((value) => value ?? Number.NaN);
    expect(trees.predict(plain, { out })).toBe(out);
    expect(out).toEqual(Float32Array.from(margins));
  });

  test('refuses parts of rows, other types and results of another length, and predicts as before', async () => {
    using trees = await GradientBoostedTrees.fromJson(fixture('rank-pairwise'));
    const { features, margins } = expectedOf('rank-pairwise');
    const rows = toFeatures(features);
    expect(errorOf(() => trees.predict(rows.subarray(1))).code).toBe('DIMENSION_MISMATCH');
    expect(errorOf(() => trees.predict('1' as never)).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => trees.predict(['1', 2, 3, 4] as never)).code).toBe('INVALID_ARGUMENT');
    for (const out of [new Float32Array(ROWS - 1), new Float64Array(ROWS), []] as never[]) {
      expect(errorOf(() => trees.predict(rows, { out })).code).toBe('INVALID_ARGUMENT');
    }
    expect(trees.predict(rows)).toEqual(Float32Array.from(margins));
  });

  test('frees its memory, and is of no use then', async () => {
    const { bytesInUse } = runtime().memory.statistics;
    const trees = await GradientBoostedTrees.fromJson(fixture('binary-logistic'));
    expect(runtime().memory.statistics.bytesInUse - bytesInUse).toBe(trees.memoryUsage().total);
    trees.dispose();
    trees.dispose();
    expect(runtime().memory.statistics.bytesInUse).toBe(bytesInUse);
    expect(errorOf(() => trees.predict(new Float32Array(FEATURES))).code).toBe('DISPOSED');
    expect(errorOf(() => trees.memoryUsage()).code).toBe('DISPOSED');
  });
});
