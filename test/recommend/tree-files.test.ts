import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LanewiseError } from '../../src/host/errors.ts';
import { GradientBoostedTrees } from '../../src/recommend/gradient-boosted-trees.ts';
import { runtime } from '../../src/recommend/kernels.ts';
import { type ModelJson, naiveMargins, type TreeJson } from '../reference/trees.ts';
import { fixture, randomModel } from './tree-models.ts';

const NAME = 'rank-pairwise';

function model(): ModelJson {
  return JSON.parse(fixture(NAME)) as ModelJson;
}

async function failure(input: unknown, options = {}): Promise<LanewiseError> {
  const { bytesInUse } = runtime().memory.statistics;
  try {
    (await GradientBoostedTrees.fromJson(input as string, options)).dispose();
  } catch (error) {
    expect(runtime().memory.statistics.bytesInUse).toBe(bytesInUse);
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('what is no model of XGBoost in JSON', () => {
  test.each([
    ['an empty text', ''],
    ['half a file', fixture(NAME).slice(0, 2000)],
    ['a number', '7'],
    ['null', 'null'],
    ['a list', '[]'],
    ['another object', '{"trees":[]}'],
    ['another parsed object', {}],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0)],
    ['UBJSON', new TextEncoder().encode('{L\0\0\0\0\0\0\0\u0007learner{')],
    ['deep nesting', '['.repeat(1e5)],
  ])('is told as such: %s', async (_, input) => {
    expect((await failure(input)).code).toBe('FILE_FORMAT');
  });

  test('names UBJSON, and how to save JSON', async () => {
    const { message } = await failure(Uint8Array.from([0x7b, 0x4c, 0, 0]));
    expect(message).toBe(
      "Tree model: expected JSON of XGBoost, got UBJSON; save the model by booster.save_model('model.json')",
    );
  });

  test.each([undefined, null, 7, true, [1]])('and %j is no file at all', async (input) => {
    expect((await failure(input)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('what is not supported', () => {
  test('names the booster', async () => {
    for (const name of ['dart', 'gblinear']) {
      const other = model();
      other.learner.gradient_booster.name = name;
      expect(await failure(other)).toMatchObject({
        code: 'UNSUPPORTED',
        message: `The booster ${name} is not supported; supported: gbtree.`,
      });
    }
  });

  test('names the objective, and those that are supported', async () => {
    const other = model();
    other.learner.objective.name = 'reg:quantileerror';
    const { code, message } = await failure(other);
    expect(code).toBe('UNSUPPORTED');
    expect(message).toMatch(
      /^The objective reg:quantileerror is not supported; supported: binary:hinge, .*survival:cox\.$/,
    );
  });

  test('names the tree and the node that splits by category, though XGBoost writes NaN there', async () => {
    const other = model();
    const tree = other.learner.gradient_booster.model.trees[2]!;
    (tree['split_type'] as number[])[1] = 1;
    tree.split_conditions[1] = 12345.678;
    const text = JSON.stringify(other).replace('12345.678', ' NaN ');
    expect(await failure(text)).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/^Tree 2, node 1, splits by category/) as string,
    });
  });

  test('names the tree whose leaves are vectors', async () => {
    const other = model();
    other.learner.gradient_booster.model.trees[1]!['tree_param'] = { size_leaf_vector: '3' };
    expect(await failure(other)).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('Tree 1') as string,
    });
  });

  test('tells of base scores that differ between classes', async () => {
    const other = JSON.parse(fixture('multi-softprob')) as ModelJson;
    other.learner.learner_model_param.base_score = '[1E-1,2E-1,7E-1]';
    expect((await failure(other)).code).toBe('UNSUPPORTED');
    other.learner.learner_model_param.base_score = '[5E-1,5E-1,5E-1]';
    (await GradientBoostedTrees.fromJson(other)).dispose();
  });
});

describe('a damaged file', () => {
  const node = (edit: (tree: TreeJson) => void) => (damaged: ModelJson) =>
    edit(damaged.learner.gradient_booster.model.trees[1]!);
  const booster = (damaged: ModelJson): ModelJson['learner']['gradient_booster']['model'] =>
    damaged.learner.gradient_booster.model;
  const parameters = (damaged: ModelJson): Record<string, unknown> => damaged.learner.learner_model_param;

  test.each<[string, (damaged: ModelJson) => void, RegExp]>([
    ['a child beyond the nodes', node((t) => (t.left_children[0] = 99)), /^Tree 1, node 0, left_children/],
    ['a negative child', node((t) => (t.right_children[0] = -2)), /^Tree 1, node 0, right_children/],
    ['half a child', node((t) => (t.right_children[0] = 1.5)), /^Tree 1, node 0, right_children/],
    ['one child', node((t) => (t.right_children[1] = -1)), /^Tree 1, node 1, right_children/],
    ['a cycle', node((t) => (t.left_children[1] = 0)), /^Tree 1, node 1, left_children: .*got 0/],
    ['its own child', node((t) => (t.left_children[2] = 2)), /^Tree 1, node 2, left_children/],
    [
      'a shared child',
      node((t) => (t.left_children[2] = t.left_children[1]!)),
      /^Tree 1, node 2, left_children/,
    ],
    ['twins', node((t) => (t.right_children[0] = t.left_children[0]!)), /^Tree 1, node 0, right_children/],
    [
      'a condition that is null',
      node((t) => (t.split_conditions[3] = null as never)),
      /^Tree 1, node 3, split_conditions/,
    ],
    [
      'a condition that is NaN',
      node((t) => (t.split_conditions[3] = Number.NaN)),
      /^Tree 1, node 3, split_conditions/,
    ],
    [
      'a condition beyond float32',
      node((t) => (t.split_conditions[0] = 1e39)),
      /^Tree 1, node 0, split_conditions/,
    ],
    [
      'a text for a condition',
      node((t) => (t.split_conditions[0] = '1' as never)),
      /^Tree 1, node 0, split_conditions/,
    ],
    [
      'a feature beyond the features',
      node((t) => (t.split_indices[1] = 4)),
      /^Tree 1, node 1, split_indices: .*0\.\.3, got 4/,
    ],
    ['no feature', node((t) => (t.split_indices[1] = -1)), /^Tree 1, node 1, split_indices/],
    ['a direction that is none', node((t) => (t.default_left[0] = 2)), /^Tree 1, node 0, default_left/],
    [
      'missing directions',
      node((t) => delete (t as Partial<TreeJson>).default_left),
      /^Tree 1, default_left/,
    ],
    [
      'arrays of different lengths',
      node((t) => t.split_indices.pop()),
      /^Tree 1, split_indices: expected 15 numbers/,
    ],
    ['types of some nodes', node((t) => (t['split_type'] as number[]).pop()), /^Tree 1, split_type/],
    ['no nodes', node((t) => (t.left_children = [])), /^Tree 1, left_children/],
    ['another number of nodes', node((t) => (t['tree_param'] = { num_nodes: '14' })), /^Tree 1, num_nodes/],
    ['a tree that is null', (d) => (booster(d).trees[1] = null as never), /^Tree 1: expected an object/],
    ['a missing tree', (d) => booster(d).trees.pop(), /^Booster, trees: expected 4 trees/],
    [
      'more trees than are listed',
      (d) => (booster(d).gbtree_model_param['num_trees'] = '4000000000'),
      /^Booster, num_trees/,
    ],
    ['a missing output', (d) => booster(d).tree_info.pop(), /^Booster, tree_info/],
    ['an output that is none', (d) => (booster(d).tree_info[1] = 1), /^Tree 1, tree_info/],
    [
      'no trees',
      (d) => delete (booster(d) as Partial<typeof d.learner.gradient_booster.model>).trees,
      /^Booster, trees/,
    ],
    ['no sizes', (d) => (booster(d).gbtree_model_param = null as never), /^Booster, gbtree_model_param/],
    ['no booster', (d) => (d.learner.gradient_booster = [] as never), /^Model, gradient_booster/],
    ['a booster without a name', (d) => (d.learner.gradient_booster.name = 3 as never), /^Booster, name/],
    ['an objective without a name', (d) => (d.learner.objective = {} as never), /^Objective, name/],
    [
      'a gigantic number of features',
      (d) => (parameters(d)['num_feature'] = '9999999999'),
      /^Model, num_feature/,
    ],
    ['no features', (d) => (parameters(d)['num_feature'] = '0'), /^Model, num_feature/],
    ['a gigantic number of classes', (d) => (parameters(d)['num_class'] = '4294967295'), /^Model, num_class/],
    ['negative targets', (d) => (parameters(d)['num_target'] = '-1'), /^Model, num_target/],
    ['a name too few', (d) => (d.learner['feature_names'] as string[]).pop(), /^Model, feature_names/],
    [
      'a name that is none',
      (d) => ((d.learner['feature_names'] as unknown[])[1] = 1),
      /^Model, feature_names/,
    ],
    ['a hole among the trees', (d) => delete booster(d).trees[1], /^Tree 1: expected an object/],
    [
      'more nodes than there can be',
      node((t) => (t.left_children = new Array<number>(2 ** 31))),
      /^Tree 1, left_children: expected 1\.\.67108864 nodes, got 2147483648/,
    ],
    [
      'arrays nested deeper than the stack goes',
      node((t) => (t.split_conditions[0] = JSON.parse('['.repeat(1e5) + ']'.repeat(1e5)))),
      /^Tree 1, node 0, split_conditions: .*got \[an array\]/,
    ],
    ['a score without digits', (d) => (parameters(d)['base_score'] = '.'), /^Model, base_score/],
    ['a score of two points', (d) => (parameters(d)['base_score'] = '1.5.0'), /^Model, base_score/],
  ])('tells where: %s', async (_, damage, message) => {
    const damaged = model();
    damage(damaged);
    const error = await failure(damaged);
    expect(error.code).toBe('FILE_CORRUPT');
    expect(error.message).toMatch(message);
  });

  test('is refused at once though its base score has a million digits', async () => {
    const damaged = model();
    parameters(damaged)['num_class'] = '65536';
    const timeOf = async (digits: number): Promise<number> => {
      parameters(damaged)['base_score'] = `${'1'.repeat(digits)}x`;
      const start = performance.now();
      expect((await failure(damaged)).code).toBe('FILE_CORRUPT');
      return performance.now() - start;
    };
    await timeOf(100);
    // One pass takes milliseconds, a pass for each digit half an hour.
    expect(await timeOf(1e6)).toBeLessThan(10_000);
  });

  test('may have nodes that no way leads to: pruning leaves them', async () => {
    const pruned = model();
    const tree = pruned.learner.gradient_booster.model.trees[1]!;
    [tree.left_children[1], tree.right_children[1]] = [-1, -1];
    tree.split_indices[3] = 2 ** 31 - 1;
    using trees = await GradientBoostedTrees.fromJson(pruned);
    const row = [-3, 0, 0, 0];
    expect(trees.predict(row)).toEqual(Float32Array.from(naiveMargins(pruned, row, [0.5])));
  });

  test('may say directions by true and false, as version 1.0 does', async () => {
    const old = model();
    for (const tree of old.learner.gradient_booster.model.trees) {
      tree.default_left = tree.default_left.map(Boolean) as never;
    }
    using trees = await GradientBoostedTrees.fromJson(old);
    const row = new Array<number>(4).fill(Number.NaN);
    expect(trees.predict(row)).toEqual(Float32Array.from(naiveMargins(old, row, [0.5])));
  });
});

describe('iterations', () => {
  test.each([0, -1, 5, 1.5, '1', Number.NaN])('cannot be %j of 4', async (iterations) => {
    expect((await failure(model(), { iterations })).code).toBe('INVALID_ARGUMENT');
  });

  test('begin where the file says so, as of version 2', async () => {
    const later = model();
    later.learner.gradient_booster.model['iteration_indptr'] = [0, 3, 4];
    using trees = await GradientBoostedTrees.fromJson(later, { iterations: 1 });
    expect(trees.treeCount).toBe(3);
    later.learner.gradient_booster.model['iteration_indptr'] = [0, 5];
    expect((await failure(later, { iterations: 1 })).code).toBe('FILE_CORRUPT');
  });
});

test('a file changed at some places is refused with a code of files, or read as the naive evaluator reads it', async () => {
  const base = fixture('binary-logistic');
  const paths = leavesOf(JSON.parse(base));
  const values = fc.constantFrom<unknown>(
    -1,
    0,
    1,
    2,
    3,
    14,
    1e9,
    0.5,
    null,
    'x',
    true,
    [],
    {},
    '4294967296',
  );
  let refused = 0;
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(paths.length - 1), values), { minLength: 1, maxLength: 4 }),
      async (edits) => {
        const changed = JSON.parse(base) as ModelJson;
        for (const [path, value] of edits) assign(changed, paths[path]!, value);
        const { bytesInUse } = runtime().memory.statistics;
        const rows = [0.3, -1, Number.NaN, 2, -2, Number.NaN, 0.7, 0.1];
        try {
          using trees = await GradientBoostedTrees.fromJson(JSON.stringify(changed));
          const [start] = trees.predict(new Float32Array(trees.featureCount), { margin: true });
          expect(start).not.toBeNaN();
          if (trees.featureCount !== 4 || trees.outputs !== 1) return;
          const { base_score: score } = changed.learner.learner_model_param;
          if (score !== '3E-1' || changed.learner.objective.name !== 'binary:logistic') return;
          const base32 = Math.fround(-Math.log(Math.fround(Math.fround(1 / Math.fround(0.3)) - 1)));
          const expected = [rows.slice(0, 4), rows.slice(4)].flatMap((row) =>
            naiveMargins(changed, row, [base32]),
          );
          expect(trees.predict(rows, { margin: true })).toEqual(Float32Array.from(expected));
          compared++;
        } catch (error) {
          if (!(error instanceof LanewiseError)) throw error;
          expect(['FILE_CORRUPT', 'FILE_FORMAT', 'UNSUPPORTED']).toContain(error.code);
          refused++;
        }
        expect(runtime().memory.statistics.bytesInUse).toBe(bytesInUse);
      },
    ),
    { numRuns: 600, seed: 3 },
  );
  expect(Math.min(refused, compared)).toBeGreaterThan(100);
});

