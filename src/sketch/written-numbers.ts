import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, type FileTensor, type IndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import type { Runtime } from './kernels.ts';

/** Numbers of a sketch, and after them its options and its seed once more: a tensor has a checksum, which the head of a file has not. */
export function numbersTensor(
  runtime: Runtime,
  name: string,
  options: readonly number[],
  numbers: readonly number[] = [],
): FileTensor {
  const all = Float64Array.of(...numbers, ...options);
  return arrayTensor(runtime, specOf(name, all.length), all);
}

/**
 * The numbers, once the options are found to be those that were written.
 *
 * @param count how many numbers there are
 * @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE`
 */
export function readNumbers(
  runtime: Runtime,
  file: IndexFile,
  name: string,
  options: readonly number[],
  count = 0,
): Float64Array {
  const spec = specOf(name, count + options.length);
  const all = new Float64Array(readChecked(runtime, file, spec).slice().buffer);
  if (options.some((option, at) => option !== all[count + at]))
    throw corruptFile('The options of the file are not those that it was written with.', options);
  return all.subarray(0, count);
}

function specOf(name: string, length: number): TensorSpec {
  return { name, dtype: 'F64', shape: [length] };
}
