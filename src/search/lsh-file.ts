import { VectorStore } from '../vectors/store.ts';
import { loadRows } from './flat-file.ts';
import { HashTables } from './hash-tables.ts';
import { asFileError, corruptFile, IndexFile, writeIndexFile } from './index-file.ts';
import { type CheckedLshOptions, checkLshOptions, isEffort } from './lsh-options.ts';
import { rowTensors } from './row-tensors.ts';
import type { Tuning } from './tuning.ts';
import { readTuning, tuningExtras } from './tuning-file.ts';

const ESTIMATOR = 'LshIndex';

/** What a saved index holds. */
export interface SavedLsh {
  readonly store: VectorStore;
  readonly tables: HashTables;
  readonly tuning: Tuning | undefined;
}

/**
 * An index as a safetensors file; removed rows are compacted away first. Hyperplanes follow from the seed, and
 * signatures from the rows: hashing them anew takes less time than a file a tenth larger would take to be checked.
 */
export function writeLshIndex({ store, tables, tuning }: SavedLsh): Uint8Array<ArrayBuffer> {
  store.compact();
  tables.settle();
  const { dimensions, tables: count, bits, seed } = tables.options;
  const options = { dimensions, metric: 'cosine', tables: count, bits };
  const head = { estimator: ESTIMATOR, options, nextId: store.nextId, seed, extras: tuningExtras(tuning) };
  return writeIndexFile(head, rowTensors(store, store.size));
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED` */
export function readLshIndex(bytes: Uint8Array): SavedLsh {
  const file = new IndexFile(bytes, ESTIMATOR);
  const options = readOptions(file);
  const tuning = readTuning(file, isEffort);
  const store = createLshStore(options.dimensions);
  try {
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
  return new VectorStore(dimensions, 'cosine', ['codes']);
}

function readOptions(file: IndexFile): CheckedLshOptions {
  const seed = Number(file.extra('seed'));
  try {
    return checkLshOptions({ ...file.options, seed } as CheckedLshOptions);
  } catch (cause) {
    throw corruptFile('The options of the file are none of an LshIndex.', { ...file.options, seed, cause });
  }
}
