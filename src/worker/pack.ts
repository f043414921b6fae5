import type { Bitmap } from '../vectors/bitmap.ts';

/** The arguments of a call as a message carries them, and what stays on this side. */
export interface Packed {
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>> | undefined;
  readonly filter: Uint8Array | undefined;
  /** Buffers that the message takes along instead of copying them. */
  readonly buffers: ArrayBuffer[];
}

/** What the options of any call may hold beside what is its own. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
  readonly filter?: unknown;
  readonly transfer?: boolean | undefined;
}

/** The options of a call: its last argument, where that is a plain object. */
export function optionsOf(args: readonly unknown[]): CallOptions | undefined {
  const last = args.at(-1);
  return isPlain(last) ? last : undefined;
}

/**
 * Packs the arguments of a call. An array goes along with its buffer where `transfer` is set; elsewhere it is copied
 * once, since a message would copy all of the buffer that an array may be a small part of, and the copy goes along.
 */
export function pack(args: readonly unknown[], options: CallOptions | undefined): Packed {
  const { signal: _signal, onProgress: _progress, transfer = false, filter, ...own } = options ?? {};
  const buffers = new Set<ArrayBuffer>();
  const bytes = isBitmap(filter) ? filter.toBytes() : undefined;
  if (bytes) buffers.add(bytes.buffer);
  const rest = options ? args.slice(0, -1) : args;
  return {
    args: rest.map((value) => carry(value, transfer, buffers)),
    options: options && (carry(bytes ? own : { ...own, filter }, transfer, buffers) as Packed['options']),
    filter: bytes,
    buffers: [...buffers],
  };
}

function carry(value: unknown, transfer: boolean, buffers: Set<ArrayBuffer>): unknown {
  if (value instanceof ArrayBuffer) return carry(new Uint8Array(value), transfer, buffers);
  if (ArrayBuffer.isView(value)) {
    new Uint8Array(value.buffer); // throws where it was transferred before: Node 20 would post it, and fail at the other end
    const given = transfer && value.buffer instanceof ArrayBuffer ? value : copy(value);
    buffers.add(given.buffer as ArrayBuffer);
    return given;
  }
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => [key, carry(held, transfer, buffers)]),
  );
}

/** Every typed array has the same `slice`, but for those of Node's Buffer, which copies nothing. */
function copy(view: ArrayBufferView): ArrayBufferView {
  return view instanceof DataView ? structuredClone(view) : Uint8Array.prototype.slice.call(view);
}

/** Whether a value is an object literal, of this realm or another one. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** By what it has: it may come from another file of the package. */
function isBitmap(filter: unknown): filter is Bitmap {
  return (filter as Bitmap | undefined)?.words instanceof Uint32Array;
}
