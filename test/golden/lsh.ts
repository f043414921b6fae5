/** Hashes of answers and files: derived once by running, the same in every tier, runtime and version from then on. */
export interface GoldenLsh {
  readonly dimensions: number;
  readonly tables: number;
  readonly bits: number;
  readonly rows: number;
  /** SHA-256 of the ids, the scores and the numbers of candidates of nine queries, k = 20, three probes a table. */
  readonly answers: string;
  readonly fileBytes: number;
  /** SHA-256 of `toBytes()`. */
  readonly file: string;
}

export const GOLDEN: readonly GoldenLsh[] = [
  {
    dimensions: 24,
    tables: 12,
    bits: 18,
    rows: 9000,
    answers: '9d060c11bea9e4f69b2c649e6303432afb7ca8269a61ac155a22ee6a2ce042f3',
    fileBytes: 1109084,
    file: '5de5522ccb9bbf6e5ba7940bdf5a5e0ff573fd38a7c5aeb0bd29982863d2be60',
  },
  {
    dimensions: 7,
    tables: 5,
    bits: 11,
    rows: 4000,
    answers: '7dbb3ea89e76eab54950d6c3e7fd13f56087336cb9fd8bd76d79dc422c52e274',
    fileBytes: 197505,
    file: 'bc1edc1584905b38f87eca1cfbd1645868d0aa740e62954ffbfd21f1ec9e1868',
  },
];
