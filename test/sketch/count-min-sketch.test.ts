import fc from 'fast-check';
import { type CountMinOptions, CountMinSketch, readSafetensors } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { countersFloat64, countsOf, skewedKeys } from './counted-streams.ts';

const LARGEST = 2 ** 32 - 1;

function countersIn(sketch: CountMinSketch): number[] {
  return [...new Uint32Array(readSafetensors(sketch.toBytes()).tensors.get('counters')!.data.slice().buffer)];
}

describe('shape', () => {
  test('is that of the guarantee: width ceil(e / epsilon), depth ceil(ln 1 / delta)', async () => {
    for (const [epsilon, delta, width, depth] of [
      [0.001, 0.01, 2719, 5], // 2718.28, 4.605
      [0.01, 0.001, 272, 7], // 271.8, 6.908
      [1, 0.5, 3, 1], // 2.718, .693
      [0.0002718281828, 0.0009, 10_001, 8], // 10000.0000017, 7.013
    ] as const) {
      using sketch = await CountMinSketch.create({ epsilon, delta });
      expect(sketch).toMatchObject({ width, depth, conservative: false, seed: 0, total: 0, saturated: 0 });
    }
  });

  test('takes 4 bytes a counter: 10 000 x 7 are 280 000', async () => {
    using sketch = await CountMinSketch.create({ width: 10_000, depth: 7 });
    expect(sketch.memoryUsage()).toEqual({ total: 280_000 });
  });

  test.each<[unknown, RegExp]>([
    [{ width: 0, depth: 1 }, /width must be an integer in 1/],
    [{ width: 2.5, depth: 1 }, /width.*2\.5/],
    [{ width: 2 ** 28 + 1, depth: 1 }, /width/],
    [{ width: '5', depth: 1 }, /width/],
    [{ width: 5 }, /depth.*undefined/],
    [{ width: 5, depth: 65 }, /depth must be an integer in 1\.\.64; got 65/],
    [{ width: 5, depth: Number.NaN }, /depth.*NaN/],
    [{ epsilon: 0, delta: 0.1 }, /epsilon/],
    [{ epsilon: 1.1, delta: 0.1 }, /epsilon/],
    [{ epsilon: 0.1, delta: 1 }, /delta/],
    [{ epsilon: 0.1, delta: 0 }, /delta/],
    [{ epsilon: 0.1 }, /delta.*undefined/],
    [{ width: 5, depth: 2, epsilon: 0.1, delta: 0.1 }, /either.*got both/],
    [{ width: 5, delta: 0.1 }, /got both/],
    [{}, /got neither/],
    [undefined, /got neither/],
    [{ width: 5, depth: 2, conservative: 1 }, /conservative must be true or false; got 1/],
    [{ width: 5, depth: 2, seed: 0.5 }, /seed/],
  ])('%j is none', async (options, message) => {
    await expect(CountMinSketch.create(options as CountMinOptions)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });
});

describe('counting', () => {
  // Seven rows are written at a time, and the others one by one.
  test.each([1, 2, 6, 7, 8, 13, 14, 17])('%i rows hold what a naive sketch holds', async (depth) => {
    const keys = skewedKeys(4000, 900, depth);
    using sketch = await CountMinSketch.create({ width: 101, depth, seed: 3 });
    sketch.add(keys);
    const expected = await countersFloat64(keys, { width: 101, depth, seed: 3 });
    expect(countersIn(sketch)).toEqual(expected.flat());
    const [first] = keys;
    expect(sketch.estimate(first!)).toBe(Math.min(...sketch.estimate([first!])));
  });

  test.each([false, true])('never underestimates (conservative: %s)', async (conservative) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.integer({ min: 0, max: 1000 })), {
          maxLength: 200,
        }),
        fc.integer({ min: 1, max: 9 }),
        async (stream, depth) => {
          using sketch = await CountMinSketch.create({ width: 20, depth, conservative });
          const truth = new Map<string, number>();
          for (const [key, count] of stream) truth.set(key, (truth.get(key) ?? 0) + count);
          const half = stream.length >> 1;
          for (const part of [stream.slice(0, half), stream.slice(half)])
            sketch.add(
              part.map(([key]) => key),
              part.map(([, count]) => count),
            );
          const estimates = sketch.estimate([...truth.keys()]);
          expect([...truth.values()].filter((count, i) => estimates[i]! < count)).toEqual([]);
          expect(sketch.total).toBe([...truth.values()].reduce((sum, count) => sum + count, 0));
        },
      ),
      { seed: 7, numRuns: 60 },
    );
  });

  test('conservative update holds the least counters that a naive one leaves', async () => {
    const [width, depth, seed] = [31, 5, 1];
    const keys = skewedKeys(1500, 200, 9);
    using sketch = await CountMinSketch.create({ width, depth, seed, conservative: true });
    sketch.add(keys);
    const places = new Map<number, number[]>();
    for (const key of new Set(keys)) {
      const single = (await countersFloat64([key], { width, depth, seed })).flat();
      places.set(
        key,
        single.flatMap((counter, at) => (counter > 0 ? [at] : [])),
      );
    }
    const counters = new Array<number>(width * depth).fill(0);
    for (const key of keys) {
      const own = places.get(key)!;
      const estimate = 1 + Math.min(...own.map((at) => counters[at]!));
      for (const at of own) counters[at] = Math.max(counters[at]!, estimate);
    }
    expect(countersIn(sketch)).toEqual(counters);
  });

  test('the ways to add the same occurrences give the same counters', async () => {
    const keys = skewedKeys(5000, 300, 4);
    const truth = [...countsOf(keys)];
    const make = () => CountMinSketch.create({ width: 50, depth: 9 });
    using batch = await make();
    batch.add(keys);
    using weighted = await make();
    weighted.add(
      truth.map(([key]) => key),
      Uint32Array.from(truth, ([, count]) => count),
    );
    using singly = await make();
    for (const [key, count] of truth) singly.add(BigInt(key), count);
    using zeros = await make();
    zeros.add(keys, 0).add([], []).add(keys).add(keys, new Uint32Array(5000));
    for (const other of [weighted, singly, zeros]) expect(other.toBytes()).toEqual(batch.toBytes());
  });

  test('answers one key with a number, many with an array, none with an empty one', async () => {
    using sketch = await CountMinSketch.create({ width: 1000, depth: 5 });
    sketch.add(['/', '/about', '/']).add('/', 40);
    expect(sketch.estimate('/')).toBe(42);
    expect(sketch.estimate(['/about', 'never', '/'])).toEqual(Uint32Array.of(1, 0, 42));
    expect(sketch.estimate(Uint8Array.of(47))).toBe(42); // the bytes of '/'
    expect(sketch.estimate([])).toEqual(new Uint32Array(0));
  });

  test('the error keeps its bound as often as it says, over 100 seeds', async () => {
    const keys = skewedKeys(20_000, 5000, 5);
    const truth = [...countsOf(keys)];
    let broken = 0;
    for (let seed = 0; seed < 100; seed++) {
      using sketch = await CountMinSketch.create({ width: 60, depth: 3, seed });
      sketch.add(keys);
      const { kind, bound, confidence } = sketch.errorBound();
      expect({ kind, bound }).toEqual({ kind: 'count', bound: (Math.E / 60) * 20_000 });
      expect(confidence).toBeCloseTo(1 - Math.exp(-3), 12);
      const estimates = sketch.estimate(truth.map(([key]) => key));
      broken += truth.filter(([, count], i) => estimates[i]! - count > bound).length;
      expect(truth.every(([, count], i) => estimates[i]! >= count)).toBe(true);
    }
    expect(broken / (100 * truth.length)).toBeLessThan(Math.exp(-3));
  });

  // Rows that share a hash collide together for one pair of keys in some 7 x width^2: 24 in a million estimates were wrong then.
  test('the error keeps a bound that 14 rows promise, of one in 1.2 million', async () => {
    const [width, depth] = [272, 14];
    const queries = Uint32Array.from({ length: 400_000 }, (_, i) => 1_000_000 + i);
    let beyond = 0;
    for (let seed = 0; seed < 5; seed++) {
      using sketch = await CountMinSketch.create({ width, depth, seed });
      // As many as can each exceed e / width of all.
      sketch.add(
        Uint32Array.from({ length: 99 }, (_, i) => i),
        1000,
      );
      const { bound, confidence } = sketch.errorBound();
      expect(confidence).toBeCloseTo(1 - Math.exp(-depth), 12);
      expect(bound).toBeLessThan(1000);
      beyond += sketch.estimate(queries).filter((estimate) => estimate > bound).length;
    }
    const expected = 5 * queries.length * Math.exp(-depth); // 1.7
    expect(beyond).toBeLessThanOrEqual(expected + 3 * Math.sqrt(expected));
  });
});

