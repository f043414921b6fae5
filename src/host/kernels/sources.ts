/** The builds of the kernels, slowest first: `simd` runs wherever lanewise runs; `relaxed` adds relaxed-SIMD integer dots. */
export type Tier = 'simd' | 'relaxed';

declare global {
  namespace WebAssembly {
    // So that the declarations of the package hold in a Node project, which has no types of a page.
    interface Module {}
  }
}

/** Where the kernels of each tier come from: bytes to compile, or a module that the platform compiled beforehand. */
export type KernelSources = {
  readonly [tier in Tier]?: () => Uint8Array<ArrayBuffer> | WebAssembly.Module;
};
