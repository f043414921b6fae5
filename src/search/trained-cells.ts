import { CentroidTable } from '../cluster/assignment.ts';
import { cluster } from '../cluster/k-means.ts';
import { asPart, type Progress } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import { CENTROID_PLANES } from '../vectors/cell-layout.ts';
import type { CellStore } from '../vectors/cell-store.ts';
import type { Metric } from '../vectors/metric.ts';
import { VectorStore } from '../vectors/store.ts';
import { type CellCodes, isSketch } from './cell-codes.ts';
import { CellSketches } from './cell-sketches.ts';
import { checkTrainOptions, type TrainOptions } from './ivf-options.ts';
import type { CheckedRows } from './options.ts';
import type { SketchKind } from './sketch-layout.ts';

/** What cells are trained for, and filled with. */
export interface CellPlan {
  readonly rows: CellStore;
  readonly codes: CellCodes;
  /** Throws once the index was disposed of: between two pieces of work it may be. */
  readonly check: () => void;
  readonly isDisposed: () => boolean;
}

/** Centroids: as rows that queries are ranked against, and as a table that rows are assigned by. */
export class TrainedCells {
  readonly centroids: VectorStore;
  readonly table: CentroidTable;
  readonly seed: number;
  /** What rows are found by, if not by bounds. */
  sketches: CellSketches | undefined;

  /** Takes over centroids and sketches, and gives them back when it fails. @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(centroids: VectorStore, seed: number, sketches: CellSketches | undefined) {
    const { dimensions, metric, size } = centroids;
    this.centroids = centroids;
    this.seed = seed;
    this.sketches = sketches;
    try {
      const values = new Float32Array(size * dimensions);
      for (let cell = 0; cell < size; cell++) values.set(centroids.get(cell)!, cell * dimensions);
      this.table = new CentroidTable(values, dimensions, assignedBy(metric));
    } catch (error) {
      centroids.release();
      sketches?.release();
      throw error;
    }
  }

  /** Bytes of linear memory held. */
  get bytes(): number {
    return this.centroids.arena.bytes + this.table.bytes + (this.sketches?.bytes ?? 0);
  }

  release(): void {
    this.centroids.release();
    this.table.release();
    this.sketches?.release();
  }
}

/** Learns cells from a sample. @throws what `IvfIndex.train` throws */
export function* trainCells(
  values: Float32Array,
  { rows, codes, check }: CellPlan,
  options: TrainOptions,
): Generator<Progress, TrainedCells> {
  const { seed, maxIterations, rowsPerCell } = checkTrainOptions(options);
  const { dimensions, metric, cells } = rows;
  const drawn = drawRows(values.length / dimensions, cells * rowsPerCell, seed);
  const wanted = { clusters: cells, maxIterations, tolerance: 0, restarts: 1, seed };
  const clustered = cluster(values, dimensions, assignedBy(metric), wanted, drawn);
  const clustering = yield* isSketch(codes) ? asPart(clustered, { from: 0, to: 80, total: 100 }) : clustered;
  check();
  const centroids = new VectorStore(dimensions, metric, CENTROID_PLANES);
  try {
    centroids.stage(cells, undefined, false).writeAll(clustering.centroids);
  } catch (error) {
    centroids.release();
    throw error;
  }
  const trained = new TrainedCells(centroids, seed, undefined);
  return isSketch(codes) ? yield* trainSketches(trained, values, codes, check) : trained;
}

function* trainSketches(
  trained: TrainedCells,
  values: Float32Array,
  kind: SketchKind,
  check: () => void,
): Generator<Progress, TrainedCells> {
  const { centroids, table, seed } = trained;
  let sketches: CellSketches | undefined;
  let isTrained = false;
  try {
    sketches = new CellSketches(kind, centroids, seed);
    yield* asPart(sketches.train(values, table, seed), { from: 80, to: 100, total: 100 });
    check();
    isTrained = true;
    trained.sketches = sketches;
    return trained;
  } finally {
    if (!isTrained) {
      sketches?.release();
      trained.release();
    }
  }
}

/** Adds rows to their cells: all of them, or none when it throws or is stopped. */
export function* addToCells(
  { values, rows, ids, replace }: CheckedRows,
  { table, sketches }: TrainedCells,
  { rows: store, check, isDisposed }: CellPlan,
): Generator<Progress, Int32Array> {
  store.checkIds(rows, ids, replace);
  const cells = new Int32Array(rows);
  for (let done = 0; done < rows; ) {
    done += table.assign(values, done, cells);
    yield { done: done / 2, total: rows };
    check();
  }
  const staged = store.stage(cells, ids, replace);
  let isCommitted = false;
  try {
    while (staged.written < staged.pieces.length) {
      store.writePiece(staged, values, sketches);
      if (staged.written === staged.pieces.length) break;
      yield { done: (rows * (1 + staged.written / staged.pieces.length)) / 2, total: rows };
      check();
    }
    yield { done: rows, total: rows };
    check();
    store.commit(staged);
    isCommitted = true;
  } finally {
    if (!isCommitted && !isDisposed()) store.rollback(staged);
  }
  return staged.ids;
}

/** Cells are k-means cells: by direction under cosine, by distance otherwise, inner products having no nearest centre. */
function assignedBy(metric: Metric): Metric {
  return metric === 'cosine' ? 'cosine' : 'l2';
}

/** Numbers of some rows of a sample, in their order; undefined for all. */
function drawRows(rows: number, most: number, seed: number): Int32Array | undefined {
  if (rows <= most) return undefined;
  const random = new Random(seed);
  const drawn = new Int32Array(most);
  // Selection sampling (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S): each subset is equally likely.
  for (let row = 0, taken = 0; taken < most; row++) {
    if (random.uniform() * (rows - row) < most - taken) drawn[taken++] = row;
  }
  return drawn;
}
