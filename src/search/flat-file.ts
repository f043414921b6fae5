import { normRange } from '../vectors/metric.ts';
import type { PlaneLayout } from '../vectors/segment.ts';
import { VectorStore } from '../vectors/store.ts';
import { asFileError, corruptFile, IndexFile, writeIndexFile } from './index-file.ts';
import { rowTensors } from './row-tensors.ts';

const ESTIMATOR = 'FlatIndex';

/** The rows of an index as a safetensors file; removed rows are compacted away first. */
export function writeFlatIndex(store: VectorStore): Uint8Array<ArrayBuffer> {
  store.compact();
  const { dimensions, metric, nextId } = store;
  const head = { estimator: ESTIMATOR, options: { dimensions, metric }, nextId, seed: 0 };
  return writeIndexFile(head, rowTensors(store, store.size));
}

/**
 * The rows of a saved index. Everything is checked before memory is allocated, checksums while it is filled.
 *
 * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
 */
export function readFlatIndex(bytes: Uint8Array): VectorStore {
  const file = new IndexFile(bytes, ESTIMATOR);
  const { dimensions, metric } = file.shape;
  const store = new VectorStore(dimensions, metric);
  try {
    loadRows(store, file);
    return store;
  } catch (error) {
    store.release();
    throw asFileError(error);
  }
}

/** Fills an empty store with the rows of a file. @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE`, `MEMORY_EXHAUSTED` */
export function loadRows(store: VectorStore, file: IndexFile): void {
  const rows = file.rowsOf('ids');
  const tensors = rowTensors(store, rows);
  for (const tensor of tensors) file.take(tensor);
  const staged = store.stage(rows, file.ids('ids', rows), false);
  file.load(tensors);
  checkNumbers(store, rows);
  staged.commit();
  store.skipIds(file.nextId);
}

/** Numbers that bounds are made of must be numbers, whatever the checksums say: NaN would hide rows. */
function checkNumbers(store: VectorStore, rows: number): void {
  const { layout, segments, runtime, metric } = store;
  const { f32 } = runtime.memory;
  const { least, most } = normRange(metric);
  const isPlane = (plane: PlaneLayout | undefined) => plane !== undefined;
  const bounds = [layout.codes, layout.nibbles]
    .filter(isPlane)
    .flatMap(({ scales, errors }) => [scales, errors]);
  for (let first = 0; first < rows; first += layout.rowsPerSegment) {
    const segment = segments[first / layout.rowsPerSegment]!;
    const count = Math.min(layout.rowsPerSegment, rows - first);
    const norms = (segment + layout.norms) / 4;
    for (let i = norms; i < norms + count; i++) {
      if (!(f32[i]! > least && f32[i]! <= most)) {
        throw corruptFile(`The file holds the norm ${f32[i]}.`, f32[i]);
      }
    }
    for (const offset of bounds) {
      const start = (segment + offset) / 4;
      for (let i = start; i < start + count; i++) {
        if (!(f32[i]! >= 0 && f32[i]! < Number.POSITIVE_INFINITY)) {
          throw corruptFile(`The file holds the bound ${f32[i]}.`, f32[i]);
        }
      }
    }
  }
}
