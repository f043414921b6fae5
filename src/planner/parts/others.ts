import { checkCount } from '../../cost/quantity.ts';
import { log2 } from '../../host/logarithm.ts';
import type { CountMinRequest, CsrRequest, SgdRequest } from '../prediction.ts';
import type { Rates } from '../rates.ts';
import type { Job, Jobs } from './job.ts';
import { linesOf } from './vectors.ts';

/** Ends of rows that the branch predictor of a processor is taken to remember. */
const REMEMBERED_ROWS = 2 ** 14;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function csrJobs({ rows, batch = 1, options }: CsrRequest, rates: Rates): Jobs {
  const shape = {
    rows: checkCount('rows', rows),
    columns: checkCount('options.columns', options?.columns),
    nonzeros: checkCount('options.nonzeros', options.nonzeros),
    batch: checkCount('batch', batch),
  };
  return { call: csrCall(shape, rates), answers: shape.batch, build: csrBuild(shape, rates) };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function sgdJobs({ rows, options }: SgdRequest, rates: Rates): Jobs {
  const shape = {
    rows: checkCount('rows', rows),
    users: checkCount('options.users', options?.users),
    items: checkCount('options.items', options.items),
    factors: checkCount('options.factors', options.factors ?? 64),
  };
  const epoch = sgdCall(shape, rates);
  return {
    call: epoch,
    answers: 1,
    build: epoch,
    repeated: checkCount('options.epochs', options.epochs ?? 20),
  };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function countMinJobs({ rows, batch = 1, options }: CountMinRequest, rates: Rates): Jobs {
  const shape = {
    width: checkCount('options.width', options?.width),
    depth: checkCount('options.depth', options.depth),
  };
  return {
    call: countMinJob('count-min.estimate', checkCount('batch', batch), shape, rates),
    answers: batch,
    build: countMinJob('count-min.add', checkCount('rows', rows), shape, rates),
  };
}

/** A sparse matrix and how many vectors it is multiplied with at once. */
interface CsrShape {
  readonly rows: number;
  readonly columns: number;
  readonly nonzeros: number;
  readonly batch: number;
}

/** `CsrMatrix.multiply`, or `multiplyMatrix` for a batch: copies of the vectors in and out among it. */
function csrCall({ rows, columns, nonzeros, batch }: CsrShape, rates: Rates): Job {
  const vectors = 4 * batch * (rows + columns);
  const operand = 4 * batch * columns;
  return {
    kind: batch === 1 ? 'csr.vector' : 'csr.matrix',
    parts: {
      call: rates.calls(1),
      // Where rows end is foreseen by processors that saw it before, of as many as they remember.
      branches: rates.steps(Math.max(0, rows - REMEMBERED_ROWS)),
      nonzeros: rates.steps(nonzeros),
      reading: rates.wait(8 * nonzeros, 8 * nonzeros),
      gathering: rates.gather(nonzeros * linesOf(4 * batch), operand),
      missing: rates.miss(nonzeros * linesOf(4 * batch), operand),
      // The rows of the operand share the caches with what passes through them.
      fetching: rates.fetch(nonzeros * linesOf(4 * batch), 2 * operand),
      copying: rates.read(vectors, vectors),
    },
  };
}

/** `CsrMatrix.fromCoo`: entries are checked, and sorted by row and column. */
function csrBuild({ rows, nonzeros }: CsrShape, rates: Rates): Job {
  return {
    kind: 'csr.build',
    parts: {
      start: rates.calls(1),
      rows: rates.steps(rows),
      entries: rates.steps(nonzeros),
      sorting: rates.gather(nonzeros, 12 * nonzeros),
      missing: rates.miss(nonzeros, 12 * nonzeros),
      ordering: rates.steps(nonzeros * log2(1 + nonzeros / rows)),
      writing: rates.read(20 * nonzeros, 20 * nonzeros),
    },
  };
}

/** Ratings, and what is learned from them. */
interface SgdShape {
  readonly rows: number;
  readonly users: number;
  readonly items: number;
  readonly factors: number;
}

/** An epoch of `MatrixFactorization`: ratings in a new order; of each, a user's row and an item's are read and written. */
function sgdCall({ rows, users, items, factors }: SgdShape, rates: Rates): Job {
  const width = 4 * factors;
  return {
    kind: 'sgd.epoch',
    parts: {
      ratings: rates.steps(rows),
      shuffling: rates.gather(rows, 12 * rows),
      learning: rates.floats(10 * rows * factors),
      gathering: rates.gather(2 * rows * linesOf(width), (users + items) * width),
      fetching: rates.fetch(rows, 12 * rows),
    },
  };
}

/** A sketch of counters, and the keys of one call. */
interface CountMinShape {
  readonly width: number;
  readonly depth: number;
}

/** `CountMinSketch.add` of so many keys, or `estimate` of them. */
function countMinJob(
  kind: 'count-min.add' | 'count-min.estimate',
  keys: number,
  { width, depth }: CountMinShape,
  rates: Rates,
): Job {
  const held = 4 * width * depth;
  return {
    kind,
    parts: {
      call: rates.calls(1),
      keys: rates.steps(keys),
      counters: rates.steps(keys * depth),
      gathering: rates.gather(keys * depth, held),
      missing: rates.miss(keys * depth, held),
      fetching: rates.fetch(keys * depth, held),
      first: rates.miss(depth, held), // of the first key, for which nothing goes on meanwhile
    },
  };
}
