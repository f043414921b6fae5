import { fileError } from '../format/errors.ts';
import { writeSafetensors } from '../format/safetensors.ts';
import type { LongCallOptions } from '../host/progress.ts';
import { allocate } from './seal.ts';
import type { StoredFile } from './store.ts';
import { openSafetensors } from './tensors.ts';

/** The tensor that an index can wait for. */
const ROWS = 'vectors';
/** What it searches by meanwhile. */
const SKETCHES = 'sketches';

/** A saved index of which the codes have come, and the float rows are still to come. */
export interface StagedIndex {
  /** The file of an index with `rescore: false`, for `IvfIndex.fromBytes`: it answers by estimates, without float rows. */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** Reads the float rows; resolves to the bytes of the file. What came with the codes is not read again. */
  full(options?: LongCallOptions): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a saved index in two stages, so that a page can search before the float rows have come: at 100 dimensions, these are
 * 14 bytes of 15 (`pq4`) or 26 of 27 (`bits`), beside ids and centroids. For files written by `toBytes({ sketches: true })` of an `IvfIndex` with `pq4` or `bits` codes.
 *
 * @example
 * const { codes, full } = await loadInStages(await store.open('words.safetensors'));
 * let index = IvfIndex.fromBytes(codes);   // answers by estimates
 * index = IvfIndex.fromBytes(await full());
 *
 * @throws LanewiseError `FILE_FORMAT`: not such a file; and what `openSafetensors` throws
 */
export async function loadInStages(file: StoredFile, options: LongCallOptions = {}): Promise<StagedIndex> {
  const { metadata, entries, head, read } = await openSafetensors(file, options);
  const rows = entries.find(({ name }) => name === ROWS);
  const names = entries.map(({ name }) => name).filter((name) => name !== ROWS);
  if (metadata['estimator'] !== 'IvfIndex' || !rows || !names.includes(SKETCHES)) {
    throw fileError('FILE_FORMAT', `'${file.name}'`, {
      expected: 'an IvfIndex with rows and sketches',
      got: metadata['estimator'] ?? 'another file',
      remedy: "save it by toBytes({ sketches: true }), of an IvfIndex of 'pq4' or 'bits', or load the whole",
    });
  }
  const tensors = await read(names, options);
  const { tuning: _, ...kept } = metadata;
  const { [ROWS]: __, ...checksums } = parse(metadata['xxh64']);
  const codes = writeSafetensors(Object.fromEntries(tensors), {
    ...kept,
    options: JSON.stringify({ ...parse(metadata['options']), rescore: false }),
    xxh64: JSON.stringify(checksums),
  });
  return {
    codes,
    async full(options = {}) {
      const whole = allocate(file.name, file.bytes);
      whole.set(head);
      const rest = await read([ROWS], options);
      for (const { name, begin } of entries)
        whole.set((rest.get(name) ?? tensors.get(name))!.data, head.length + begin);
      return whole;
    },
  };
}

function parse(json: string | undefined): Record<string, unknown> {
  try {
    return Object(JSON.parse(json ?? ''));
  } catch {
    throw fileError('FILE_CORRUPT', 'metadata of the index', { expected: 'JSON', got: String(json) });
  }
}
