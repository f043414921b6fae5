import { LanewiseError } from '../../host/errors.ts';
import {
  CELL_CODES,
  type CellCodes,
  isSketch,
  keptRows,
  MOST_CELLS,
  type Rescore,
  USUAL_CODES,
} from '../../search/cell-codes.ts';
import { layoutSketcher } from '../../search/sketch-layout.ts';
import { type MemoryUsage, splitUsage } from '../../search/usage.ts';
import { layoutBatch } from '../../vectors/batch-layout.ts';
import {
  CENTROID_PLANES,
  grownRows,
  type KeptRows,
  layoutCell,
  layoutPassing,
  MOST_ROWS,
} from '../../vectors/cell-layout.ts';
import { idMapBytes } from '../../vectors/id-map.ts';
import { checkDimensions, checkInteger, LARGEST_ID } from '../../vectors/input.ts';
import { BLOCK_ROWS, layoutChunk, layoutSegment, scratchBytes } from '../../vectors/segment.ts';
import { checkChoice, given } from '../options.ts';
import { held } from './held.ts';
import { checkRowCount, type RowMemoryOptions, rowStore } from './rows.ts';

/** Quantiles 1/8, 3/8, 5/8 and 7/8 of the normal distribution: how far cells are ahead of others while rows come in. */
const DRIFTS: readonly number[] = [-1.15, 0.319, -0.319, 1.15];

/** An `IvfIndex` that is trained. Its look-up table of ids is there whether ids are given or not. */
export interface IvfMemoryOptions extends RowMemoryOptions {
  /** 1..65536 */
  readonly cells: number;
  /** @default 'int8' */
  readonly codes?: CellCodes;
  /** false where sketches are all that is kept of rows. @default a number, for float rows beside them */
  readonly rescore?: Rescore;
  /** Rows of each cell, where they are known: then the bytes are exact. @default evenly spread from 0 to twice their mean */
  readonly cellRows?: ArrayLike<number>;
  /** Calls of `add` that the rows came in, as many in each: cells that grow leave room. @default 1, as by `build` */
  readonly calls?: number;
}

/**
 * What `IvfIndex.memoryUsage()` reports, bytes. A cell holds its rows in segments of whole blocks of 16, up to 4096 rows each
 * (src/vectors/cell-layout.ts), so the fill of cells decides about half a block each, 7.5 rows on average: unless `cellRows` says
 * better, they are taken to be spread evenly from empty to twice the mean, as k-means cells of real embeddings are, about (a
 * standard deviation of .58 of the mean); of cells of hundreds of rows, any other spread comes to the same. Centroids, their codes
 * and the table that assigns rows are exact, and so are sketchers (src/search/sketch-layout.ts).
 *
 * Rows that come in several calls are taken to reach their cells in random order; a full segment grows to 1.25 times its rows, or
 * to what is needed if that is more. With many calls and few cells that evens out to some percent only.
 *
 * Cost: O(cells).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example
 * memory.ivfIndex({ rows: 1_000_000, dimensions: 96, cells: 1024, codes: 'pq4', rescore: false }).total; // 53426880
 */
export function ivfIndex(options: IvfMemoryOptions): MemoryUsage {
  const rows = checkRowCount('rows', given(options).rows);
  const dimensions = checkDimensions(options.dimensions);
  const cells = checkInteger('cells', options.cells, 1, MOST_CELLS);
  const known = Object.fromEntries(CELL_CODES.map((name) => [name, 0])) as Record<CellCodes, number>;
  const codes = checkChoice('kind of codes', options.codes ?? USUAL_CODES, known);
  const calls = checkInteger('calls', options.calls ?? 1, 1, LARGEST_ID);
  const kept = keptRows(codes, options.rescore ?? 1, dimensions);
  const { cellRows } = options;
  const fills = cellRows === undefined ? spread(rows, cells) : checkFills(cellRows, rows, cells);
  const { capacity, bytes } = segmentsOf(fills, calls, dimensions, kept);
  const layout = layoutSegment({ dimensions, ...kept, rows: MOST_ROWS });
  const idBytes = rows > 0 ? idMapBytes(rows) : 0;
  const { keepsRows = true } = kept;
  const passing = layoutPassing(dimensions);
  const total =
    bytes +
    held(4 * cells, scratchBytes(passing)) +
    (keepsRows ? 0 : held(passing.bytes)) +
    trainedBytes(dimensions, cells) +
    (isSketch(codes) ? sketcherBytes(codes, dimensions) : 0) +
    idBytes;
  return splitUsage({ layout, capacity, idBytes, keepsRows }, total);
}

