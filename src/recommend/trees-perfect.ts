import type { Arena } from '../host/arena.ts';
import type { Memory } from '../host/memory.ts';
import type { Runtime } from './kernels.ts';
import { type Columns, columnOf } from './trees-columns.ts';
import type { Forest } from './trees-forest.ts';
import type { TreesModel } from './trees-model.ts';
import type { Tree } from './trees-tree.ts';

/** The first three levels are walked at once. */
const LEAST_LEVELS = 3;
/** Beyond eight levels, trees are padded only if they are half full, as those that grow level by level are. */
const MOST_SPARSE_LEVELS = 8;
const MOST_LEVELS = 16;
/** Ranks have 16 bits, and so have offsets of columns. */
const MOST_THRESHOLDS = 65_535;
const RANK_BIAS = 32_768;
const MOST_COLUMNS = 4096;
const COLUMN_BYTES = 16;
const FEATURE_WORDS = 4;
/** Of as many rows and more in a block of eight, all eight are walked at once. */
const WHOLE_BLOCK = 5;

/** Trees padded to perfect ones, walked by ranks (assembly/trees.ts); undefined where the model is too large for that. */
export function perfectForest(
  { memory, kernels }: Runtime,
  arena: Arena,
  { trees, groups }: TreesModel,
  columns: Columns,
  blocks: number,
): Forest | undefined {
  const levels = trees.reduce((most, { depth }) => Math.max(most, depth), LEAST_LEVELS);
  const nodes = trees.reduce((count, { features }) => count + features.length, 0);
  const isFull = levels <= MOST_LEVELS && nodes >= trees.length * 2 ** levels;
  if ((levels > MOST_SPARSE_LEVELS && !isFull) || columns.count > MOST_COLUMNS) return undefined;
  const thresholds = distinctThresholds(trees, columns);
  if (thresholds.some(({ length }) => length > MOST_THRESHOLDS)) return undefined;

  const featureCount = columns.features.length;
  const table = arena.allocate(
    4 * thresholds.reduce((words, { length }) => words + length, FEATURE_WORDS * featureCount),
  );
  writeThresholds(memory, table, thresholds, columns);
  const rankBytes = COLUMN_BYTES * Math.max(columns.count, 1);
  const treesAt = arena.allocate(trees.length * (8 << levels));
  const ranks = arena.allocate(blocks * rankBytes);
  for (const [i, tree] of trees.entries()) {
    memory.u32.set(padded(tree, groups[i]!, levels, columns, thresholds), (treesAt + i * (8 << levels)) / 4);
  }
  return {
    slots: columns.features,
    missing: new Float32Array(featureCount).fill(Number.NaN),
    valueBytes: 32 * featureCount,
    walk(values, sums, sumBytes, rows) {
      for (let block = 0; 8 * block < rows; block++) {
        const at = values + block * 32 * featureCount;
        kernels.rankValues(table, featureCount, at, Math.min(8, rows - 8 * block), ranks + block * rankBytes);
      }
      const whole = (rows + 8 - WHOLE_BLOCK) >>> 3;
      if (whole > 0) {
        kernels.walkPerfectTrees(treesAt, trees.length, levels, ranks, rankBytes, sums, sumBytes, whole);
      }
      for (let lane = 0; lane < rows - 8 * whole; lane++) {
        const x = ranks + whole * rankBytes + 2 * lane;
        kernels.walkPerfectTreesOfRow(treesAt, trees.length, levels, x, sums + whole * sumBytes + 4 * lane);
      }
    },
  };
}

/** Of each feature that nodes compare, the thresholds in ascending order, each once. */
function distinctThresholds(trees: readonly Tree[], { features, slots }: Columns): Float32Array[] {
  const starts = new Int32Array(features.length + 1);
  for (const tree of trees) {
    for (const feature of tree.features) if (feature >= 0) starts[slots[feature]! + 1]!++;
  }
  for (let slot = 0; slot < features.length; slot++) starts[slot + 1]! += starts[slot]!;
  const all = new Float32Array(starts[features.length]!);
  const ends = starts.slice();
  for (const tree of trees) {
    tree.features.forEach((feature, node) => {
      if (feature >= 0) all[ends[slots[feature]!]!++] = tree.thresholds[node]!;
    });
  }
  return Array.from(features, (_, slot) => {
    const sorted = all.subarray(starts[slot], starts[slot + 1]).sort();
    return sorted.filter((threshold, i) => i === 0 || threshold !== sorted[i - 1]);
  });
}

function writeThresholds(
  { u32, f32 }: Memory,
  table: number,
  thresholds: readonly Float32Array[],
  { left, right }: Columns,
): void {
  let at = table + 4 * FEATURE_WORDS * thresholds.length;
  thresholds.forEach((sorted, slot) => {
    const offsets = [left[slot]!, right[slot]!].map((column) => (column < 0 ? -1 : column * COLUMN_BYTES));
    u32.set([at, sorted.length, ...offsets], table / 4 + FEATURE_WORDS * slot);
    f32.set(sorted, at / 4);
    at += 4 * sorted.length;
  });
}

/** A perfect tree as the kernels walk it: whatever is below a leaf leads to its value. */
function padded(
  tree: Tree,
  group: number,
  levels: number,
  columns: Columns,
  thresholds: readonly Float32Array[],
): Uint32Array {
  const end = 1 << levels;
  const words = new Uint32Array(2 * end);
  const leaves = new Float32Array(words.buffer);
  const sources = new Int32Array(2 * end);
  words[0] = 32 * group;
  for (let node = 1; node < end; node++) {
    const source = sources[node]!;
    const feature = tree.features[source]!;
    sources[2 * node] = feature < 0 ? source : tree.left[source]!;
    sources[2 * node + 1] = feature < 0 ? source : tree.left[source]! + 1;
    if (feature < 0) continue;
    const rank = placeOf(tree.thresholds[source]!, thresholds[columns.slots[feature]!]!);
    words[node] =
      ((rank - RANK_BIAS) & 0xffff) |
      ((columnOf(columns, feature, tree.defaultLeft[source]!) * COLUMN_BYTES) << 16);
  }
  for (let leaf = end; leaf < 2 * end; leaf++) leaves[leaf] = tree.thresholds[sources[leaf]!]!;
  return words;
}

function placeOf(threshold: number, sorted: Float32Array): number {
  let first = 0;
  let end = sorted.length;
  while (first < end) {
    const middle = (first + end) >>> 1;
    if (sorted[middle]! < threshold) first = middle + 1;
    else end = middle;
  }
  return first;
}
