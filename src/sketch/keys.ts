import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';
import type { SketchMemory } from './sketch-memory.ts';
import { CHUNK, KEY_BYTES } from './workspace.ts';

/**
 * What is counted or compared. Integers are keys by their value, whichever type carries them: 5, 5n and the 5 of a Uint32Array
 * are one key; so are 0 and -0, and 2^53 and 2n ** 53n. They have 64 bits, two's complement where they are negative, so that -1 and
 * 2n ** 64n - 1n are one key. Fractions, infinities and what lies beyond are keys by their float64; NaN is none. Strings are keys by
 * their UTF-8, and the same bytes are the same key; half a surrogate pair stands for the three bytes that it would have as a
 * character (WTF-8), so that strings that differ are keys that differ.
 */
export type Key = number | bigint | string | Uint8Array;
/** Keys of one type. A Uint8Array is one key, not many. */
export type KeyBatch =
  | readonly number[]
  | readonly bigint[]
  | readonly string[]
  | readonly Uint8Array[]
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float64Array;
/** One key, or many of one type. */
export type Keys = Key | KeyBatch;
/** How often each key occurred, integers in 0..4294967295: one a key, or one for all. */
export type Counts = number | Uint32Array | readonly number[];

const LARGEST_COUNT = 2 ** 32 - 1;
const LEAST_BIGINT = -(2n ** 63n);
const END_OF_BIGINTS = 2n ** 64n;

type Elements = { readonly length: number; readonly [at: number]: Key };

/** Keys of one type, each of them checked. */
export interface CheckedKeys {
  readonly kind: 'string' | 'bytes' | 'number' | 'bigint';
  readonly keys: Elements;
  readonly length: number;
  /** The bytes of the longest, at most. */
  readonly longest: number;
  /** Whether one key was given, and not an array of them. */
  readonly isOne: boolean;
}

