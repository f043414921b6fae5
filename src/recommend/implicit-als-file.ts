import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import { checkBytes } from '../vectors/input.ts';
import { factorTensors, lossTensor, readFactors, readLosses, readOptions } from './factor-file.ts';
import { ALS_LANES } from './factor-layout.ts';
import type { Model } from './factor-ranking.ts';
import { type CheckedOptions, checkOptions, MOST_ITERATIONS } from './implicit-als-options.ts';
import type { Runtime } from './kernels.ts';

const ESTIMATOR = 'ImplicitALS';

/** What was learned, and how. */
export interface Learned extends Model {
  /** Whole iterations. */
  readonly iterations: number;
  /** Items that had entries. */
  readonly usedItems: number;
  /** One an iteration, where they were asked for. */
  readonly losses: readonly number[];
}

/** Factors as a safetensors file. */
export function writeImplicit(options: CheckedOptions, learned: Learned): Uint8Array<ArrayBuffer> {
  const { factors, iterations: learnedIterations, usedItems, losses } = learned;
  const { userCount, itemCount } = factors.extents;
  const { seed, ...rest } = options;
  const counts = { userCount, itemCount, usedItems, learnedIterations };
  const tensors = factorTensors(factors);
  if (losses.length > 0) tensors.push(lossTensor(factors.runtime, 'losses', losses));
  return writeIndexFile({ estimator: ESTIMATOR, options: { ...rest, ...counts }, nextId: 0, seed }, tensors);
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED` */
export function readImplicit(
  runtime: Runtime,
  bytes: Uint8Array | ArrayBuffer,
): { options: CheckedOptions; learned: Learned } {
  const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
  const options = readOptions(file, checkOptions);
  const iterations = file.integer('learnedIterations', 1, MOST_ITERATIONS);
  const losses = readLosses(runtime, file, 'losses') ?? [];
  if (losses.length > 0 && losses.length !== iterations)
    throw corruptFile(`The file holds ${losses.length} losses of ${iterations} iterations.`, losses.length);
  const usedItems = file.integer('usedItems', 0, file.rowsOf('items'));
  const factors = readFactors(runtime, file, { factors: options.factors, biases: false, lanes: ALS_LANES });
  return { options, learned: { factors, mean: 0, iterations, usedItems, losses } };
}
