import fc from 'fast-check';
import { BloomFilter, HyperLogLog, readSafetensors } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { shapeFor } from '../../src/sketch/bloom-shape.ts';
import { errorOf } from '../host/error-of.ts';
import { bloomOf } from '../reference/distinct.ts';
import { hashesOf } from './hashes.ts';

/** A rate for every number of sectors: 2, 4, 8, 16. */
const RATES = [0.5, 0.1, 0.01, 1e-5];

function integers(count: number, first = 0): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => first + i);
}

function blocksIn(filter: BloomFilter): Uint8Array {
  return readSafetensors(filter.toBytes()).tensors.get('blocks')!.data;
}

function sum(found: Uint8Array): number {
  return found.reduce((total, one) => total + one, 0);
}

test.each(RATES)('at a rate of %d the bits are those of the reference', async (falsePositiveRate) => {
  const { blocks, sectors } = shapeFor(3000, falsePositiveRate);
  using filter = await BloomFilter.create({ capacity: 3000, falsePositiveRate, seed: 9 });
  expect(blocksIn(filter)).toEqual(new Uint8Array(64 * blocks));
  const keys = integers(3000);
  filter.add(keys);
  const expected = bloomOf(hashesOf(keys, 9), blocks, sectors);
  expect(blocksIn(filter)).toEqual(expected);
  expect(filter.memoryUsage().total).toBe(64 * blocks);
  // Answers are wrong where the reference's are.
  const others = integers(5000, 3000);
  const wrong = hashesOf(others, 9).map((hash) => {
    const bits = bloomOf([hash], blocks, sectors);
    return bits.every((byte, i) => (byte & expected[i]!) === byte) ? 1 : 0;
  });
  expect(filter.has(others)).toEqual(Uint8Array.from(wrong));
});

describe('what was added is found', () => {
  test('whatever it is, in batches or singly', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...RATES),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.string(), { maxLength: 100 }),
        fc.array(fc.double({ noNaN: true }), { maxLength: 100 }),
        fc.array(fc.uint8Array(), { maxLength: 20 }),
        async (falsePositiveRate, capacity, texts, numbers, bytes) => {
          using filter = await BloomFilter.create({ capacity, falsePositiveRate });
          expect(filter.add(texts).add(numbers)).toBe(filter);
          for (const key of bytes) filter.add(key);
          expect(filter.added).toBe(texts.length + numbers.length + bytes.length);
          expect(filter.has(texts)).toEqual(new Uint8Array(texts.length).fill(1));
          expect(filter.has(bytes)).toEqual(new Uint8Array(bytes.length).fill(1));
          for (const number of numbers) expect(filter.has(number)).toBe(true);
        },
      ),
      { numRuns: 60, seed: 1 },
    ));

  test('and a batch is answered as its keys are one by one', async () => {
    using filter = await BloomFilter.create({ capacity: 3000, falsePositiveRate: 0.3 });
    filter.add(integers(3000));
    const asked = integers(6000);
    const found = filter.has(asked);
    expect(Array.from(asked, (key) => filter.has(key))).toEqual(Array.from(found, (one) => one === 1));
    expect(filter.has([5, 7])).toEqual(Uint8Array.of(1, 1));
    expect(filter.has([])).toEqual(new Uint8Array(0));
    expect([filter.has(5), filter.has(5n), filter.has([5n])]).toEqual([true, true, Uint8Array.of(1)]);
  });
});

