import { type EffortOptions, nearestEffortFor } from './effort.ts';
import { predictFiltered } from './plan-filters.ts';
import type { PlannedRequest } from './plan-request.ts';
import { predictTimes } from './predict.ts';
import type { Prediction } from './prediction.ts';

/** What can be chosen. */
export type CandidateName =
  | 'flat'
  | 'ivf-int8'
  | 'ivf-pq4'
  | 'ivf-bits'
  | 'hnsw'
  | 'lsh'
  | 'ivf-pq4-compact'
  | 'ivf-bits-compact';

/** An index for some rows, before anything is asked of it. */
export interface Figures {
  readonly name: CandidateName;
  readonly index: 'flat' | 'ivf' | 'hnsw' | 'lsh';
  readonly options: EffortOptions;
  /** The share of the true k best rows that are expected to be found, and by how much that may be wrong. */
  readonly recall: number;
  readonly spread: number;
  /** On one core without load, one query a call, with the filter. */
  readonly prediction: Prediction;
  /** Adding one row, alone, to an index of this size. Milliseconds. */
  readonly update: number;
}

interface Kind {
  readonly name: CandidateName;
  readonly index: Figures['index'];
  readonly options: EffortOptions;
}

/**
 * From the simplest to the most complex: what has nothing to train or tune and is always right; cells, with ever coarser
 * codes; a graph, whose every part depends on the rest; hashing, whose recall depends most on the data; and what keeps no
 * rows, so that scores are estimates and rows cannot be had back.
 */
const KINDS: readonly Kind[] = [
  { name: 'flat', index: 'flat', options: {} },
  { name: 'ivf-int8', index: 'ivf', options: { codes: 'int8' } },
  { name: 'ivf-pq4', index: 'ivf', options: { codes: 'pq4' } },
  { name: 'ivf-bits', index: 'ivf', options: { codes: 'bits' } },
  { name: 'hnsw', index: 'hnsw', options: {} },
  { name: 'lsh', index: 'lsh', options: {} },
  { name: 'ivf-pq4-compact', index: 'ivf', options: { codes: 'pq4', rescore: false } },
  { name: 'ivf-bits-compact', index: 'ivf', options: { codes: 'bits', rescore: false } },
];

/** The names of all candidates for a metric, the simplest first. Hyperplanes compare directions: LSH is for cosine. */
export function candidateNames({ metric }: Pick<PlannedRequest, 'metric'>): readonly CandidateName[] {
  return KINDS.map(({ name }) => name).filter((name) => name !== 'lsh' || metric === 'cosine');
}

/** What candidates take, of one request but for its rows: each is reckoned once. */
export class KnownFigures {
  readonly #request: PlannedRequest;
  readonly #known = new Map<string, Figures | undefined>();

  constructor(request: PlannedRequest) {
    this.#request = request;
  }

  of(name: CandidateName, rows: number): Figures | undefined {
    const key = `${name} ${rows}`;
    if (!this.#known.has(key)) this.#known.set(key, figuresOf(name, { ...this.#request, rows }));
    return this.#known.get(key);
  }
}

/** What a candidate takes for a request; undefined where there is no effort that could be searched with. */
export function figuresOf(name: CandidateName, request: PlannedRequest): Figures | undefined {
  const kind = KINDS.find((known) => known.name === name)!;
  const found = effortOf(kind, request);
  if (!found) return undefined;
  const options = { ...kind.options, ...found.options };
  const { prediction, isExact } = predictFiltered(kind.index, options, request);
  const chosen = { name, index: kind.index, options, prediction };
  const { recall, spread } = isExact ? { recall: 1, spread: 0 } : found;
  return { ...chosen, recall, spread, update: updateOf(chosen, request) };
}

interface Found {
  readonly options: EffortOptions;
  readonly recall: number;
  readonly spread: number;
}

/**
 * The least effort that finds enough or, where none does, the one that finds most. The k best of the rows that pass a
 * filter are about the k / filterSelectivity best of all.
 */
function effortOf({ index, options }: Kind, request: PlannedRequest): Found | undefined {
  if (index === 'flat') return { options: {}, recall: 1, spread: 0 };
  const { rows, dimensions, recall, filterSelectivity } = request;
  const k = Math.min(rows, Math.ceil(request.k / filterSelectivity));
  const found = nearestEffortFor({ index, rows, dimensions, k, recall, options });
  return found && scaledToFilter(found, request);
}

/** The graph makes its own walk wider by the share of rows that pass: it is asked for what is left. */
function scaledToFilter(found: Found, { k, filterSelectivity }: PlannedRequest): Found {
  const { ef } = found.options;
  if (ef === undefined || filterSelectivity === 1) return found;
  return { ...found, options: { ...found.options, ef: Math.max(k, Math.ceil(ef * filterSelectivity)) } };
}

/** One row alone takes a tile of this many; and what filling and emptying it takes, in further rows. */
const TILE_ROWS = 20;

/**
 * Of adding one row, measured on indexes of 10 000 to 100 000 rows x 96 to 768 dimensions: copying and coding it; finding
 * its cell or buckets, by the register tile for many rows; or one walk along the graph with `efConstruction`.
 */
function updateOf(
  { index, options, prediction }: Pick<Figures, 'index' | 'options' | 'prediction'>,
  request: PlannedRequest,
): number {
  const { rows, dimensions, machine } = request;
  if (index === 'hnsw') {
    const { metric, k } = request;
    const walk = { ...options, ef: options.efConstruction ?? 200 };
    return predictTimes({ index, options: walk, rows, dimensions, metric, k, machine }).p50;
  }
  const call = 1000 * machine.call;
  if (index === 'flat') return call + prediction.build / rows;
  const compared = index === 'ivf' ? options.cells! : options.tables! * options.bits!;
  return call + (1000 * TILE_ROWS * compared * dimensions) / machine.float32;
}
