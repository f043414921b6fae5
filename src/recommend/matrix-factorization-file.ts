import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import { checkBytes } from '../vectors/input.ts';
import { factorTensors, lossTensor, readFactors, readLosses, readOptions } from './factor-file.ts';
import type { Model } from './factor-ranking.ts';
import type { Runtime } from './kernels.ts';
import { type CheckedOptions, checkOptions, type Losses } from './matrix-factorization-options.ts';

const ESTIMATOR = 'MatrixFactorization';
const LOSSES = [
  ['train', 'trainLosses'],
  ['validation', 'validationLosses'],
] as const;

/** What was learned, and how well. */
export interface Learned extends Model {
  readonly losses: Losses;
}

/** Factors as a safetensors file. */
export function writeFactorization(options: CheckedOptions, learned: Learned): Uint8Array<ArrayBuffer> {
  const { factors, mean, losses } = learned;
  const { userCount, itemCount } = factors.extents;
  const { seed, ...rest } = options;
  const head = { estimator: ESTIMATOR, options: { ...rest, userCount, itemCount, mean }, nextId: 0, seed };
  const tensors = factorTensors(factors);
  for (const [kind, name] of LOSSES) {
    const values = losses[kind];
    if (values) tensors.push(lossTensor(factors.runtime, name, values));
  }
  return writeIndexFile(head, tensors);
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED` */
export function readFactorization(
  runtime: Runtime,
  bytes: Uint8Array | ArrayBuffer,
): { options: CheckedOptions; learned: Learned } {
  const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
  const options = readOptions(file, checkOptions);
  const { mean } = file.options;
  if (typeof mean !== 'number' || Math.fround(mean) !== mean || !Number.isFinite(mean))
    throw corruptFile('The mean rating of the file is none.', mean);
  const losses: Partial<Record<keyof Losses, number[]>> = {};
  for (const [kind, name] of LOSSES) {
    const values = readLosses(runtime, file, name);
    if (values) losses[kind] = values;
  }
  const { factors: factorCount, biases } = options;
  const factors = readFactors(runtime, file, { factors: factorCount, biases });
  return { options, learned: { factors, mean, losses: { train: [], ...losses } } };
}
