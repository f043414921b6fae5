import { LanewiseError } from '../../host/errors.ts';
import { ln } from '../../host/logarithm.ts';
import { quantileOf, studentTail } from '../../host/tails.ts';
import { checkCount, checkPositive } from '../quantity.ts';
import { type GrowthClass, growth, lnGrowth } from './growth.ts';

/** How long work of a size took. */
export interface TimedSize {
  /** Whole, 1 or more. */
  readonly n: number;
  /** Above 0. */
  readonly milliseconds: number;
}

/** How an exponent is fitted. */
export interface ExponentOptions {
  /** Share of such intervals that hold the true exponent, within 0..1. @default 0.95 */
  readonly confidence?: number;
}

/** How well a class of growth explains times, up to a constant factor. */
export interface GrowthDeviation {
  readonly growth: GrowthClass;
  /** Root mean square of ln(measured / explained): .1 is about 10 %. */
  readonly deviation: number;
}

/** Time as a power of n: `ln milliseconds = intercept + exponent ln n`. */
export interface ExponentFit {
  readonly exponent: number;
  /** Where the true exponent may lie, if times are a power of n with errors that are normal about it. */
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  /** The natural logarithm of the milliseconds at n = 1. */
  readonly intercept: number;
  /** The share of the variance of ln milliseconds that ln n explains; 1 where times do not vary. */
  readonly rSquared: number;
  /** ln(measured / fitted) of each point, in the order given. Ends that bend up or down: it is no power of n. */
  readonly residuals: number[];
  /** The class with the least deviation. */
  readonly nearest: GrowthClass;
  /** Classes, best first; of those whose deviations hardly differ, these sizes cannot tell which it is. */
  readonly growth: GrowthDeviation[];
}

/**
 * The exponent with which times grow: the slope of ln milliseconds over ln n by least squares, with Student's interval
 * (McGeoch, "A Guide to Experimental Algorithmics", 2012, section 5; Draper and Smith, "Applied Regression Analysis", 3rd edition,
 * section 1.4). An exponent does not tell n log n from n^1.1; the deviations of classes do, over sizes far enough apart. Small
 * sizes, where fixed costs count, bend it: leave them out.
 *
 * @param points three different sizes at least
 * @throws LanewiseError `INVALID_ARGUMENT` for fewer sizes or sizes too close, for times that are not above 0, and for NaN
 * @example
 * complexity.fitExponent([
 *   { n: 1000, milliseconds: 1.1 },
 *   { n: 2000, milliseconds: 4.3 },
 *   { n: 4000, milliseconds: 17 },
 *   { n: 8000, milliseconds: 70 },
 * ]); // { exponent: 1.996, low: 1.943, high: 2.048, nearest: 'n^2', ... }
 */
export function fitExponent(points: readonly TimedSize[], options: ExponentOptions = {}): ExponentFit {
  const confidence = checkConfidence(options?.confidence);
  const sizes = checkSizes(Array.isArray(points) ? points.map((point) => point?.n) : points);
  const x = sizes.map(ln);
  const y = points.map(({ milliseconds }, i) =>
    ln(checkPositive(`milliseconds of point ${i}`, milliseconds)),
  );
  const [centerX, centerY] = [mean(x), mean(y)];
  let [spreadX, spreadY, shared] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i] - centerX, y[i] - centerY];
    spreadX += dx * dx;
    spreadY += dy * dy;
    shared += dx * dy;
  }
  if (spreadX === 0) throw tooClose(sizes);
  const exponent = shared / spreadX;
  const residuals = y.map((value, i) => value - centerY - exponent * (x[i] - centerX));
  const squares = sumOfSquares(residuals);
  const degreesOfFreedom = x.length - 2;
  const t = quantileOf((value) => studentTail(value, degreesOfFreedom), (1 - confidence) / 2);
  const reach = t * Math.sqrt(squares / degreesOfFreedom / spreadX);
  const classes = deviations(sizes, y);
  return {
    exponent,
    low: exponent - reach,
    high: exponent + reach,
    confidence,
    intercept: centerY - exponent * centerX,
    rSquared: spreadY > 0 ? Math.max(0, 1 - squares / spreadY) : 1,
    residuals,
    nearest: classes[0].growth,
    growth: classes,
  };
}

function tooClose(sizes: readonly number[]): LanewiseError {
  return new LanewiseError(
    'INVALID_ARGUMENT',
    `The logarithms of ${sizes.join(', ')} are one and the same. Take sizes further apart: twice as large each, say.`,
    { got: sizes },
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless there are three different ones, whole and above 0 */
export function checkSizes(sizes: unknown): number[] {
  const isArray = Array.isArray(sizes);
  const checked: number[] = isArray ? sizes.map((n, i) => checkCount(`n of point ${i}`, n)) : [];
  if (new Set(checked).size >= 3) return checked;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `A slope and its error need an array of three different sizes at least; got ${
      isArray ? `${new Set(checked).size} of them` : String(sizes)
    }.`,
    { expected: 3, got: sizes },
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkConfidence(confidence: unknown = 0.95): number {
  if (typeof confidence === 'number' && confidence > 0 && confidence < 1) return confidence;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `confidence must lie between 0 and 1; got ${String(confidence)}.`,
    { expected: [0, 1], got: confidence },
  );
}

/** The classes that these sizes can be held against, best first. */
function deviations(sizes: readonly number[], y: readonly number[]): GrowthDeviation[] {
  const found: GrowthDeviation[] = [];
  for (const name of growth) {
    const apart = sizes.map((n, i) => y[i] - lnGrowth(name, n));
    const center = mean(apart);
    const deviation = Math.sqrt(sumOfSquares(apart.map((value) => value - center)) / y.length);
    if (Number.isFinite(deviation)) found.push({ growth: name, deviation });
  }
  return found.sort((a, b) => a.deviation - b.deviation);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sumOfSquares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
