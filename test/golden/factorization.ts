/** Factors by hash: derived once by running, the same in every tier, runtime and version from then on. */
export const GOLDEN = {
  /** SHA-256 of the factors and biases after `fit`, and then of those after `partialFit`. */
  learned: 'fc967be7b96cad69b7e8a91d6719ce3a6931e132a83ae2e3149adac05bacf8c9',
  /** SHA-256 of a saved file. */
  file: '3841e1fffdecc8996969b0f822f46a4ceed5c1c9a18e7c72147d8a6e9db3589f',
} as const;
