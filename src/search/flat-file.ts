import { asFileError, corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { Runtime } from '../vectors/kernels.ts';
import { type NormRange, normRange } from '../vectors/metric.ts';
import type { PlaneLayout } from '../vectors/segment.ts';
import { VectorStore } from '../vectors/store.ts';
import { rowTensors } from './row-tensors.ts';

const ESTIMATOR = 'FlatIndex';
/** Above the largest float32 below zero, and finite. */
const NOT_NEGATIVE: NormRange = { least: -(2 ** -149), most: (2 - 2 ** -23) * 2 ** 127 };

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
  const norms = normRange(metric);
  const isPlane = (plane: PlaneLayout | undefined) => plane !== undefined;
  const bounds = [layout.codes, layout.nibbles]
    .filter(isPlane)
    .flatMap(({ scales, errors }) => [scales, errors]);
  segments.forEach((segment, i) => {
    const count = Math.min(layout.rowsPerSegment, rows - i * layout.rowsPerSegment);
    checkFloats(runtime, 'norm', segment + layout.norms, count, norms);
    for (const offset of bounds) checkFloats(runtime, 'bound', segment + offset, count, NOT_NEGATIVE);
  });
}

/** In a kernel, for this runs cold: in JavaScript it took a third of the time to the first answer. */
function checkFloats(
  { kernels, memory }: Runtime,
  what: string,
  from: number,
  count: number,
  { least, most }: NormRange,
): void {
  const place = kernels.firstOutside(from, count, least, most);
  if (place === count) return;
  const value = memory.f32[from / 4 + place];
  throw corruptFile(`The file holds the ${what} ${value}.`, value);
}
