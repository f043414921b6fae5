/** Models of XGBoost as JSON has them: what the naive evaluator reads, and what tests make. */
export interface TreeJson {
  left_children: number[];
  right_children: number[];
  split_indices: number[];
  split_conditions: number[];
  default_left: number[];
  [other: string]: unknown;
}

export interface ModelJson {
  learner: {
    learner_model_param: {
      base_score: unknown;
      num_class: string;
      num_feature: string;
      [other: string]: unknown;
    };
    gradient_booster: {
      name: string;
      model: {
        trees: TreeJson[];
        tree_info: number[];
        gbtree_model_param: Record<string, unknown>;
        [other: string]: unknown;
      };
    };
    objective: { name: string; [other: string]: unknown };
    [other: string]: unknown;
  };
  [other: string]: unknown;
}

const { fround } = Math;

/** Margins of one row, a node and a tree at a time, rounded to float32 after every addition; as many as `start` has. */
export function naiveMargins(model: ModelJson, row: ArrayLike<number>, start: readonly number[]): number[] {
  const { trees, tree_info: groups } = model.learner.gradient_booster.model;
  const margins = start.map(fround);
  trees.forEach((tree, i) => {
    margins[groups[i]!] = fround(margins[groups[i]!]! + leafOf(tree, row));
  });
  return margins;
}

function leafOf(tree: TreeJson, row: ArrayLike<number>): number {
  let node = 0;
  while (tree.left_children[node] !== -1) {
    const value = fround(row[tree.split_indices[node]!]!);
    const isLeft = Number.isNaN(value)
      ? Boolean(tree.default_left[node])
      : value < fround(tree.split_conditions[node]!);
    node = (isLeft ? tree.left_children : tree.right_children)[node]!;
  }
  return fround(tree.split_conditions[node]!);
}
