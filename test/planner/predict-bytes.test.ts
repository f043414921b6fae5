import {
  CountMinSketch,
  CsrMatrix,
  FlatIndex,
  HnswIndex,
  IvfIndex,
  LshIndex,
  MatrixFactorization,
  Random,
} from 'lanewise';
import { expect, test } from 'vitest';
import { type PredictionRequest, predict } from '../../src/planner/index.ts';
import { relativeError, rowsOf } from '../cost/indexed-rows.ts';
import { MACHINE } from './some-machine.ts';

const SHAPE = { rows: 6000, dimensions: 100 };
const vectors = rowsOf(SHAPE);

interface Held {
  memoryUsage(): { readonly total: number };
  dispose(): void;
}

function expectPredicted(index: Held, request: object): void {
  const actual = index.memoryUsage().total;
  index.dispose();
  const { bytes } = predict({ ...request, machine: MACHINE } as PredictionRequest);
  expect(relativeError(bytes, actual)).toBeLessThan(0.01);
}

test('the bytes of an index over vectors are those that it then has', async () => {
  const flat = await FlatIndex.create(SHAPE);
  await flat.build(vectors);
  expectPredicted(flat, { index: 'flat', ...SHAPE });
  const graph = { m: 8, efConstruction: 20 };
  const hnsw = await HnswIndex.create({ ...SHAPE, ...graph });
  await hnsw.build(vectors);
  expectPredicted(hnsw, { index: 'hnsw', ...SHAPE, options: graph });
  const tables = { tables: 5, bits: 9 };
  const lsh = await LshIndex.create({ ...SHAPE, ...tables });
  lsh.add(vectors);
  expectPredicted(lsh, { index: 'lsh', ...SHAPE, options: tables });
});

test.each([
  { codes: 'float32' },
  { codes: 'int8' },
  { codes: 'pq4' },
  { codes: 'bits' },
  { codes: 'pq4', rescore: false },
  { codes: 'bits', rescore: false },
] as const)('and so are those of cells of $codes, rescore $rescore', async (kind) => {
  const options = { cells: 40, ...kind };
  const ivf = await IvfIndex.create({ ...SHAPE, metric: 'l2', ...options });
  await ivf.build(vectors, { maxIterations: 3, seed: 5 });
  expectPredicted(ivf, { index: 'ivf', ...SHAPE, options });
});

test('and of matrices, factors and sketches', async () => {
  const random = new Random(1);
  const [rows, columns, nonzeros] = [3000, 500, 20_000];
  const cells = Int32Array.from(
    { length: nonzeros },
    (_, i) => (i * 71 + random.integer(70)) % (rows * columns),
  );
  const rowIndex = cells.map((cell) => Math.floor(cell / columns));
  const columnIndex = cells.map((cell) => cell % columns);
  const values = new Float32Array(nonzeros).fill(1);
  const csr = await CsrMatrix.fromCoo({ rows, columns, rowIndex, columnIndex, values });
  expectPredicted(csr, { index: 'csr', rows, options: { columns, nonzeros: csr.nonzeros } });
  const learned = await MatrixFactorization.create({ factors: 16, epochs: 1 });
  await learned.fit({
    users: rowIndex,
    items: columnIndex,
    ratings: values,
    userCount: rows,
    itemCount: columns,
  });
  const options = { users: rows, items: columns, factors: 16, epochs: 1 };
  expectPredicted(learned, { index: 'sgd', rows: nonzeros, options });
  const shape = { width: 4096, depth: 5 };
  expectPredicted(await CountMinSketch.create(shape), { index: 'count-min', rows: 1000, options: shape });
});
