// workerd forbids compiling bytes; it compiles `.wasm?module` imports when a worker is deployed, of either tier.
import relaxed from './relaxed.wasm?module';
import simd from './simd.wasm?module';
import type { KernelSources } from './sources.ts';

/** The kernels as modules compiled by the platform. */
export const kernelSources: KernelSources = { simd: () => simd, relaxed: () => relaxed };
