import type { Metric } from 'lanewise';

/** Hashes of answers and files: derived once by running, the same in every tier, runtime and version from then on. */
export interface GoldenFlat {
  readonly metric: Metric;
  readonly dimensions: number;
  readonly rows: number;
  /** SHA-256 of the ids and then the scores of nine queries, k = 20. */
  readonly answers: string;
  readonly fileBytes: number;
  /** SHA-256 of `toBytes()`. */
  readonly file: string;
}

export const GOLDEN: readonly GoldenFlat[] = [
  {
    metric: 'cosine',
    dimensions: 24,
    rows: 9000,
    answers: '553a480dba8b776acaad9310c6e7e9eb3f7e65aca7ae061e9c8466f14dc5777c',
    fileBytes: 1293440,
    file: 'b1ecc2b8d8de90d9db4b505723f1a5b08e7a32f8b8c2ce83ee533a63fe8ab173',
  },
  {
    metric: 'ip',
    dimensions: 7,
    rows: 9000,
    answers: '0bd136b609ee307ad4087c0a1445d19fcc0182fa42a067fc90af0b90af7e22c5',
    fileBytes: 568628,
    file: '19797a294963f6e5a1764858d84af4e3304668f2b86b6823d1b9adf28e380823',
  },
  {
    metric: 'l2',
    dimensions: 200,
    rows: 3000,
    answers: '4b100c024a5f09e7c5e2936433bd1b363e4cdbafd0c3f3b7ea7d9e6a3647a1c0',
    fileBytes: 2977472,
    file: '8c93e5d183f70e828d7966b657404403e623455bdeabc044cfefba23c1954dfb',
  },
];
