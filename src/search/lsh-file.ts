import { arrayTensor } from '../format/file-tensors.ts';
import { asFileError, corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import type { Runtime } from '../vectors/kernels.ts';
import { VectorStore } from '../vectors/store.ts';
import { loadRows } from './flat-file.ts';
import { HASHED_PLANES } from './hash-layout.ts';
import { HashTables } from './hash-tables.ts';
import { drawHyperplanes } from './hyperplanes.ts';
import { type CheckedLshOptions, checkLshOptions, isProbes } from './lsh-options.ts';
import { rowTensors } from './row-tensors.ts';
import { readTuning, type Tuning, tuningExtras } from './tuning.ts';

const ESTIMATOR = 'LshIndex';

/** What a saved index holds. */
export interface SavedLsh {
  readonly store: VectorStore;
  readonly tables: HashTables;
  readonly tuning: Tuning | undefined;
}

/**
 * An index as a safetensors file; removed rows are compacted away first. Signatures follow from the rows, and hashing
 * them anew takes about as long as checking them would. Hyperplanes follow from the seed; they are written to show that
 * the options of the file are those that it was written with.
 */
export function writeLshIndex({ store, tables, tuning }: SavedLsh): Uint8Array<ArrayBuffer> {
  store.compact();
  tables.settle();
  const { dimensions, tables: count, bits, seed } = tables.options;
  const options = { dimensions, metric: 'cosine', tables: count, bits };
  const extras = tuningExtras(tuning);
  const head = { estimator: ESTIMATOR, options, nextId: store.nextId, seed, extras };
  const hyperplanes = arrayTensor(store.runtime, hyperplaneSpec(tables.options), draw(tables.options));
  return writeIndexFile(head, [...rowTensors(store, store.size), hyperplanes]);
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED` */
export function readLshIndex(bytes: Uint8Array): SavedLsh {
  const file = new IndexFile(bytes, ESTIMATOR);
  const options = readOptions(file);
  const tuning = readTuning(file.extra('tuning'));
  if (tuning && !isProbes(tuning.effort['probesPerTable'])) {
    throw corruptFile('The tuning in the file is none of an LshIndex.', tuning.effort);
  }
  const store = createLshStore(options.dimensions);
  try {
    checkHyperplanes(file, store.runtime, options);
    loadRows(store, file);
    const tables = new HashTables(store, options);
    tables.reserve(store.slots);
    tables.settle();
    return { store, tables, tuning };
  } catch (error) {
    store.release();
    throw asFileError(error);
  }
}

/** An empty store of the rows of an index. */
export function createLshStore(dimensions: number): VectorStore {
  return new VectorStore(dimensions, 'cosine', HASHED_PLANES);
}

function readOptions(file: IndexFile): CheckedLshOptions {
  const { seed } = file;
  const { tables, bits } = file.options as Partial<CheckedLshOptions>;
  try {
    return checkLshOptions({ ...file.shape, tables: tables ?? 0, bits: bits ?? 0, seed });
  } catch {
    throw corruptFile('The options of the file are none of an LshIndex.', { ...file.options, seed });
  }
}

function hyperplaneSpec({ tables, bits, dimensions }: CheckedLshOptions): TensorSpec {
  return { name: 'hyperplanes', dtype: 'I8', shape: [tables, bits, dimensions] };
}

function draw({ dimensions, tables, bits, seed }: CheckedLshOptions): Int8Array {
  return drawHyperplanes(dimensions, tables * bits, seed);
}

/** @throws LanewiseError `FILE_CORRUPT` where the seed gives others than the file holds */
function checkHyperplanes(file: IndexFile, runtime: Runtime, options: CheckedLshOptions): void {
  const spec = hyperplaneSpec(options);
  file.take(spec); // before as many are drawn as the file claims to hold
  const drawn = draw(options);
  const saved = new Int8Array(drawn.length);
  file.load([arrayTensor(runtime, spec, saved)]);
  if (saved.some((weight, i) => weight !== drawn[i])) {
    throw corruptFile('The hyperplanes of the file are not those of its seed.', options.seed);
  }
}
