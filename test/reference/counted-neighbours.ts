import type { Rows, Tally } from './tally.ts';

interface Node {
  readonly row?: readonly number[];
  readonly dimension: number;
  readonly threshold: number;
  readonly below?: Node;
  readonly above?: Node;
}

/** A k-d tree with a row a leaf, split at the median of the dimension in which rows lie furthest apart. */
export function growKdTree(tally: Tally, rows: Rows): Node {
  if (rows.length === 1) return { row: rows[0]!, dimension: 0, threshold: 0 };
  let [dimension, widest] = [0, -1];
  for (let i = 0; i < rows[0]!.length; i++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const row of rows) {
      if (tally.isLess(row[i]!, least)) least = row[i]!;
      if (tally.isLess(most, row[i]!)) most = row[i]!;
    }
    if (most - least > widest) [dimension, widest] = [i, most - least];
  }
  const sorted = [...rows].sort((a, b) => a[dimension]! - b[dimension]!);
  const half = rows.length >> 1;
  return {
    dimension,
    threshold: sorted[half]![dimension]!,
    below: growKdTree(tally, sorted.slice(0, half)),
    above: growKdTree(tally, sorted.slice(half)),
  };
}

/** Squared distances of the k nearest, ascending, and how many rows were compared. */
export function searchKdTree(
  tree: Node,
  query: readonly number[],
  k: number,
): { nearest: number[]; examined: number } {
  const nearest: number[] = [];
  let examined = 0;
  const visit = (node: Node, apart: readonly number[]): void => {
    if (nearest.length === k && apart.reduce((sum, gap) => sum + gap * gap, 0) > nearest[k - 1]!) return;
    if (node.row) {
      examined++;
      nearest.push(node.row.reduce((sum, value, i) => sum + (value - query[i]!) ** 2, 0));
      nearest.sort((a, b) => a - b).splice(k);
      return;
    }
    const gap = query[node.dimension]! - node.threshold;
    const [near, far] = gap < 0 ? [node.below!, node.above!] : [node.above!, node.below!];
    visit(near, apart);
    // The box beyond is at least as far off in this dimension.
    visit(
      far,
      apart.map((value, i) => (i === node.dimension ? Math.max(value, Math.abs(gap)) : value)),
    );
  };
  visit(
    tree,
    query.map(() => 0),
  );
  return { nearest, examined };
}

/** The signature of a row: on which side of each plane it lies. */
export function signature(tally: Tally, row: readonly number[], planes: Rows): string {
  return planes.map((plane) => (tally.dot(plane, row) > 0 ? 1 : 0)).join('');
}

/** Scores of the rows in the probed cells nearest to a query; `cells` holds the rows of each centre. */
export function searchCells(
  tally: Tally,
  query: number[],
  centres: Rows,
  cells: Rows[],
  probes: number,
): number[] {
  const scores = centres.map((centre) => tally.dot(centre, query));
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
  return order.slice(0, probes).flatMap((cell) => cells[cell]!.map((row) => tally.dot(row, query)));
}

/**
 * Estimates of the rows in the probed cells, a table of each cell's residual to the sub-centres at a time; `codes` holds the
 * codes of each cell's rows, `subCentres` those of each part of a row.
 */
export function searchCodes(
  tally: Tally,
  query: number[],
  { centres, codes, subCentres }: { centres: Rows; codes: Rows[]; subCentres: Rows[] },
  probes: number,
): number[] {
  const scores = centres.map((centre) => tally.dot(centre, query));
  const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
  const width = query.length / subCentres.length;
  return order.slice(0, probes).flatMap((cell) => {
    const residual = query.map((value, i) => tally.add(value, -centres[cell]![i]!));
    const tables = subCentres.map((part, j) =>
      part.map((centre) => tally.dot(centre, residual.slice(j * width, (j + 1) * width))),
    );
    return codes[cell]!.map((code) => code.reduce((sum, at, j) => tally.add(sum, tables[j]![at]!), 0));
  });
}