describe('saturation', () => {
  test.each([false, true])(
    'counters stop at 2^32 - 1 to the unit (conservative: %s)',
    async (conservative) => {
      using sketch = await CountMinSketch.create({ width: 1000, depth: 7, conservative });
      sketch.add('a', LARGEST - 1).add('b', 3);
      expect([sketch.estimate('a'), sketch.saturated]).toEqual([LARGEST - 1, 0]);
      sketch.add('a');
      expect([sketch.estimate('a'), sketch.saturated]).toEqual([LARGEST, 7]);
      sketch.add(['a', 'b', 'a'], 7).add('a', LARGEST);
      expect([sketch.estimate('a'), sketch.estimate('b'), sketch.saturated]).toEqual([LARGEST, 10, 7]);
      expect(sketch.total).toBe(2 * LARGEST + 3 + 21);
      sketch.clear();
      expect([sketch.estimate('a'), sketch.saturated, sketch.total]).toEqual([0, 0, 0]);
    },
  );

  test('a sum of two sketches stops there too', async () => {
    using a = await CountMinSketch.create({ width: 1000, depth: 3 });
    a.add(['x', 'y'], [LARGEST - 5, 1]);
    using b = a.clone();
    a.merge(b);
    expect([a.estimate('x'), a.estimate('y'), a.saturated]).toEqual([LARGEST, 2, 3]);
    expect(a.total).toBe(2 * (LARGEST - 4));
  });

  test('a total beyond 2^53 - 1 is refused', async () => {
    using sketch = await CountMinSketch.create({ width: 1, depth: 1 });
    sketch.add('a', LARGEST);
    while (sketch.total <= 2 ** 52) sketch.merge(sketch);
    const before = sketch.toBytes();
    expect(errorOf(() => sketch.merge(sketch)).code).toBe('INVALID_ARGUMENT');
    // 2^21 (2^32 - 1) = 2^53 - 2^21, and what was there is more.
    const keys = new Uint32Array(2 ** 21);
    expect(errorOf(() => sketch.add(keys, LARGEST))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      expected: Number.MAX_SAFE_INTEGER - sketch.total,
      got: 2 ** 53 - 2 ** 21,
    });
    expect(sketch.toBytes()).toEqual(before);
  });
});