/** Centroids as rows that queries are ranked against, and as a table that rows are assigned by (src/cluster/assignment.ts). */
function trainedBytes(dimensions: number, cells: number): number {
  const chunk = layoutChunk(dimensions);
  const keys = 4 * chunk.rowsPerSegment;
  return (
    rowStore({ rows: cells, dimensions }, CENTROID_PLANES).bytes +
    held(chunk.bytes, scratchBytes(chunk), keys, keys) +
    held(layoutBatch(chunk, { size: cells, capacity: 1 }).bytes)
  );
}

function sketcherBytes(kind: 'pq4' | 'bits', dimensions: number): number {
  const {
    descriptorBytes,
    codebookBytes,
    factorBytes,
    scratchBytes: scratch,
  } = layoutSketcher({ kind, dimensions });
  const center = 16 * Math.ceil(dimensions / 4);
  return held(descriptorBytes, codebookBytes, scratch, center) + (factorBytes > 0 ? held(factorBytes) : 0);
}

/** Rows and bytes that the segments of all cells have room for. */
function segmentsOf(
  fills: ArrayLike<number>,
  calls: number,
  dimensions: number,
  kept: KeptRows,
): { capacity: number; bytes: number } {
  // There are few sizes of segments, of many cells: so many of each number of blocks.
  const counts = new Float64Array(MOST_ROWS / BLOCK_ROWS + 1);
  for (let cell = 0; cell < fills.length; cell++) {
    const rows = fills[cell]!;
    if (calls > 1) {
      for (const room of roomsOf(rows, calls, DRIFTS[cell % DRIFTS.length]!)) counts[room / BLOCK_ROWS]!++;
      continue;
    }
    const full = Math.floor(rows / MOST_ROWS);
    counts[MOST_ROWS / BLOCK_ROWS]! += full;
    counts[Math.ceil((rows - full * MOST_ROWS) / BLOCK_ROWS)]!++;
  }
  let [capacity, bytes] = [0, 0];
  for (let blocks = 1; blocks < counts.length; blocks++) {
    const count = counts[blocks]!;
    if (count === 0) continue;
    const room = blocks * BLOCK_ROWS;
    capacity += count * room;
    bytes += count * held(layoutCell(dimensions, kept, room).bytes);
  }
  return { capacity, bytes };
}

/**
 * Rows that the segments of a cell have room for that got `rows` in so many calls, by and by.
 *
 * @param drift how many standard deviations it is ahead of the others meanwhile
 */
function* roomsOf(rows: number, calls: number, drift: number): Generator<number> {
  const after = (call: number): number => {
    const share = call / calls;
    const ahead = drift * Math.sqrt(rows * share * (1 - share));
    return Math.min(rows, Math.max(0, Math.floor(rows * share + ahead)));
  };
  for (let first = 0; first < rows; first += MOST_ROWS) {
    const end = Math.min(rows, first + MOST_ROWS) - first;
    for (let room = 0; room < end; ) {
      const call = firstWhere(calls, (at) => after(at) > first + room);
      const from = Math.max(0, after(call - 1) - first);
      const needed = Math.min(end, after(call) - first);
      room = Math.ceil((from === 0 ? needed : grownRows(from, needed)) / BLOCK_ROWS) * BLOCK_ROWS;
      if (room >= end) yield room;
    }
  }
}

/** The first of the calls 1..calls that holds, as all behind it do. */
function firstWhere(calls: number, holds: (call: number) => boolean): number {
  let [low, high] = [1, calls];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Whole rows of cells that are spread evenly from 0 to twice the mean. */
function spread(rows: number, cells: number): Float64Array {
  const fills = new Float64Array(cells);
  let before = 0;
  for (let cell = 0; cell < cells; cell++) {
    const share = (cell + 1) / cells;
    const upTo = Math.floor(rows * share * share);
    fills[cell] = upTo - before;
    before = upTo;
  }
  return fills;
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless there is a number a cell, and they sum to the rows */
function checkFills(fills: ArrayLike<number>, rows: number, cells: number): ArrayLike<number> {
  let sum = 0;
  for (let cell = 0; cell < Math.min(cells, fills?.length); cell++)
    sum += checkRowCount('cellRows', fills[cell]);
  if (fills?.length === cells && sum === rows) return fills;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `cellRows must hold a number for each of ${cells} cells, ${rows} in sum; got ${fills?.length} with a sum of ${sum}.`,
    { expected: [cells, rows], got: [fills?.length, sum] },
  );
}
