import { expect, test } from 'vitest';
import { expectedRate, SECTORS, shapeFor } from '../../src/sketch/bloom-shape.ts';
import { rateOf } from '../reference/distinct.ts';

const RATES = [0.5, 0.3, 0.1, 0.05, 0.02, 0.01, 0.003, 1e-3, 1e-4, 1e-5, 1e-6];

test.each(SECTORS)('with %i sectors the expected rate is that of the closed form', (sectors) => {
  for (const keys of [0.01, 1, 5, 13, 50, 120, 350, 500]) {
    // The binomials of the closed form cancel each other to some 1e-12.
    const expected = rateOf(sectors, keys);
    expect(Math.abs(expectedRate(sectors, keys) - expected)).toBeLessThan(1e-11 + 1e-9 * expected);
  }
});

test.each(RATES)('a rate of %d is kept, by the fewest blocks that keep it', (rate) => {
  for (const capacity of [1e5, 12_345_678, 2 ** 32 - 1]) {
    const { blocks, sectors } = shapeFor(capacity, rate);
    expect(expectedRate(sectors, capacity / blocks)).toBeLessThanOrEqual(rate);
    for (const other of SECTORS) expect(expectedRate(other, capacity / (blocks - 1))).toBeGreaterThan(rate);
  }
});

test.each([
  [0.5, 1.7, 2],
  [0.1, 4.9, 4],
  [0.01, 10.1, 8],
  [0.001, 15.8, 8],
  [1e-4, 23.1, 16],
  [1e-6, 39.3, 16],
])('a rate of %d takes at most %d bits a key, as it is told, in %i sectors', (rate, bits, sectors) => {
  const shape = shapeFor(1e6, rate);
  expect(shape.sectors).toBe(sectors);
  expect((shape.blocks * 512) / 1e6).toBeLessThanOrEqual(bits);
  expect((shape.blocks * 512) / 1e6).toBeGreaterThan(bits - 0.1);
});

test('a single key takes a block', () => {
  for (const rate of RATES) expect(shapeFor(1, rate).blocks).toBe(1);
});
