/** Put in place by the build (rollup.config.js), in base64: the compiled kernels of each family as one LZMA stream, relaxed
 * before simd, and the module that unpacks them. */
declare module 'virtual:kernel-bytes' {
  export const edit: string;
  export const editBytes: { readonly simd: number };
  export const recommend: string;
  export const recommendBytes: { readonly simd: number };
  export const search: string;
  export const searchBytes: { readonly relaxed: number; readonly simd: number };
  export const sketch: string;
  export const sketchBytes: { readonly simd: number };
  export const sparse: string;
  export const sparseBytes: { readonly simd: number };
  export const unpacker: string;
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
