import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { exp } from '../../src/host/exponential.ts';
import { Random } from '../../src/host/random.ts';

/** The smallest double is 2^-1074: results down there are known to 226 bits as well. */
const FRACTION_BITS = 1300n;
const ONE = 1n << FRACTION_BITS;
const random = new Random(5);
const numbers = Array.from(
  { length: 20_000 },
  (_, i) => (random.uniform() - 0.5) * (i % 2 ? 2 : 2 ** random.integer(11)),
).filter((x) => x > -745 && x < 709);

/** A finite double above 2^-1300 as a fixed-point number of 1300 bits behind the point. */
function fixed(x: number): bigint {
  let scaled = x;
  let shift = 0n;
  for (; !Number.isInteger(scaled); scaled *= 2) shift++;
  return BigInt(scaled) << (FRACTION_BITS - shift);
}

/** e^x by the series of x / 2^12, squared twelve times. */
function exactExp(x: number): bigint {
  const part = fixed(x) >> 12n;
  let term = ONE;
  let sum = 0n;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = (term * part) / (n << FRACTION_BITS);
  }
  for (let i = 0; i < 12; i++) sum = (sum * sum) >> FRACTION_BITS;
  return sum;
}

/** The distance of doubles at x > 0. */
function unitInTheLastPlace(x: number): number {
  let unit = 2 ** -1074;
  while (unit * 2 ** 53 <= x) unit *= 2;
  return unit;
}

test('lies within .65 units in the last place of the exponential computed to 1300 bits', () => {
  const corners = [
    1,
    -1,
    0.5,
    Math.LN2 / 2,
    -Math.LN2 / 2,
    709.78,
    -708.4,
    -710,
    -740,
    2 ** -53,
    -(2 ** -54),
    1e-300,
  ];
  for (const x of [...numbers.slice(0, 700), ...corners]) {
    const got = exp(x);
    const difference = fixed(got) - exactExp(x);
    const error = difference < 0n ? -difference : difference;
    const allowed = got < 2 ** -1022 ? 100n : 65n;
    expect(100n * error < allowed * fixed(unitInTheLastPlace(got)), `exp ${x} is ${got}`).toBe(true);
  }
});

test('gives known values', () => {
  expect(exp(0)).toBe(1);
  expect(exp(-0)).toBe(1);
  expect(exp(1)).toBe(Math.E);
  // The doubles nearest to e^2 = 7.38905609893065022723, e^3 = 20.0855369231876677409 and 1/e = .36787944117144232160.
  expect(exp(2)).toBe(7.38905609893065);
  expect(exp(3)).toBe(20.085536923187668);
  expect(exp(-1)).toBe(0.36787944117144233);
});

test('leaves the doubles where e^x does', () => {
  // ln(2^1024) = 709.782712893384 and ln(2^-1075) = -745.1332191019412: the doubles beside them lie on both sides.
  expect(exp(709.782712893384)).toBeGreaterThan(1.797e308);
  expect(exp(709.782712893384)).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(exp(709.7827128933841)).toBe(Number.POSITIVE_INFINITY);
  expect(exp(-745.133219101941)).toBe(5e-324);
  expect(exp(-745.1332191019412)).toBe(0);
  expect(exp(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(exp(Number.NEGATIVE_INFINITY)).toBe(0);
  expect(exp(1e300)).toBe(Number.POSITIVE_INFINITY);
  expect(exp(-1e300)).toBe(0);
  expect(exp(Number.NaN)).toBeNaN();
});

test('never falls where x rises', () => {
  const sorted = [...numbers].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) {
    expect(exp(sorted[i]!)).toBeGreaterThanOrEqual(exp(sorted[i - 1]!));
  }
});

test('has the same bits in every runtime', () => {
  const bits = createHash('sha256').update(Float64Array.from(numbers, exp));
  expect(bits.digest('hex').slice(0, 16)).toBe('796588f0352a2a22');
});
