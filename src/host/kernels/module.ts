// workerd forbids compiling bytes; it compiles `.wasm?module` imports when a worker is deployed, of either tier.
import relaxed from './relaxed.wasm?module';
import simd from './simd.wasm?module';
import type { KernelSources } from './sources.ts';

// The kernels as modules compiled by the platform; one module has those of every family.

export const searchKernels: KernelSources = { simd: () => simd, relaxed: () => relaxed };

export const sparseKernels: KernelSources = { simd: () => simd };

export const recommendKernels: KernelSources = { simd: () => simd };

export const sketchKernels: KernelSources = { simd: () => simd };

export const editKernels: KernelSources = { simd: () => simd };
