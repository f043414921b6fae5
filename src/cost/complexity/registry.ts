import { LanewiseError } from '../../host/errors.ts';
import { checkCount, checkPositive, finite } from '../quantity.ts';
import type { Algorithm, AlgorithmSizes, AlgorithmTerm, AlgorithmUnit } from './algorithm.ts';
import {
  gradientBoosting,
  kMeans,
  logisticRegression,
  mlp,
  ols,
  randomForest,
  transformerLayer,
  truncatedSvd,
} from './learners.ts';
import { hnsw, ivf, ivfPq, kdTree, knn, lsh } from './neighbours.ts';
import { bloom, countMin, csrMatvec, hyperLogLog, kll, mfSgd } from './streams.ts';

/** The name of an algorithm in {@link algorithms}. */
export type AlgorithmId =
  | 'ols'
  | 'logistic-regression'
  | 'knn'
  | 'kd-tree'
  | 'random-forest'
  | 'gradient-boosting'
  | 'k-means'
  | 'truncated-svd'
  | 'mlp'
  | 'transformer-layer'
  | 'lsh'
  | 'hnsw'
  | 'ivf'
  | 'ivf-pq'
  | 'csr-matvec'
  | 'mf-sgd'
  | 'count-min'
  | 'hyperloglog'
  | 'bloom'
  | 'kll';

/** What is known of each algorithm: its sizes, and how training, prediction and space grow with them. */
export const algorithms: Readonly<Record<AlgorithmId, Algorithm>> = {
  ols,
  'logistic-regression': logisticRegression,
  knn,
  'kd-tree': kdTree,
  'random-forest': randomForest,
  'gradient-boosting': gradientBoosting,
  'k-means': kMeans,
  'truncated-svd': truncatedSvd,
  mlp,
  'transformer-layer': transformerLayer,
  lsh,
  hnsw,
  ivf,
  'ivf-pq': ivfPq,
  'csr-matvec': csrMatvec,
  'mf-sgd': mfSgd,
  'count-min': countMin,
  hyperloglog: hyperLogLog,
  bloom,
  kll,
};

/** How counts become times. */
export interface EvaluateOptions {
  /** Of the unit of each term, such as 100e9 FLOP/s, above 0. @default no times are given */
  readonly operationsPerSecond?: number;
}

/** What training or a prediction takes. */
export interface OperationCount {
  readonly text: string;
  readonly unit: AlgorithmUnit;
  /** Expected ones, where they depend on the data: not always whole. */
  readonly operations: number;
  /** Where a rate was given. */
  readonly milliseconds?: number;
}

/** What an algorithm costs at given sizes. */
export interface AlgorithmCost {
  readonly id: AlgorithmId;
  readonly name: string;
  /** All of them, with the defaults that were filled in. */
  readonly sizes: AlgorithmSizes;
  readonly training: OperationCount;
  /** Of one row, query or key; of a matrix one product, of a transformer one sequence. */
  readonly prediction: OperationCount;
  /** What is kept to predict with, in bytes. */
  readonly space: { readonly text: string; readonly bytes: number };
}

/** @throws LanewiseError `INVALID_ARGUMENT` with the list of those that are known */
export function algorithm(id: AlgorithmId): Algorithm {
  if (Object.hasOwn(algorithms, id)) return algorithms[id];
  const known = Object.keys(algorithms);
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `There is no algorithm ${String(id)}; there are ${known.join(', ')}.`,
    { expected: known, got: id },
  );
}

/**
 * What an algorithm costs at given sizes: the leading terms with the constants of its textbook or paper, which the source of
 * each names. They order algorithms by their scale; what this machine takes, `lanewise/planner` predicts.
 *
 * @param sizes whole numbers, those that `algorithms[id].sizes` lists
 * @throws LanewiseError `INVALID_ARGUMENT` for an unknown algorithm, and for sizes that are missing, unknown or out of range;
 *   `OVERFLOW`
 * @example
 * complexity.evaluate('ols', { n: 100_000, d: 100 }).training; // { text: 'O(n d^2 + d^3)', operations: 1 000 333 333.3, ... }
 * complexity.evaluate('ivf', { n: 1e6, d: 256 }, { operationsPerSecond: 100e9 }).prediction.milliseconds; // 0.51712
 */
export function evaluate(
  id: AlgorithmId,
  sizes: AlgorithmSizes,
  options: EvaluateOptions = {},
): AlgorithmCost {
  const operationsPerSecond = options?.operationsPerSecond;
  const { name, training, prediction, space, sizes: known } = algorithm(id);
  if (operationsPerSecond !== undefined) checkPositive('operationsPerSecond', operationsPerSecond);
  const given = complete(id, known, sizes);
  const countOf = (part: string, term: AlgorithmTerm): number =>
    finite(`${part} of ${id}`, term.count(given));
  const evaluated = (part: string, term: AlgorithmTerm): OperationCount => {
    const operations = countOf(part, term);
    const counted = { text: term.text, unit: term.unit, operations };
    if (operationsPerSecond === undefined) return counted;
    return {
      ...counted,
      milliseconds: finite(`${part} of ${id}`, (operations / operationsPerSecond) * 1000),
    };
  };
  return {
    id,
    name,
    sizes: given,
    training: evaluated('Training', training),
    prediction: evaluated('Prediction', prediction),
    space: { text: space.text, bytes: countOf('Space', space) },
  };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
function complete(
  id: AlgorithmId,
  known: Algorithm['sizes'],
  given: AlgorithmSizes | null | undefined,
): AlgorithmSizes {
  const listed = Object.entries(known).map(([name, { meaning }]) => `${name} (${meaning})`);
  const wrong = (what: string, got: unknown): LanewiseError =>
    new LanewiseError('INVALID_ARGUMENT', `${what}; ${id} has ${listed.join(', ')}.`, {
      expected: Object.keys(known),
      got,
    });
  for (const name of Object.keys(given ?? {}))
    if (!Object.hasOwn(known, name)) throw wrong(`There is no size ${name}`, name);
  const sizes: Record<string, number> = {};
  for (const [name, { default: otherwise, least = 1, most }] of Object.entries(known)) {
    const value = given?.[name];
    if (value !== undefined) sizes[name] = checkCount(name, value, least);
    else if (otherwise === undefined) throw wrong(`The size ${name} is missing`, given);
    else sizes[name] = typeof otherwise === 'number' ? otherwise : otherwise(sizes);
    if (most && sizes[name] > sizes[most]) {
      if (value === undefined) sizes[name] = sizes[most];
      else throw wrong(`${name} must not exceed ${most}, ${sizes[most]}; got ${value}`, value);
    }
  }
  return sizes;
}
