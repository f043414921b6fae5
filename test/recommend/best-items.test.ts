import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestItems, checkWanted } from '../../src/recommend/best-items.ts';
import { runtime } from '../../src/recommend/kernels.ts';
import { Bitmap } from '../../src/vectors/bitmap.ts';

/** The best by sorting everything. */
function sorted(
  scores: readonly number[],
  k: number,
  qualifies: (item: number) => boolean,
): (readonly [number, number])[] {
  const found = scores
    .map((score, item) => [item, Math.fround(score)] as const)
    .filter(([item, score]) => qualifies(item) && !Number.isNaN(score))
    .sort(([itemA, a], [itemB, b]) => b - a || itemA - itemB)
    .slice(0, k);
  return [
    ...found,
    ...Array.from({ length: k - found.length }, () => [-1, Number.NEGATIVE_INFINITY] as const),
  ];
}

const write = (scores: readonly number[]) => (first: number, count: number, out: number) =>
  runtime().memory.f32.set(scores.slice(first, first + count), out / 4);

test('the best items are those that sorting gives: excluded ones and those outside a filter left out, ties to the lower item', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN), fc.float({ noNaN: true })),
        { minLength: 1, maxLength: 90 },
      ),
      fc.integer({ min: 1, max: 100 }),
      fc.array(fc.nat(89), { maxLength: 30 }),
      fc.option(fc.array(fc.nat(200), { maxLength: 60 }), { nil: undefined }),
      (scores, k, some, allowed) => {
        const exclude = some.filter((item) => item < scores.length);
        const filter = allowed && Bitmap.of(allowed);
        const wanted = checkWanted({ k, exclude, ...(filter && { filter }) }, scores.length);
        const { ids, scores: found } = bestItems(runtime(), scores.length, wanted, write(scores));
        const expected = sorted(scores, k, (item) => !exclude.includes(item) && (filter?.has(item) ?? true));
        expect([...ids]).toEqual(expected.map(([item]) => item));
        expect([...found].map((score) => score + 0)).toEqual(expected.map(([, score]) => score + 0));
      },
    ),
    { seed: 5, numRuns: 400 },
  );
});

test('items of several tiles compete with each other, and a least score keeps the others out', () => {
  const scores = Array.from({ length: 10_001 }, (_, item) => (item * 7919) % 10_001);
  const wanted = checkWanted({ k: 6, exclude: [0] }, scores.length);
  const { ids } = bestItems(runtime(), scores.length, wanted, write(scores), 9998);
  // 7919 and 10 001 = 73 x 137 have no common divisor, so that every score occurs once.
  const expected = [10_000, 9_999, 9_998].map((score) => scores.indexOf(score));
  expect([...ids]).toEqual([...expected, -1, -1, -1]);
});

test.each([
  [{ k: 0 }, /k must be an integer in 1/],
  [{ k: 1.5 }, /k must be an integer/],
  [{ exclude: [7] }, /excluded item must be an integer in 0\.\.6; got 7/],
  [{ exclude: [-1] }, /id must be an integer/],
  [{ filter: [1] as unknown as Bitmap }, /filter must be a Bitmap/],
])('%o is no way to ask for items', (options, message) => {
  expect(() => checkWanted(options, 7)).toThrow(message);
});

test('more results than arrays can hold are refused, and no memory is left behind', () => {
  const before = runtime().memory.statistics.bytesInUse;
  expect(() => checkWanted({ k: 2 ** 31 - 1 }, 7)).toThrow(
    expect.objectContaining({ code: 'MEMORY_EXHAUSTED' }),
  );
  expect(() =>
    bestItems(runtime(), 7, checkWanted({}, 7), () => {
      throw new Error('no scores');
    }),
  ).toThrow('no scores');
  expect(runtime().memory.statistics.bytesInUse).toBe(before);
});
