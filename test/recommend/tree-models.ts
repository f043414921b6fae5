import { readFileSync } from 'node:fs';
import { Random } from 'lanewise';
import type { ModelJson, TreeJson } from '../reference/trees.ts';

/** What XGBoost 1.7.4 predicts for 20 rows of 4 features by a model of the same folder; null: missing. */
export interface Expected {
  readonly features: readonly (number | null)[];
  readonly margins: readonly number[];
  readonly firstRound: readonly number[];
  readonly predictions: readonly number[];
}

export function fixture(name: string): string {
  return readFileSync(new URL(`models/data/${name}.json`, import.meta.url), 'utf8');
}

export function expectedOf(name: string): Expected {
  return (JSON.parse(fixture('expected')) as Record<string, Expected>)[name]!;
}

export function toFeatures(features: readonly (number | null)[]): Float32Array {
  return Float32Array.from(features, (value) => value ?? Number.NaN);
}

/** What {@link randomModel} makes. */
export interface Shape {
  readonly trees: number;
  /** Levels at most; a tree may be a lone leaf. */
  readonly levels: number;
  readonly features: number;
  readonly outputs?: number;
  /** How likely a node above the last level is split. @default 0.8 */
  readonly splitting?: number;
}

/** Few thresholds, so that values meet them, both zeros, and what lies at the ends of float32. */
const THRESHOLDS = [0, -0, 1, -1, 0.5, 1e-45, -3e38, 3e38, 2, 0.1];

export function randomModel(
  { trees, levels, features, outputs = 1, splitting = 0.8 }: Shape,
  seed: number,
): ModelJson {
  const random = new Random(seed);
  const made = Array.from({ length: trees }, () => randomTree(random, levels, features, splitting));
  return {
    learner: {
      learner_model_param: {
        base_score: '5E-1',
        num_class: String(outputs > 1 ? outputs : 0),
        num_feature: String(features),
      },
      gradient_booster: {
        name: 'gbtree',
        model: {
          gbtree_model_param: { num_trees: String(trees) },
          trees: made,
          tree_info: made.map(() => random.integer(outputs)),
        },
      },
      objective: { name: 'reg:squarederror' },
    },
  };
}

/** Nodes are numbered in the order in which they were split, depth first or breadth first by chance. */
function randomTree(random: Random, levels: number, features: number, splitting: number): TreeJson {
  const tree: TreeJson = {
    left_children: [-1],
    right_children: [-1],
    split_indices: [0],
    split_conditions: [random.uniform() - 0.5],
    default_left: [0],
    tree_param: {},
  };
  const open = [{ node: 0, level: 0 }];
  const isDepthFirst = random.uniform() < 0.5;
  while (open.length > 0) {
    const { node, level } = isDepthFirst ? open.pop()! : open.shift()!;
    if (level === levels || random.uniform() > splitting) continue;
    tree.split_indices[node] = random.integer(features);
    tree.split_conditions[node] =
      random.uniform() < 0.3 ? THRESHOLDS[random.integer(THRESHOLDS.length)]! : random.uniform() * 2 - 1;
    tree.default_left[node] = random.integer(2);
    for (const side of [tree.left_children, tree.right_children]) {
      const child = tree.left_children.length;
      side[node] = child;
      tree.left_children.push(-1);
      tree.right_children.push(-1);
      tree.split_indices.push(0);
      tree.split_conditions.push(random.uniform() - 0.5);
      tree.default_left.push(0);
      open.push({ node: child, level: level + 1 });
    }
  }
  return tree;
}

/** Rows whose values are missing, infinite, a threshold of {@link randomModel}, or between. */
export function randomRows(rows: number, features: number, seed: number): Float32Array {
  const random = new Random(seed);
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, ...THRESHOLDS];
  return Float32Array.from({ length: rows * features }, () =>
    random.uniform() < 0.4 ? special[random.integer(special.length)]! : random.uniform() * 2 - 1,
  );
}
