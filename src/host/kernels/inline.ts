import { packed, sizes } from 'virtual:kernel-bytes';
import { unpack } from './lzma.ts';
import type { KernelSources } from './sources.ts';

/** The tiers stand in one stream, the relaxed one first, so that runtimes of today unpack no other. */
function first(bytes: number): Uint8Array<ArrayBuffer> {
  return unpack(
    Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)),
    bytes,
  );
}

/** The kernels as bytes inside the JavaScript: nothing to fetch, no path that a bundler could break. */
export const kernelSources: KernelSources = {
  relaxed: () => first(sizes.relaxed),
  simd: () => first(sizes.relaxed + sizes.simd).slice(sizes.relaxed),
};
