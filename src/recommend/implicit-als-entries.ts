import type { Arena } from '../host/arena.ts';
import type { CheckedInteractions } from '../vectors/interactions.ts';
import { groupByKey, transpose } from './grouping.ts';
import type { Runtime } from './kernels.ts';

/** The entries of each user, or of each item: addresses of what assembly/als.ts walks. */
export interface GroupedEntries {
  readonly rows: number;
  /** u32 x (rows + 1): where the entries of each row start. */
  readonly starts: number;
  /** u32 an entry, ascending within a row. */
  readonly others: number;
  /** f32 an entry: alpha x rating. */
  readonly weights: number;
  /** Rows that have entries. */
  readonly used: number;
}

/** Entries that are copied between two looks at the clock. */
const PIECE_ENTRIES = 1 << 19;

export interface Entries {
  readonly byUser: GroupedEntries;
  readonly byItem: GroupedEntries;
}

/** Entries by user and by item, those of the same place summed. Yields between passes over all of them. */
export function* groupInteractions(
  runtime: Runtime,
  arena: Arena,
  { users, items, ratings, userCount, itemCount }: CheckedInteractions,
  alpha: number,
): Generator<void, Entries> {
  const { memory, kernels } = runtime;
  const count = ratings ? ratings.reduce((sum, rating) => sum + (rating > 0 ? 1 : 0), 0) : users.length;
  const place = (words: number): number => arena.allocate(4 * words);
  const [keys, others, values] = [place(count), place(count), place(count)];
  for (let i = 0, to = 0; i < users.length; i++) {
    if (i % PIECE_ENTRIES === PIECE_ENTRIES - 1) yield;
    const { u32, f32 } = memory;
    const rating = ratings ? ratings[i]! : 1;
    if (rating === 0) continue;
    u32[keys / 4 + to] = items[i]!;
    u32[others / 4 + to] = users[i]!;
    f32[values / 4 + to++] = rating;
  }
  yield;
  const [itemStarts, itemUsers, itemWeights] = [place(itemCount + 1), place(count), place(count)];
  const byItem = { starts: itemStarts, others: itemUsers, values: itemWeights };
  yield* groupByKey(runtime, { keys, others, values, count }, itemCount, byItem);
  // The transpose has the items of a user in their order, those that stand twice side by side.
  const starts = place(userCount + 1);
  yield* transpose(runtime, { ...byItem, rows: itemCount }, userCount, { starts, others: keys, values });
  const places = kernels.countPlaces(starts, keys, userCount);
  yield;
  const [userStarts, userItems, userWeights] = [place(userCount + 1), place(places), place(places)];
  kernels.sumPlaces(starts, keys, values, userCount, userStarts, userItems, userWeights);
  for (const address of [keys, others, values, starts]) arena.free(address);
  yield;
  const weights = memory.f32.subarray(userWeights / 4, userWeights / 4 + places);
  for (let i = 0; i < places; i++) weights[i]! *= alpha;
  yield;
  const byUser = { rows: userCount, starts: userStarts, others: userItems, values: userWeights };
  yield* transpose(runtime, byUser, itemCount, byItem);
  const used = (starts: number, rows: number): number => {
    const { u32 } = memory;
    let found = 0;
    for (let at = starts / 4; at < starts / 4 + rows; at++) if (u32[at + 1]! > u32[at]!) found++;
    return found;
  };
  return {
    byUser: {
      ...{ rows: userCount, starts: userStarts, others: userItems, weights: userWeights },
      used: used(userStarts, userCount),
    },
    byItem: {
      ...{ rows: itemCount, starts: itemStarts, others: itemUsers, weights: itemWeights },
      used: used(itemStarts, itemCount),
    },
  };
}
