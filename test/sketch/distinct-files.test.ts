import fc from 'fast-check';
import { BloomFilter, createSafetensors, HyperLogLog, readSafetensors } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { arrayTensor } from '../../src/format/file-tensors.ts';
import { writeIndexFile } from '../../src/format/index-file.ts';
import { runtime } from '../../src/sketch/kernels.ts';
import { numbersTensor } from '../../src/sketch/written-numbers.ts';
import { flips, truncations } from '../format/damage.ts';
import { errorOf } from '../host/error-of.ts';

const KEYS = ['ada', 'grace', 'alan', ''];
const inUse = (): number => runtime().memory.statistics.bytesInUse;

const CASES = [
  {
    name: 'HyperLogLog',
    make: async () => (await HyperLogLog.create({ precision: 6, seed: -3 })).add(KEYS),
    load: (bytes: Uint8Array | ArrayBuffer) => HyperLogLog.fromBytes(bytes),
    wrongOptions: [
      { precision: 3 },
      { precision: 7 },
      { precision: 19 },
      { precision: null },
      { precision: '6' },
    ],
  },
  {
    name: 'BloomFilter',
    make: async () =>
      (await BloomFilter.create({ capacity: 100, falsePositiveRate: 0.001, seed: -3 })).add(KEYS),
    load: (bytes: Uint8Array | ArrayBuffer) => BloomFilter.fromBytes(bytes),
    wrongOptions: [
      { capacity: 0 },
      { capacity: 2 ** 32 },
      { capacity: null },
      { falsePositiveRate: 0 },
      { falsePositiveRate: 0.6 },
      { falsePositiveRate: '.01' },
      { sectors: 1 },
      { sectors: 6 },
      { sectors: 32 },
      { added: -1 },
      { added: 0.5 },
      { added: 2 ** 53 },
    ],
  },
];

describe.each(CASES)('$name', ({ name, make, load, wrongOptions }) => {
  test('what was written is read with identical answers, written the same again, and goes on alike', async () => {
    using sketch = await make();
    const bytes = sketch.toBytes();
    for (const source of [bytes, bytes.buffer]) {
      using read = load(source);
      expect(read.toBytes()).toEqual(bytes);
      expect(read.estimate()).toBe(sketch.estimate());
      expect(read.errorBound()).toEqual(sketch.errorBound());
      expect(read.memoryUsage()).toEqual(sketch.memoryUsage());
      expect(read.seed).toBe(-3);
      using more = sketch.clone();
      more.add(['new', 'newer']);
      expect(read.add(['new', 'newer']).toBytes()).toEqual(more.toBytes());
      expect((read as BloomFilter).merge(more as BloomFilter).estimate()).toBe(more.estimate());
    }
  });

  test('cut and altered bytes are refused by an error of ours, and leave none in memory', async () => {
    using sketch = await make();
    const bytes = sketch.toBytes();
    const before = inUse();
    const codes = new Set<string>();
    fc.assert(
      fc.property(fc.oneof(truncations(bytes.slice(0, -1)), flips(bytes)), (damaged) => {
        try {
          const read = load(damaged);
          expect(read.toBytes()).toEqual(bytes);
          read.dispose();
        } catch (error) {
          const { code } = errorOf(() => {
            throw error;
          });
          codes.add(code);
        }
        expect(inUse()).toBe(before);
      }),
      { numRuns: 500, seed: 3 },
    );
    expect([...codes]).toEqual(expect.arrayContaining(['FILE_TRUNCATED', 'FILE_CORRUPT', 'FILE_FORMAT']));
  });

  test('options that no sketch has, foreign files and newer ones are refused', async () => {
    using sketch = await make();
    const bytes = sketch.toBytes();
    const before = inUse();
    const { tensors, metadata } = readSafetensors(bytes);
    const rewritten = (changed: Record<string, string>): string => {
      const specs = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
      const file = createSafetensors(specs, { ...metadata, ...changed });
      for (const [name, { data }] of tensors) file.view(name).set(data);
      return errorOf(() => load(file.bytes)).code;
    };
    expect(rewritten({ estimator: 'Popularity' })).toBe('FILE_FORMAT');
    expect(rewritten({ version: '99' })).toBe('FILE_VERSION');
    expect(rewritten({ seed: '0.5' })).toBe('FILE_CORRUPT');
    const options = JSON.parse(metadata['options']!);
    for (const changed of wrongOptions) {
      const altered = rewritten({ options: JSON.stringify({ ...options, ...changed }) });
      expect(altered, JSON.stringify(changed)).toBe('FILE_CORRUPT');
    }
    expect(errorOf(() => load('bytes' as never)).code).toBe('INVALID_ARGUMENT');
    const other = CASES.find((given) => given.name !== name)!;
    expect(errorOf(() => other.load(bytes)).code).toBe('FILE_FORMAT');
    expect(inUse()).toBe(before);
  });
});

/** A file whose checksum is right, whatever it holds. */
function forge(
  estimator: string,
  options: Readonly<Record<string, number>>,
  name: string,
  shape: number[],
  data: Uint8Array,
): Uint8Array {
  return writeIndexFile({ estimator, options, nextId: 0, seed: 0 }, [
    numbersTensor(runtime(), 'options', [...Object.values(options), 0]),
    arrayTensor(runtime(), { name, dtype: 'U8', shape }, data),
  ]);
}

test('registers beyond what 64 bits can say are refused, and full ones are estimated as infinitely many', () => {
  const fileOf = (precision: number, rank: number): Uint8Array => {
    const registers = new Uint8Array(2 ** precision).fill(rank);
    return forge('HyperLogLog', { precision }, 'registers', [2 ** precision], registers);
  };
  for (const precision of [4, 14, 18]) {
    const before = inUse();
    for (const rank of [66 - precision, 64, 255])
      expect(errorOf(() => HyperLogLog.fromBytes(fileOf(precision, rank))).code).toBe('FILE_CORRUPT');
    expect(inUse()).toBe(before);
    using full = HyperLogLog.fromBytes(fileOf(precision, 65 - precision));
    expect(full.estimate()).toBe(Number.POSITIVE_INFINITY);
    using almost = HyperLogLog.fromBytes(fileOf(precision, 64 - precision));
    expect(Number.isFinite(almost.estimate())).toBe(true);
  }
});

test('a filter of no blocks, or of parts of blocks, is refused', () => {
  const options = { capacity: 5, falsePositiveRate: 0.01, sectors: 8, added: 0 };
  const before = inUse();
  for (const shape of [[0, 64], [1, 63], [64], [1, 64, 1], [2, 32]]) {
    const bytes = new Uint8Array(shape.reduce((product, size) => product * size));
    const forged = forge('BloomFilter', options, 'blocks', shape, bytes);
    expect(errorOf(() => BloomFilter.fromBytes(forged)).code, String(shape)).toBe('FILE_CORRUPT');
  }
  expect(inUse()).toBe(before);
});
