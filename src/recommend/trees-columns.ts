import type { TreesModel } from './trees-model.ts';

/**
 * What nodes compare: a feature has one column where missing values go left, one where they go right, or both, so that a
 * walk need not look for missing values.
 */
export interface Columns {
  /** Columns that there are. */
  readonly count: number;
  /** Features that nodes compare, ascending. */
  readonly features: Int32Array;
  /** For each of these its column for nodes whose missing values go left; -1: none. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Where a feature stands among `features`. */
  readonly slots: Int32Array;
}

export function columnsOf({ trees, featureCount }: TreesModel): Columns {
  const directions = new Uint8Array(featureCount);
  for (const { features, defaultLeft } of trees) {
    features.forEach((feature, node) => {
      if (feature >= 0) directions[feature]! |= defaultLeft[node] ? 1 : 2;
    });
  }
  const features = Int32Array.from(directions.keys()).filter((feature) => directions[feature] !== 0);
  const slots = new Int32Array(featureCount);
  const left = new Int32Array(features.length).fill(-1);
  const right = left.slice();
  let count = 0;
  features.forEach((feature, slot) => {
    slots[feature] = slot;
    if (directions[feature]! & 1) left[slot] = count++;
    if (directions[feature]! & 2) right[slot] = count++;
  });
  return { count, features, left, right, slots };
}

/** The column that a node compares. */
export function columnOf({ left, right, slots }: Columns, feature: number, isDefaultLeft: number): number {
  const slot = slots[feature]!;
  return (isDefaultLeft ? left : right)[slot]!;
}
