import { LanewiseError } from '../host/errors.ts';
import { checkSample, type Numbers } from './numbers.ts';

/** What a sketch of quantiles tells of the values that it has seen: `KllSketch` and `DDSketch` do. */
export interface QuantileSketch {
  /** Values seen. */
  readonly count: number;
  /** The values that shares of all, 0..1, do not exceed. */
  quantiles(shares: Float64Array): ArrayLike<number>;
  /** The shares of values that do not exceed each of these points, which ascend. */
  cdf(points: Float64Array): ArrayLike<number>;
}

/** Values as they were observed, in any order, or a sketch of them. */
export type Observations = Numbers | QuantileSketch;

/** A cumulative distribution that rises in steps. */
export interface Distribution {
  readonly count: number;
  /** Where it rises, ascending: all such points of a sample, some of a sketch. */
  readonly steps: Float64Array;
  /** The values that a first of so many bins does not exceed, the first two, and so on: the last is the largest. */
  quantiles(bins: number): ArrayLike<number>;
  cdf(points: Float64Array): ArrayLike<number>;
}

/** Points at which a sketch is looked at. */
const POINTS = 1000;

/** @throws LanewiseError `INVALID_ARGUMENT` for what is empty or neither, `INVALID_VALUE` for NaN and infinities */
export function toDistribution(name: string, observations: Observations): Distribution {
  if (isSketch(observations)) return ofSketch(name, observations);
  const sorted = Float64Array.from(checkSample(name, observations)).sort();
  const { length } = sorted;
  return {
    count: length,
    steps: sorted,
    quantiles: (bins) =>
      Float64Array.from(
        { length: bins },
        (_, i) => sorted[Math.max(Math.ceil(((i + 1) * length) / bins) - 1, 0)]!,
      ),
    cdf: (points) => {
      let at = 0;
      return points.map((point) => {
        while (sorted[at]! <= point) at++;
        return at / length;
      });
    },
  };
}

function isSketch(observations: Observations): observations is QuantileSketch {
  const { cdf, quantiles } = (observations ?? {}) as QuantileSketch;
  return typeof cdf === 'function' && typeof quantiles === 'function';
}

function ofSketch(name: string, sketch: QuantileSketch): Distribution {
  const { count } = sketch;
  if (!(count > 0)) {
    throw new LanewiseError('INVALID_ARGUMENT', `${name} has seen no values; add some first.`, {
      got: count,
    });
  }
  const parts = Math.min(count, POINTS);
  // Both ends, and the middles of as many equal parts.
  const shares = Float64Array.from({ length: parts + 2 }, (_, i) =>
    Math.min(1, Math.max(0, (i - 0.5) / parts)),
  );
  return {
    count,
    steps: Float64Array.from(checkSample(name, Array.from(sketch.quantiles(shares)))).sort(),
    quantiles: (bins) => sketch.quantiles(Float64Array.from({ length: bins }, (_, i) => (i + 1) / bins)),
    cdf: (points) => sketch.cdf(points),
  };
}

/** Two distributions at every point where one of them rises. */
export interface Steps {
  /** Ascending. */
  readonly points: Float64Array;
  readonly first: ArrayLike<number>;
  readonly second: ArrayLike<number>;
}

export function stepsOf(first: Distribution, second: Distribution): Steps {
  const points = new Float64Array(first.steps.length + second.steps.length);
  points.set(first.steps);
  points.set(second.steps, first.steps.length);
  points.sort();
  return { points, first: first.cdf(points), second: second.cdf(points) };
}
