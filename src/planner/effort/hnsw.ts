import { checkEfOptions, checkGraphOptions } from '../../search/hnsw-options.ts';
import { type Curve, heightOf, leastThat, shareAt } from './curve.ts';
import type { EffortOptions, Model, Size } from './model.ts';

const GRAPH: Curve<'ef' | 'm' | 'efConstruction' | 'rows' | 'k'> = {
  at: -4.741,
  ef: 1.373,
  m: 1.139,
  efConstruction: 0.492,
  rows: -0.147,
  k: -0.525,
};
const GRAPH_SHIFTS: readonly [number, number] = [-1.698, 1.643];
/** A beam that costs more than scoring every row gives way to that: so many rows for each of its own (search/hnsw-search.ts). */
const NODE_COST = 30;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function hnswModel(size: Size, given: EffortOptions): Model {
  const { rows, dimensions, k } = size;
  const { m, efConstruction } = checkGraphOptions({ ...given, dimensions });
  const { ef } = checkEfOptions(given, undefined);
  const found = (ef: number, shift: number): number => {
    const width = Math.max(ef, k);
    if (NODE_COST * width >= rows) return 1;
    return shareAt(shift + heightOf(GRAPH, { ef: width, m, efConstruction, rows, k }));
  };
  const [from, to] = given.ef === undefined ? [k, Math.max(k, Math.ceil(rows / NODE_COST))] : [ef, ef];
  return {
    shifts: GRAPH_SHIFTS,
    recall: (shift) => found(ef, shift),
    most: () => found(to, 0),
    least(recall) {
      const least = leastThat(from, to, (ef) => found(ef, 0) >= recall);
      return least === undefined ? undefined : { m, efConstruction, ef: least };
    },
  };
}
