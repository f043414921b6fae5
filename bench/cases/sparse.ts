import { CsrMatrix, FlatIndex, Random } from 'lanewise';
import { type Case, type Measurement, patience, type Setting, summarize, time } from '../harness.ts';

/** What a textbook gives for a matrix of one nonzero in a thousand: how many times fewer bytes, and how much faster. */
export const TEXTBOOK = { density: 0.001, bytes: 260, time: 100 };
const DENSITIES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1];

/** A share of nonzeros, and what dense and sparse take for a product with a vector: milliseconds, bytes. */
export interface DensityPoint {
  readonly density: number;
  readonly sparse: number;
  readonly dense: number;
  readonly sparseBytes: number;
  readonly denseBytes: number;
}

/** Products of the same matrix, dense and sparse, as it fills up: where a dense one is as fast. */
export const sparse: Case = {
  name: 'sparse',
  async run(setting) {
    const points = await measureDensities(setting);
    const measurements: Measurement[] = [];
    for (const { density, sparse, dense, sparseBytes, denseBytes } of points) {
      const ratio = `${(dense / sparse).toPrecision(3)}x as fast, ${(denseBytes / sparseBytes).toPrecision(3)}x fewer bytes`;
      const textbook =
        density === TEXTBOOK.density ? ` (a textbook: ${TEXTBOOK.time}x, ${TEXTBOOK.bytes}x)` : '';
      console.log(`density ${(100 * density).toPrecision(2)} %: sparse is ${ratio}${textbook}`);
      measurements.push(
        summarize(`density ${density}`, 'CsrMatrix', [sparse], { bytes: sparseBytes }),
        summarize(`density ${density}`, 'dense rows', [dense], { bytes: denseBytes }),
      );
    }
    console.log(
      `Equally fast at ${(100 * crossover(points, (point) => point.dense / point.sparse)).toPrecision(2)} % nonzeros, ` +
        `equally large at ${(100 * crossover(points, (point) => point.denseBytes / point.sparseBytes)).toPrecision(2)} %.`,
    );
    return { measurements, figures: [] };
  },
};

/** Rows x columns are as many as leave the caches. */
export function extentsOf({ isQuick }: Setting): readonly [rows: number, columns: number] {
  return isQuick ? [200, 256] : [8192, 2048];
}

/**
 * A dense product is the plain scan of a FlatIndex for one row: float32 SIMD, bound by memory.
 */
export async function measureDensities(setting: Setting): Promise<DensityPoint[]> {
  const [rows, columns] = extentsOf(setting);
  const random = new Random(1);
  const x = Float32Array.from({ length: columns }, () => random.uniform() - 0.5);
  const index = await FlatIndex.create({ dimensions: columns, metric: 'ip' });
  index.add(Float32Array.from({ length: rows * columns }, () => random.uniform()));
  const median = (run: () => void): number => summarize('', '', time(run, patience(setting))).median;
  const dense = median(() => index.search(x, { k: 1, exact: 'scan' }));
  index.dispose();
  const points: DensityPoint[] = [];
  for (const density of DENSITIES) {
    const matrix = await CsrMatrix.fromArrays(randomRows(rows, columns, density, random));
    const y = new Float32Array(rows);
    const sparse = median(() => matrix.multiply(x, y));
    const { indptr, indices, values, dense: denseBytes } = matrix.memoryUsage();
    points.push({ density, sparse, dense, sparseBytes: indptr + indices + values, denseBytes });
    matrix.dispose();
  }
  return points;
}

function randomRows(rows: number, columns: number, density: number, random: Random) {
  const indptr = new Uint32Array(rows + 1);
  const indices: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) if (random.uniform() < density) indices.push(column);
    indptr[row + 1] = indices.length;
  }
  const values = Float32Array.from(indices, () => random.uniform());
  return { rows, columns, indptr, indices: Uint32Array.from(indices), values };
}

/** Where a ratio passes 1, between the two densities beside it; both axes logarithmic, as both ratios go by powers. */
export function crossover(points: readonly DensityPoint[], ratioOf: (point: DensityPoint) => number): number {
  const after = points.findIndex((point) => ratioOf(point) < 1);
  if (after < 1) return after === 0 ? points[0]!.density : 1;
  const [left, right] = [points[after - 1]!, points[after]!];
  const share = Math.log(ratioOf(left)) / (Math.log(ratioOf(left)) - Math.log(ratioOf(right)));
  return left.density * (right.density / left.density) ** share;
}
