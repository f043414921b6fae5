import { expect, test } from 'vitest';
import { checkInteractions, type Interactions } from '../../src/vectors/interactions.ts';

test('interactions are copied, and counted up to the largest user and item, or as many as are told', () => {
  const users = Int32Array.of(0, 4, 2);
  const checked = checkInteractions({ users, items: [1, 0, 1], itemCount: 9 });
  users[0] = 3;
  expect(checked).toEqual({
    users: Int32Array.of(0, 4, 2),
    items: Int32Array.of(1, 0, 1),
    ratings: undefined,
    userCount: 5,
    itemCount: 9,
  });
});

const GOOD = { users: [0, 1], items: [2, 0], ratings: [1, 2] };

test.each<[string, unknown, string, RegExp]>([
  ['nothing', undefined, 'INVALID_ARGUMENT', /\{ users, items, ratings \}/],
  ['null', null, 'INVALID_ARGUMENT', /\{ users, items, ratings \}/],
  ['no entries', { users: [], items: [] }, 'INVALID_ARGUMENT', /at least one entry/],
  ['a negative user', { ...GOOD, users: [0, -1] }, 'INVALID_ARGUMENT', /got -1/],
  ['an item that is no integer', { ...GOOD, items: [0, 0.5] }, 'INVALID_ARGUMENT', /got 0\.5/],
  [
    'fewer items than users',
    { ...GOOD, items: [0] },
    'DIMENSION_MISMATCH',
    /items must hold one number an entry: 2; got 1/,
  ],
  [
    'fewer ratings than users',
    { ...GOOD, ratings: [0] },
    'DIMENSION_MISMATCH',
    /ratings must hold.*: 2; got 1/,
  ],
  ['a rating of NaN', { ...GOOD, ratings: [1, Number.NaN] }, 'INVALID_VALUE', /ratings\[1\] is NaN/],
  ['a rating beyond float32', { ...GOOD, ratings: [1e39, 1] }, 'INVALID_VALUE', /ratings\[0\] is Infinity/],
  ['a text as ratings', { ...GOOD, ratings: '12' }, 'INVALID_ARGUMENT', /ratings must be a Float32Array/],
  [
    'a user beyond their count',
    { ...GOOD, userCount: 1 },
    'INVALID_ARGUMENT',
    /1 users, from 0 on; users\[1\] is 1/,
  ],
  [
    'an item beyond their count',
    { ...GOOD, itemCount: 2 },
    'INVALID_ARGUMENT',
    /2 items, from 0 on; items\[0\] is 2/,
  ],
  [
    'a count that is no integer',
    { ...GOOD, userCount: 2.5 },
    'INVALID_ARGUMENT',
    /userCount must be an integer/,
  ],
  ['a count beyond all ids', { ...GOOD, userCount: 2 ** 31 + 1 }, 'INVALID_ARGUMENT', /userCount must be/],
  ['no ratings where they are needed', { users: [0], items: [0] }, 'INVALID_ARGUMENT', /needs a rating/],
])('%s is refused', (_, input, code, message) => {
  const check = () => checkInteractions(input as Interactions, { needsRatings: true });
  expect(check).toThrow(message);
  expect(check).toThrow(expect.objectContaining({ code }));
});
