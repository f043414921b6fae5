/** Hashes of answers and files: derived once by running, the same in every runtime and version from then on. */
export interface GoldenBm25 {
  readonly k1: number;
  readonly b: number;
  readonly documents: number;
  /** SHA-256 of the ids and the scores of nine queries, k = 20. */
  readonly answers: string;
  readonly fileBytes: number;
  /** SHA-256 of `toBytes()`. */
  readonly file: string;
}

export const GOLDEN: readonly GoldenBm25[] = [
  {
    k1: 1.2,
    b: 0.75,
    documents: 6000,
    answers: '4f21d948dd8345945dab19c3d8a5591f649c3ba79d6e76af0076d49eaede247c',
    fileBytes: 778194,
    file: '3a09f8fc5c90a5a60ce9c84d444bb7e88837ac059100bf5e0fbaa13c385fc4c1',
  },
  {
    k1: 0.9,
    b: 0.4,
    documents: 500,
    answers: 'a87cf0c046b9774d57e4b9dd98e17ba1e6645fe3e1ed343ae61da70310c92f08',
    fileBytes: 67562,
    file: 'a37c69328c0e127bae77691b6a1f4d13965e7a0faa1dfd4af439809ac81d34aa',
  },
];
