import { checkChoice } from '../search/options.ts';
import { checkDimensions, checkInteger, checkNumber } from '../vectors/input.ts';
import { hnswModel } from './effort/hnsw.ts';
import { ivfModel } from './effort/ivf.ts';
import { lshModel } from './effort/lsh.ts';
import type { EffortOptions, Model } from './effort/model.ts';

export type { EffortOptions } from './effort/model.ts';

/** What is searched, and how. */
export interface RecallRequest {
  readonly index: 'ivf' | 'hnsw' | 'lsh';
  /** 1..1e9. */
  readonly rows: number;
  readonly dimensions: number;
  /** More than there are rows: all. @default 10 */
  readonly k?: number;
  /** What is left out is as in the classes, except `cells`: a power of two near 4 sqrt(rows). */
  readonly options?: EffortOptions;
}

/** What is to be reached, and with what, as far as that is fixed. */
export interface EffortRequest extends RecallRequest {
  /** The share of the true k best rows that is to be found, above 0 and at most 1. */
  readonly recall: number;
}

/** An effort, and what it is expected to find. */
export interface EffortEstimate {
  /** Complete. */
  readonly options: EffortOptions;
  readonly recall: number;
  /** How far the recall of this effort lay from that, at most, on the data sets that were measured. */
  readonly spread: number;
}

const MODELS = { ivf: ivfModel, hnsw: hnswModel, lsh: lshModel };
/** Rows that there is a model of. */
export const MOST_ROWS = 1e9;
/** The last thousandth of what can be found is worth little, and takes most. */
const NEARLY = 0.999;

/**
 * The share of the true k best rows that a search finds, as it was on data like embeddings: an estimate before there are
 * vectors; `recall` of real ones depends on them.
 *
 * Measured (`bench/effort.ts`, recall@1, @10 and @100): word vectors (GloVe, 100 dimensions, 10 000 to 100 000 rows), latent semantic vectors
 * of documents (128 dimensions, 1400 and 3204 rows) and mixtures of clusters (64 to 768 dimensions, 10 000 to 100 000 rows), under
 * cosine. Beyond these sizes it is extrapolated, and other metrics are taken to be alike. More effort never finds less.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example
 * estimateRecall({ index: 'hnsw', rows: 1e6, dimensions: 96, options: { ef: 100 } });
 */
export function estimateRecall(request: RecallRequest): number {
  return modelOf(request).recall(0);
}

/**
 * The least effort that is expected to find enough: what is left open of the options is chosen, `cells`, `m` and
 * `efConstruction` by the rows or as usual, and the rest by the recall. Of hash tables, the cheapest of the shapes that do.
 *
 * @returns undefined where no effort of this index, or none with the options that are fixed, finds enough
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example
 * effortFor({ index: 'ivf', rows: 1e6, dimensions: 96, recall: 0.95 })?.options; // { codes: 'int8', cells: 4096, probes: ... }
 */
export function effortFor(request: EffortRequest): EffortEstimate | undefined {
  return estimated(request, modelOf(request).least(checkRecall(request.recall)));
}

/** The same or, where nothing finds enough, the least that finds nearly the most that can be found. */
export function nearestEffortFor(request: EffortRequest): EffortEstimate | undefined {
  const model = modelOf(request);
  return estimated(request, model.least(checkRecall(request.recall)) ?? model.least(NEARLY * model.most()));
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
function checkRecall(recall: number): number {
  return checkNumber('recall', recall, Number.MIN_VALUE, 1);
}

function estimated(request: RecallRequest, options: EffortOptions | undefined): EffortEstimate | undefined {
  if (!options) return undefined;
  const { recall, shifts } = modelOf({ ...request, options });
  const expected = recall(0);
  const [harder, easier] = shifts;
  return {
    options,
    recall: expected,
    spread: Math.max(expected - recall(harder), recall(easier) - expected),
  };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
function modelOf(request: RecallRequest): Model {
  const index = checkChoice('index', request?.index, ['ivf', 'hnsw', 'lsh']);
  const rows = checkInteger('rows', request.rows, 1, MOST_ROWS);
  const dimensions = checkDimensions(request.dimensions);
  const k = Math.min(rows, checkInteger('k', request.k ?? 10, 1, 2 ** 31 - 1));
  return MODELS[index]({ rows, dimensions, k }, request.options ?? {});
}
