import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkBytes } from '../vectors/input.ts';
import type { Runtime } from './kernels.ts';
import { type Extents, type FactorPart, Factors } from './matrix-factorization-factors.ts';
import { type CheckedOptions, checkOptions, type Losses } from './matrix-factorization-options.ts';
import type { Model } from './matrix-factorization-ranking.ts';

const ESTIMATOR = 'MatrixFactorization';
const MOST_ROWS = 2 ** 31;
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
  const { runtime, extents } = factors;
  const { seed, ...rest } = options;
  const { userCount, itemCount } = extents;
  const head = { estimator: ESTIMATOR, options: { ...rest, userCount, itemCount, mean }, nextId: 0, seed };
  const tensors = specsOf(extents).map((spec) => arrayTensor(runtime, spec, factors.read(spec.name)));
  for (const [kind, name] of LOSSES) {
    const values = losses[kind];
    if (!values) continue;
    tensors.push(arrayTensor(runtime, lossSpec(name, values.length), Float64Array.from(values)));
  }
  return writeIndexFile(head, tensors);
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED` */
export function readFactorization(
  runtime: Runtime,
  bytes: Uint8Array | ArrayBuffer,
): { options: CheckedOptions; learned: Learned } {
  const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
  const options = readOptions(file);
  const { mean } = file.options;
  if (typeof mean !== 'number' || Math.fround(mean) !== mean || !Number.isFinite(mean))
    throw corruptFile('The mean rating of the file is none.', mean);
  const userCount = file.integer('userCount', 1, MOST_ROWS);
  const itemCount = file.integer('itemCount', 1, MOST_ROWS);
  const extents = { userCount, itemCount, factors: options.factors, biases: options.biases };
  const read = (spec: TensorSpec) => readChecked(runtime, file, spec).slice().buffer;
  const losses: Partial<Record<keyof Losses, number[]>> = {};
  for (const [kind, name] of LOSSES) {
    const count = file.rowsOf(name);
    if (count > 0) losses[kind] = [...finite(name, new Float64Array(read(lossSpec(name, count))))];
  }
  // Before anything is allocated for it, every tensor is of the shape that the counts tell.
  for (const spec of specsOf(extents)) file.take(spec);
  const factors = new Factors(runtime, extents);
  try {
    factors.clear();
    for (const spec of specsOf(extents))
      factors.write(spec.name, finite(spec.name, new Float32Array(read(spec))));
  } catch (error) {
    factors.release();
    throw error;
  }
  return { options, learned: { factors, mean, losses: { train: [], ...losses } } };
}

function readOptions(file: IndexFile): CheckedOptions {
  try {
    return checkOptions({ ...file.options, seed: file.seed });
  } catch (error) {
    if (!(error instanceof LanewiseError && error.code === 'INVALID_ARGUMENT')) throw error;
    throw corruptFile(`The options of the file are none: ${error.message}`, error.got);
  }
}

function finite<Values extends Float32Array | Float64Array>(name: string, values: Values): Values {
  const at = values.findIndex((value: number) => !Number.isFinite(value));
  if (at < 0) return values;
  throw corruptFile(`Tensor '${name}' of the file holds ${values[at]}.`, values[at]);
}

interface FactorSpec extends TensorSpec {
  readonly name: FactorPart;
}

function specsOf({ userCount, itemCount, factors, biases }: Extents): FactorSpec[] {
  const spec = (name: FactorPart, ...shape: number[]): FactorSpec => ({ name, dtype: 'F32', shape });
  const specs = [spec('users', userCount, factors), spec('items', itemCount, factors)];
  return biases ? [...specs, spec('userBiases', userCount), spec('itemBiases', itemCount)] : specs;
}

function lossSpec(name: string, count: number): TensorSpec {
  return { name, dtype: 'F64', shape: [count] };
}
