import { bytesTensor, readChecked } from '../format/file-tensors.ts';
import {
  asFileError,
  corruptFile,
  type FileTensor,
  IndexFile,
  writeIndexFile,
} from '../format/index-file.ts';
import { LanewiseError } from '../host/errors.ts';
import { CENTROID_PLANES } from '../vectors/cell-layout.ts';
import { CellStore } from '../vectors/cell-store.ts';
import { BLOCK_ROWS } from '../vectors/segment.ts';
import { readSketches, sketchRowBytes } from '../vectors/sketch-rows.ts';
import { VectorStore } from '../vectors/store.ts';
import { CELL_CODES, type CellCodes, isSketch, keptRows, MOST_CELLS, type Rescore } from './cell-codes.ts';
import { CellSketches } from './cell-sketches.ts';
import { checkRescore } from './ivf-options.ts';
import { readTuning, type Tuning, tuningExtras } from './tuning.ts';

const ESTIMATOR = 'IvfIndex';

/** What a file holds. */
export interface SavedIvf {
  readonly rows: CellStore;
  readonly codes: CellCodes;
  readonly rescore: Rescore;
  /** What sketches the rows, if they are; undefined before training. */
  readonly sketches: CellSketches | undefined;
  /** Undefined before training. */
  readonly centroids: VectorStore | undefined;
  readonly seed: number;
  readonly tuning: Tuning | undefined;
}

/**
 * An inverted file as a safetensors file: rows cell by cell, without the codes, which loading computes anew; where only
 * sketches are kept, these.
 */
export function writeIvfIndex(saved: SavedIvf & { readonly withSketches: boolean }): Uint8Array<ArrayBuffer> {
  const { rows, codes, rescore, sketches, centroids, seed, tuning } = saved;
  rows.compact();
  const { dimensions, metric, cells, nextId, size } = rows;
  const options = { dimensions, metric, cells, codes, ...(isSketch(codes) && { rescore }) };
  const extras = tuningExtras(tuning);
  const head = { estimator: ESTIMATOR, options, nextId, seed, extras };
  return writeIndexFile(head, [
    ...centroidTensors(centroids),
    ...sketcherTensors(sketches),
    ...tensorsOf(rows, size, saved.withSketches),
  ]);
}

function centroidTensors(centroids: VectorStore | undefined): FileTensor[] {
  if (!centroids) return [];
  const { dimensions, size, runtime } = centroids;
  const spec = { name: 'centroids', dtype: 'F32', shape: [size, dimensions] } as const;
  return [
    bytesTensor(runtime, spec, (target) => {
      for (let cell = 0; cell < size; cell++)
        target.set(bytesOf(centroids.get(cell)!), 4 * dimensions * cell);
    }),
  ];
}

/** What sketches are made with: the least scale and the share of the centroids; codebooks. */
function sketcherTensors(sketches: CellSketches | undefined): FileTensor[] {
  if (!sketches) return [];
  const { sketcher, share, centroids } = sketches;
  const { runtime } = centroids;
  const scales = Float32Array.of(sketcher.leastScale, share);
  return [
    bytesTensor(runtime, scalesSpec, (target) => target.set(bytesOf(scales))),
    ...(sketcher.kind === 'bits'
      ? []
      : [bytesTensor(runtime, codebookSpec(sketches), (target) => target.set(bytesOf(sketcher.codebooks)))]),
  ];
}

const scalesSpec = { name: 'sketch.scales', dtype: 'F32', shape: [2] } as const;

function codebookSpec({ sketcher }: CellSketches): { name: string; dtype: 'F32'; shape: number[] } {
  return {
    name: 'sketch.codebooks',
    dtype: 'F32',
    shape: [sketcher.subvectors, sketcher.width + 1, 16],
  };
}

/** All rows or their sketches, cell by cell. */
function rowTensor(rows: CellStore, size: number, isFloat: boolean): FileTensor {
  const { dimensions, cells, runtime, layout } = rows;
  const { memory } = runtime;
  const spec = isFloat
    ? ({ name: 'vectors', dtype: 'F32', shape: [size, dimensions] } as const)
    : ({ name: 'sketches', dtype: 'U8', shape: [size, sketchRowBytes(layout)] } as const);
  const rowBytes = isFloat ? 4 * dimensions : sketchRowBytes(layout);
  return bytesTensor(runtime, spec, (target) => {
    let at = 0;
    for (let cell = 0; cell < cells; cell++) {
      for (const { address, layout, count } of rows.cellSegments(cell)) {
        if (!isFloat) {
          readSketches(memory.u8, address, layout, 0, target.subarray(at, at + count * rowBytes));
        }
        for (let row = 0; isFloat && row < count; row++) {
          const start = address + layout.rows + row * layout.stride;
          target.set(memory.u8.subarray(start, start + rowBytes), at + row * rowBytes);
        }
        at += count * rowBytes;
      }
    }
  });
}

function tensorsOf(rows: CellStore, size: number, withSketches: boolean): FileTensor[] {
  const { cells, runtime, keepsRows } = rows;
  const { memory } = runtime;
  const counts = new Int32Array(cells);
  for (let cell = 0; cell < cells; cell++)
    for (const { count } of rows.cellSegments(cell)) counts[cell]! += count;
  return [
    ...(keepsRows ? [rowTensor(rows, size, true)] : []),
    ...(withSketches || !keepsRows ? [rowTensor(rows, size, false)] : []),
    bytesTensor(runtime, { name: 'ids', dtype: 'I32', shape: [size] }, (target) => {
      let at = 0;
      for (let cell = 0; cell < cells; cell++) {
        for (const { address, layout, count } of rows.cellSegments(cell)) {
          const start = address + layout.ids;
          target.set(memory.u8.subarray(start, start + 4 * count), at);
          at += 4 * count;
        }
      }
    }),
    bytesTensor(runtime, { name: 'counts', dtype: 'I32', shape: [cells] }, (target) => {
      target.set(bytesOf(counts));
    }),
  ];
}

