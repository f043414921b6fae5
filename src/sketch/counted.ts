import { corruptFile, type FileTensor, type IndexFile } from '../format/index-file.ts';
import { LanewiseError } from '../host/errors.ts';
import type { Runtime } from './kernels.ts';
import type { SketchMemory } from './sketch-memory.ts';
import { numbersTensor, readNumbers } from './written-numbers.ts';

/** How many occurrences `counts` of so many keys are. */
export function occurrencesOf(counts: number | Uint32Array, keys: number): number {
  if (typeof counts === 'number') return counts * keys;
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

/** @throws LanewiseError `INVALID_ARGUMENT` beyond 2^53 - 1, where numbers cease to be exact */
export function addTotals(total: number, added: number): number {
  if (total + added <= Number.MAX_SAFE_INTEGER) return total + added;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `A sketch counts up to 2^53 - 1 occurrences: it has ${total}, and ${added} more do not fit. Go on in a new one.`,
    { expected: Number.MAX_SAFE_INTEGER - total, got: added },
  );
}

/** Writes the counts of a chunk of keys to `space.values`, u32 each. */
export function putCounts(
  { runtime: { memory }, space }: SketchMemory,
  counts: number | Uint32Array,
  count: number,
  first: number,
): void {
  const at = space.values / 4;
  if (typeof counts === 'number') memory.u32.fill(counts, at, at + count);
  else memory.u32.set(counts.subarray(first, first + count), at);
}

/** The total, and options again. */
export function totalTensor(runtime: Runtime, total: number, options: readonly number[]): FileTensor {
  return numbersTensor(runtime, 'total', options, [total]);
}

/** The total, once the options are found to be those that were written. @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE` */
export function readTotal(runtime: Runtime, file: IndexFile, options: readonly number[]): number {
  const [total] = readNumbers(runtime, file, 'total', options, 1);
  if (Number.isSafeInteger(total) && total! >= 0) return total!;
  throw corruptFile(`The file holds a total of ${total}.`, total);
}
