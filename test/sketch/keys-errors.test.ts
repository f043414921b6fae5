import { BloomFilter, HyperLogLog } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { checkCounts } from '../../src/sketch/keys.ts';
import { errorOf } from '../host/error-of.ts';

/** An array after its buffer was transferred, as to a worker. */
function detached<View extends ArrayBufferView<ArrayBuffer>>(view: View): View {
  structuredClone(view.buffer, { transfer: [view.buffer] });
  return view;
}

const NO_KEYS: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['boolean', true],
  ['symbol', Symbol('key')],
  ['function', () => 1],
  ['Date', new Date(0)],
  ['Object', { key: 1 }],
  ['object', Object.create(null)],
  ['object', Object.create({ constructor: undefined })],
  ['Set', new Set([1])],
  ['Float32Array', Float32Array.of(1)],
  ['Uint16Array', Uint16Array.of(1)],
  ['Int8Array', Int8Array.of(1)],
  ['Uint8ClampedArray', Uint8ClampedArray.of(1)],
  ['DataView', new DataView(new ArrayBuffer(8))],
  ['ArrayBuffer', new ArrayBuffer(8)],
];

describe.each([
  ['HyperLogLog', () => HyperLogLog.create({ precision: 8 })],
  ['BloomFilter', () => BloomFilter.create({ capacity: 100 })],
])('%s', (_, create) => {
  /** What `add` throws after good keys were given as well; the sketch is as it was. */
  async function refusal(keys: unknown): Promise<{ code: string; message: string }> {
    using sketch = await create();
    sketch.add(['ada', 'grace']);
    const before = sketch.toBytes();
    const { code, message } = errorOf(() => sketch.add(keys as string));
    expect(sketch.toBytes()).toEqual(before);
    return { code, message };
  }

  test.each(NO_KEYS)('%s is no key, alone or in an array, and the error says so', async (name, key) => {
    for (const [keys, place] of [
      [key, 0],
      [[key], 0],
      [[...Array.from({ length: 3000 }, (_, i) => i), key], 3000],
    ] as const) {
      const { code, message } = await refusal(keys);
      expect(code).toBe('INVALID_ARGUMENT');
      expect(message).toContain(`keys[${place}] is ${name}.`);
    }
  });

  test('arrays in arrays and holes are refused', async () => {
    expect((await refusal([[1, 2]])).message).toContain('keys[0] is Array.');
    // biome-ignore lint/suspicious/noSparseArray: it is what is tested
    expect((await refusal([1, , 3])).message).toContain('keys[1] is undefined.');
    expect((await refusal(new Array(3))).message).toContain('keys[0] is undefined.');
  });

  test.each([
    [['a', 5], 'keys[0] is string, keys[1] is number'],
    [[5, 5n], 'keys[0] is number, keys[1] is bigint'],
    [[5n, 'a'], 'keys[0] is bigint, keys[1] is string'],
    [['a', Uint8Array.of(97)], 'keys[0] is string, keys[1] is Uint8Array'],
    [[Buffer.from('a'), 'a'], 'keys[0] is Buffer, keys[1] is string'],
    [[...'abcdef'.repeat(1000), 1], 'keys[0] is string, keys[6000] is number'],
  ])('mixed types are refused, and both are named: %#', async (keys, named) => {
    const { code, message } = await refusal(keys);
    expect(code).toBe('INVALID_ARGUMENT');
    expect(message).toContain(named);
  });

  test('NaN is refused wherever it stands, and nothing of the batch is taken', async () => {
    const numbers = Array.from({ length: 5000 }, (_, i) => (i === 4999 ? Number.NaN : i));
    for (const keys of [Number.NaN, numbers, Float64Array.from(numbers)])
      expect((await refusal(keys)).code).toBe('INVALID_VALUE');
    expect((await refusal(numbers)).message).toContain('keys[4999] is NaN');
  });

  test('a bigint of more than 64 bits is refused, and how to add it is told', async () => {
    for (const key of [2n ** 64n, -(2n ** 63n) - 1n, 10n ** 100n]) {
      const { code, message } = await refusal([1n, key]);
      expect(code).toBe('INVALID_ARGUMENT');
      expect(message).toContain(`keys[1] is ${key}`);
      expect(message).toContain('as a string');
    }
  });

  test('keys whose buffer went elsewhere are refused, not taken for none', async () => {
    for (const keys of [
      detached(Uint32Array.of(1)),
      detached(Int32Array.of(1)),
      detached(Float64Array.of(1)),
      detached(BigUint64Array.of(1n)),
      detached(BigInt64Array.of(1n)),
      detached(Uint8Array.of(1)),
      [detached(Uint8Array.of(1))],
      [Uint8Array.of(1), detached(Uint8Array.of(1))],
    ]) {
      const { code, message } = await refusal(keys);
      expect(code).toBe('INVALID_ARGUMENT');
      expect(message).toContain('transferred');
    }
  });

  test.each([1.5, '5', Number.NaN, 2 ** 53, null, 5n])('the seed %s is refused', async (seed) => {
    const options = { capacity: 1, seed: seed as number };
    await expect(HyperLogLog.create(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(BloomFilter.create(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('counts', () => {
  test('are one for all keys, or one a key', () => {
    expect(checkCounts(0, 5)).toBe(0);
    expect(checkCounts(2 ** 32 - 1, 5)).toBe(2 ** 32 - 1);
    expect(checkCounts([1, 2, 3], 3)).toEqual(Uint32Array.of(1, 2, 3));
    expect(checkCounts(Uint32Array.of(1, 2), 2)).toEqual(Uint32Array.of(1, 2));
    expect(checkCounts([], 0)).toEqual(new Uint32Array(0));
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN, Infinity])('%s is none, alone or among others', (count) => {
    expect(errorOf(() => checkCounts(count, 1))).toMatchObject({ code: 'INVALID_ARGUMENT', got: count });
    expect(errorOf(() => checkCounts([1, count], 2)).message).toContain('counts[1]');
  });

  test.each([null, undefined, '5', 5n, {}, Float64Array.of(1), Int32Array.of(1)])('%s are none', (counts) => {
    expect(errorOf(() => checkCounts(counts as never, 1)).code).toBe('INVALID_ARGUMENT');
  });

  test('as many as there are keys are needed, and both numbers are told', () => {
    expect(errorOf(() => checkCounts([1, 2], 3))).toMatchObject({
      code: 'DIMENSION_MISMATCH',
      expected: 3,
      got: 2,
    });
    // biome-ignore lint/suspicious/noSparseArray: it is what is tested
    expect(errorOf(() => checkCounts([1, , 3] as number[], 3)).code).toBe('INVALID_ARGUMENT');
  });
});
