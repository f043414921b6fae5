import type { EffortOptions } from './effort.ts';
import type { Figures } from './plan-candidates.ts';
import type { PlannedRequest } from './plan-request.ts';
import { predict, predictTimes } from './predict.ts';
import type { FlatRequest, Prediction, PredictionRequest } from './prediction.ts';

/** What a search with the request's filter takes, and whether it is answered from all rows that pass. */
export interface FilteredPrediction {
  readonly prediction: Prediction;
  readonly isExact: boolean;
}

// What indexes decide by (src/search: exact-search.ts, ivf.ts, hnsw-search.ts), in rows bounded or scored in passing.
/** Scoring one allowed row for one query, where rows have codes to be bounded by; and where they have none. */
const ALLOWED_BY_CODES = 20;
const ALLOWED_BY_ROWS = 5;
const CELLS_SCORE_COST = 10;
const PASSING_ROWS = 32;
const GRAPH_NODE_COST = 30;

/**
 * Predicts one query a call. Without a filter that is `predict`. With one, an index chooses between its own search, made
 * wider, and scoring just the rows that pass; here the same choice is made from the share that passes.
 */
export function predictFiltered(
  index: Figures['index'],
  options: EffortOptions,
  request: PlannedRequest,
): FilteredPrediction {
  const plain = predict(asked(index, options, request));
  const { filterSelectivity, rows, k } = request;
  const isFlat = index === 'flat';
  if (filterSelectivity === 1) return { prediction: plain, isExact: isFlat };
  const passing = filterSelectivity * rows;
  const isCoded = isFlat || index === 'lsh' || options.codes === 'int8';
  const cost = isCoded ? ALLOWED_BY_CODES : ALLOWED_BY_ROWS;
  const exactly = (): FilteredPrediction => {
    const scanned = Math.max(k, Math.min(rows, Math.ceil(cost * passing)));
    const scan = { exact: isCoded ? 'certified' : 'scan' } as const;
    return { prediction: searched(plain, 'flat', scan, { ...request, rows: scanned }), isExact: true };
  };
  if (isFlat || index === 'lsh') {
    return cost * passing < rows ? exactly() : { prediction: plain, isExact: isFlat };
  }
  if (index === 'ivf') {
    const { cells, probes } = options as { readonly cells: number; readonly probes: number };
    const wide = Math.min(cells, Math.max(probes, Math.ceil((PASSING_ROWS * k * cells) / passing)));
    const isSelective = passing * CELLS_SCORE_COST < (rows * wide) / cells;
    if (isSelective && options.rescore !== false) return exactly();
    const wider = { ...options, probes: wide };
    return { prediction: searched(plain, index, wider, request), isExact: false };
  }
  const width = Math.ceil(Math.max(options.ef!, k) / filterSelectivity);
  if (GRAPH_NODE_COST * width >= Math.min(rows, ALLOWED_BY_ROWS * passing)) return exactly();
  return { prediction: searched(plain, index, { ...options, ef: width }, request), isExact: false };
}

type SearchOptions = EffortOptions | FlatRequest['options'];

/** The index as it is built, and the latencies of another search in it. */
function searched(
  { build, bytes }: Prediction,
  index: Figures['index'],
  options: SearchOptions,
  request: PlannedRequest,
): Prediction {
  return { ...predictTimes(asked(index, options, request)), build, bytes };
}

function asked(
  index: Figures['index'],
  options: SearchOptions,
  { rows, dimensions, metric, k, machine }: PlannedRequest,
): PredictionRequest {
  return { index, options, rows, dimensions, metric, k, machine } as PredictionRequest;
}
