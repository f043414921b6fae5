import { type ErrorCode, LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';
import type { CsrStore } from './csr-store.ts';
import { runtime } from './kernels.ts';

/** Rows, columns or places among entries: integers in 0..4294967295. */
export type IndexInput = Uint32Array | Int32Array | readonly number[];

/** Numbers of float32. A plain array is converted. */
export type ValueInput = Float32Array | readonly number[];

/** So that an index and one more than it are 32 bits. */
const LARGEST_EXTENT = 2 ** 32 - 2;
/** So that the bytes of an array of entries are 32 bits. */
const MOST_ENTRIES = 2 ** 30 - 1;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkExtents(rows: unknown, columns: unknown): void {
  checkInteger('rows', rows, 0, LARGEST_EXTENT);
  checkInteger('columns', columns, 0, LARGEST_EXTENT);
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkEntries(count: number): number {
  return checkInteger('The number of entries', count, 0, MOST_ENTRIES);
}

/** @throws LanewiseError `INVALID_ARGUMENT` for another type, or a number that is no index */
export function toIndices(name: string, input: IndexInput): Uint32Array | Int32Array {
  if (input instanceof Uint32Array || input instanceof Int32Array) return input;
  if (!Array.isArray(input))
    throw typeError(name, 'a Uint32Array, an Int32Array or an array of integers', input);
  const indices = new Uint32Array(input.length);
  for (let at = 0; at < indices.length; at++) {
    const index: unknown = input[at];
    // Only numbers are tried: a BigInt would throw an error of its own.
    if (typeof index === 'number') indices[at] = index;
    if (indices[at] !== index) checkInteger(`${name}[${at}]`, index, 0, 2 ** 32 - 1);
  }
  return indices;
}

/**
 * Exactly `length` numbers as float32; whether they are finite is not looked at.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`
 */
export function toValues(name: string, input: ValueInput, length: number, meaning: string): Float32Array {
  const isPlain = Array.isArray(input);
  if (!isPlain && !(input instanceof Float32Array))
    throw typeError(name, 'a Float32Array or an array of numbers', input);
  checkLength(name, input.length, length, meaning);
  if (!isPlain) return input as Float32Array;
  for (let at = 0; at < length; at++) {
    if (typeof input[at] !== 'number') throw typeError(`${name}[${at}]`, 'a number', input[at]);
  }
  return Float32Array.from(input);
}

/** What a result is written to. @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` */
export function checkOut(out: Float32Array, length: number): void {
  if (!(out instanceof Float32Array)) throw typeError('out', 'a Float32Array', out);
  checkLength('out', out.length, length, 'one number for each of the result');
}

/** @throws LanewiseError `DIMENSION_MISMATCH` */
export function checkLength(name: string, length: number, expected: number, meaning: string): void {
  if (length === expected) return;
  throw new LanewiseError('DIMENSION_MISMATCH', `${name} must hold ${meaning}: ${expected}; got ${length}.`, {
    expected,
    got: length,
  });
}

/** The range from..to of `extent` rows or columns. @throws LanewiseError `INVALID_ARGUMENT` */
export function checkRange(name: string, from: unknown, to: unknown, extent: number): void {
  const end = checkInteger(`The end of the ${name}`, to, 0, extent);
  checkInteger(`The start of the ${name}`, from, 0, end);
}

/** That rows follow each other, from the first entry to the last. @throws LanewiseError `INVALID_ARGUMENT` */
export function checkStarts({ runtime, indptr, rows, nonzeros }: CsrStore): void {
  const { u32 } = runtime.memory;
  const row = runtime.kernels.checkStarts(indptr, rows, nonzeros) >>> 0;
  const [first, last] = [u32[indptr / 4]!, u32[indptr / 4 + rows]!];
  if (first === 0 && row === rows && last === nonzeros) return;
  const at = indptr / 4 + row;
  const what =
    row < rows ? `row ${row} runs from ${u32[at]} to ${u32[at + 1]}` : `it runs from ${first} to ${last}`;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `indptr must ascend from 0 to ${nonzeros}, the number of entries, but ${what}. It takes rows + 1 numbers: each row ` +
      'starts where the one before it ends.',
  );
}

/** Whether columns ascend in every row, all of them within the matrix; after `checkStarts`. */
export function isCanonical(store: CsrStore): boolean {
  return firstUnordered(store) === store.nonzeros;
}

/** @throws LanewiseError `INVALID_ARGUMENT`, which names the row and the entry */
export function checkColumns(store: CsrStore): void {
  const entry = firstUnordered(store);
  if (entry < store.nonzeros) throw unordered(store, entry);
}

function firstUnordered({ runtime, indptr, indices, rows, columns }: CsrStore): number {
  return runtime.kernels.checkIndices(indptr, indices, rows, columns) >>> 0;
}

/** @throws LanewiseError `INVALID_VALUE` */
export function checkValues(
  { runtime, indptr, indices, values, rows, nonzeros }: CsrStore,
  remedy: string = REMEDY,
): void {
  if (values === 0) return;
  const entry = runtime.kernels.checkFinite(values, nonzeros) >>> 0;
  if (entry === nonzeros) return;
  const got = runtime.memory.f32[values / 4 + entry]!;
  const { u32 } = runtime.memory;
  const where = `row ${rowOf(u32, indptr / 4, rows, entry)}, column ${u32[indices / 4 + entry]}`;
  const what = `Values must be finite in float32; entry ${entry} (${where}) is ${got}`;
  throw invalid('INVALID_VALUE', `${what}. ${remedy}`, got);
}

const REMEDY = 'Drop or replace such entries first.';

/** What entries were given for, beside their copy in linear memory. @throws LanewiseError `INVALID_ARGUMENT` */
export function checkPlaces(
  name: string,
  given: Uint32Array | Int32Array,
  address: number,
  extent: number,
): void {
  const at = runtime().kernels.checkBelow(address, given.length, extent) >>> 0;
  if (at === given.length) return;
  const of = `The matrix has ${extent} ${name === 'rowIndex' ? 'rows' : 'columns'}, from 0 on`;
  throw invalid('INVALID_ARGUMENT', `${of}; ${name}[${at}] is ${given[at]}.`, given[at]);
}

/** @throws LanewiseError `INVALID_VALUE` */
export function checkFloats(address: number, count: number): void {
  const { kernels, memory } = runtime();
  const at = kernels.checkFinite(address, count) >>> 0;
  if (at === count) return;
  const got = memory.f32[address / 4 + at]!;
  throw invalid('INVALID_VALUE', `Values must be finite in float32; values[${at}] is ${got}. ${REMEDY}`, got);
}

function unordered({ runtime, indptr, indices, rows, columns }: CsrStore, entry: number): LanewiseError {
  const { u32 } = runtime.memory;
  const row = rowOf(u32, indptr / 4, rows, entry);
  const got = u32[indices / 4 + entry]!;
  const before = u32[indices / 4 + entry - 1]!;
  const isFirst = entry === u32[indptr / 4 + row];
  const what =
    isFirst || got > before
      ? `is beyond the ${columns} columns, which count from 0.`
      : `comes ${got === before ? 'twice' : `after column ${before}`}, but columns must ascend within a row. ` +
        'CsrMatrix.fromCoo takes entries in any order, and sums those of the same place.';
  return invalid('INVALID_ARGUMENT', `Row ${row}, entry ${entry}: column ${got} ${what}`, got);
}

/** The row of an entry: the last that starts at it or before. */
function rowOf(u32: Uint32Array, indptr: number, rows: number, entry: number): number {
  let [row, end] = [0, rows];
  while (end - row > 1) {
    const middle = Math.floor((row + end) / 2);
    if (u32[indptr + middle]! <= entry) row = middle;
    else end = middle;
  }
  return row;
}

function typeError(name: string, expected: string, got: unknown): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', `${name} must be ${expected}; got ${typeof got}.`, {
    expected,
    got: typeof got,
  });
}

function invalid(code: ErrorCode, message: string, got: unknown): LanewiseError {
  return new LanewiseError(code, message, { got });
}
