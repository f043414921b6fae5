import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, type FileTensor, type IndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { LanewiseError } from '../host/errors.ts';
import type { Extents } from './factor-layout.ts';
import { type FactorPart, Factors } from './factors.ts';
import type { Runtime } from './kernels.ts';

const MOST_ROWS = 2 ** 31;

/** The tensors of factors in a file. */
export function factorTensors(factors: Factors): FileTensor[] {
  const { runtime, extents } = factors;
  return specsOf(extents).map((spec) => arrayTensor(runtime, spec, factors.read(spec.name)));
}

/**
 * The factors of a file, with the counts that stand among its options.
 *
 * @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
 */
export function readFactors(
  runtime: Runtime,
  file: IndexFile,
  own: Omit<Extents, 'userCount' | 'itemCount'>,
): Factors {
  const userCount = file.integer('userCount', 1, MOST_ROWS);
  const itemCount = file.integer('itemCount', 1, MOST_ROWS);
  const specs = specsOf({ ...own, userCount, itemCount });
  // Before anything is allocated for it, every tensor is of the shape that the counts tell.
  for (const spec of specs) file.take(spec);
  const factors = new Factors(runtime, { ...own, userCount, itemCount });
  try {
    factors.clear();
    for (const spec of specs)
      factors.write(spec.name, finite(spec.name, new Float32Array(bytesOf(runtime, file, spec))));
    return factors;
  } catch (error) {
    factors.release();
    throw error;
  }
}

/** Losses, one a pass, as a tensor. */
export function lossTensor(runtime: Runtime, name: string, losses: readonly number[]): FileTensor {
  return arrayTensor(runtime, lossSpec(name, losses.length), Float64Array.from(losses));
}

/** The losses in a file; undefined where it has none. @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE` */
export function readLosses(runtime: Runtime, file: IndexFile, name: string): number[] | undefined {
  const count = file.rowsOf(name);
  if (count === 0) return undefined;
  return [...finite(name, new Float64Array(bytesOf(runtime, file, lossSpec(name, count))))];
}

/** What `check` makes of the options in a file. @throws LanewiseError `FILE_CORRUPT` */
export function readOptions<Options>(
  file: IndexFile,
  check: (options: Options) => Required<Options>,
): Required<Options> {
  try {
    return check({ ...file.options, seed: file.seed } as Options);
  } catch (error) {
    if (!(error instanceof LanewiseError && error.code === 'INVALID_ARGUMENT')) throw error;
    throw corruptFile(`The options of the file are none: ${error.message}`, error.got);
  }
}

function bytesOf(runtime: Runtime, file: IndexFile, spec: TensorSpec): ArrayBuffer {
  return readChecked(runtime, file, spec).slice().buffer;
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
