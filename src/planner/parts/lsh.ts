import { exp } from '../../host/exponential.ts';
import { ln } from '../../host/logarithm.ts';
import { HASHED_QUERIES } from '../../search/hash-layout.ts';
import { checkLshOptions, checkProbes } from '../../search/lsh-options.ts';
import type { LshRequest } from '../prediction.ts';
import type { Rates } from '../rates.ts';
import type { Job, Jobs } from './job.ts';
import { addParts, linesOf, queryParts, rowBytes, type Shape, shapeOf } from './vectors.ts';

/** Of a row in a table: signature and link. */
const LINK_BYTES = 8;

/** Hash tables, nothing left out. */
interface LshShape extends Shape {
  readonly tables: number;
  readonly bits: number;
  readonly probesPerTable: number;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function lshJobs(request: LshRequest, rates: Rates): Jobs {
  const shape = shapeOf(request);
  const { tables, bits } = checkLshOptions({ ...request.options, dimensions: shape.dimensions });
  const probesPerTable = checkProbes(request.options?.probesPerTable ?? 1);
  const lsh = { ...shape, tables, bits, probesPerTable };
  return { call: lshCall(lsh, rates), answers: shape.batch, build: lshBuild(lsh, rates) };
}

/** `LshIndex.search`: queries are hashed, the rows of their buckets marked, and scored in float32. */
function lshCall(shape: LshShape, rates: Rates): Job {
  const { rows, dimensions, batch, tables, bits } = shape;
  const probes = Math.min(shape.probesPerTable, 2 ** bits);
  const share = bucketShare(shape);
  const hits = batch * rows * tables * share;
  const candidates = batch * rows * (1 - raised(1 - share, tables));
  const bytes = rowBytes(dimensions);
  const held = rows * (tables * LINK_BYTES + bytes); // tables and rows share the caches
  return {
    kind: 'lsh.search',
    parts: {
      ...queryParts(shape, rates),
      hashing: rates.codes(hashedQueries(batch) * tables * bits * dimensions),
      probes: rates.steps(batch * tables * probes * bits),
      marks: rates.read((batch * rows) / 8, rows / 8),
      buckets: rates.gather(hits + batch * tables * probes, held),
      scoring: rates.gather(candidates * linesOf(bytes), held),
    },
  };
}

/** Queries as the blocks that are hashed at once count them. */
function hashedQueries(batch: number): number {
  return HASHED_QUERIES * Math.ceil(batch / HASHED_QUERIES);
}

/**
 * The share of the rows that the probed buckets of one table hold: those that fall there by chance, and those that are close to the
 * query. Measured on clustered vectors (bench/clustered.ts): half within 3 %, nine of ten within 6 %.
 */
function bucketShare({ dimensions, bits, probesPerTable }: LshShape): number {
  const close = exp(-3.5221 + 0.2508 * bits - 0.134 * ln(probesPerTable) - 0.5482 * ln(dimensions / 64));
  return Math.min(1, probesPerTable * raised(0.5, bits) * (1 + close));
}

function raised(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}

/** `LshIndex.add`: every row is hashed for every table, and linked there. */
function lshBuild(shape: LshShape, rates: Rates): Job {
  const { rows, dimensions, tables, bits } = shape;
  return {
    kind: 'lsh.build',
    parts: {
      ...addParts(shape, rowBytes(dimensions), rates),
      hashing: rates.codes(rows * tables * bits * dimensions),
      links: rates.gather(rows * tables, rows * tables * LINK_BYTES),
    },
  };
}
