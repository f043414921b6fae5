import fc from 'fast-check';
import { leaveOneOut, type Split, splitByTime, splitRandomly } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';

/** User 0 has three entries, user 1 two, user 3 one; ratings tell entries apart. */
const DATA = {
  users: [0, 1, 0, 3, 1, 0],
  items: [5, 5, 6, 7, 8, 9],
  ratings: [1, 2, 3, 4, 5, 6],
  userCount: 5,
  itemCount: 12,
};
const ratingsOf = ({ train, test }: Split) => [[...train.ratings!], [...test.ratings!]];

/** Splits of whatever kind, each with the options that it needs. */
const EVERY: readonly [string, (data: typeof DATA) => Split][] = [
  ['leaveOneOut', (data) => leaveOneOut(data, { seed: 3 })],
  ['leaveOneOut by timestamps', (data) => leaveOneOut(data, { timestamps: data.ratings })],
  ['splitByTime', (data) => splitByTime(data, data.ratings, { testShare: 0.4 })],
  ['splitRandomly', (data) => splitRandomly(data, { testShare: 0.4, seed: 3 })],
];

const entries = fc
  .array(fc.tuple(fc.nat(6), fc.nat(9)), { minLength: 2, maxLength: 60 })
  .filter((pairs) => new Set(pairs.map(([user]) => user)).size < pairs.length)
  .map((pairs) => ({
    users: pairs.map(([user]) => user),
    items: pairs.map(([, item]) => item),
    ratings: pairs.map((_, at) => at),
    userCount: 8,
    itemCount: 11,
  }));

describe.each(EVERY)('%s', (_name, splitOf) => {
  test('puts every entry on one side, in the order given, and keeps the counts', () => {
    fc.assert(
      fc.property(entries, (data) => {
        const { train, test } = splitOf(data);
        for (const { users, items, ratings, userCount, itemCount } of [train, test]) {
          expect([userCount, itemCount]).toEqual([8, 11]);
          expect([...ratings!]).toEqual([...ratings!].sort((a, b) => a - b));
          expect([...users]).toEqual([...ratings!].map((at) => data.users[at]));
          expect([...items]).toEqual([...ratings!].map((at) => data.items[at]));
        }
        expect([...train.ratings!, ...test.ratings!].sort((a, b) => a - b)).toEqual(data.ratings);
        expect(train.users.length * test.users.length).toBeGreaterThan(0);
      }),
      { seed: 1 },
    );
  });

  test('refuses what are no entries', () => {
    expect(errorOf(() => splitOf({ ...DATA, items: [1] })).code).toBe('DIMENSION_MISMATCH');
    expect(errorOf(() => splitOf({ ...DATA, users: [], items: [], ratings: [] })).code).toBe(
      'INVALID_ARGUMENT',
    );
    expect(errorOf(() => splitOf({ ...DATA, users: [0, 1, 0, 3, -1, 0] })).code).toBe('INVALID_ARGUMENT');
  });
});

test('one entry is left out of each user who has two, and of no other', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { test } = leaveOneOut(DATA, { seed });
    expect([...test.users].sort()).toEqual([0, 1]);
  }
});

test('by timestamps the last is left out, of equal ones the last given', () => {
  expect(ratingsOf(leaveOneOut(DATA, { timestamps: [9, 2, 8, 0, 1, 7] }))).toEqual([
    [3, 4, 5, 6],
    [1, 2],
  ]);
  expect(ratingsOf(leaveOneOut(DATA, { timestamps: [4, 4, 4, 4, 4, 4] }))).toEqual([
    [1, 2, 3, 4],
    [5, 6],
  ]);
});

test('every entry of a user is as likely to be left out', () => {
  const users = [0, 0, 0, 0];
  const drawn = new Uint32Array(4);
  for (let seed = 0; seed < 4000; seed++)
    drawn[leaveOneOut({ users, items: [0, 1, 2, 3] }, { seed }).test.items[0]!]!++;
  // 1000 each, and a standard deviation of sqrt(4000 x 1/4 x 3/4) = 27
  for (const count of drawn) expect(Math.abs(count - 1000)).toBeLessThan(5 * 27);
});

test('the last entries of all are the test, of equal ones those given last', () => {
  expect(ratingsOf(splitByTime(DATA, [9, 2, 8, 0, 1, 7], { testShare: 1 / 3 }))).toEqual([
    [2, 4, 5, 6],
    [1, 3],
  ]);
  expect(ratingsOf(splitByTime(DATA, [5, 1, 5, 5, 1, 5], { testShare: 0.5 }))).toEqual([
    [1, 2, 5],
    [3, 4, 6],
  ]);
  expect(splitByTime(DATA, DATA.ratings).test.users).toHaveLength(1); // a fifth of six, rounded
});

