import type { Arena } from '../host/arena.ts';
import type { Runtime } from './kernels.ts';
import { type Columns, columnOf } from './trees-columns.ts';
import type { Forest } from './trees-forest.ts';
import type { TreesModel } from './trees-model.ts';

const NODE_BYTES = 16;
const TREE_BYTES = 16;
const COLUMN_BYTES = 32;

/** Trees in their own shape, of any depth, walked by floats (assembly/trees.ts). */
export function deepForest(
  { memory, kernels }: Runtime,
  arena: Arena,
  { trees, groups }: TreesModel,
  columns: Columns,
): Forest {
  const nodeCount = trees.reduce((count, { features }) => count + features.length, 0);
  const table = arena.allocate(TREE_BYTES * trees.length + NODE_BYTES * nodeCount);
  const { u32, f32 } = memory;
  let at = table + TREE_BYTES * trees.length;
  for (const [i, { features, thresholds, defaultLeft, left, depth }] of trees.entries()) {
    u32.set([at, depth, 32 * groups[i]!, 0], (table + TREE_BYTES * i) / 4);
    for (let node = 0; node < features.length; node++) {
      const word = (at + NODE_BYTES * node) / 4;
      const isLeaf = features[node]! < 0;
      // The last column holds what is below the threshold of a leaf: it is its own left child.
      const column = isLeaf ? columns.count : columnOf(columns, features[node]!, defaultLeft[node]!);
      f32[word] = isLeaf ? 0 : thresholds[node]!;
      u32[word + 1] = COLUMN_BYTES * column;
      u32[word + 2] = NODE_BYTES * (isLeaf ? node : left[node]!);
      f32[word + 3] = isLeaf ? thresholds[node]! : 0;
    }
    at += NODE_BYTES * features.length;
  }
  const { slots, missing } = slotsOf(columns);
  const valueBytes = COLUMN_BYTES * slots.length;
  return {
    slots,
    missing,
    valueBytes,
    walk(values, sums, sumBytes, rows) {
      const lanes = rows <= 4 ? 4 : 8;
      const blocks = Math.ceil(rows / 8);
      kernels.walkDeepTrees(table, trees.length, values, valueBytes, sums, sumBytes, blocks, lanes);
    },
  };
}

/** Missing values lie beyond every threshold on the side where they go; those of leaves always go left. */
function slotsOf({ count, features, left, right }: Columns): Pick<Forest, 'slots' | 'missing'> {
  const slots = new Int32Array(count + 1).fill(-1);
  const missing = new Float32Array(count + 1).fill(Number.NEGATIVE_INFINITY);
  features.forEach((feature, i) => {
    if (left[i]! >= 0) slots[left[i]!] = feature;
    if (right[i]! < 0) return;
    slots[right[i]!] = feature;
    missing[right[i]!] = Number.POSITIVE_INFINITY;
  });
  return { slots, missing };
}
