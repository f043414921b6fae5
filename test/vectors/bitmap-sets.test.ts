import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bitmap } from '../../src/vectors/bitmap.ts';
import { errorOf } from '../host/error-of.ts';

const EVERY_ID = 2 ** 31;
const SEED = { seed: 20_261_121 };
const ids = fc.integer({ min: 0, max: 400 });
/** Sets from empty to full, in bitmaps whose room differs from what they hold. */
const sets = fc.record({
  model: fc.uniqueArray(ids, { maxLength: 400, size: 'max' }).map((members) => new Set(members)),
  room: fc.integer({ min: 0, max: 600 }),
});

function bitmapOf({ model, room }: { readonly model: Set<number>; readonly room: number }): Bitmap {
  const bitmap = new Bitmap(room);
  for (const id of model) bitmap.add(id);
  return bitmap;
}

function expectHolds(bitmap: Bitmap, model: Iterable<number>): void {
  const expected = [...model].sort((a, b) => a - b);
  expect([...bitmap]).toEqual(expected);
  expect(bitmap.count).toBe(expected.length);
}

describe('bitmaps', () => {
  test('join as sets do, and leave what they are made of as it was', () => {
    const property = fc.property(sets, sets, (left, right) => {
      const a = bitmapOf(left);
      const b = bitmapOf(right);
      expectHolds(
        a.and(b),
        [...left.model].filter((id) => right.model.has(id)),
      );
      expectHolds(a.or(b), new Set([...left.model, ...right.model]));
      expectHolds(
        a.andNot(b),
        [...left.model].filter((id) => !right.model.has(id)),
      );
      expectHolds(a, left.model);
      expectHolds(b, right.model);
    });
    fc.assert(property, SEED);
  });

  test('have a complement within a size, and are the complement of it', () => {
    const property = fc.property(sets, fc.integer({ min: 0, max: 600 }), (set, size) => {
      const bitmap = bitmapOf(set);
      const inverse = bitmap.not(size);
      const expected = Array.from({ length: size }, (_, id) => id).filter((id) => !set.model.has(id));
      expectHolds(inverse, expected);
      expectHolds(
        inverse.not(size),
        [...set.model].filter((id) => id < size),
      );
    });
    fc.assert(property, SEED);
  });

  test('are equal when they hold the same ids, whatever room they have', () => {
    const property = fc.property(sets, sets, ids, (left, right, id) => {
      const a = bitmapOf(left);
      const same = bitmapOf({ model: left.model, room: right.room });
      expect([a.equals(same), same.equals(a)]).toEqual([true, true]);
      if (same.has(id)) same.delete(id);
      else same.add(id);
      expect([a.equals(same), same.equals(a)]).toEqual([false, false]);
    });
    fc.assert(property, SEED);
  });

  test('of as many ids as another are still told apart', () => {
    expect(Bitmap.of([1, 40]).equals(Bitmap.of([1, 41]))).toBe(false);
    expect(Bitmap.of([1, 400]).equals(Bitmap.of([1, 2]))).toBe(false);
    expect(Bitmap.of([1, 2]).equals(Bitmap.of([1, 400]))).toBe(false);
  });

  test('grow on when ids are added to a result', () => {
    expectHolds(
      Bitmap.of([3])
        .and(Bitmap.of([3]))
        .add(1000),
      [3, 1000],
    );
  });
});

describe('a range', () => {
  test('holds the ids from its start up to, but without, its end', () => {
    const bound = fc.integer({ min: 0, max: 130 });
    const property = fc.property(bound, bound, (x, y) => {
      const [from, to] = [Math.min(x, y), Math.max(x, y)];
      expectHolds(
        Bitmap.range(from, to),
        Array.from({ length: to - from }, (_, i) => from + i),
      );
    });
    fc.assert(property, SEED);
  });

  test('reaches the largest id', () => {
    expect([...Bitmap.range(EVERY_ID - 2, EVERY_ID)]).toEqual([EVERY_ID - 2, EVERY_ID - 1]);
  });

  test.each([
    [-1, 3],
    [4, 3],
    [0, EVERY_ID + 1],
    [0.5, 3],
    [0, Number.NaN],
  ])('from %d to %d is refused', (from, to) => {
    expect(errorOf(() => Bitmap.range(from, to)).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => new Bitmap().not(-1)).message).toContain('size must be');
  });
});

describe('where', () => {
  const films = [{ year: 1999 }, { year: 2021 }, { year: 2022 }];
  const isRecent = ({ year }: { readonly year: number }): boolean => year > 2020;

  test('takes the places of the items that qualify, of anything that can be gone through', () => {
    function* generated() {
      yield* films;
    }
    for (const items of [films, new Set(films), generated()]) {
      expectHolds(Bitmap.where(items, isRecent), [1, 2]);
    }
  });

  test('takes the keys of a map', () => {
    const byId = new Map(films.map((film, i) => [70 - i, film]));
    expectHolds(Bitmap.where(byId, isRecent), [68, 69]);
  });

  test('tells the predicate the id', () => {
    expectHolds(
      Bitmap.where(films, (_, id) => id !== 1),
      [0, 2],
    );
    expectHolds(
      Bitmap.where(new Map([[9, 'x']]), (_, id) => id === 9),
      [9],
    );
  });

  test('refuses a key that is no id', () => {
    expect(errorOf(() => Bitmap.where(new Map([[-3, 'x']]), () => true)).code).toBe('INVALID_ARGUMENT');
  });
});
