import { Random } from 'lanewise';
import type { ImplicitEntries } from '../reference/implicit-als.ts';

/** What users did, one entry a pair. */
export interface Pairs {
  readonly users: number[];
  readonly items: number[];
  readonly ratings: number[];
  readonly userCount: number;
  readonly itemCount: number;
}

export const USERS = 41;
export const ITEMS = 29;

/** Distinct pairs, in no order, with ratings in eighths; the last user and the last item have none. */
export function makePairs(count: number, seed: number): Pairs {
  const random = new Random(seed);
  const ratings = new Map<number, number>();
  while (ratings.size < count) {
    const item = Math.floor(random.uniform() * random.integer(ITEMS - 1));
    ratings.set(random.integer(USERS - 1) * ITEMS + item, (1 + random.integer(32)) / 8);
  }
  const pairs = [...ratings.keys()];
  return {
    users: pairs.map((pair) => Math.floor(pair / ITEMS)),
    items: pairs.map((pair) => pair % ITEMS),
    ratings: [...ratings.values()],
    userCount: USERS,
    itemCount: ITEMS,
  };
}

/** The entries of pairs. With ratings in eighths and alpha a small integer, weights are exact. */
export function weigh({ users, items, ratings }: Pairs, alpha: number): ImplicitEntries {
  return { users, items, weights: ratings.map((rating) => alpha * rating) };
}
