import { createHash } from 'node:crypto';
import { Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { bell } from '../reference/data.ts';
import { rotate } from './rotate.ts';

const DIMENSIONS = [8, 16, 24, 40, 64, 104, 128, 200, 1000, 1024];

function bells(seed: number, length: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => bell(random));
}

function product(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

describe.each(DIMENSIONS)('%i dimensions', (dimensions) => {
  // A round rounds once for the factors (and in them twice), once a doubling and once for the halves, 2^-24 each.
  const tolerance = 4 * (4 + Math.log2(dimensions)) * 2 ** -24;

  test('norms and inner products are kept', () => {
    const [a, b] = [bells(1, dimensions), bells(2, dimensions)] as const;
    const [rotatedA, rotatedB] = [rotate(a, 5), rotate(b, 5)] as const;
    const lengths = Math.sqrt(product(a, a) * product(b, b));
    expect(Math.abs(product(rotatedA, rotatedA) - product(a, a))).toBeLessThan(2 * tolerance * product(a, a));
    expect(Math.abs(product(rotatedA, rotatedB) - product(a, b))).toBeLessThan(2 * tolerance * lengths);
  });

  test('every one-hot vector is spread over all dimensions', () => {
    let largest = 0;
    for (let i = 0; i < dimensions; i += Math.max(1, dimensions >> 4)) {
      const oneHot = new Float32Array(dimensions);
      oneHot[i] = 1;
      const rotated = rotate(oneHot, 3);
      for (const value of rotated) largest = Math.max(largest, Math.abs(value));
    }
    // A random direction of a sphere exceeds sqrt(2 ln(2 n^2) / n) in one of n coordinates, in n tries, rarely;
    // 1000 dimensions, of which two windows of 512 share but 24, come to 1.6 times that.
    expect(largest).toBeLessThan(2 * Math.sqrt((2 * Math.log(2 * dimensions ** 2)) / dimensions));
  });
});

test('the same seed rotates to the same bits in every tier, another seed to others', () => {
  const vector = Float32Array.from({ length: 104 }, (_, i) => ((i * 37) % 101) / 8 - 6);
  const hash = createHash('sha256')
    .update(new Uint8Array(rotate(vector, 1).buffer))
    .digest('hex');
  expect(hash.slice(0, 16)).toBe('d8d6c826cb8acd5d');
  expect(rotate(vector, 2)).not.toEqual(rotate(vector, 1));
});
