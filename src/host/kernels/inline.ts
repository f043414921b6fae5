import { relaxed, simd } from 'virtual:kernel-bytes';
import type { KernelSources } from './sources.ts';

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** The kernels as bytes inside the JavaScript: nothing to fetch, no path that a bundler could break. */
export const kernelSources: KernelSources = { simd: () => decode(simd), relaxed: () => decode(relaxed) };
