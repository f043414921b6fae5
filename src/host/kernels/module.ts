// workerd and edge runtimes forbid compiling bytes; they compile `.wasm?module` imports when the worker is deployed.
import simd from './simd.wasm?module';
import type { KernelSources } from './sources.ts';

/** The kernels as a module compiled by the platform. Only the tier that every platform accepts can be named ahead of time. */
export const kernelSources: KernelSources = { simd: () => simd };
