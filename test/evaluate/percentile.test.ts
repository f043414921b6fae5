import { percentile } from 'lanewise';
import { expect, test } from 'vitest';

// The nearest-rank example of https://en.wikipedia.org/wiki/Percentile.
const ascending = Float64Array.of(15, 20, 35, 40, 50);

test.each([
  [0.05, 15],
  [0.3, 20],
  [0.4, 20],
  [0.5, 35],
  [1, 50],
])('the %d percentile is a value that was measured', (fraction, expected) => {
  expect(percentile(ascending, fraction)).toBe(expected);
});