describe('merging', () => {
  test('gives the sketch of both streams, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(500), { maxLength: 300 }),
        fc.array(fc.nat(500), { maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(1, 2 ** 31),
        async (first, second, width, each) => {
          const make = () => CountMinSketch.create({ width, depth: 4 });
          using a = await make();
          using b = await make();
          using whole = await make();
          a.add(first, each);
          b.add(second, each);
          whole.add(first, each).add(second, each);
          const other = b.toBytes();
          expect(a.merge(b).toBytes()).toEqual(whole.toBytes());
          expect(b.toBytes()).toEqual(other);
        },
      ),
      { seed: 11, numRuns: 50 },
    );
  });

  test('is refused for what differs, with both named, and where updates were conservative', async () => {
    using sketch = await CountMinSketch.create({ width: 10, depth: 4, seed: 1 });
    sketch.add('a');
    const before = sketch.toBytes();
    for (const [options, message] of [
      [{ width: 11, depth: 4, seed: 1 }, /this one has width 10, the other width 11/],
      [{ width: 10, depth: 5, seed: 2 }, /has depth 4, seed 1, the other depth 5, seed 2/],
      [
        { width: 10, depth: 4, seed: 1, conservative: true },
        /conservative false, the other conservative true/,
      ],
    ] as const) {
      using other = await CountMinSketch.create(options);
      expect(errorOf(() => sketch.merge(other))).toMatchObject({
        code: 'MERGE_MISMATCH',
        message: expect.stringMatching(message),
      });
    }
    expect(errorOf(() => sketch.merge({} as CountMinSketch)).code).toBe('INVALID_ARGUMENT');
    expect(sketch.toBytes()).toEqual(before);
    using conservative = await CountMinSketch.create({ width: 10, depth: 4, conservative: true });
    using twin = conservative.clone();
    expect(errorOf(() => conservative.merge(twin))).toMatchObject({
      code: 'MERGE_MISMATCH',
      message: expect.stringMatching(/conservative: false/),
    });
  });
});

test('bad keys and counts are refused, and nothing is added', async () => {
  using sketch = await CountMinSketch.create({ width: 10, depth: 4 });
  sketch.add(['a', 'b']);
  const before = sketch.toBytes();
  for (const [keys, counts, code] of [
    [['a', 5], 1, 'INVALID_ARGUMENT'],
    [[1, Number.NaN], 1, 'INVALID_VALUE'],
    ['a', -1, 'INVALID_ARGUMENT'],
    ['a', 0.5, 'INVALID_ARGUMENT'],
    ['a', Number.NaN, 'INVALID_ARGUMENT'],
    ['a', 2 ** 32, 'INVALID_ARGUMENT'],
    ['a', '1', 'INVALID_ARGUMENT'],
    [['a', 'b'], [1, -1], 'INVALID_ARGUMENT'],
    [['a', 'b'], [1], 'DIMENSION_MISMATCH'],
    [['a', 'b'], Uint32Array.of(1, 2, 3), 'DIMENSION_MISMATCH'],
  ] as const) {
    expect(errorOf(() => sketch.add(keys as never, counts as never)).code).toBe(code);
  }
  expect(sketch.toBytes()).toEqual(before);
});
