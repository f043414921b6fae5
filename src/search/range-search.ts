import { LanewiseError } from '../host/errors.ts';
import { toVectors, type VectorInput } from '../vectors/input.ts';
import { QueryBatch } from '../vectors/query-batch.ts';
import type { ExactRows, RankedRows, SearchScope } from './exact-search.ts';
import type { RangeOptions } from './flat-options.ts';

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` */
export function checkRange(
  query: VectorInput,
  options: RangeOptions,
  dimensions: number,
): { values: Float32Array; radius: number } {
  const radius = options?.radius;
  if (typeof radius !== 'number' || Number.isNaN(radius)) {
    throw new LanewiseError('INVALID_ARGUMENT', `radius must be a number; got ${String(radius)}.`, {
      got: radius,
    });
  }
  const values = toVectors('query', query, dimensions);
  if (values.length !== dimensions) {
    throw new LanewiseError('DIMENSION_MISMATCH', 'range takes one query at a time.', {
      expected: dimensions,
      got: values.length,
    });
  }
  return { values, radius };
}

/** What `rangeExact` looks for. */
export interface RangeSearch extends SearchScope {
  readonly radius: number;
}

/** Every row whose score reaches the radius, best first. */
export function rangeExact(
  store: ExactRows,
  query: Float32Array,
  { radius, filter, method }: RangeSearch,
): RankedRows {
  const capacity = store.layout.rowsPerSegment;
  const isScan = method === 'scan' || !store.layout.codes;
  const batch = new QueryBatch(store, 1, { k: 0, capacity, filter });
  const segmentIds = new Int32Array(capacity);
  const segmentScores = new Float32Array(capacity);
  const found: { id: number; score: number }[] = [];
  let rescored = 0;
  try {
    batch.prepare(query, 0, store.metric === 'l2' ? -roundDown(radius) : roundUp(radius));
    for (const segment of store.segments) {
      if (isScan) batch.scanRows(0, segment);
      else batch.scanCodes(0, segment);
      const count = batch.take(0, segmentIds, segmentScores, 0);
      for (let i = 0; i < count; i++) found.push({ id: segmentIds[i]!, score: segmentScores[i]! });
    }
    rescored = isScan ? store.size : batch.rescored(0);
  } finally {
    batch.release();
  }
  const sign = store.metric === 'l2' ? 1 : -1;
  found.sort((a, b) => sign * (a.score - b.score) || a.id - b.id);
  return {
    ids: Int32Array.from(found, ({ id }) => id),
    scores: Float32Array.from(found, ({ score }) => score),
    rescored: Int32Array.of(rescored),
  };
}

/** The largest float32 that is not above `value`: float32 scores compare with it as they would with `value`. */
function roundDown(value: number): number {
  const nearest = Math.fround(value);
  return nearest <= value ? nearest : nextFloat(nearest, -1);
}

function roundUp(value: number): number {
  return -roundDown(-value);
}

/** The float32 next to a finite non-zero one, above (1) or below (-1). */
function nextFloat(value: number, direction: 1 | -1): number {
  const floats = Float32Array.of(value);
  const bits = new Int32Array(floats.buffer);
  bits[0]! += value > 0 ? direction : -direction;
  return floats[0]!;
}
