import fc from 'fast-check';
import { BloomFilter, HyperLogLog, readSafetensors } from 'lanewise';
import { describe, expect, test } from 'vitest';
import type { Keys } from '../../src/sketch/keys.ts';
import { errorOf } from '../host/error-of.ts';
import { estimateOf, registersOf } from '../reference/distinct.ts';
import { hashesOf } from './hashes.ts';

const PRECISIONS = Array.from({ length: 15 }, (_, i) => 4 + i);

/** `count` integers from `first` on. */
function integers(count: number, first = 0): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => first + i);
}

function registersIn(sketch: HyperLogLog): Uint8Array {
  return readSafetensors(sketch.toBytes()).tensors.get('registers')!.data;
}

async function sketchOf(keys: Keys, precision = 10, seed = 0): Promise<HyperLogLog> {
  return (await HyperLogLog.create({ precision, seed })).add(keys);
}

test('no key is estimated as none, and a few keys almost exactly', async () => {
  using sketch = await HyperLogLog.create();
  expect(sketch.estimate()).toBe(0);
  // 16 384 registers of which n are taken: a key more changes n unless two share a register, which 20 keys here do not.
  for (let count = 1; count <= 20; count++)
    expect(Math.abs(sketch.add(`key ${count}`).estimate() - count)).toBeLessThan(0.02);
  sketch.add(Array.from({ length: 20 }, (_, i) => `key ${i + 1}`));
  expect(Math.abs(sketch.estimate() - 20)).toBeLessThan(0.02);
});

test.each(PRECISIONS)(
  'at precision %i registers and estimates are those of the reference',
  async (precision) => {
    using sketch = await HyperLogLog.create({ precision, seed: 5 });
    const hashes: bigint[] = [];
    for (const [first, count] of [
      [0, 1],
      [1, 9],
      [10, 90],
      [100, 3000],
    ] as const) {
      const keys = integers(count, first);
      sketch.add(keys);
      hashes.push(...hashesOf(keys, 5));
      const registers = registersOf(hashes, precision);
      expect(Buffer.compare(registersIn(sketch), registers)).toBe(0);
      const expected = estimateOf(registers);
      expect(Math.abs(sketch.estimate() / expected - 1)).toBeLessThan(1e-12);
    }
    expect(sketch.memoryUsage().total).toBe(Math.max(2 ** precision, 64));
  },
);

describe('over 100 seeds', () => {
  test.each([
    [14, 1],
    [14, 100],
    [14, 10_000],
    [14, 40_000],
    [14, 300_000],
    [8, 50],
    [8, 600],
    [8, 100_000],
    [5, 1000],
  ])('at precision %i and %i keys the error is as stated, and its mean is none', async (precision, count) => {
    const keys = integers(count);
    const { bound } = (await HyperLogLog.create({ precision })).errorBound();
    expect(bound).toBe(1.04 / Math.sqrt(2 ** precision));
    const errors: number[] = [];
    for (let seed = 0; seed < 100; seed++) {
      using sketch = await sketchOf(keys, precision, seed);
      errors.push(sketch.estimate() / count - 1);
    }
    const mean = errors.reduce((sum, error) => sum + error) / errors.length;
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    // The mean of 100 has a tenth of the deviation; the deviation of 100 is known to 1 / sqrt(200).
    expect(Math.abs(mean)).toBeLessThan(3 * bound * 0.1);
    expect(deviation).toBeLessThan(bound * (1 + 3 / Math.sqrt(200)));
    expect(errors.filter((error) => Math.abs(error) > 3 * bound).length).toBeLessThanOrEqual(1);
  });
});

test('the error stays within three deviations from one key to a million', async () => {
  using sketch = await HyperLogLog.create({ precision: 14 });
  const { bound } = sketch.errorBound();
  let added = 0;
  for (let count = 1; count <= 1e6; count *= 10) {
    sketch.add(integers(count - added, added));
    added = count;
    expect(Math.abs(sketch.estimate() / count - 1), String(count)).toBeLessThan(3 * bound);
  }
});

