import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkBytes } from '../vectors/input.ts';
import { type CheckedOptions, checkOptions, MOST_ITERATIONS } from './implicit-als-options.ts';
import { LANES } from './implicit-als-solver.ts';
import type { Runtime } from './kernels.ts';
import { type Extents, Factors } from './matrix-factorization-factors.ts';

const ESTIMATOR = 'ImplicitALS';
const MOST_ROWS = 2 ** 31;

/** What was learned, and how. */
export interface Learned {
  readonly factors: Factors;
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
  const { runtime, extents } = factors;
  const { seed, ...rest } = options;
  const { userCount, itemCount } = extents;
  const counts = { userCount, itemCount, usedItems, learnedIterations };
  const tensors = specsOf(extents).map((spec) => arrayTensor(runtime, spec, factors.read(spec.name)));
  if (losses.length > 0)
    tensors.push(arrayTensor(runtime, lossSpec(losses.length), Float64Array.from(losses)));
  return writeIndexFile({ estimator: ESTIMATOR, options: { ...rest, ...counts }, nextId: 0, seed }, tensors);
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED` */
export function readImplicit(
  runtime: Runtime,
  bytes: Uint8Array | ArrayBuffer,
): { options: CheckedOptions; learned: Learned } {
  const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
  const options = readOptions(file);
  const userCount = file.integer('userCount', 1, MOST_ROWS);
  const itemCount = file.integer('itemCount', 1, MOST_ROWS);
  const usedItems = file.integer('usedItems', 0, itemCount);
  const iterations = file.integer('learnedIterations', 1, MOST_ITERATIONS);
  const extents = { userCount, itemCount, factors: options.factors, biases: false, lanes: LANES };
  const read = (spec: TensorSpec) => readChecked(runtime, file, spec).slice().buffer;
  const count = file.rowsOf('losses');
  if (count > 0 && count !== iterations)
    throw corruptFile(`The file holds ${count} losses of ${iterations} iterations.`, count);
  const losses = count > 0 ? [...finite('losses', new Float64Array(read(lossSpec(count))))] : [];
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
  return { options, learned: { factors, iterations, usedItems, losses } };
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

function specsOf({ userCount, itemCount, factors }: Extents) {
  return [
    { name: 'users', dtype: 'F32', shape: [userCount, factors] },
    { name: 'items', dtype: 'F32', shape: [itemCount, factors] },
  ] as const;
}

function lossSpec(count: number): TensorSpec {
  return { name: 'losses', dtype: 'F64', shape: [count] };
}
