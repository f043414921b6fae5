import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';
import { type Distribution, type Observations, toDistribution } from './distribution.ts';
import { checkCounts, checkSample, type Numbers } from './numbers.ts';

/** Observations that were counted by bin elsewhere; shares do as well. */
export interface BinCounts {
  /** One a bin, 0 at least. */
  readonly counts: Numbers;
}

/** How observations are put into bins. */
export interface BinOptions {
  /** Bins of as many observations of the reference each, 2..10000; fewer where values tie. @default 10 */
  readonly bins?: number;
  /** Bounds of bins instead, ascending: each belongs to the bin below it, and the outer bins have no end. */
  readonly edges?: Numbers;
}

/** Observations of two times or places, counted by the same bins. */
export interface BinnedCounts {
  /** Bounds between bins, ascending; each belongs to the bin below it. */
  readonly edges: Float64Array;
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

const MOST_BINS = 10_000;

/**
 * Counts observations by bins that hold, of the reference, as many each. The first and the last bin have no end, so that
 * nothing falls beside them. Of sketches the counts are estimates. Cost: O(n log n) of samples.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE`
 * @example
 * const { reference, current } = binCounts(lastWeek, today, { bins: 20 });
 * chiSquare([reference, current]).p
 */
export function binCounts(
  reference: Observations,
  current: Observations,
  options: BinOptions = {},
): BinnedCounts {
  const first = toDistribution('reference', reference);
  const second = toDistribution('current', current);
  const edges = options.edges === undefined ? edgesOf(first, options.bins) : checkEdges(options.edges);
  return { edges, reference: countsOf(first, edges), current: countsOf(second, edges) };
}

/** The shares of bins of both; where they were counted already, of these. */
export function binShares(
  reference: Observations | BinCounts,
  current: Observations | BinCounts,
  options: BinOptions,
  emptyShare: number,
): readonly (readonly [p: number, q: number])[] {
  const [p, q] =
    isCounted(reference) && isCounted(current)
      ? [reference.counts, current.counts]
      : sidesOf(binCounts(reference as Observations, current as Observations, options));
  const [first, second] = [toShares('reference', p, emptyShare), toShares('current', q, emptyShare)];
  if (first.length === second.length) return first.map((share, bin) => [share, second[bin]!]);
  throw new LanewiseError(
    'DIMENSION_MISMATCH',
    `Both sides must be counted by the same bins; got ${first.length} and ${second.length}.`,
    { expected: first.length, got: second.length },
  );
}

function sidesOf({ reference, current }: BinnedCounts): [Numbers, Numbers] {
  return [reference, current];
}

function isCounted(observations: Observations | BinCounts): observations is BinCounts {
  return (observations as BinCounts)?.counts !== undefined;
}

/** Shares that add up to 1; an empty bin has the share that it is given, and all others a little less for it. */
function toShares(name: string, counts: Numbers, emptyShare: number): number[] {
  const total = checkCounts(name, counts);
  const raised = Array.from(counts, (count) => count / total || emptyShare);
  const sum = raised.reduce((all, share) => all + share, 0);
  return raised.includes(emptyShare) ? raised.map((share) => share / sum) : raised;
}

function edgesOf(reference: Distribution, bins = 10): Float64Array {
  checkInteger('bins', bins, 2, MOST_BINS);
  const bounds = Array.from(reference.quantiles(bins));
  const largest = bounds[bins - 1]!;
  const edges = new Set(bounds.filter((bound) => bound < largest));
  if (edges.size > 0) return Float64Array.from(edges);
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `Nearly all of the reference is ${largest}: its quantiles bound no bins. Give edges, or more bins.`,
    { got: bins },
  );
}

function checkEdges(edges: Numbers): Float64Array {
  const bounds = Float64Array.from(checkSample('edges', edges));
  const at = bounds.findIndex((edge, i) => edge <= bounds[i - 1]!);
  if (at < 0) return bounds;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `edges must ascend; ${bounds[at - 1]} is followed by ${bounds[at]}.`,
    {
      got: bounds[at],
    },
  );
}

function countsOf({ count, cdf }: Distribution, edges: Float64Array): Float64Array {
  const upTo = cdf(edges);
  const counts = new Float64Array(edges.length + 1);
  let below = 0;
  for (let bin = 0; bin <= edges.length; bin++) {
    const reached = bin < edges.length ? Math.round(upTo[bin]! * count) : count;
    counts[bin] = reached - below;
    below = reached;
  }
  return counts;
}