function bytesOf(array: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED` */
export function readIvfIndex(bytes: Uint8Array): SavedIvf {
  const file = new IndexFile(bytes, ESTIMATOR);
  const { dimensions, metric } = file.shape;
  const cells = file.integer('cells', 1, MOST_CELLS);
  const codes = CELL_CODES.find((known) => known === file.options['codes']);
  if (!codes) throw corruptFile(`The file names no codes of an ${ESTIMATOR}.`, file.options['codes']);
  const size = file.rowsOf('ids');
  const isTrained = file.rowsOf('centroids') > 0;
  if (size > 0 && !isTrained) throw corruptFile('The file holds rows and no centroids.', size);
  const rescore = readRescore(file, codes);
  const kept = keptRows(codes, rescore, dimensions);
  const rowBytes = (kept.sketchBytes ?? 0) / BLOCK_ROWS;
  const isKept = kept.keepsRows ?? true;
  if (isKept) file.take({ name: 'vectors', dtype: 'F32', shape: [size, dimensions] });
  else file.take({ name: 'sketches', dtype: 'U8', shape: [size, rowBytes] });
  const rows = new CellStore(dimensions, metric, cells, kept);
  let centroids: VectorStore | undefined;
  let sketches: CellSketches | undefined;
  try {
    if (isTrained) centroids = new VectorStore(dimensions, metric, CENTROID_PLANES);
    const read = <Kind extends 'F32' | 'I32' | 'U8'>(
      name: string,
      dtype: Kind,
      shape: number[],
    ): Uint8Array => readChecked(rows.runtime, file, { name, dtype, shape });
    if (centroids) {
      const values = new Float32Array(read('centroids', 'F32', [cells, dimensions]).slice().buffer);
      centroids.stage(cells, undefined, false).writeAll(values);
      if (isSketch(codes)) {
        sketches = new CellSketches(codes, centroids, file.seed);
        const scales = new Float32Array(read('sketch.scales', 'F32', [2]).slice().buffer);
        const { name, shape } = codebookSpec(sketches);
        const isTrained = codes === 'pq4';
        const codebooks = isTrained ? floatsOf(read(name, 'F32', shape)) : new Float32Array();
        restore(sketches, scales, codebooks);
      }
    }
    const cellOf = expandCounts(new Int32Array(read('counts', 'I32', [cells]).slice().buffer), size);
    const ids = new Int32Array(read('ids', 'I32', [size]).slice().buffer);
    for (const id of ids) if (id < 0) throw corruptFile(`The file holds the id ${id}.`, id);
    const bytesOfRows = isKept
      ? read('vectors', 'F32', [size, dimensions])
      : read('sketches', 'U8', [size, rowBytes]);
    const staged = rows.stage(cellOf, ids, false);
    const values = isKept ? floatsOf(bytesOfRows) : undefined;
    while (staged.written < staged.pieces.length) {
      if (values) rows.writePiece(staged, values, sketches);
      else rows.writeSketchPiece(staged, bytesOfRows);
    }
    rows.commit(staged);
    rows.skipIds(file.nextId);
    return {
      rows,
      codes,
      rescore,
      sketches,
      centroids,
      seed: file.seed,
      tuning: readTuning(file.extra('tuning')),
    };
  } catch (error) {
    rows.release();
    centroids?.release();
    sketches?.release();
    if (error instanceof LanewiseError && (error.code === 'INVALID_VALUE' || error.code === 'ZERO_VECTOR')) {
      throw corruptFile(`A row of the file is none of its metric: ${error.message}`, error.got);
    }
    throw asFileError(error);
  }
}

/** The floats of a tensor, copied where they do not stand on a multiple of four bytes. */
function floatsOf(bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function readRescore(file: IndexFile, codes: CellCodes): Rescore {
  try {
    return checkRescore(file.options['rescore'], codes);
  } catch {
    throw corruptFile(`The file names no rescore of an ${ESTIMATOR}.`, file.options['rescore']);
  }
}

/** @throws LanewiseError `FILE_CORRUPT` where the numbers are none that training learns */
function restore(sketches: CellSketches, [leastScale, share]: Float32Array, codebooks: Float32Array): void {
  const [bits] = new Uint32Array(Float32Array.of(leastScale!).buffer);
  const isPowerOfTwo = leastScale! > 0 && leastScale! < 2 ** 120 && (bits! & 0x7fffff) === 0;
  if (!(isPowerOfTwo && Math.abs(share!) <= 2 && codebooks.every(Number.isFinite))) {
    throw corruptFile('The file holds no sketches.', leastScale);
  }
  sketches.sketcher.restore(codebooks, leastScale!);
  sketches.share = share!;
}

/** The cell of each row, from the number of rows of each cell. */
function expandCounts(counts: Int32Array, size: number): Int32Array {
  const cellOf = new Int32Array(size);
  let at = 0;
  counts.forEach((count, cell) => {
    if (count < 0 || at + count > size)
      throw corruptFile(`Cell ${cell} of the file claims ${count} rows.`, count);
    cellOf.fill(cell, at, at + count);
    at += count;
  });
  if (at !== size) throw corruptFile(`The cells of the file claim ${at} rows of ${size}.`, at);
  return cellOf;
}