test('neither order, repetition nor the size of batches changes anything', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.string(), { minLength: 1, maxLength: 200 }), fc.nat(), async (keys, cut) => {
      using all = await sketchOf(keys);
      const at = cut % keys.length;
      using other = await sketchOf([...keys.slice(at), ...keys.slice(0, at), ...keys].reverse());
      using singly = await HyperLogLog.create({ precision: 10 });
      for (const key of keys) singly.add(key);
      expect(other.toBytes()).toEqual(all.toBytes());
      expect(singly.toBytes()).toEqual(all.toBytes());
    }),
    { numRuns: 50, seed: 1 },
  ));

test('a union is the sketch of both streams, bit for bit, and leaves the other as it was', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(4, 5, 10, 14),
      fc.array(fc.integer()),
      fc.array(fc.integer()),
      async (precision, first, second) => {
        using a = await sketchOf(first, precision);
        using b = await sketchOf(second, precision);
        using both = await sketchOf([...first, ...second], precision);
        const before = b.toBytes();
        expect(a.merge(b)).toBe(a);
        expect(Buffer.compare(a.toBytes(), both.toBytes())).toBe(0);
        expect(Buffer.compare(b.toBytes(), before)).toBe(0);
        expect(Buffer.compare(a.merge(a).toBytes(), both.toBytes())).toBe(0);
      },
    ),
    { numRuns: 60, seed: 2 },
  ));

test('sketches of another precision or seed are not merged; both are named, and nothing is changed', async () => {
  using a = await sketchOf(['a'], 10, 1);
  using precise = await sketchOf(['b'], 11, 1);
  using seeded = await sketchOf(['b'], 10, 2);
  const before = a.toBytes();
  expect(errorOf(() => a.merge(precise))).toMatchObject({
    code: 'MERGE_MISMATCH',
    message: expect.stringContaining('precision 10, the other precision 11'),
    expected: { precision: 10, seed: 1 },
    got: { precision: 11, seed: 1 },
  });
  expect(errorOf(() => a.merge(seeded)).message).toContain('seed 1, the other seed 2');
  using filter = await BloomFilter.create({ capacity: 10 });
  for (const other of [filter, {}, undefined, null])
    expect(errorOf(() => a.merge(other as never)).code).toBe('INVALID_ARGUMENT');
  expect(a.toBytes()).toEqual(before);
});

test('a clone goes its own way, and a sketch that was cleared is as good as new', async () => {
  using sketch = await sketchOf(['a', 'b']);
  using clone = sketch.clone();
  expect(clone.toBytes()).toEqual(sketch.toBytes());
  clone.add('c');
  expect(Math.round(clone.estimate())).toBe(3);
  expect(Math.round(sketch.estimate())).toBe(2);
  clone.clear();
  using fresh = await HyperLogLog.create({ precision: 10 });
  expect(clone.toBytes()).toEqual(fresh.toBytes());
  expect(clone.estimate()).toBe(0);
});

test.each([3, 19, 14.5, '14', Number.NaN, null])('the precision %s is refused', async (precision) => {
  await expect(HyperLogLog.create({ precision: precision as number })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    expected: [4, 18],
  });
});

test('every call on a sketch that was disposed of says so', async () => {
  const sketch = await sketchOf(['a']);
  using other = await sketchOf(['b']);
  sketch.dispose();
  sketch.dispose();
  for (const call of [
    () => sketch.add('b'),
    () => sketch.estimate(),
    () => sketch.merge(other),
    () => other.merge(sketch),
    () => sketch.clone(),
    () => sketch.clear(),
    () => sketch.errorBound(),
    () => sketch.toBytes(),
    () => sketch.memoryUsage(),
  ]) {
    expect(errorOf(call).code, String(call)).toBe('DISPOSED');
  }
});
