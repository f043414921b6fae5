/** The builds of the kernels, slowest first: `simd` runs wherever lanewise runs; `relaxed` adds relaxed-SIMD integer dots. */
export type Tier = 'simd' | 'relaxed';

/** Where the kernels of each tier come from: bytes to compile, or a module that the platform compiled beforehand. */
export type KernelSources = {
  readonly [tier in Tier]?: () => Uint8Array<ArrayBuffer> | WebAssembly.Module;
};
