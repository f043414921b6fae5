import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, type FileTensor, type IndexFile } from '../format/index-file.ts';
import type { SafetensorsDtype, TensorSpec } from '../format/safetensors.ts';
import type { Runtime } from './kernels.ts';
import { type CheckedKeys, checkKeys, type Key } from './keys.ts';
import type { Kept } from './top-k-kept.ts';
import { keyBytes } from './top-k-layout.ts';

type Kind = CheckedKeys['kind'];
type Counted = Omit<Kept, 'hash'>;

const KINDS: readonly unknown[] = ['string', 'bytes', 'number', 'bigint'];
/** Characters that are made into a string at a time: arguments are limited. */
const PIECE = 4096;

/** Keys and their counts, in the order of the heap. */
export function keptTensors(runtime: Runtime, kind: Kind, kept: readonly Counted[]): FileTensor[] {
  const size = kept.length;
  const counts = Float64Array.from(kept, ({ count }) => count);
  const errors = Float64Array.from(kept, ({ error }) => error);
  const tensors = [
    arrayTensor(runtime, specOf('counts', 'F64', size), counts),
    arrayTensor(runtime, specOf('errors', 'F64', size), errors),
  ];
  if (kind === 'number') {
    const keys = Float64Array.from(kept, ({ key }) => key as number);
    return [...tensors, arrayTensor(runtime, specOf('keys', 'F64', size), keys)];
  }
  const parts = kept.map(({ key }) => (kind === 'bytes' ? (key as Uint8Array) : String(key)));
  const ends = new Uint32Array(size);
  let length = 0;
  parts.forEach((part, at) => {
    length += part.length;
    ends[at] = length;
  });
  const keys = kind === 'bytes' ? new Uint8Array(length) : new Uint16Array(length);
  parts.forEach((part, at) => {
    const start = ends[at]! - part.length;
    if (typeof part !== 'string') keys.set(part, start);
    else for (let i = 0; i < part.length; i++) keys[start + i] = part.charCodeAt(i);
  });
  return [
    ...tensors,
    arrayTensor(runtime, specOf('ends', 'U32', size), ends),
    arrayTensor(runtime, specOf('keys', kind === 'bytes' ? 'U8' : 'U16', length), keys),
  ];
}

/** @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE` */
export function readKept(
  runtime: Runtime,
  file: IndexFile,
  capacity: number,
  total: number,
): { kind: Kind; kept: Counted[] } {
  const kind = file.options['kind'] as Kind;
  if (!KINDS.includes(kind)) throw corruptFile('The options of the file name no kind of keys.', kind);
  const size = file.rowsOf('counts');
  const read = (name: string, dtype: SafetensorsDtype, length: number): ArrayBuffer =>
    readChecked(runtime, file, specOf(name, dtype, length)).slice().buffer as ArrayBuffer;
  const counts = new Float64Array(read('counts', 'F64', size));
  const errors = new Float64Array(read('errors', 'F64', size));
  checkCountsOf(counts, errors, capacity, total);
  const keys =
    kind === 'number' ? [...new Float64Array(read('keys', 'F64', size))] : readParts(kind, size, file, read);
  if (!areKeys(keys, kind)) throw corruptFile('The file holds what is no key.', kind);
  return { kind, kept: keys.map((key, at) => ({ key, count: counts[at]!, error: errors[at]! })) };
}

/** The least bytes that keys take outside linear memory, in the layouts that engines have for them. */
export function bytesOfKeys(keys: readonly Key[]): number {
  return keys.reduce<number>((sum, key) => {
    if (typeof key === 'number') return sum + keyBytes('number', 0);
    if (typeof key === 'bigint') return sum + keyBytes('bigint', 0);
    return sum + keyBytes(typeof key === 'string' ? 'string' : 'bytes', key.length);
  }, 0);
}

function readParts(
  kind: Kind,
  size: number,
  file: IndexFile,
  read: (name: string, dtype: SafetensorsDtype, length: number) => ArrayBuffer,
): Key[] {
  const ends = new Uint32Array(read('ends', 'U32', size));
  const bytes = read('keys', kind === 'bytes' ? 'U8' : 'U16', file.rowsOf('keys'));
  const units = kind === 'bytes' ? new Uint8Array(bytes) : new Uint16Array(bytes);
  if (ends.some((end, at) => end < (ends[at - 1] ?? 0)) || (ends[size - 1] ?? 0) !== units.length)
    throw corruptFile('The keys of the file do not end where they should.', ends[size - 1]);
  return Array.from(ends, (end, at) => {
    const part = units.subarray(ends[at - 1] ?? 0, end);
    if (part instanceof Uint8Array) return part.slice();
    const text = textOf(part);
    return kind === 'string' ? text : bigintOf(text);
  });
}

function textOf(units: Uint16Array): string {
  let text = '';
  for (let at = 0; at < units.length; at += PIECE)
    text += String.fromCharCode(...units.subarray(at, at + PIECE));
  return text;
}

function bigintOf(text: string): bigint {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw corruptFile('A key of the file is no integer.', text);
}

function areKeys(keys: readonly Key[], kind: Kind): boolean {
  try {
    return keys.length === 0 || checkKeys(keys as readonly string[]).kind === kind;
  } catch {
    return false;
  }
}

/** A heap of whole counts that add up to no more than the total, each beyond its error. */
function checkCountsOf(counts: Float64Array, errors: Float64Array, capacity: number, total: number): void {
  let sum = 0;
  const isRight = counts.every((count, at) => {
    sum += count;
    const isHeap = at === 0 || counts[(at - 1) >> 1]! <= count;
    return (
      isHeap &&
      Number.isSafeInteger(count) &&
      Number.isSafeInteger(errors[at]) &&
      errors[at]! >= 0 &&
      errors[at]! < count
    );
  });
  if (!isRight || sum > total || counts.length > capacity)
    throw corruptFile('The counts of the file are none that a TopK keeps.', total);
}

function specOf(name: string, dtype: SafetensorsDtype, length: number): TensorSpec {
  return { name, dtype, shape: [length] };
}
