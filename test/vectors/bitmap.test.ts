import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bitmap } from '../../src/vectors/bitmap.ts';
import { errorOf } from '../host/error-of.ts';

const LARGEST_ID = 2 ** 31 - 1;
const ids = fc.integer({ min: 0, max: 5000 });
const actions = fc.array(fc.record({ id: ids, isAdded: fc.boolean() }), { maxLength: 300, size: 'max' });

function ascending(model: Iterable<number>): number[] {
  return [...model].sort((a, b) => a - b);
}

describe('a bitmap', () => {
  test('holds what a Set holds after any adds and deletes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), actions, (capacity, steps) => {
        const bitmap = new Bitmap(capacity);
        const model = new Set<number>();
        for (const { id, isAdded } of steps) {
          if (isAdded) {
            bitmap.add(id);
            model.add(id);
          } else {
            bitmap.delete(id);
            model.delete(id);
          }
          expect(bitmap.has(id)).toBe(isAdded);
          expect(bitmap.count).toBe(model.size);
        }
        expect([...bitmap]).toEqual(ascending(model));
      }),
    );
  });

  test('yields ids lowest first, the first and last of a word included', () => {
    expect([...Bitmap.of([64, 31, 0, 32, 63, 95])]).toEqual([0, 31, 32, 63, 64, 95]);
  });

  test('takes the same id twice as one', () => {
    expect(Bitmap.of([7, 7, 7]).count).toBe(1);
  });

  test('is made of any kind of ids', () => {
    for (const input of [[1, 40], Int32Array.of(1, 40), Uint32Array.of(1, 40)]) {
      expect([...Bitmap.of(input)]).toEqual([1, 40]);
    }
  });

  test('keeps its bits 32 ids a word, lowest bit first', () => {
    expect([...Bitmap.of([0, 33]).words].slice(0, 2)).toEqual([1, 2]);
  });

  test('has room for its capacity: 1000 ids take 32 words of 4 bytes', () => {
    const bitmap = new Bitmap(1000);
    for (let id = 0; id < 1000; id++) bitmap.add(id);
    expect(bitmap.bytes).toBe(32 * 4);
  });

  test('doubles when it grows, so that adding ids in order is linear', () => {
    const bitmap = new Bitmap(0);
    const sizes = new Set<number>();
    for (let id = 0; id < 100_000; id++) sizes.add(bitmap.add(id).bytes);
    expect(sizes.size).toBeLessThanOrEqual(Math.ceil(Math.log2(100_000 / 32)) + 1);
  });

  test('does not grow when it is asked for, or rid of, an id beyond its end', () => {
    const bitmap = new Bitmap(32);
    expect(bitmap.delete(LARGEST_ID).has(LARGEST_ID)).toBe(false);
    expect([bitmap.bytes, bitmap.count]).toEqual([4, 0]);
  });

  test('has no negative ids', () => {
    expect(Bitmap.of([0, 31]).has(-1)).toBe(false);
  });

  test.each([2 ** 32, 2 ** 32 + 3, 3.5])('neither has nor deletes %d, which is no id', (id) => {
    const bitmap = Bitmap.of([0, 3]);
    expect(bitmap.has(id)).toBe(false);
    bitmap.delete(id);
    expect([...bitmap]).toEqual([0, 3]);
  });

  test.each([-1, 1.5, Number.NaN, LARGEST_ID + 1, '1' as never])(
    'refuses to add %s and stays as it was',
    (id) => {
      const bitmap = Bitmap.of([3]);
      const error = errorOf(() => bitmap.add(id));
      expect([error.code, error.expected, error.got]).toEqual(['INVALID_ARGUMENT', [0, LARGEST_ID], id]);
      expect([[...bitmap], bitmap.count]).toEqual([[3], 1]);
    },
  );

  test('refuses a capacity that is no number of ids', () => {
    for (const capacity of [-1, 0.5, Number.POSITIVE_INFINITY]) {
      expect(errorOf(() => new Bitmap(capacity)).code).toBe('INVALID_ARGUMENT');
    }
  });
});