describe('with as many keys as its capacity', () => {
  test.each([0.5, 0.3, 0.1, 0.05, 0.01, 0.003, 1e-3, 1e-4])(
    'a filter for a rate of %d has that rate',
    async (falsePositiveRate) => {
      using filter = await BloomFilter.create({ capacity: 100_000, falsePositiveRate });
      expect([filter.has(0), filter.isOverfull, filter.errorBound().bound]).toEqual([false, false, 0]);
      filter.add(integers(100_000));
      const asked = 1_000_000;
      const measured = sum(filter.has(integers(asked, 1e9))) / asked;
      // Three deviations of as many wrong answers as are expected.
      const noise = 3 / Math.sqrt(asked * falsePositiveRate);
      expect(measured / falsePositiveRate).toBeLessThan(1.02 + noise);
      expect(measured / falsePositiveRate).toBeGreaterThan(0.98 - noise);
      const { kind, bound, confidence } = filter.errorBound();
      expect([kind, confidence]).toEqual(['rate', 1]);
      expect(Math.abs(measured / bound - 1)).toBeLessThan(noise);
      expect(Math.abs(filter.estimate() / 100_000 - 1)).toBeLessThan(0.01);
      expect(filter.isOverfull).toBe(false);
    },
  );

  test('the rate of one for a millionth is as small, by its bits', async () => {
    using filter = await BloomFilter.create({ capacity: 100_000, falsePositiveRate: 1e-6 });
    filter.add(integers(100_000));
    expect(filter.errorBound().bound / 1e-6).toBeLessThan(1.15);
    expect(filter.errorBound().bound / 1e-6).toBeGreaterThan(0.85);
    // 1 is expected; 6 or more would be one chance in 1700.
    expect(sum(filter.has(integers(1_000_000, 1e9)))).toBeLessThan(6);
  });

  test.each([1, 2, 10, 50, 51, 200, 1000])('%i keys keep their rate, over seeds', async (capacity) => {
    let total = 0;
    for (let seed = 0; seed < 100; seed++) {
      using filter = await BloomFilter.create({ capacity, seed });
      filter.add(integers(capacity));
      total += filter.errorBound().bound;
    }
    expect(total / 100).toBeLessThan(0.0115);
  });
});

test('the rate is that of the bits, product by product', async () => {
  using filter = await BloomFilter.create({ capacity: 500, falsePositiveRate: 0.01 });
  const { blocks, sectors } = shapeFor(500, 0.01);
  filter.add(integers(400));
  const bits = bloomOf(hashesOf(integers(400)), blocks, sectors);
  let [expected, set] = [0, 0];
  for (let block = 0; block < blocks; block++) {
    let product = 1;
    for (let sector = 0; sector < sectors; sector++) {
      const own = bits.filter((_, i) => Math.floor(i / 64) === block && i % sectors === sector);
      const ones = own.reduce((total, byte) => total + byte.toString(2).replaceAll('0', '').length, 0);
      product *= ones / (8 * own.length);
      set += ones;
    }
    expected += product / blocks;
  }
  expect(filter.errorBound().bound).toBeCloseTo(expected, 14);
  const unset = 1 - set / (512 * blocks);
  expect(filter.estimate()).toBeCloseTo((-Math.log(unset) * 512 * blocks) / sectors, 8);
});

test('more keys than the capacity are no error, and the rate to expect is told', async () => {
  using filter = await BloomFilter.create({ capacity: 10_000 });
  filter.add(integers(10_000)).add(integers(10_000));
  expect([filter.isOverfull, filter.added]).toEqual([false, 20_000]);
  filter.add(integers(20_000, 10_000));
  expect(filter.isOverfull).toBe(true);
  const { bound } = filter.errorBound();
  expect(bound).toBeGreaterThan(0.1);
  const measured = sum(filter.has(integers(100_000, 1e9))) / 100_000;
  expect(Math.abs(measured / bound - 1)).toBeLessThan(3 / Math.sqrt(100_000 * bound));
  expect(sum(filter.has(integers(30_000)))).toBe(30_000);
  expect(Math.abs(filter.estimate() / 30_000 - 1)).toBeLessThan(0.03);
});

test('a filter whose bits are all set answers yes to all, and says so', async () => {
  using filter = await BloomFilter.create({ capacity: 1, falsePositiveRate: 0.5 });
  expect(filter.estimate()).toBe(0);
  filter.add(integers(20_000));
  expect(filter.errorBound().bound).toBe(1);
  expect(filter.estimate()).toBe(Number.POSITIVE_INFINITY);
  expect(filter.has('anything')).toBe(true);
});

