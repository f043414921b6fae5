import { checkCount } from '../../cost/quantity.ts';
import { exp } from '../../host/exponential.ts';
import { ln } from '../../host/logarithm.ts';
import { checkChoice } from '../../search/options.ts';
import { checkDimensions } from '../../vectors/input.ts';
import { checkMetric } from '../../vectors/metric.ts';
import { layoutSegment } from '../../vectors/segment.ts';
import { LEAST_TILED, TILE_QUERIES } from '../../vectors/tile.ts';
import type { FlatRequest, VectorRequest } from '../prediction.ts';
import type { Rates } from '../rates.ts';
import type { Job, Jobs } from './job.ts';

/** Queries that pass over a segment together (src/search/exact-search.ts). */
const BATCH_QUERIES = 120;
/** Scale, error and correction of a row, beside its codes. */
const BOUND_BYTES = 12;

/** What every search over vectors is told, nothing left out. */
export interface Shape {
  readonly rows: number;
  readonly dimensions: number;
  readonly k: number;
  readonly batch: number;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function shapeOf({ rows, dimensions, metric, k = 10, batch = 1 }: VectorRequest): Shape {
  if (metric !== undefined) checkMetric(metric);
  return {
    rows: checkCount('rows', rows),
    dimensions: checkDimensions(dimensions),
    k: checkCount('k', k),
    batch: checkCount('batch', batch),
  };
}

/** Bytes of a row of floats, padded as in a segment. */
export function rowBytes(dimensions: number): number {
  return 16 * Math.ceil(dimensions / 4);
}

export function linesOf(bytes: number): number {
  return Math.ceil(bytes / 64);
}

/** Queries as the tiles that they fill count them. */
export function tiledQueries(batch: number): number {
  return TILE_QUERIES * Math.ceil(batch / TILE_QUERIES);
}

/** Copying queries in, preparing them, and copying results out. */
export function queryParts({ dimensions, k, batch }: Shape, rates: Rates): Readonly<Record<string, number>> {
  return {
    call: rates.calls(1),
    queries: rates.calls(batch),
    query: rates.steps(batch * (dimensions + k)),
  };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function flatJobs(request: FlatRequest, rates: Rates): Jobs {
  const shape = shapeOf(request);
  const exact = checkChoice('options.exact', request.options?.exact ?? 'certified', ['certified', 'scan']);
  return { call: flatCall({ ...shape, exact }, rates), answers: shape.batch, build: flatBuild(shape, rates) };
}

/** `FlatIndex.search`: 4-bit codes after the first segment, 8-bit codes in tiles for a batch, or floats. */
export function flatCall(shape: Shape & { readonly exact: 'certified' | 'scan' }, rates: Rates): Job {
  const { rows, dimensions, k, batch, exact } = shape;
  const query = queryParts(shape, rates);
  const products = rows * dimensions;
  const bytes = rowBytes(dimensions);
  if (exact === 'scan' || 4 * k >= rows) {
    return {
      kind: 'flat.scan',
      parts: {
        ...query,
        floats: rates.floats(2 * batch * products),
        rows: rates.steps(batch * rows),
        reading: rates.wait(batch * rows * bytes, rows * bytes),
      },
    };
  }
  const scoring = (scored: number): number => rates.gather(batch * scored * linesOf(bytes), rows * bytes);
  if (batch >= LEAST_TILED) {
    const read = rows * (dimensions + BOUND_BYTES);
    return {
      kind: 'flat.tiles',
      parts: {
        ...query,
        products: rates.codes(tiledQueries(batch) * products),
        bounds: rates.steps(tiledQueries(batch) * rows),
        scoring: scoring(scoredRows(shape)),
        reading: rates.wait(Math.ceil(batch / BATCH_QUERIES) * read, read),
      },
    };
  }
  const coarse = rates.tier === 'relaxed' ? rows - rowsByCodes({ rows, dimensions }) : 0;
  const read = coarse * (dimensions / 2 + BOUND_BYTES) + (rows - coarse) * (dimensions + BOUND_BYTES);
  const scored = coarse > 0 ? scoredByNibbles(shape) : scoredRows(shape);
  return {
    kind: 'flat.single',
    parts: {
      ...query,
      products: rates.codes(batch * (rows - coarse) * dimensions),
      nibbles: rates.codes(batch * coarse * dimensions),
      bounds: rates.steps(batch * rows),
      scoring: scoring(scored),
      results: rates.steps(batch * scored),
      // Rows that are scored, others each time, pass through the caches too.
      reading: rates.wait(batch * read, read + scored * bytes),
    },
  };
}

/**
 * Rows that 8-bit codes bound where 4-bit codes bound the others: the first segment, and those for which 4-bit codes would leave too many
 * to be scored (src/search/exact-search.ts), as counted on clustered vectors.
 */
function rowsByCodes({ rows, dimensions }: Pick<Shape, 'rows' | 'dimensions'>): number {
  const { rowsPerSegment } = layoutSegment({ dimensions, planes: [] });
  const further = Math.min(8000, 15 * Math.max(0, dimensions - 64));
  return Math.min(rows, rowsPerSegment + Math.min(further, Math.max(0, rows - rowsPerSegment) / 4));
}

/** Rows that bounds by 8-bit codes leave to be scored: the k that come first, and k more whenever as many again have passed. */
export function scoredRows({ rows, k }: Pick<Shape, 'rows' | 'k'>): number {
  return Math.min(rows, k * (1 + ln(Math.max(1, rows / k))));
}

/** The same by 4-bit codes, whose bounds are wider: a rough fit to what was counted on clustered vectors. */
function scoredByNibbles({ rows, dimensions, k }: Shape): number {
  return Math.min(
    rows / 32,
    exp(5.05 + 0.75 * ln(k / 10) + 0.33 * ln(rows / 2e4) + 0.55 * ln(dimensions / 64)),
  );
}

/** `FlatIndex.add`: rows are copied, and their codes made. */
function flatBuild({ rows, dimensions }: Shape, rates: Rates): Job {
  const bytes = rowBytes(dimensions);
  return { kind: 'flat.build', parts: addParts({ rows, dimensions }, 1.375 * bytes, rates) };
}

/** Checking, copying and encoding rows that take so many bytes in the end. */
export function addParts(
  { rows, dimensions }: Pick<Shape, 'rows' | 'dimensions'>,
  bytes: number,
  rates: Rates,
): Readonly<Record<string, number>> {
  return {
    start: rates.calls(1),
    rows: rates.steps(rows),
    encoding: rates.floats(rows * dimensions),
    writing: rates.read(rows * bytes, rows * bytes),
  };
}
