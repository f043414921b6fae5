import { chiSquare, murmur3, TrafficSplit } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';

const KEYS = Array.from({ length: 100_000 }, (_, i) => `user-${i}`);

function countsOf(names: readonly string[], assigned: readonly string[]): number[] {
  return names.map((name) => assigned.filter((other) => other === name).length);
}

describe('a traffic split', () => {
  test('gives each variant its share of keys, numbers as well as texts', () => {
    const split = new TrafficSplit({ control: 70, second: 20, third: 10, paused: 0 }, { seed: 'checkout' });
    for (const keys of [KEYS, KEYS.map((_, i) => i)]) {
      const [control, second, third, paused] = countsOf(
        ['control', 'second', 'third', 'paused'],
        keys.map((key) => split.assign(key)),
      );
      // Three sigma of 100 000 tosses.
      expect(Math.abs(control! - 70_000)).toBeLessThan(3 * Math.sqrt(1e5 * 0.7 * 0.3));
      expect(Math.abs(second! - 20_000)).toBeLessThan(3 * Math.sqrt(1e5 * 0.2 * 0.8));
      expect(Math.abs(third! - 10_000)).toBeLessThan(3 * Math.sqrt(1e5 * 0.1 * 0.9));
      expect(paused).toBe(0);
    }
  });

  test('is what anybody can compute by MurmurHash3: the largest weight over -ln of the hash', () => {
    const weights = { a: 1, b: 2, c: 3 };
    const split = new TrafficSplit(weights, { seed: 7 });
    for (const key of KEYS.slice(0, 500)) {
      const scores = Object.entries(weights).map(([name, weight]) => {
        const u = (murmur3(key, murmur3(name, murmur3('7'))) + 0.5) / 2 ** 32;
        return { name, score: weight / -Math.log(u) };
      });
      scores.sort((x, y) => y.score - x.score);
      expect(split.assign(key)).toBe(scores[0]!.name);
    }
  });

  test('takes half a unit more than the hash, so that no key has a logarithm of 0 or 1', () => {
    // Their hashes seeded by that of control are 0 and 2^32 - 1; by that of treatment 4044781121 and 3505392594.
    const [least, greatest] = ['7pbabt45', 'w1aazhry'];
    const hashes = [least, greatest].map((key) => murmur3(key!, murmur3('control', murmur3('0'))));
    expect(hashes).toEqual([0, 2 ** 32 - 1]);
    // 1000 / ln 2^33 = 43.7 against 1 / ln(2^32 / 4044781121) = 16.7
    expect(new TrafficSplit({ control: 1000, treatment: 1 }).assign(least!)).toBe('control');
    expect(new TrafficSplit({ control: 100, treatment: 10 }).assign(least!)).toBe('treatment');
    // 1 / (.5 / 2^32) = 8.6e9, and with no more than the hash itself it were half of it; 1.2e9 / ln(2^32 / 3505392594) = 5.9e9
    expect(new TrafficSplit({ control: 1, treatment: 1.2e9 }).assign(greatest!)).toBe('control');
  });

  test('gives no key to a variant of no weight, however little the others have', () => {
    const split = new TrafficSplit({ none: 0, control: Number.MIN_VALUE });
    expect(split.assign('7pbabt45')).toBe('control'); // by whose hash, 0, the weight over ln 2^33 is 0
  });

  test('takes fractions for the same as their multiples, and all lone surrogates for one character', () => {
    const [split, same] = [
      { a: 0.1, b: 0.3 },
      { a: 1, b: 3 },
    ].map((weights) => new TrafficSplit(weights));
    for (const key of KEYS.slice(0, 1000)) expect(split!.assign(key)).toBe(same!.assign(key));
    expect(split!.assign('\ud800 ada')).toBe(split!.assign('\ufffd ada'));
  });

  test('is the same forever', () => {
    const split = new TrafficSplit({ control: 1, treatment: 1 }, { seed: 'shorter checkout' });
    const letters = ['ada', 'grace', 'Zoë', '李', '🙂', 0, 1, 42, 2 ** 53 - 1, -7, 2n ** 80n].map(
      (key) => split.assign(key)[0],
    );
    expect(letters.join('')).toBe('cttttccctct');
  });

  test('takes a number for its digits, and a name for a seed', () => {
    const [one, other] = [3, '3'].map((seed) => new TrafficSplit({ a: 1, b: 1 }, { seed }));
    for (const key of [0, 17, 4711]) {
      expect(one!.assign(key)).toBe(other!.assign(String(key)));
      expect(one!.assign(key)).toBe(other!.assign(BigInt(key)));
    }
  });

  test('moves keys towards a variant that grows, and none else', () => {
    const before = new TrafficSplit({ a: 50, b: 30, c: 20 }, { seed: 1 });
    const after = new TrafficSplit({ c: 40, a: 50, b: 30 }, { seed: 1 });
    const moved = KEYS.filter((key) => before.assign(key) !== after.assign(key));
    expect(moved.every((key) => after.assign(key) === 'c')).toBe(true);
    // From 1/5 to 1/3 of the keys.
    expect(Math.abs(moved.length - 1e5 * (1 / 3 - 1 / 5))).toBeLessThan(3 * Math.sqrt(1e5 * 0.133 * 0.867));
  });

  test('gives a variant that is taken away to the others, and moves no other key', () => {
    const before = new TrafficSplit({ a: 50, b: 30, c: 20 });
    const after = new TrafficSplit({ a: 50, b: 30 });
    for (const key of KEYS.slice(0, 20_000)) {
      if (before.assign(key) !== 'c') expect(after.assign(key)).toBe(before.assign(key));
    }
  });

  test('is independent of splits by other seeds', () => {
    const names = ['a', 'b', 'c'];
    const [first, second] = ['one', 'two'].map((seed) => new TrafficSplit({ a: 1, b: 1, c: 2 }, { seed }));
    const table = names.map((name) => {
      const keys = KEYS.filter((key) => first!.assign(key) === name);
      return countsOf(
        names,
        keys.map((key) => second!.assign(key)),
      );
    });
    expect(chiSquare(table).p).toBeGreaterThan(0.001);
  });

  test.each([
    ['no variants', (): unknown => new TrafficSplit({})],
    ['no weights', (): unknown => new TrafficSplit(undefined as never)],
    ['weights of 0', (): unknown => new TrafficSplit({ a: 0, b: 0 })],
    ['a negative weight', (): unknown => new TrafficSplit({ a: 1, b: -1 })],
    ['NaN', (): unknown => new TrafficSplit({ a: 1, b: Number.NaN })],
    ['an infinite weight', (): unknown => new TrafficSplit({ a: 1, b: Number.POSITIVE_INFINITY })],
    ['half a seed', (): unknown => new TrafficSplit({ a: 1 }, { seed: 0.5 })],
    ['an empty key', (): unknown => new TrafficSplit({ a: 1 }).assign('')],
    ['a fraction for a key', (): unknown => new TrafficSplit({ a: 1 }).assign(0.5)],
    ['a key beyond the safe integers', (): unknown => new TrafficSplit({ a: 1 }).assign(2 ** 53)],
    ['no key', (): unknown => new TrafficSplit({ a: 1 }).assign(undefined as never)],
  ] as const)('refuses %s', (_, run) => {
    expect(errorOf(run).code).toBe('INVALID_ARGUMENT');
  });
});
