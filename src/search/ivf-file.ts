import { LanewiseError } from '../host/errors.ts';
import { CellStore } from '../vectors/cell-store.ts';
import { VectorStore } from '../vectors/store.ts';
import { bytesTensor, readChecked } from './file-tensors.ts';
import { asFileError, corruptFile, type FileTensor, IndexFile, writeIndexFile } from './index-file.ts';
import { CELL_CODES, type CellCodes, MOST_CELLS } from './ivf-options.ts';
import { readTuning, type Tuning } from './tuning.ts';

const ESTIMATOR = 'IvfIndex';

/** What a file holds. */
export interface SavedIvf {
  readonly rows: CellStore;
  readonly codes: CellCodes;
  /** Undefined before training. */
  readonly centroids: VectorStore | undefined;
  readonly seed: number;
  readonly tuning: Tuning | undefined;
}

/** An inverted file as a safetensors file: rows cell by cell, without the codes, which loading computes anew. */
export function writeIvfIndex({ rows, codes, centroids, seed, tuning }: SavedIvf): Uint8Array<ArrayBuffer> {
  rows.compact();
  const { dimensions, metric, cells, nextId, size } = rows;
  const options = { dimensions, metric, cells, codes };
  const extras = tuning ? { tuning: JSON.stringify(tuning) } : undefined;
  const head = { estimator: ESTIMATOR, options, nextId, seed, ...(extras && { extras }) };
  return writeIndexFile(head, [...centroidTensors(centroids), ...tensorsOf(rows, size)]);
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

function tensorsOf(rows: CellStore, size: number): FileTensor[] {
  const { dimensions, cells, runtime } = rows;
  const { memory } = runtime;
  const counts = new Int32Array(cells);
  for (let cell = 0; cell < cells; cell++)
    for (const { count } of rows.cellSegments(cell)) counts[cell]! += count;
  return [
    bytesTensor(runtime, { name: 'vectors', dtype: 'F32', shape: [size, dimensions] }, (target) => {
      let at = 0;
      for (let cell = 0; cell < cells; cell++) {
        for (const { address, layout, count } of rows.cellSegments(cell)) {
          for (let row = 0; row < count; row++, at += 4 * dimensions) {
            const start = address + layout.rows + row * layout.stride;
            target.set(memory.u8.subarray(start, start + 4 * dimensions), at);
          }
        }
      }
    }),
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
  file.take({ name: 'vectors', dtype: 'F32', shape: [size, dimensions] });
  const rows = new CellStore(dimensions, metric, cells, codes === 'int8' ? ['codes'] : []);
  const centroids = isTrained ? new VectorStore(dimensions, metric, ['codes']) : undefined;
  try {
    const read = <Kind extends 'F32' | 'I32'>(name: string, dtype: Kind, shape: number[]): Uint8Array =>
      readChecked(rows.runtime, file, { name, dtype, shape });
    if (centroids) {
      const values = new Float32Array(read('centroids', 'F32', [cells, dimensions]).slice().buffer);
      centroids.stage(cells, undefined, false).writeAll(values);
    }
    const cellOf = expandCounts(new Int32Array(read('counts', 'I32', [cells]).slice().buffer), size);
    const ids = new Int32Array(read('ids', 'I32', [size]).slice().buffer);
    for (const id of ids) if (id < 0) throw corruptFile(`The file holds the id ${id}.`, id);
    const vectors = read('vectors', 'F32', [size, dimensions]);
    const isAligned = vectors.byteOffset % 4 === 0;
    const { buffer, byteOffset } = isAligned ? vectors : vectors.slice();
    const values = new Float32Array(buffer, byteOffset, size * dimensions);
    const staged = rows.stage(cellOf, ids, false);
    while (staged.written < staged.pieces.length) rows.writePiece(staged, values);
    rows.commit(staged);
    rows.skipIds(file.nextId);
    return { rows, codes, centroids, seed: file.seed, tuning: readTuning(file.extra('tuning')) };
  } catch (error) {
    rows.release();
    centroids?.release();
    if (error instanceof LanewiseError && (error.code === 'INVALID_VALUE' || error.code === 'ZERO_VECTOR')) {
      throw corruptFile(`A row of the file is none of its metric: ${error.message}`, error.got);
    }
    throw asFileError(error);
  }
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
