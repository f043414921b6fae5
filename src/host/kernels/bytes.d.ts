/** The compiled kernels, put in place by the build (rollup.config.js): one LZMA stream in base64, relaxed before simd. */
declare module 'virtual:kernel-bytes' {
  export const packed: string;
  export const sizes: { readonly relaxed: number; readonly simd: number };
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
