// Edge runtimes forbid compiling bytes; they compile `.wasm?module` imports when the code is deployed.
import simd from './simd.wasm?module';
import type { KernelSources } from './sources.ts';

// The kernels as a module compiled by the platform, of all families: the tier that every platform accepts, since nothing
// can be tried.

export const searchKernels: KernelSources = { simd: () => simd };

export const sparseKernels: KernelSources = { simd: () => simd };

export const recommendKernels: KernelSources = { simd: () => simd };

export const sketchKernels: KernelSources = { simd: () => simd };

export const editKernels: KernelSources = { simd: () => simd };
