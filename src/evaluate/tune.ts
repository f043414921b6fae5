import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, runPieces } from '../host/progress.ts';
import { type CommonSearchOptions, checkFilter } from '../search/options.ts';
import type { TunableIndex, Tuning } from '../search/tuning.ts';
import { checkInteger, LARGEST_ID, type VectorInput } from '../vectors/input.ts';
import { type Answers, checkTruth } from './recall.ts';
import { toSample } from './sample.ts';
import { Tuner } from './tuner.ts';

/** What a tuning is to reach. */
export interface TuneOptions extends Pick<CommonSearchOptions, 'k' | 'filter'>, LongCallOptions {
  /** Share of the true k best to find, above 0 and up to 1. @default 0.95 */
  readonly recall?: number;
  /** Milliseconds that 95 % of single queries may take at most. @default any */
  readonly p95?: number;
  /** The right answers to the sample, for this k or a larger one. @default what the index answers, exactly */
  readonly truth?: Answers;
}

/**
 * Finds the cheapest effort that reaches a recall, and has the index search with it from now on.
 *
 * The right answers come from the index's own exact search, where none are given. The ladder of efforts is bisected, since recall grows with
 * effort, then the gap below the effort that was found. Where the recall is not to be had, or not within `p95`, the
 * tuning says so (`reached` is false) and holds the best there is: the highest recall within `p95`, or at all. Aborted
 * or failed, it leaves the index as it was. Progress counts efforts measured, of as many as there may be.
 *
 * @param sample queries like those to come, row-major: some hundreds, not from the index
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, what searching throws, and the signal's reason
 * @example
 * const { effort, recall, p95, reached } = await tune(ivf, sample, { recall: 0.98, p95: 2 });
 */
export async function tune(
  index: TunableIndex,
  sample: VectorInput,
  options: TuneOptions = {},
): Promise<Tuning> {
  const { recall = 0.95, p95 = Number.POSITIVE_INFINITY, k = 10, filter } = options;
  if (!(recall > 0 && recall <= 1)) throw outOfRange('recall', 'above 0 and at most 1', recall);
  if (!(p95 > 0)) throw outOfRange('p95', 'milliseconds above 0', p95);
  checkInteger('k', k, 1, LARGEST_ID);
  checkFilter(filter);
  const queries = toSample(sample, index.dimensions);
  if (options.truth) checkTruth(options.truth, queries.length / index.dimensions, k);
  const tuner = new Tuner(index, queries, filter ? { k, filter } : { k }, options.truth);
  const tuning = await runPieces(tuner.tune(recall, p95), options);
  options.onProgress?.({ done: tuner.most, total: tuner.most });
  index.tuning = tuning;
  return tuning;
}

function outOfRange(name: string, expected: string, got: unknown): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', `${name} must be ${expected}; got ${String(got)}.`, {
    expected,
    got,
  });
}
