import type { TensorSpec } from '../format/safetensors.ts';
import { Arena } from '../host/arena.ts';
import { Checksum } from '../host/checksum.ts';
import type { Runtime } from '../host/kernels.ts';
import type { FileTensor, IndexFile } from './index-file.ts';

/** Bytes copied and hashed at a time: they stay in the second-level cache. A multiple of what a hash takes at once. */
const CHUNK_BYTES = 256 << 10;

/** A block of linear memory as a tensor. */
export function blockTensor(runtime: Runtime, spec: TensorSpec, address: number): FileTensor {
  const { memory } = runtime;
  return {
    ...spec,
    save: (target) =>
      hashChunks(runtime, target.length, (at, bytes) => {
        target.set(memory.u8.subarray(address + at, address + at + bytes), at);
        return address + at;
      }),
    load: (source) =>
      hashChunks(runtime, source.length, (at, bytes) => {
        memory.u8.set(source.subarray(at, at + bytes), address + at);
        return address + at;
      }),
  };
}

/** A typed array as a tensor; `load` fills it. */
export function arrayTensor(runtime: Runtime, spec: TensorSpec, array: ArrayBufferView): FileTensor {
  const own = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return {
    ...spec,
    save: (target) => {
      target.set(own);
      return hashBytes(runtime, own);
    },
    load: (source) => {
      own.set(source);
      return hashBytes(runtime, own);
    },
  };
}

/** A tensor that is written by `fill`; read it with `readChecked`. */
export function bytesTensor(
  runtime: Runtime,
  spec: TensorSpec,
  fill: (target: Uint8Array) => void,
): FileTensor {
  return {
    ...spec,
    save: (target) => {
      fill(target);
      return hashBytes(runtime, target);
    },
    load: (source) => hashBytes(runtime, source),
  };
}

/** The bytes of a tensor in a file, after checking them. @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE` */
export function readChecked(runtime: Runtime, file: IndexFile, spec: TensorSpec): Uint8Array {
  const { data } = file.take(spec);
  file.load([bytesTensor(runtime, spec, () => {})]);
  return data;
}

function hashBytes(runtime: Runtime, source: Uint8Array): string {
  const buffers = new Arena(runtime.memory);
  try {
    const buffer = buffers.allocate(CHUNK_BYTES);
    return hashChunks(runtime, source.length, (at, bytes) => {
      runtime.memory.u8.set(source.subarray(at, at + bytes), buffer);
      return buffer;
    });
  } finally {
    buffers.release();
  }
}

/** Hashes `length` bytes chunk by chunk; `move` brings the next chunk to linear memory and tells its address. */
function hashChunks(runtime: Runtime, length: number, move: (at: number, bytes: number) => number): string {
  const buffers = new Arena(runtime.memory);
  try {
    const checksum = new Checksum(runtime, buffers);
    for (let at = 0; at < length; at += CHUNK_BYTES) {
      const bytes = Math.min(CHUNK_BYTES, length - at);
      checksum.update(move(at, bytes), bytes);
    }
    return checksum.digest();
  } finally {
    buffers.release();
  }
}