test('a merged filter is that of both streams, bit for bit, and leaves the other as it was', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...RATES),
      fc.array(fc.integer()),
      fc.array(fc.integer()),
      async (falsePositiveRate, first, second) => {
        const make = () => BloomFilter.create({ capacity: 100, falsePositiveRate, seed: 3 });
        using a = (await make()).add(first);
        using b = (await make()).add(second);
        using both = (await make()).add([...first, ...second]);
        const before = b.toBytes();
        expect(a.merge(b)).toBe(a);
        expect(a.toBytes()).toEqual(both.toBytes());
        expect(b.toBytes()).toEqual(before);
      },
    ),
    { numRuns: 60, seed: 2 },
  ));

test('filters of another capacity, rate or seed are not merged; both are named, and nothing is changed', async () => {
  const options = { capacity: 1000, falsePositiveRate: 0.01, seed: 1 };
  using filter = (await BloomFilter.create(options)).add('a');
  const before = filter.toBytes();
  for (const [changed, named] of [
    [{ capacity: 1001 }, 'capacity 1000, the other capacity 1001'],
    [{ falsePositiveRate: 0.011 }, 'falsePositiveRate 0.01'],
    [{ seed: 2 }, 'seed 1, the other seed 2'],
  ] as const) {
    using other = (await BloomFilter.create({ ...options, ...changed })).add('b');
    const { code, message } = errorOf(() => filter.merge(other));
    expect(code).toBe('MERGE_MISMATCH');
    expect(message).toContain(named);
  }
  using sketch = await HyperLogLog.create();
  for (const other of [sketch, {}, undefined, null])
    expect(errorOf(() => filter.merge(other as never)).code).toBe('INVALID_ARGUMENT');
  expect(filter.toBytes()).toEqual(before);
});

test('a clone goes its own way, and a filter that was cleared is as good as new', async () => {
  using filter = (await BloomFilter.create({ capacity: 100 })).add(['a', 'b']);
  using clone = filter.clone();
  expect(clone.toBytes()).toEqual(filter.toBytes());
  clone.add('c');
  expect([clone.has('c'), filter.has('c'), clone.added, filter.added]).toEqual([true, false, 3, 2]);
  clone.clear();
  using fresh = await BloomFilter.create({ capacity: 100 });
  expect(clone.toBytes()).toEqual(fresh.toBytes());
  expect([clone.has('a'), clone.added, clone.estimate()]).toEqual([false, 0, 0]);
});

test('look-ups change nothing, and bad ones are refused as bad keys are', async () => {
  using filter = (await BloomFilter.create({ capacity: 100 })).add(['a', 'b']);
  const before = filter.toBytes();
  filter.has(['a', 'x'.repeat(100_000)]);
  expect(errorOf(() => filter.has(['a', 5] as never)).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => filter.has(undefined as never)).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => filter.has(Number.NaN)).code).toBe('INVALID_VALUE');
  expect(filter.toBytes()).toEqual(before);
});

test.each([
  { capacity: 0 },
  { capacity: 1.5 },
  { capacity: 2 ** 32 },
  { capacity: '5' },
  { capacity: undefined },
  { capacity: 5, falsePositiveRate: 0.51 },
  { capacity: 5, falsePositiveRate: 9e-7 },
  { capacity: 5, falsePositiveRate: 0 },
  { capacity: 5, falsePositiveRate: Number.NaN },
  { capacity: 5, falsePositiveRate: '.1' },
])('%o is refused', async (options) => {
  await expect(BloomFilter.create(options as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('every call on a filter that was disposed of says so', async () => {
  const filter = await BloomFilter.create({ capacity: 10 });
  using other = await BloomFilter.create({ capacity: 10 });
  filter.dispose();
  filter.dispose();
  for (const call of [
    () => filter.add('b'),
    () => filter.has('b'),
    () => filter.estimate(),
    () => filter.isOverfull,
    () => filter.merge(other),
    () => other.merge(filter),
    () => filter.clone(),
    () => filter.clear(),
    () => filter.errorBound(),
    () => filter.toBytes(),
    () => filter.memoryUsage(),
  ]) {
    expect(errorOf(call).code, String(call)).toBe('DISPOSED');
  }
});
