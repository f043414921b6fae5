import type { Configuration } from './subject.ts';

type Vectors = 'flat' | 'ivf' | 'hnsw' | 'lsh';
type Options = Record<string, string | number | false>;

/** Both kinds of calls: a query, and 64 of them. */
const both = (index: Vectors, rows: number, dimensions: number, options: Options = {}): Configuration[] =>
  [1, 64].map((batch) => ({ index, rows, dimensions, batch, options }) as Configuration);

const one = (
  index: Vectors,
  rows: number,
  dimensions: number,
  batch: number,
  options: Options = {},
): Configuration => ({ index, rows, dimensions, batch, options }) as Configuration;

/** What the constants of `predict()` are fitted to. */
export const FITTED: readonly Configuration[] = [
  ...both('flat', 3_000, 128),
  ...both('flat', 8_000, 64),
  ...both('flat', 30_000, 100),
  ...both('flat', 20_000, 512),
  ...both('flat', 150_000, 64),
  ...both('flat', 120_000, 300),
  ...both('flat', 60_000, 768),
  ...both('flat', 700_000, 96),
  ...both('flat', 1_200_000, 64),
  ...both('flat', 350_000, 384),
  ...both('flat', 40_000, 256),
  ...both('flat', 100_000, 128),
  ...both('flat', 250_000, 128),
  ...both('flat', 25_000, 768),
  ...both('flat', 450_000, 192),
  ...both('flat', 100_000, 768),
  ...both('flat', 15_000, 100, { exact: 'scan' }),
  ...both('flat', 100_000, 256, { exact: 'scan' }),
  ...(['int8', 'pq4', 'bits', 'float32'] as const).flatMap((codes) => [
    ...both('ivf', 12_000, 96, { cells: 256, probes: 8, codes }),
    ...both('ivf', 30_000, 64, { cells: 512, probes: 40, codes }),
    ...both('ivf', 70_000, 256, { cells: 1024, probes: 16, codes }),
    ...both('ivf', 30_000, 768, { cells: 512, probes: 24, codes }),
    ...both('ivf', 180_000, 64, { cells: 2048, probes: 64, codes }),
    ...both('ivf', 350_000, 100, { cells: 2048, probes: 16, codes }),
  ]),
  ...both('ivf', 700_000, 64, { cells: 4096, probes: 32, codes: 'int8' }),
  ...both('ivf', 700_000, 64, { cells: 4096, probes: 32, codes: 'pq4' }),
  ...both('hnsw', 8_000, 64, { m: 16, efConstruction: 200, ef: 40 }),
  ...both('hnsw', 12_000, 256, { m: 16, efConstruction: 100, ef: 160 }),
  ...both('hnsw', 30_000, 128, { m: 16, efConstruction: 100, ef: 64 }),
  ...both('hnsw', 20_000, 384, { m: 16, efConstruction: 200, ef: 100 }),
  ...both('hnsw', 60_000, 96, { m: 32, efConstruction: 200, ef: 100 }),
  ...both('hnsw', 120_000, 64, { m: 16, efConstruction: 100, ef: 32 }),
  ...both('hnsw', 50_000, 768, { m: 16, efConstruction: 100, ef: 64 }),
  ...both('hnsw', 250_000, 96, { m: 12, efConstruction: 100, ef: 120 }),
  ...both('lsh', 10_000, 64, { tables: 12, bits: 12, probesPerTable: 1 }),
  ...both('lsh', 50_000, 100, { tables: 12, bits: 14, probesPerTable: 4 }),
  ...both('lsh', 60_000, 128, { tables: 24, bits: 16, probesPerTable: 1 }),
  ...both('lsh', 200_000, 96, { tables: 12, bits: 18, probesPerTable: 8 }),
  ...both('lsh', 50_000, 768, { tables: 8, bits: 14, probesPerTable: 16 }),
  ...both('lsh', 400_000, 64, { tables: 16, bits: 16, probesPerTable: 2 }),
  ...[
    [10_000, 10_000, 200_000],
    [50_000, 20_000, 1_000_000],
    [200_000, 100_000, 2_000_000],
    [20_000, 20_000, 4_000_000],
    [600_000, 400_000, 5_000_000],
  ].flatMap(([rows, columns, nonzeros]) =>
    [1, 8].map((batch) => ({ index: 'csr', rows, batch, options: { columns, nonzeros } }) as Configuration),
  ),
  { index: 'csr', rows: 50_000, batch: 64, options: { columns: 50_000, nonzeros: 1_000_000 } },
  { index: 'csr', rows: 150_000, batch: 64, options: { columns: 20_000, nonzeros: 1_500_000 } },
  ...[
    [100_000, 1_000, 1_700, 64],
    [200_000, 5_000, 2_000, 32],
    [500_000, 20_000, 5_000, 64],
    [1_000_000, 6_000, 4_000, 100],
    [300_000, 10_000, 10_000, 128],
    [2_000_000, 100_000, 20_000, 16],
  ].map(
    ([rows, users, items, factors]) =>
      ({ index: 'sgd', rows, options: { users, items, factors, epochs: 8 } }) as Configuration,
  ),
  ...[
    [200_000, 1_000, 5],
    [1_000_000, 10_000, 7],
    [1_000_000, 100_000, 5],
    [2_000_000, 1_000_000, 4],
    [500_000, 4_000, 3],
    [3_000_000, 30_000, 4],
  ].flatMap(([rows, width, depth]) =>
    [1, 64].map((batch) => ({ index: 'count-min', rows, batch, options: { width, depth } }) as Configuration),
  ),
];

