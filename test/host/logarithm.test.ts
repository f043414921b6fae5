import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ln, log2 } from '../../src/host/logarithm.ts';
import { Random } from '../../src/host/random.ts';

const random = new Random(5);
const numbers = Array.from(
  { length: 20_000 },
  () => random.uniform() * 10 ** (random.integer(40) - 20),
).filter((x) => x > 0);

test('lies within some units in the last place of the logarithm of this engine', () => {
  for (const x of [...numbers, 1, 2, 3, 10, 1e300, 5e-324, 1 + 2 ** -52, 1 - 2 ** -53]) {
    expect(Math.abs(ln(x) - Math.log(x)), `ln ${x}`).toBeLessThanOrEqual(
      4 * 2 ** -53 * Math.abs(Math.log(x)),
    );
    expect(Math.abs(log2(x) - Math.log2(x)), `log2 ${x}`).toBeLessThanOrEqual(
      4 * 2 ** -53 * Math.max(Math.abs(Math.log2(x)), 2 ** -52),
    );
  }
});

test('is exact for powers of two, and zero for one', () => {
  for (const exponent of [-1074, -30, -1, 0, 1, 2, 52, 1023]) expect(log2(2 ** exponent)).toBe(exponent);
  expect(ln(1)).toBe(0);
});

test('has the same bits in every runtime', () => {
  const bits = createHash('sha256')
    .update(Float64Array.from(numbers, ln))
    .update(Float64Array.from(numbers, log2));
  expect(bits.digest('hex').slice(0, 16)).toBe('4c7592f6f505bd34');
});
