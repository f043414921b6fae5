/** Put in place by the build (rollup.config.js), in base64: the compiled kernels as one LZMA stream, relaxed before simd,
 * and the module that unpacks it. */
declare module 'virtual:kernel-bytes' {
  export const packed: string;
  export const unpacker: string;
  export const sizes: { readonly relaxed: number; readonly simd: number };
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
