/** Ratings as they are, a map of ratings by item for each user; of a pair that stands twice, the last. */
export type Ratings = readonly ReadonlyMap<number, number>[];

export function toRatings(
  {
    users,
    items,
    ratings,
  }: { users: readonly number[]; items: readonly number[]; ratings?: readonly number[] },
  userCount: number,
): Ratings {
  const rows = Array.from({ length: userCount }, () => new Map<number, number>());
  users.forEach((user, at) => void rows[user]!.set(items[at]!, ratings?.[at] ?? 1));
  return rows;
}

export interface NaiveOptions {
  readonly similarity?: 'cosine' | 'pearson';
  readonly shrinkage?: number;
  readonly minSupport?: number;
}

/** The similarity of two items by its definition, in float64; 0 where it is not defined. */
function naiveSimilarity(
  ratings: Ratings,
  a: number,
  b: number,
  { similarity = 'cosine', shrinkage = 0, minSupport = 1 }: NaiveOptions,
): number {
  const column = (item: number) => ratings.map((row) => row.get(item) ?? 0);
  const both = ratings.filter((row) => row.has(a) && row.has(b));
  if (both.length < minSupport || both.length === 0) return 0;
  const value =
    similarity === 'cosine'
      ? cosine(column(a), column(b))
      : cosine(centred(both.map((row) => row.get(a)!)), centred(both.map((row) => row.get(b)!)));
  return Number.isFinite(value) ? (value * both.length) / (both.length + shrinkage) : 0;
}

/** The neighbours of an item by id: the most similar above 0, of equal ones the lower. */
export function naiveNeighbours(
  ratings: Ratings,
  items: number,
  item: number,
  options: NaiveOptions & { readonly neighbors: number },
): Map<number, number> {
  const all = Array.from({ length: items }, (_, other) => other)
    .filter((other) => other !== item)
    // Rounded, so that what is equal but for float64's last bits ties here as it does there.
    .map((other) => [other, Math.fround(naiveSimilarity(ratings, item, other, options))] as const)
    .filter(([, similarity]) => similarity > 0);
  return new Map(all.sort(([a, x], [b, y]) => y - x || a - b).slice(0, options.neighbors));
}

/** What a row of ratings makes of each item: undefined where it is a neighbour of none. */
export function naiveScores(
  row: ReadonlyMap<number, number>,
  lists: readonly ReadonlyMap<number, number>[],
): (number | undefined)[] {
  return lists.map((_, item) => {
    const near = [...row].filter(([own]) => lists[own]!.has(item));
    if (near.length === 0) return undefined;
    return near.reduce((sum, [own, rating]) => sum + lists[own]!.get(item)! * rating, 0);
  });
}

/** The rating of an item that a user with this row may give. */
export function naivePrediction(
  ratings: Ratings,
  row: ReadonlyMap<number, number>,
  item: number,
  neighbours: ReadonlyMap<number, number>,
): number {
  const every = ratings.flatMap((each) => [...each.values()]);
  const meanOf = (id: number) => {
    const own = ratings.flatMap((each) => each.get(id) ?? []);
    return mean(own.length > 0 ? own : every);
  };
  const near = [...neighbours].filter(([id]) => row.has(id));
  if (near.length === 0) return meanOf(item);
  const weights = near.reduce((sum, [, similarity]) => sum + similarity, 0);
  const above = near.reduce((sum, [id, similarity]) => sum + similarity * (row.get(id)! - meanOf(id)), 0);
  return meanOf(item) + above / weights;
}

function cosine(x: readonly number[], y: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

function centred(values: readonly number[]): number[] {
  const deviations = values.map((value) => value - mean(values));
  // What is all the same has no direction, whatever rounding left.
  return Math.max(...values) === Math.min(...values) ? values.map(() => 0) : deviations;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
