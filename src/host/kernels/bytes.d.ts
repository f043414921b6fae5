/** The compiled kernels as base64, put in place by the build (rollup.config.js). */
declare module 'virtual:kernel-bytes' {
  export const simd: string;
  export const relaxed: string;
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
