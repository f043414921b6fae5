import { LshIndex } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../host/error-of.ts';

const any = (value: unknown) => value as never;

describe('collisionProbability', () => {
  test.each([
    [0, 1],
    [Math.PI / 4, 0.75],
    [Math.PI / 2, 0.5],
    [Math.PI, 0],
  ])('at %f rad is %f: the share of hyperplanes that do not pass between', (angle, expected) => {
    expect(LshIndex.collisionProbability(angle)).toBeCloseTo(expected, 15);
  });

  test.each([[-0.1], [3.15], [Number.NaN], ['1'], [undefined]])('refuses %o', (angle) => {
    expect(errorOf(() => LshIndex.collisionProbability(any(angle))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('expectedRecall', () => {
  test('is 1 - (1 - p^bits)^tables', async () => {
    // p = 3/4: p^2 = 9/16, and 1 - (7/16)^3 = 3753/4096.
    expect(LshIndex.expectedRecall(Math.PI / 4, { tables: 3, bits: 2 })).toBeCloseTo(3753 / 4096, 15);
    using index = await LshIndex.create({ dimensions: 2, tables: 3, bits: 2 });
    expect(index.expectedRecall(Math.PI / 4)).toBe(
      LshIndex.expectedRecall(Math.PI / 4, { tables: 3, bits: 2 }),
    );
  });

  test('is certain for the same direction, and impossible for the opposite one', () => {
    expect(LshIndex.expectedRecall(0, { tables: 1, bits: 32 })).toBe(1);
    expect(LshIndex.expectedRecall(Math.PI, { tables: 512, bits: 1 })).toBe(0);
  });

  test.each([
    [{ tables: 0, bits: 1 }],
    [{ tables: 513, bits: 1 }],
    [{ tables: 1, bits: 0 }],
    [{ tables: 1, bits: 33 }],
    [{ tables: 1.5, bits: 3 }],
    [{ bits: 3 }],
  ])('refuses %o', (shape) => {
    expect(errorOf(() => LshIndex.expectedRecall(1, any(shape))).code).toBe('INVALID_ARGUMENT');
  });
});

describe('suggest', () => {
  /** Every shape, and its cost: hyperplanes, and five of them for each candidate among rows at right angles. */
  const cheapest = (angle: number, recall: number, rows: number, mostTables: number) => {
    let best = { tables: 0, bits: 0 };
    let least = Number.POSITIVE_INFINITY;
    for (let bits = 1; bits <= 32; bits++) {
      for (let tables = 1; tables <= mostTables; tables++) {
        if (LshIndex.expectedRecall(angle, { tables, bits }) < recall) continue;
        const cost = tables * bits + 5 * rows * LshIndex.expectedRecall(Math.PI / 2, { tables, bits });
        if (cost < least) [best, least] = [{ tables, bits }, cost];
      }
    }
    return best;
  };

  test.each([
    [0.3, 0.9, 100_000, 64],
    [0.8, 0.9, 100_000, 64],
    [0.8, 0.5, 1_000_000, 200],
    [1.2, 0.99, 10_000, 512],
    [0.1, 0.999, 1000, 8],
    [0, 0.5, 100_000, 64],
  ])('at angle %f, recall %f, %i rows and at most %i tables is the cheapest of all shapes', (...wanted) => {
    const [angle, recall, rows, mostTables] = wanted;
    expect(LshIndex.suggest({ angle, recall, rows, mostTables })).toEqual(cheapest(...wanted));
  });

  test('takes more bits where there are more rows', () => {
    const bitsFor = (rows: number) => LshIndex.suggest({ angle: 0.6, recall: 0.9, rows }).bits;
    expect(bitsFor(1e6)).toBeGreaterThan(bitsFor(1e3));
  });

  test.each([
    ['a recall that is certain', { angle: 1, recall: 1 }],
    ['a recall of 0', { angle: 1, recall: 0 }],
    ['a recall of NaN', { angle: 1, recall: Number.NaN }],
    ['no recall', { angle: 1 }],
    ['no angle', { recall: 0.5 }],
    ['an angle beyond pi', { angle: 4, recall: 0.5 }],
    ['the opposite direction', { angle: Math.PI, recall: 0.5 }],
    ['more than its tables can find', { angle: 1.5, recall: 0.99, mostTables: 6 }],
    ['no tables', { angle: 1, recall: 0.5, mostTables: 0 }],
    ['a part of a row', { angle: 1, recall: 0.5, rows: 1.5 }],
    ['nothing', {}],
  ])('refuses %s', (_, options) => {
    expect(errorOf(() => LshIndex.suggest(any(options))).code).toBe('INVALID_ARGUMENT');
  });
});
