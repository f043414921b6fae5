import {
  edit,
  editBytes,
  recommend,
  recommendBytes,
  search,
  searchBytes,
  sketch,
  sketchBytes,
  sparse,
  sparseBytes,
  unpacker,
} from 'virtual:kernel-bytes';
import type { KernelSources } from './sources.ts';

// Where things stand in the memory of the unpacker (assembly/unpack.ts).
const PROBABILITIES = 1024;
const PACKED = 32_768;
/** What the last match may write beyond the end. */
const SLACK = 512;
const PAGE_BYTES = 65_536;

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  // A loop, for it runs cold: Uint8Array.from takes three times as long.
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** The first bytes of a packed stream: as many as are asked for. */
function unpack(packed: string, bytes: number): Uint8Array<ArrayBuffer> {
  const stream = decode(packed);
  const out = PACKED + stream.length;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((out + bytes + SLACK) / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(decode(unpacker)), { env: { memory } });
  new Uint8Array(memory.buffer).set(stream, PACKED);
  (exports as { unpack(...numbers: number[]): void }).unpack(PACKED, PROBABILITIES, out, bytes);
  return new Uint8Array(memory.buffer, out, bytes);
}

// The kernels as bytes inside the JavaScript: nothing to fetch, no path that a bundler could break. The tiers stand in one
// stream, the relaxed one first, so that runtimes of today unpack no other.

export const searchKernels: KernelSources = {
  relaxed: () => unpack(search, searchBytes.relaxed),
  simd: () => unpack(search, searchBytes.relaxed + searchBytes.simd).subarray(searchBytes.relaxed),
};

export const sparseKernels: KernelSources = { simd: () => unpack(sparse, sparseBytes.simd) };

export const recommendKernels: KernelSources = { simd: () => unpack(recommend, recommendBytes.simd) };

export const sketchKernels: KernelSources = { simd: () => unpack(sketch, sketchBytes.simd) };

export const editKernels: KernelSources = { simd: () => unpack(edit, editBytes.simd) };
