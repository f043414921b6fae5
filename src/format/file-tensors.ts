import { Arena } from '../host/arena.ts';
import { Checksum, type HashKernels } from '../host/checksum.ts';
import type { Runtime as HostRuntime } from '../host/kernels.ts';
import type { FileTensor, IndexFile } from './index-file.ts';
import type { TensorSpec } from './safetensors.ts';

type Runtime = HostRuntime<HashKernels>;

/** Bytes copied and hashed at a time: they stay in the second-level cache. A multiple of what a hash takes at once. */
const CHUNK_BYTES = 256 << 10;

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

/** XXH64 of bytes outside linear memory, which pass through it chunk by chunk. */
function hashBytes(runtime: Runtime, source: Uint8Array): string {
  const buffers = new Arena(runtime.memory);
  try {
    const buffer = buffers.allocate(CHUNK_BYTES);
    const checksum = new Checksum(runtime, buffers);
    for (let at = 0; at < source.length; at += CHUNK_BYTES) {
      const chunk = source.subarray(at, at + CHUNK_BYTES);
      runtime.memory.u8.set(chunk, buffer);
      checksum.update(buffer, chunk.length);
    }
    return checksum.digest();
  } finally {
    buffers.release();
  }
}