/** What predictions are held to: none of these is among the fitted. */
export const HELD_OUT: readonly Configuration[] = [
  one('flat', 10_000, 96, 1),
  one('flat', 50_000, 768, 1),
  one('flat', 50_000, 768, 64),
  one('flat', 200_000, 256, 1),
  one('flat', 200_000, 256, 64),
  one('flat', 1_000_000, 96, 1),
  one('flat', 1_000_000, 96, 64),
  one('ivf', 10_000, 128, 1, { cells: 256, probes: 16, codes: 'float32' }),
  one('ivf', 100_000, 100, 64, { cells: 1024, probes: 32, codes: 'float32' }),
  one('ivf', 50_000, 384, 1, { cells: 1024, probes: 32, codes: 'int8' }),
  one('ivf', 250_000, 96, 64, { cells: 2048, probes: 32, codes: 'int8' }),
  one('ivf', 1_000_000, 96, 1, { cells: 4096, probes: 64, codes: 'int8' }),
  one('ivf', 100_000, 128, 1, { cells: 1024, probes: 32, codes: 'pq4' }),
  one('ivf', 500_000, 64, 64, { cells: 2048, probes: 32, codes: 'pq4' }),
  one('ivf', 50_000, 512, 1, { cells: 1024, probes: 16, codes: 'bits' }),
  one('ivf', 200_000, 128, 64, { cells: 2048, probes: 32, codes: 'bits' }),
  one('hnsw', 10_000, 128, 1, { m: 16, efConstruction: 200, ef: 64 }),
  one('hnsw', 50_000, 256, 64, { m: 16, efConstruction: 100, ef: 100 }),
  one('hnsw', 200_000, 64, 1, { m: 16, efConstruction: 100, ef: 64 }),
  one('hnsw', 30_000, 768, 64, { m: 16, efConstruction: 200, ef: 64 }),
  one('hnsw', 500_000, 96, 1, { m: 16, efConstruction: 100, ef: 64 }),
  one('lsh', 20_000, 256, 1, { tables: 12, bits: 14, probesPerTable: 2 }),
  one('lsh', 100_000, 128, 64, { tables: 16, bits: 16, probesPerTable: 4 }),
  one('lsh', 1_000_000, 64, 1, { tables: 12, bits: 18, probesPerTable: 4 }),
  { index: 'csr', rows: 100_000, batch: 1, options: { columns: 50_000, nonzeros: 3_000_000 } },
  { index: 'csr', rows: 30_000, batch: 64, options: { columns: 30_000, nonzeros: 1_000_000 } },
  { index: 'sgd', rows: 1_000_000, options: { users: 10_000, items: 3_000, factors: 64, epochs: 8 } },
  { index: 'sgd', rows: 300_000, options: { users: 3_000, items: 3_000, factors: 32, epochs: 8 } },
  { index: 'count-min', rows: 1_000_000, batch: 1, options: { width: 20_000, depth: 5 } },
  { index: 'count-min', rows: 2_000_000, batch: 64, options: { width: 200_000, depth: 6 } },
];
