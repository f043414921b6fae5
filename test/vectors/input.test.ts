import { describe, expect, test } from 'vitest';
import { checkDimensions, toIds, toVectors } from '../../src/vectors/input.ts';
import { checkMetric, normError, normRange } from '../../src/vectors/metric.ts';
import { errorOf } from '../host/error-of.ts';

const LARGEST_ID = 2 ** 31 - 1;

describe('dimensions', () => {
  test.each([1, 2, 65_536])('may be %i', (dimensions) => {
    expect(checkDimensions(dimensions)).toBe(dimensions);
  });

  test.each([0, -1, 65_537, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null, undefined, 3n, {}])(
    'may not be %s',
    (dimensions) => {
      const error = errorOf(() => checkDimensions(dimensions));
      expect([error.code, error.expected, error.got]).toEqual(['INVALID_ARGUMENT', [1, 65_536], dimensions]);
      expect(error.message).toContain('dimensions must be an integer in 1..65536');
    },
  );
});

describe('vectors', () => {
  test('of float32 are taken as they are, without a copy', () => {
    const given = Float32Array.of(1, 2, 3, 4);
    expect(toVectors('vectors', given, 2)).toBe(given);
  });

  test('of numbers are rounded to float32', () => {
    // 0.1 lies between the float32 13421772 / 2^27 and 13421773 / 2^27, and is nearer to the second.
    expect([...toVectors('vectors', [0.1, 2], 2)]).toEqual([13_421_773 / 2 ** 27, 2]);
  });

  test('may be none', () => {
    expect(toVectors('vectors', [], 3)).toHaveLength(0);
  });

  test.each([
    [[1, 2, 3], 2],
    [new Float32Array(5), 4],
    [[1], 65_536],
  ])('that end within a row are refused: %o of %i dimensions', (input, dimensions) => {
    const error = errorOf(() => toVectors('queries', input, dimensions));
    expect([error.code, error.expected, error.got]).toEqual(['DIMENSION_MISMATCH', dimensions, input.length]);
    expect(error.message).toMatch(/^queries must hold whole vectors/);
  });

  test.each([
    ['float64', new Float64Array(4)],
    ['integers', new Int32Array(4)],
    ['bytes', new Uint8Array(4)],
    ['a buffer', new ArrayBuffer(16)],
    ['a string', '1234'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 4],
    ['an array-like', { length: 4 }],
  ])('of another type are refused: %s', (_, input) => {
    const error = errorOf(() => toVectors('vectors', input as never, 2));
    expect([error.code, error.expected]).toEqual(['INVALID_ARGUMENT', 'Float32Array']);
  });
});

describe('ids', () => {
  test.each([
    ['an Int32Array', Int32Array.of(0, 5, LARGEST_ID)],
    ['a Uint32Array', Uint32Array.of(0, 5, LARGEST_ID)],
    ['an array', [0, 5, LARGEST_ID]],
  ])('are taken from %s', (_, input) => {
    expect(toIds(input)).toEqual(Int32Array.of(0, 5, LARGEST_ID));
  });

  test('are taken from a single number', () => {
    expect(toIds(LARGEST_ID)).toEqual(Int32Array.of(LARGEST_ID));
  });

  test.each([
    [[0, -1], -1],
    [[LARGEST_ID + 1], LARGEST_ID + 1],
    [[1.5], 1.5],
    [[Number.NaN], Number.NaN],
    [['1' as never], '1'],
    [Int32Array.of(3, -7), -7],
    [Uint32Array.of(2 ** 31), 2 ** 31],
    [-1, -1],
    [0.5, 0.5],
  ])('out of their range are refused: %o', (input, got) => {
    const error = errorOf(() => toIds(input));
    expect([error.code, error.expected, error.got]).toEqual(['INVALID_ARGUMENT', [0, LARGEST_ID], got]);
  });

  test.each([
    ['a string', '12'],
    ['nothing', undefined],
    ['float64', Float64Array.of(1)],
    ['a Set', new Set([1])],
  ])('of another type are refused: %s', (_, input) => {
    expect(errorOf(() => toIds(input as never)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('a metric', () => {
  test.each(['cosine', 'ip', 'l2'])('may be %s', (metric) => {
    expect(checkMetric(metric)).toBe(metric);
  });

  test.each(['dot', 'COSINE', '', 'toString', undefined, 1])('may not be %s', (metric) => {
    const error = errorOf(() => checkMetric(metric));
    expect([error.code, error.got]).toEqual(['INVALID_ARGUMENT', metric]);
    expect([...(error.expected as string[])].sort()).toEqual(['cosine', 'ip', 'l2']);
  });

  test('accepts the zero vector unless it needs a direction', () => {
    const accepts = (metric: 'cosine' | 'ip' | 'l2') => normRange(metric).least < 0;
    expect([accepts('cosine'), accepts('ip'), accepts('l2')]).toEqual([false, true, true]);
  });

  test('keeps scores below the largest float32, 2^128', () => {
    // ip: |q.x| <= |q||x|.  l2: |q-x|^2 <= (|q|+|x|)^2.
    expect(normRange('ip').most ** 2).toBeLessThan(2 ** 128);
    expect((2 * normRange('l2').most) ** 2).toBeLessThan(2 ** 128);
    expect(normRange('cosine').most).toBeLessThan(2 ** 128);
  });

  test('tells a vector without direction from one that is not finite or too long', () => {
    expect(normError('cosine', 'Vector 3', 0)).toMatchObject({ code: 'ZERO_VECTOR' });
    for (const norm of [Number.NaN, Number.POSITIVE_INFINITY, 1e38]) {
      const error = normError('l2', 'Vector 3', norm);
      expect([error.code, error.got]).toEqual(['INVALID_VALUE', norm]);
      expect(error.message).toMatch(/^Vector 3 /);
    }
  });
});
