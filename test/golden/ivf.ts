import type { CellCodes, Metric } from 'lanewise';

/** Hashes of answers and files: derived once by running, the same in every tier, runtime and version from then on. */
export interface GoldenIvf {
  readonly metric: Metric;
  readonly codes: CellCodes;
  readonly dimensions: number;
  readonly rows: number;
  readonly cells: number;
  /** SHA-256 of the ids, the scores and the numbers of cells searched for nine queries, k = 20, at three probes. */
  readonly answers: string;
  readonly fileBytes: number;
  /** SHA-256 of `toBytes()`. */
  readonly file: string;
}

export const GOLDEN: readonly GoldenIvf[] = [
  {
    metric: 'cosine',
    codes: 'int8',
    dimensions: 24,
    rows: 5000,
    cells: 70,
    answers: '04247714e8272479b4d28e07b22ac8a9fdd6fce3a681c3c9f559a187cd3b905d',
    fileBytes: 445140,
    file: '88d425d26be79196774adbe129b0304ee54a0a391ca40cb6c2fb532fd43fd27b',
  },
  {
    metric: 'ip',
    codes: 'float32',
    dimensions: 7,
    rows: 3000,
    cells: 16,
    answers: '30a053458b00deaf02b2a4c799b49f1edcd3617a400ffb3e49abe2e133af7acf',
    fileBytes: 85152,
    file: 'b637fc0452e5fe052665013a1294246c1e5a84062281a05140c4670fd0d5bb09',
  },
  {
    metric: 'l2',
    codes: 'int8',
    dimensions: 2,
    rows: 9000,
    cells: 1,
    answers: '84d873660583257b10bae42ab8c3e5652bbb76aff4c1f62cb87ee7fc2bccd901',
    fileBytes: 95152,
    file: '410f299aa7cb7c5cba389785445d946c446be1bb1bb11e3789b935f091c778c7',
  },
];