test('a random test is of the share that was asked for, but never empty nor all', () => {
  const sizeOf = (testShare: number) => splitRandomly(DATA, { testShare }).test.users.length;
  expect([0.01, 0.25, 0.5, 0.99].map(sizeOf)).toEqual([1, 2, 3, 5]);
});

test('every entry is as likely to be in a random test', () => {
  const drawn = new Uint32Array(6);
  for (let seed = 0; seed < 6000; seed++) {
    for (const rating of splitRandomly(DATA, { testShare: 0.5, seed }).test.ratings!) drawn[rating - 1]!++;
  }
  // 3000 each, and a standard deviation of sqrt(6000 / 4) = 39
  for (const count of drawn) expect(Math.abs(count - 3000)).toBeLessThan(5 * 39);
});

test('the same seed gives the same split, in every runtime', () => {
  // By xoshiro128** written anew, in integers of any size.
  const data = { users: new Int32Array(30), items: Int32Array.from({ length: 30 }, (_, i) => i) };
  expect([...splitRandomly(data, { seed: 7 }).test.items]).toEqual([0, 2, 8, 11, 14, 24]);
  expect([...leaveOneOut(data, { seed: 5 }).test.items]).toEqual([18]);
  expect(splitRandomly(data).test).toEqual(splitRandomly(data, { seed: 0 }).test);
});

test('what is no object of entries is refused', () => {
  for (const nothing of [undefined, null, 5] as never[]) {
    expect(errorOf(() => leaveOneOut(nothing)).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => splitByTime(nothing, [])).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => splitRandomly(nothing)).code).toBe('INVALID_ARGUMENT');
  }
});

test('users of numbers beyond arrays are refused where they are counted, before memory is asked for', () => {
  const data = { users: [0, 2 ** 31 - 1, 0], items: [0, 1, 2] };
  expect(errorOf(() => leaveOneOut(data)).code).toBe('MEMORY_EXHAUSTED');
  expect(errorOf(() => leaveOneOut(data, { timestamps: [1, 2, 3] })).code).toBe('MEMORY_EXHAUSTED');
  expect(splitRandomly(data).train.userCount).toBe(2 ** 31);
});

test('times may be as early as can be', () => {
  const timestamps = [-Number.MAX_VALUE, -Number.MAX_VALUE, 0, 0, 0, -Number.MAX_VALUE];
  // Of user 0 the third entry is the last, of user 1 the fifth.
  expect(ratingsOf(leaveOneOut(DATA, { timestamps }))[1]).toEqual([3, 5]);
});

test('without ratings there are none in the parts', () => {
  const { train, test } = leaveOneOut({ users: [0, 0], items: [1, 2] });
  expect([train, test].map((part) => 'ratings' in part)).toEqual([false, false]);
});

test('shares, timestamps and seeds that are none are refused', () => {
  for (const testShare of [0, 1, -0.1, 1.5, Number.NaN, '0.2' as never]) {
    expect(errorOf(() => splitRandomly(DATA, { testShare })).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => splitByTime(DATA, DATA.ratings, { testShare })).code).toBe('INVALID_ARGUMENT');
  }
  expect(errorOf(() => splitByTime(DATA, undefined as never)).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => splitByTime(DATA, [1, 2])).code).toBe('DIMENSION_MISMATCH');
  const broken = [1, 2, Number.NaN, 3, 4, 5];
  expect(errorOf(() => splitByTime(DATA, broken))).toMatchObject({ code: 'INVALID_VALUE', got: Number.NaN });
  expect(errorOf(() => leaveOneOut(DATA, { timestamps: broken })).code).toBe('INVALID_VALUE');
  expect(errorOf(() => leaveOneOut(DATA, { seed: 0.5 })).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => splitRandomly(DATA, { seed: Number.NaN })).code).toBe('INVALID_ARGUMENT');
});

test('what cannot be split is refused: one entry, or users of one entry each', () => {
  const one = { users: [0], items: [0] };
  expect(errorOf(() => splitRandomly(one)).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => splitByTime(one, [1])).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => leaveOneOut({ users: [0, 1], items: [0, 0] })).message).toMatch(/no user has two/i);
});