test('a text cut or altered at a byte is refused or read, and nothing else', async () => {
  const bytes = new TextEncoder().encode(fixture('rank-pairwise'));
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), async (at, byte, isCut) => {
      const altered = isCut ? bytes.slice(0, at) : bytes.slice();
      if (!isCut) altered[at] = byte;
      try {
        using trees = await GradientBoostedTrees.fromJson(altered);
        trees.predict(new Float32Array(trees.featureCount));
      } catch (error) {
        expect(error).toBeInstanceOf(LanewiseError);
      }
    }),
    { numRuns: 300, seed: 4 },
  );
});

test('trees that find no memory are told of, and leave none behind', async () => {
  const big = randomModel({ trees: 2, levels: 8, features: 3 }, 1);
  const { memory } = runtime();
  const { bytesInUse } = memory.statistics;
  const allocate = memory.allocate.bind(memory);
  for (let left = 0; left < 4; left++) {
    let calls = 0;
    memory.allocate = (bytes) => {
      if (calls++ === left) throw new LanewiseError('MEMORY_EXHAUSTED', 'none');
      return allocate(bytes);
    };
    await expect(GradientBoostedTrees.fromJson(big)).rejects.toMatchObject({ code: 'MEMORY_EXHAUSTED' });
    memory.allocate = allocate;
    expect(memory.statistics.bytesInUse).toBe(bytesInUse);
  }
});

type Path = readonly (string | number)[];

/** The ways to everything in a parsed file that is no list or object, and to these. */
function leavesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const own = Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
  return path.length > 0 ? [path, ...own] : own;
}

function assign(target: unknown, path: Path, value: unknown): void {
  let at = target as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null) return;
    at = at[key] as Record<string | number, unknown>;
  }
  if (typeof at === 'object' && at !== null) at[path.at(-1)!] = value;
}
