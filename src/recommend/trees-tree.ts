import { LanewiseError } from '../host/errors.ts';
import { arrayOf, asFields, corrupt, countOf, type Fields, fieldsOf } from './trees-json.ts';

const MOST_NODES = 2 ** 26;
const MOST_LEAF_VALUES = 2 ** 16;

/**
 * A tree that was checked: its nodes level by level, the root first, the two children of a node side by side. A node that no
 * way leads to, which pruning leaves, is not among them.
 */
export interface Tree {
  /** What a node compares; -1 in a leaf. */
  readonly features: Int32Array;
  /** What a node compares with; the value of a leaf. */
  readonly thresholds: Float32Array;
  /** 1 where a missing value goes left. */
  readonly defaultLeft: Uint8Array;
  /** Where the left child stands; the right one is behind it. */
  readonly left: Int32Array;
  /** Comparisons on the longest way to a leaf. */
  readonly depth: number;
}

/** @throws LanewiseError `FILE_CORRUPT`, `UNSUPPORTED` */
export function readTree(value: unknown, index: number, featureCount: number): Tree {
  const subject = `Tree ${index}`;
  const tree = asFields(value, subject);
  const lefts = arrayOf(tree, 'left_children', subject);
  const count = lefts.length;
  if (count < 1 || count > MOST_NODES) corrupt(`${subject}, left_children`, `1..${MOST_NODES} nodes`, count);
  const parameters = fieldsOf(tree, 'tree_param', subject);
  countOf(parameters, 'num_nodes', subject, [count, count], count);
  if (countOf(parameters, 'size_leaf_vector', subject, [0, MOST_LEAF_VALUES], 0) > 1) {
    throw unsupported(
      subject,
      'has several values in a leaf',
      "train with multi_strategy='one_output_per_tree'",
    );
  }
  const rights = arrayOf(tree, 'right_children', subject, count);
  arrayOf(tree, 'split_indices', subject, count);
  const conditions = arrayOf(tree, 'split_conditions', subject, count);
  arrayOf(tree, 'default_left', subject, count);
  const kinds = tree['split_type'] === undefined ? undefined : arrayOf(tree, 'split_type', subject, count);

  // Which node of the file stands at each place, and where each node stands.
  const order = new Int32Array(count);
  const places = new Int32Array(count).fill(-1);
  const levels = new Int32Array(count);
  const features = new Int32Array(count);
  const thresholds = new Float32Array(count);
  const defaultLeft = new Uint8Array(count);
  const left = new Int32Array(count);
  places[0] = 0;
  let found = 1;
  for (let place = 0; place < found; place++) {
    const node = order[place]!;
    const isLeaf = lefts[node] === -1 && rights[node] === -1;
    if (kinds && !isLeaf && kinds[node] !== 0) {
      throw unsupported(
        `${subject}, node ${node},`,
        'splits by category',
        'encode categories as numbers and train again',
      );
    }
    const condition = conditions[node];
    thresholds[place] = typeof condition === 'number' ? condition : Number.NaN;
    if (!Number.isFinite(thresholds[place])) {
      corrupt(`${subject}, node ${node}, split_conditions`, 'a finite float32', condition);
    }
    if (isLeaf) {
      features[place] = -1;
      continue;
    }
    features[place] = entryOf(tree, 'split_indices', node, featureCount, subject);
    defaultLeft[place] = entryOf(tree, 'default_left', node, 2, subject);
    left[place] = found;
    for (const side of ['left_children', 'right_children']) {
      const child = entryOf(tree, side, node, count, subject);
      if (places[child] !== -1) {
        corrupt(`${subject}, node ${node}, ${side}`, 'a node that no other leads to', child);
      }
      places[child] = found;
      levels[found] = levels[place]! + 1;
      order[found++] = child;
    }
  }
  return {
    features: features.subarray(0, found),
    thresholds: thresholds.subarray(0, found),
    defaultLeft: defaultLeft.subarray(0, found),
    left: left.subarray(0, found),
    depth: levels[found - 1]!,
  };
}

/** What an array of a tree has for a node, in 0..end - 1; old versions write true and false for directions. */
function entryOf(tree: Fields, key: string, node: number, end: number, subject: string): number {
  const entry = (tree[key] as readonly unknown[])[node];
  const value = key === 'default_left' && typeof entry === 'boolean' ? Number(entry) : entry;
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < end) return value as number;
  return corrupt(`${subject}, node ${node}, ${key}`, `a whole number in 0..${end - 1}`, entry);
}

function unsupported(subject: string, what: string, remedy: string): LanewiseError {
  return new LanewiseError('UNSUPPORTED', `${subject} ${what}, which is not supported: ${remedy}.`);
}
