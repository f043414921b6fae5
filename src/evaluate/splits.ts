import { LanewiseError } from '../host/errors.ts';
import { Random } from '../host/random.ts';
import { checkInteger } from '../vectors/input.ts';
import { type CheckedInteractions, checkInteractions, type Interactions } from '../vectors/interactions.ts';
import { checkFinite, countByUser, type Numbers } from './numbers.ts';

/** Some of the entries, in the order in which they were given, in arrays of their own. */
export interface InteractionsPart extends Interactions {
  readonly users: Int32Array;
  readonly items: Int32Array;
  /** Where the whole has ratings. */
  readonly ratings?: Float32Array;
  /** That of the whole. */
  readonly userCount: number;
  /** That of the whole. */
  readonly itemCount: number;
}

/** What to learn from, and what to be tested by; every entry is in one of them. */
export interface Split {
  readonly train: InteractionsPart;
  readonly test: InteractionsPart;
}

/** Which entry of a user is left out. */
export interface LeaveOneOutOptions {
  /** When each entry was made, in any unit: a user's last one is left out, of equal ones the last given. */
  readonly timestamps?: Numbers;
  /** Draws the entries to leave out, where there are no timestamps. @default 0 */
  readonly seed?: number;
}

/** How large the test is. */
export interface SplitByTimeOptions {
  /** Its share of the entries, above 0 and below 1; rounded, but one entry at least on either side. @default 0.2 */
  readonly testShare?: number;
}

/** How large the test is, and which. */
export interface SplitRandomlyOptions extends SplitByTimeOptions {
  /** Draws the entries. @default 0 */
  readonly seed?: number;
}

/**
 * Leaves one entry out of every user who has at least two; the others stay with `train` alone. Cost: O(entries + users).
 *
 * @throws LanewiseError `INVALID_ARGUMENT` also where no user has two entries, `DIMENSION_MISMATCH`, `INVALID_VALUE`,
 *   `MEMORY_EXHAUSTED` for more than 2^28 users
 * @example const { train, test } = leaveOneOut({ users, items }, { seed: 1 });
 */
export function leaveOneOut(
  interactions: Interactions,
  { timestamps, seed = 0 }: LeaveOneOutOptions = {},
): Split {
  const random = randomOf(seed);
  const checked = checkInteractions(interactions);
  const { users, userCount } = checked;
  const times = timestamps === undefined ? undefined : checkTimes(timestamps, users.length);
  const counts = countByUser(users, userCount);
  const last = times && lastOf(users, times, userCount);
  // How many entries of a user come before the one that is left out; all of them where none is.
  const before = times ? undefined : counts.map((count) => (count < 2 ? count : random.integer(count)));
  let left = 0;
  const isTest = Uint8Array.from(users, (user, at) => {
    if (counts[user]! < 2) return 0;
    const isLeft = last ? last[user] === at + 1 : before![user]!-- === 0;
    if (isLeft) left++;
    return isLeft ? 1 : 0;
  });
  if (left > 0) return split(checked, isTest, left);
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    'No user has two entries, so none can be left out. Split randomly, or give more entries.',
  );
}

/** The place of the last entry of each user, counted from 1. */
function lastOf(users: Int32Array, times: Numbers, userCount: number): Uint32Array {
  const last = new Uint32Array(userCount);
  for (const [at, user] of users.entries()) {
    if (last[user] === 0 || times[at]! >= times[last[user]! - 1]!) last[user] = at + 1;
  }
  return last;
}

/**
 * The last entries, of all users together, are the test: what comes was not known when learning. Of entries made at the
 * same time, those given last. Cost: O(entries log entries).
 *
 * @param timestamps when each entry was made, in any unit
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`
 * @example const { train, test } = splitByTime(ratings, seconds, { testShare: 0.1 });
 */
export function splitByTime(
  interactions: Interactions,
  timestamps: Numbers,
  { testShare = 0.2 }: SplitByTimeOptions = {},
): Split {
  const checked = checkInteractions(interactions);
  const entries = checked.users.length;
  const times = checkTimes(timestamps, entries);
  const count = testCount(entries, testShare);
  const threshold = Float64Array.from(times).sort()[entries - count]!;
  const isTest = new Uint8Array(entries);
  let wanted = count;
  const take = (at: number): void => {
    isTest[at] = 1;
    wanted--;
  };
  for (let at = 0; at < entries; at++) if (times[at]! > threshold) take(at);
  for (let at = entries - 1; wanted > 0; at--) if (times[at] === threshold) take(at);
  return split(checked, isTest, count);
}

/**
 * Draws the entries of the test, each equally likely (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S). Cost:
 * O(entries).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`
 * @example const { train, test } = splitRandomly(ratings, { testShare: 0.1, seed: 1 });
 */
export function splitRandomly(
  interactions: Interactions,
  { testShare = 0.2, seed = 0 }: SplitRandomlyOptions = {},
): Split {
  const random = randomOf(seed);
  const checked = checkInteractions(interactions);
  const entries = checked.users.length;
  const count = testCount(entries, testShare);
  let wanted = count;
  const isTest = Uint8Array.from(checked.users, (_, at) => {
    if (random.integer(entries - at) >= wanted) return 0;
    wanted--;
    return 1;
  });
  return split(checked, isTest, count);
}

function split(checked: CheckedInteractions, isTest: Uint8Array, count: number): Split {
  return {
    train: partOf(checked, isTest, 0, isTest.length - count),
    test: partOf(checked, isTest, 1, count),
  };
}

function partOf(
  { users, items, ratings, userCount, itemCount }: CheckedInteractions,
  isTest: Uint8Array,
  wanted: number,
  count: number,
): InteractionsPart {
  const places = new Uint32Array(count);
  for (let at = 0, found = 0; at < isTest.length; at++) if (isTest[at] === wanted) places[found++] = at;
  return {
    users: Int32Array.from(places, (at) => users[at]!),
    items: Int32Array.from(places, (at) => items[at]!),
    ...(ratings && { ratings: Float32Array.from(places, (at) => ratings[at]!) }),
    ...{ userCount, itemCount },
  };
}

function testCount(entries: number, share: number): number {
  if (!(typeof share === 'number' && share > 0 && share < 1)) {
    throw new LanewiseError('INVALID_ARGUMENT', `testShare must lie between 0 and 1; got ${String(share)}.`, {
      got: share,
    });
  }
  if (entries < 2)
    throw new LanewiseError('INVALID_ARGUMENT', 'There is but one entry, which cannot be split.');
  return Math.min(entries - 1, Math.max(1, Math.round(share * entries)));
}

function checkTimes(timestamps: Numbers, entries: number): Numbers {
  return checkFinite('timestamps', timestamps, entries);
}

function randomOf(seed: number): Random {
  return new Random(checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
}
