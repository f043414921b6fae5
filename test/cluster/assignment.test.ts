import { KMeans } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { assignToCentroids, CentroidTable, distancesToCentroids } from '../../src/cluster/assignment.ts';
import { Arena } from '../../src/host/arena.ts';
import { runtime } from '../../src/vectors/kernels.ts';
import { QueryBatch } from '../../src/vectors/query-batch.ts';
import { RowChunk } from '../../src/vectors/row-chunk.ts';
import { type DataShape, EVERY_DISTRIBUTION, makeRows } from '../reference/data.ts';
import { assignFloat32 } from '../reference/float32.ts';
import { scoreFloat64 } from '../reference/float64.ts';

// One centroid to more than four tiles of six, full and not; a part of a block of sixteen rows, and several of them.
const SHAPES = [
  { dimensions: 1, size: 5, centroids: 3 },
  { dimensions: 3, size: 61, centroids: 1 },
  { dimensions: 7, size: 200, centroids: 13 },
  { dimensions: 16, size: 96, centroids: 6 },
  { dimensions: 33, size: 150, centroids: 26 },
] as const;

describe.each(['l2', 'cosine'] as const)('assignment under %s', (metric) => {
  test.each(EVERY_DISTRIBUTION)('of rows %s is that of comparing every pair in float32', (distribution) => {
    for (const { dimensions, size, centroids } of SHAPES) {
      const shape: DataShape = { distribution, metric, dimensions, size: size + centroids };
      const values = makeRows(shape, 7 * dimensions + size);
      const table = values.subarray(size * dimensions);
      // The centroids are among the rows, as after seeding, so that many are tied at distance 0.
      const { cells } = assignFloat32(values, table, dimensions, metric);
      expect(assignToCentroids(values, table, dimensions, metric), `${dimensions} x ${size}`).toEqual(cells);
    }
  });

  test('of equally near centroids takes the first, wherever in a tile they stand', () => {
    const rows = makeRows({ distribution: 'bell', metric, dimensions: 5, size: 40 }, 1);
    const others = makeRows({ distribution: 'bell', metric, dimensions: 5, size: 20 }, 2);
    for (const twins of [
      [0, 1],
      [4, 19],
      [5, 6],
      [3, 9],
      [12, 18],
    ] as const) {
      for (let row = 0; row < 40; row++) {
        const table = others.slice();
        for (const twin of twins) table.set(rows.subarray(5 * row, 5 * row + 5), 5 * twin);
        expect(assignToCentroids(rows, table, 5, metric)[row]).toBe(twins[0]);
      }
    }
  });

  test('goes on over the chunks in which rows pass through', () => {
    // 4096 rows a chunk: two full ones, and a third of 9 rows.
    const values = makeRows(
      { distribution: 'nearly tied in clusters', metric, dimensions: 2, size: 8201 },
      3,
    );
    const table = values.slice(0, 16);
    expect(assignToCentroids(values, table, 2, metric)).toEqual(
      assignFloat32(values, table, 2, metric).cells,
    );
  });

  test('of rows one by one is that of all at once', () => {
    const values = makeRows({ distribution: 'duplicated', metric, dimensions: 6, size: 50 }, 4);
    const table = values.slice(0, 6 * 11);
    const alone = Array.from({ length: 50 }, (_, row) =>
      Number(assignToCentroids(values.slice(6 * row, 6 * row + 6), table, 6, metric)[0]),
    );
    expect(assignToCentroids(values, table, 6, metric)).toEqual(Int32Array.from(alone));
  });

  test.each(EVERY_DISTRIBUTION)(
    'of rows %s that goes on from any cells ends at the same ones',
    (distribution) => {
      // As fit() does, iteration by iteration: the keys of the cells so far prune, and ties still go to the first.
      const [dimensions, size, count] = [3, 100, 14];
      const values = makeRows({ distribution, metric, dimensions, size }, 8);
      const table = values.slice(0, dimensions * count);
      table.copyWithin(dimensions * 9, 0, dimensions * 3);
      const arena = new Arena(runtime().memory);
      const chunk = new RowChunk(arena, dimensions, metric);
      const batch = new QueryBatch(chunk, count, { k: 1, capacity: 1, filter: undefined });
      const assignment = {
        keys: arena.allocate(4 * chunk.capacity),
        cells: arena.allocate(4 * chunk.capacity),
      };
      const { memory } = runtime();
      batch.prepare(table, 0, Number.NEGATIVE_INFINITY);
      batch.packTiles();
      chunk.load(values, 0);
      const cells = () => memory.i32.slice(assignment.cells / 4, assignment.cells / 4 + size);
      const { cells: expected, keys } = assignFloat32(values, table, dimensions, metric);
      for (const step of [0, 1, 5, 9, 13]) {
        memory.f32.fill(Number.POSITIVE_INFINITY, assignment.keys / 4, assignment.keys / 4 + chunk.capacity);
        for (let row = 0; row < size; row++)
          memory.i32[assignment.cells / 4 + row] = (row * step + step) % count;
        batch.scoreCells(chunk.segment, assignment);
        batch.assignRows(chunk.segment, assignment, 0, count);
        expect(cells()).toEqual(expected);
        const found = memory.f32.slice(assignment.keys / 4, assignment.keys / 4 + size);
        expect([...found].map((key) => key + 0)).toEqual([...keys].map((key) => key + 0));
      }
      batch.release();
      arena.release();
    },
  );

  test('is the same in fit and in predict, whose centroids give the inertia', async () => {
    const values = makeRows({ distribution: 'clustered', metric, dimensions: 9, size: 900 }, 5);
    using kmeans = await KMeans.create({
      dimensions: 9,
      clusters: 17,
      maxIterations: 4,
      tolerance: 0,
      spherical: metric === 'cosine',
      seed: 2,
    });
    await kmeans.fit(values);
    const { cells, keys } = assignFloat32(values, kmeans.centroids, 9, metric);
    expect(kmeans.predict(values)).toEqual(cells);
    const inertia = keys.reduce((sum, key) => sum + Math.max(0, metric === 'l2' ? -key : 2 - 2 * key), 0);
    // l2: the very keys, summed in the same order. Spherical: centroids were divided by their norms at the end and
    // rounded, 2^-24 a component; a cosine, and twice its distance from 1, moves by a few of these for each row.
    const tolerance = metric === 'l2' ? 0 : 900 * 2 * 8 * 2 ** -24;
    expect(Math.abs(kmeans.inertia - inertia)).toBeLessThanOrEqual(tolerance);
  });

  test('distances are those of float64, not squared', () => {
    const values = makeRows({ distribution: 'bell', metric, dimensions: 11, size: 70 }, 6);
    const table = values.slice(0, 11 * 8);
    const distances = distancesToCentroids(values, table, 11, metric);
    expect(distances.length).toBe(70 * 8);
    for (let row = 0; row < 70; row++) {
      const vector = values.subarray(11 * row, 11 * row + 11);
      for (let centroid = 0; centroid < 8; centroid++) {
        const score = scoreFloat64(table.subarray(11 * centroid, 11 * centroid + 11), vector, metric);
        const square = metric === 'l2' ? score : Math.max(0, 2 - 2 * score);
        // The square errs by some 10 x 2^-24 of what it is the difference of: at most 4 under cosine, itself under l2.
        const tolerance = 10 * 2 ** -24 * (metric === 'l2' ? square : 4);
        const found = distances[8 * row + centroid]!;
        expect(Math.abs(found * found - square)).toBeLessThanOrEqual(tolerance + 4 * 2 ** -24 * square);
      }
    }
  });

  test('gives every byte back, also where a row is refused', () => {
    const { memory } = runtime();
    const before = memory.statistics.bytesInUse;
    assignToCentroids(Float32Array.of(1, 2, 3, 4), Float32Array.of(1, 1), 2, metric);
    expect(() =>
      assignToCentroids(Float32Array.of(1, 2, Number.NaN, 4), Float32Array.of(1, 1), 2, metric),
    ).toThrow('Vector 1');
    expect(() =>
      distancesToCentroids(Float32Array.of(Number.NaN, 1), Float32Array.of(1, 1), 2, metric),
    ).toThrow('Vector 0');
    expect(memory.statistics.bytesInUse).toBe(before);
  });
});

test('a table reports the bytes that it takes of linear memory', () => {
  const { memory } = runtime();
  const before = memory.statistics.bytesInUse;
  const table = new CentroidTable(new Float32Array(300).fill(1), 3, 'l2');
  expect(table.bytes).toBe(memory.statistics.bytesInUse - before);
  table.release();
  expect(memory.statistics.bytesInUse).toBe(before);
});
