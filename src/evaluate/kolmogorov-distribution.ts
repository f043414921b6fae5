import { exp } from '../host/exponential.ts';
import { lnBinomial, lnPoisson } from '../host/poisson.ts';

/**
 * The distribution of Kolmogorov's statistic of n values, by whichever method Simard and L'Ecuyer ("Computing the two-sided
 * Kolmogorov-Smirnov distribution", 2011) advise for its region, with the bounds that SciPy draws.
 */

/** Up to so many values the matrix is small enough to be raised to their power. */
const FEW = 140;
/** With more of them the one-sided chance is taken by its limit. */
const MOST_SUMMED = 1_000_000;
const PI_SQUARED = Math.PI * Math.PI;
const ROOT_TWO_PI = 2.5066282746310002;
/** Powers of the matrix are kept below the inverse of this. */
const SCALE = 2 ** -128;
const LN_SCALE = -128 * Math.LN2;

/** The chance that the largest distance of n values from their distribution, either way, is d at least. */
export function kolmogorovTail(n: number, d: number): number {
  const steps = n * d;
  const square = steps * d;
  if (steps <= 0.5) return 1;
  if (d >= 1) return 0;
  // Both ways at once are too rare to count.
  if (d >= 0.5 || square >= (n > FEW ? 2.2 : 4)) return Math.min(1, 2 * smirnovTail(n, d));
  const isByMatrix = n <= FEW || (n <= 100_000 && steps * Math.sqrt(d) <= 1.4);
  return Math.min(1, Math.max(0, 1 - (isByMatrix ? byMatrix(n, d) : pelzGood(n, d))));
}

/** One way alone: the sum of Birnbaum and Tingey (1951) over how many values lie below where the distance is reached. */
function smirnovTail(n: number, d: number): number {
  if (n > MOST_SUMMED) return exp(-((6 * n * d + 1) ** 2) / (18 * n));
  let sum = 0;
  for (let j = 0; j < n * (1 - d); j++) {
    const x = j / n + d;
    // C(n, j) x^(j - 1) (1 - x)^(n - j), a binomial chance over x.
    if (x < 1) sum += exp(lnBinomial(n, j, x, (n - j) / n - d)) / x;
  }
  return d * sum;
}

/** 1 - the tail, by Durbin's matrix (Marsaglia, Tsang and Wang, "Evaluating Kolmogorov's distribution", 2003). */
function byMatrix(n: number, d: number): number {
  const k = Math.ceil(n * d);
  const size = 2 * k - 1;
  const middle = (k - 1) * size + k - 1;
  let square = durbin(size, k - n * d);
  let power: Float64Array | undefined;
  // How often either was scaled.
  let squareScales = 0;
  let powerScales = 0;
  for (let bits = n; ; squareScales *= 2) {
    if (bits & 1) {
      power = power ? product(power, square, size) : square;
      powerScales += squareScales;
    }
    bits >>>= 1;
    if (bits === 0) break;
    square = product(square, square, size);
    if (square[middle]! * SCALE > 1) {
      square = square.map((value) => value * SCALE);
      squareScales += 0.5;
    }
  }
  // Times n! / n^n.
  return power![middle]! * exp(-lnPoisson(n, n) - n - powerScales * LN_SCALE);
}

function durbin(size: number, h: number): Float64Array {
  const factorials = [1];
  const edge = new Float64Array(size);
  let power = 1;
  for (let i = 1; i <= size; i++) {
    factorials.push(factorials[i - 1]! * i);
    power *= h;
    edge[i - 1] = (1 - power) / factorials[i]!;
  }
  let corner = 1;
  for (let i = 0; i < size; i++) corner *= Math.max(2 * h - 1, 0);
  edge[size - 1] = (1 - 2 * power + corner) / factorials[size]!;
  return Float64Array.from({ length: size * size }, (_, cell) => {
    const column = cell % size;
    const row = (cell - column) / size;
    if (column === 0) return edge[row]!;
    if (row === size - 1) return edge[row - column]!;
    return row >= column - 1 ? 1 / factorials[row - column + 1]! : 0;
  });
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const c = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let i = 0; i < size; i++) {
      const factor = a[row * size + i]!;
      for (let column = 0; column < size; column++) c[row * size + column]! += factor * b[i * size + column]!;
    }
  }
  return c;
}

/** 1 - the tail, by four terms in 1 / sqrt n (Pelz and Good, "Approximating the lower tail-areas", 1976). */
function pelzGood(n: number, d: number): number {
  const z = Math.sqrt(n) * d;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const last = Math.ceil((16 * z) / Math.PI);
  const k = [0, 0, 0, 0] as [number, number, number, number];
  const rest = [0, 0] as [number, number];
  for (let i = 1; i <= last; i++) {
    const m = (PI_SQUARED * (2 * i - 1) ** 2) / 4;
    const odd = exp(-m / (2 * z2));
    k[0] += odd;
    k[1] += (m - z2) * odd;
    k[2] += (6 * z6 + 2 * z4 + m * (2 * z4 - 5 * z2 + m * (1 - 2 * z2))) * odd;
    const inner = 135 * z4 - 96 * z6 + m * (212 * z4 - 60 * z2 + m * (5 - 30 * z2));
    k[3] += (m * inner - 30 * z6 - 90 * z4 * z4) * odd;
    const whole = PI_SQUARED * i * i;
    const even = whole * exp(-whole / (2 * z2));
    rest[0] += even;
    rest[1] += (3 * z2 - whole) * even;
  }
  const root = Math.sqrt(n);
  const second = k[2] / (72 * z6 * z) - rest[0] / (36 * z2 * z);
  const third = k[3] / (6480 * z4 * z6) + rest[1] / (216 * z6);
  return ROOT_TWO_PI * (k[0] / z + (k[1] / (6 * z4) + (second + third / root) / root) / root);
}
