import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { checkInteger, checkNumber } from '../vectors/input.ts';
import { type CsrMatrix, storeOf } from './csr-matrix.ts';
import type { CsrStore } from './csr-store.ts';
import { checkSquare, checkTolerance, MOST_ITERATIONS } from './matrix-input.ts';
import { WideProduct } from './wide-product.ts';

/** How ranks are computed. */
export interface PageRankOptions extends LongCallOptions {
  /** How likely a walker follows a link rather than starting anew, 0..1. @default 0.85 */
  readonly damping?: number;
  /** Ends when an iteration moves the ranks by no more than this in all. @default 1e-9 */
  readonly tolerance?: number;
  /** @default 200, which is enough at 0.85 */
  readonly maxIterations?: number;
  /** Where a walker starts anew, one weight a node, not negative and not all 0. @default everywhere alike */
  readonly personalization?: Float64Array | Float32Array | readonly number[];
}

/** The ranks of the nodes of a graph. */
export interface PageRanks {
  /** One a node; their sum is 1. */
  readonly ranks: Float64Array;
  readonly iterations: number;
  /** By how much the last iteration moved the ranks: the sum of the magnitudes. */
  readonly residual: number;
  /** Whether the residual came down to the tolerance. */
  readonly isConverged: boolean;
}

/**
 * PageRank: how often a walker is at each node who follows a link drawn by its weight, or, with probability 1 - damping
 * and wherever no link leads on, starts anew (Page, Brin, Motwani and Winograd 1999; dangling nodes as in Langville and
 * Meyer, "Deeper inside PageRank", 2004). Computed in float64, by power iteration. Each iteration costs O(nodes + links);
 * the residual falls by the factor `damping` or faster, so at 0.85 it is below 1e-9 after 132 at the latest.
 *
 * Progress counts iterations; where fewer do, it comes to its end in a leap.
 *
 * @param matrix square: entry (i, j) is a link from i to j with a weight that is not negative; a pattern weighs links alike
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `MEMORY_EXHAUSTED`, `DISPOSED`, and the
 *   signal's reason
 * @example
 * const { ranks } = await pageRank(links, { damping: 0.85 });
 */
export async function pageRank(matrix: CsrMatrix, options: PageRankOptions = {}): Promise<PageRanks> {
  const store = storeOf(matrix);
  const { damping = 0.85, tolerance = 1e-9, maxIterations = 200 } = options;
  checkSquare(store);
  checkNumber('damping', damping, 0, 1);
  checkTolerance(tolerance);
  checkInteger('maxIterations', maxIterations, 1, MOST_ITERATIONS);
  const starts = startsOf(options.personalization, store.rows);
  return runPieces(rank(matrix, starts, { damping, tolerance, maxIterations }), options);
}

function* rank(
  matrix: CsrMatrix,
  starts: Float64Array,
  { damping, tolerance, maxIterations }: { damping: number; tolerance: number; maxIterations: number },
): Generator<Progress, PageRanks> {
  const shares = linkShares(storeOf(matrix));
  const turned = storeOf(matrix).transpose();
  const arena = new Arena(turned.runtime.memory);
  try {
    const product = new WideProduct(turned, arena);
    const ranks = starts.slice();
    for (let iterations = 1; ; iterations++) {
      let dangling = 0;
      const flows = product.input();
      for (let node = 0; node < ranks.length; node++) {
        flows[node] = ranks[node]! * shares[node]!;
        if (shares[node] === 0) dangling += ranks[node]!;
      }
      yield* product.multiply(iterations - 1, maxIterations);
      const followed = product.output();
      const anew = 1 - damping + damping * dangling;
      let residual = 0;
      for (let node = 0; node < ranks.length; node++) {
        const moved = damping * followed[node]! + anew * starts[node]!;
        residual += Math.abs(moved - ranks[node]!);
        ranks[node] = moved;
      }
      if (residual > tolerance && iterations < maxIterations) continue;
      yield { done: maxIterations, total: maxIterations };
      return { ranks: normalised(ranks), iterations, residual, isConverged: residual <= tolerance };
    }
  } finally {
    turned.arena.release();
    arena.release();
  }
}

/** What each link of a node carries on of its rank, a unit of weight: 1 / the sum of its weights, 0 without links. */
function linkShares({ runtime, indptr, values, rows }: CsrStore): Float64Array {
  const { u32, f32 } = runtime.memory;
  const shares = new Float64Array(rows);
  for (let node = 0; node < rows; node++) {
    const [from, to] = [u32[indptr / 4 + node]!, u32[indptr / 4 + node + 1]!];
    let sum = values === 0 ? to - from : 0;
    for (let at = from; values !== 0 && at < to; at++) {
      const weight = f32[values / 4 + at]!;
      if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw negativeWeight(node, weight);
      sum += weight;
    }
    shares[node] = sum > 0 ? 1 / sum : 0;
  }
  return shares;
}

function startsOf(given: PageRankOptions['personalization'], nodes: number): Float64Array {
  if (given === undefined) return new Float64Array(nodes).fill(1 / nodes);
  const isTyped = given instanceof Float64Array || given instanceof Float32Array;
  if (!isTyped && !(Array.isArray(given) && given.every((weight) => typeof weight === 'number'))) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'personalization must be a Float64Array, a Float32Array or an array of numbers.',
      { got: typeof given },
    );
  }
  if (given.length !== nodes) {
    throw new LanewiseError(
      'DIMENSION_MISMATCH',
      `personalization must hold a weight a node: ${nodes}; got ${given.length}.`,
      { expected: nodes, got: given.length },
    );
  }
  const weights = Float64Array.from(given);
  weights.forEach((weight, node) => {
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) throw negativeWeight(node, weight);
  });
  const starts = normalised(weights);
  if (starts.some((start) => start > 0)) return starts;
  throw new LanewiseError('INVALID_VALUE', 'personalization must have a finite sum above 0.', {
    got: weights.reduce((sum, weight) => sum + weight, 0),
  });
}

/** Rounding moves the sum by some 1e-16 an iteration. */
function normalised(weights: Float64Array): Float64Array {
  let sum = 0;
  for (let node = 0; node < weights.length; node++) sum += weights[node]!;
  return weights.map((weight) => weight / sum);
}

function negativeWeight(node: number, got: number): LanewiseError {
  const message = `Weights must be finite and not negative; node ${node} has ${got}.`;
  return new LanewiseError('INVALID_VALUE', message, { got });
}