/** @throws LanewiseError `INVALID_ARGUMENT` for other types and types that are mixed, `INVALID_VALUE` for NaN */
export function checkKeys(keys: Keys): CheckedKeys {
  if (Array.isArray(keys)) return checkArray(keys);
  if (keys instanceof Uint32Array || keys instanceof Int32Array) return checked('number', keys, 4);
  if (keys instanceof BigUint64Array || keys instanceof BigInt64Array) return checked('bigint', keys, 8);
  if (keys instanceof Float64Array) return checkArray(keys as unknown as readonly number[], keys);
  return checkArray([keys], undefined, true);
}

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` unless there is one a key */
export function checkCounts(counts: Counts, keys: number): number | Uint32Array {
  if (typeof counts === 'number') return checkInteger('counts', counts, 0, LARGEST_COUNT);
  if (!Array.isArray(counts) && !(counts instanceof Uint32Array)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `counts must be an integer, a Uint32Array or an array of integers; got ${typeof counts}.`,
      { got: typeof counts },
    );
  }
  if (counts.length !== keys) {
    throw new LanewiseError(
      'DIMENSION_MISMATCH',
      `counts must hold one count a key, ${keys}; got ${counts.length}.`,
      { expected: keys, got: counts.length },
    );
  }
  if (counts instanceof Uint32Array) return counts;
  for (let at = 0; at < keys; at++) checkInteger(`counts[${at}]`, counts[at], 0, LARGEST_COUNT);
  return Uint32Array.from(counts);
}

/**
 * Hashes keys chunk by chunk to `space.hashes` and hands each chunk on, which must not throw: what was handed on stays done.
 *
 * @param take of so many keys, from the one of a number on
 * @throws LanewiseError `MEMORY_EXHAUSTED` for a key beyond 64 kB, before the first chunk
 */
export function hashKeys(
  memory: SketchMemory,
  checked: CheckedKeys,
  seed: bigint,
  take: (count: number, first: number) => void,
): void {
  const { runtime, space } = memory;
  if (checked.kind === 'number' || checked.kind === 'bigint') {
    for (let first = 0; first < checked.length; first += CHUNK) {
      const count = Math.min(CHUNK, checked.length - first);
      hashNumbers(memory, checked, first, count, seed);
      take(count, first);
    }
    return;
  }
  if (checked.longest <= KEY_BYTES) {
    hashTexts(memory, checked, seed, space.keys, KEY_BYTES, take);
    return;
  }
  const room = new Arena(runtime.memory);
  try {
    hashTexts(memory, checked, seed, room.allocate(checked.longest), checked.longest, take);
  } finally {
    room.release();
  }
}

function checked(kind: CheckedKeys['kind'], keys: Elements, longest: number, isOne = false): CheckedKeys {
  const { length } = keys;
  if (length === 0) checkAttached(keys);
  return { kind, keys, length, longest, isOne };
}

function checkArray(
  array: readonly unknown[],
  keys: Elements = array as Elements,
  isOne = false,
): CheckedKeys {
  if (array.length === 0) return checked('number', keys, 0);
  const kind = kindOf(array[0], 0);
  let longest = 8;
  for (let at = 0; at < array.length; at++) {
    const key = array[at];
    if (kindOf(key, at) !== kind) throw mixed(array, at);
    if (kind === 'string') longest = Math.max(longest, 3 * (key as string).length);
    else if (kind === 'bytes') longest = Math.max(longest, lengthOf(key as Uint8Array));
  }
  return checked(kind, keys, longest, isOne);
}

function lengthOf(bytes: Uint8Array): number {
  if (bytes.length === 0) checkAttached(bytes);
  return bytes.length;
}

/** An array whose buffer went to a worker looks empty, but its keys are lost. @throws LanewiseError `INVALID_ARGUMENT` */
function checkAttached(empty: object): void {
  if (!ArrayBuffer.isView(empty)) return;
  try {
    new Uint8Array(empty.buffer);
  } catch {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'The buffer of the keys was transferred, to a worker for instance. Add them before, or transfer a copy.',
    );
  }
}

function kindOf(key: unknown, at: number): CheckedKeys['kind'] {
  if (typeof key === 'string') return 'string';
  if (typeof key === 'number') {
    if (!Number.isNaN(key)) return 'number';
    throw new LanewiseError('INVALID_VALUE', `keys[${at}] is NaN, which is no key.`, { got: key });
  }
  if (typeof key === 'bigint') {
    if (key >= LEAST_BIGINT && key < END_OF_BIGINTS) return 'bigint';
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `A bigint key must have at most 64 bits; keys[${at}] is ${key}. Give it as a string.`,
      { expected: [LEAST_BIGINT, END_OF_BIGINTS - 1n], got: key },
    );
  }
  if (key instanceof Uint8Array) return 'bytes';
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `A key must be a number, a bigint, a string or a Uint8Array; keys[${at}] is ${typeOf(key)}. Many keys come in an array, ` +
      'a Uint32Array, an Int32Array, a Float64Array, a BigUint64Array or a BigInt64Array.',
    { got: typeOf(key) },
  );
}

function mixed(array: readonly unknown[], at: number): LanewiseError {
  const [expected, got] = [typeOf(array[0]), typeOf(array[at])];
  return new LanewiseError(
    'INVALID_ARGUMENT',
    `The keys of one call must be of one type: keys[0] is ${expected}, keys[${at}] is ${got}. Convert them, or add each ` +
      'type by itself.',
    { expected, got },
  );
}

function typeOf(value: unknown): string {
  if (typeof value !== 'object') return typeof value;
  return value === null ? 'null' : (Object.getPrototypeOf(value)?.constructor?.name ?? 'object');
}

function hashNumbers(
  { runtime: { memory, kernels }, space }: SketchMemory,
  { kind, keys }: CheckedKeys,
  first: number,
  count: number,
  seed: bigint,
): void {
  const at = space.keys;
  const end = first + count;
  if (keys instanceof Uint32Array || keys instanceof Int32Array) {
    memory.u32.set(keys.subarray(first, end), at / 4);
    kernels.hashIntegers(at, count, keys instanceof Int32Array, seed, space.hashes);
  } else if (kind === 'bigint') {
    const { u64 } = memory;
    if (keys instanceof BigUint64Array || keys instanceof BigInt64Array)
      u64.set(keys.subarray(first, end) as BigUint64Array, at / 8);
    else for (let i = 0; i < count; i++) u64[at / 8 + i] = keys[first + i] as bigint;
    kernels.hashLongs(at, count, seed, space.hashes);
  } else {
    const { f64 } = memory;
    if (keys instanceof Float64Array) f64.set(keys.subarray(first, end), at / 8);
    else for (let i = 0; i < count; i++) f64[at / 8 + i] = keys[first + i] as number;
    kernels.hashNumbers(at, count, seed, space.hashes);
  }
}

/** Hashes strings or bytes that pass through `room` bytes at `address`, in which the longest of them fits. */
function hashTexts(
  memory: SketchMemory,
  checked: CheckedKeys,
  seed: bigint,
  address: number,
  room: number,
  take: (count: number, first: number) => void,
): void {
  const { runtime, space } = memory;
  for (let first = 0; first < checked.length; ) {
    const count = putBytes(memory, checked, first, address, address + room);
    runtime.kernels.hashBytes(address, space.ends, count, seed, space.state, space.hashes);
    take(count, first);
    first += count;
  }
}

/** Writes the bytes of keys from `address` on, as many keys as have room up to `end`; returns their number. */
function putBytes(
  { runtime, space }: SketchMemory,
  { keys, length }: CheckedKeys,
  first: number,
  address: number,
  end: number,
): number {
  const { u8, u32 } = runtime.memory;
  const most = Math.min(CHUNK, length - first);
  let at = address;
  let count = 0;
  for (; count < most; count++) {
    const key = keys[first + count] as string | Uint8Array;
    if (typeof key === 'string') {
      if (at + 3 * key.length > end) break;
      at = putText(u8, at, key);
    } else {
      if (at + key.length > end) break;
      u8.set(key, at);
      at += key.length;
    }
    u32[space.ends / 4 + count] = at - address;
  }
  return count;
}

/** Writes a text as UTF-8, and half a surrogate pair as if it were a character; returns where it ends. */
function putText(u8: Uint8Array, from: number, text: string): number {
  let at = from;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      u8[at++] = code;
      continue;
    }
    if (code >= 0xd800 && code < 0xdc00) {
      code = text.codePointAt(i)!;
      if (code > 0xffff) i++;
    }
    if (code < 0x800) u8[at++] = 0xc0 | (code >> 6);
    else {
      if (code < 0x10000) u8[at++] = 0xe0 | (code >> 12);
      else {
        u8[at++] = 0xf0 | (code >> 18);
        u8[at++] = 0x80 | ((code >> 12) & 63);
      }
      u8[at++] = 0x80 | ((code >> 6) & 63);
    }
    u8[at++] = 0x80 | (code & 63);
  }
  return at;
}
