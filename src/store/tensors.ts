import { fileError } from '../format/errors.ts';
import { findData, type Metadata, PREFIX_BYTES, type Tensor } from '../format/safetensors.ts';
import { parseHeader } from '../format/safetensors-header.ts';
import type { TensorEntry } from '../format/safetensors-layout.ts';
import type { LongCallOptions } from '../host/progress.ts';
import type { StoredFile } from './store.ts';

/** Enough for the header of a saved index, which takes one or two kB. */
const FIRST_BYTES = 16 << 10;

/** A safetensors file of a store, of which so far the header was read. */
export interface StoredTensors {
  readonly file: StoredFile;
  readonly metadata: Metadata;
  /** In the order of their bytes, each from `begin` to `end` behind `dataStart`. */
  readonly entries: readonly TensorEntry[];
  /** The bytes of the file before the first tensor. */
  readonly head: Uint8Array<ArrayBuffer>;
  /**
   * Tensors by name, in the order of the file; neighbours are read by one request. Their bytes are as they came: the
   * checksums of a saved index are checked by what makes an index of them.
   *
   * @throws LanewiseError `FILE_CORRUPT`: no such tensor; and what {@link StoredFile.read} throws
   */
  read(names: readonly string[], options?: LongCallOptions): Promise<Map<string, Tensor>>;
}

/**
 * Opens a safetensors file of a store for reading single tensors: by ranges of the file on disk, in a database or on a
 * server.
 *
 * @example
 * const { tensors, read } = await openSafetensors(await store.open('words.safetensors'));
 * const { data } = (await read(['ids'])).get('ids');
 *
 * @throws LanewiseError `FILE_TRUNCATED`, `FILE_FORMAT`, `FILE_DTYPE`, `FILE_CORRUPT`; and what {@link StoredFile.read}
 *   throws
 */
export async function openSafetensors(
  file: StoredFile,
  options: LongCallOptions = {},
): Promise<StoredTensors> {
  let first = await file.read(0, Math.min(FIRST_BYTES, file.bytes), options);
  const dataStart = findData(first, file.bytes);
  if (dataStart > first.length) first = await file.read(0, dataStart, options);
  const head = first.slice(0, dataStart);
  const { metadata, entries } = parseHeader(head.subarray(PREFIX_BYTES), file.bytes - dataStart);
  return {
    file,
    metadata,
    entries,
    head,
    async read(names, { signal, onProgress } = {}) {
      const wanted = entries.filter(({ name }) => names.includes(name));
      for (const name of names) {
        if (wanted.some((entry) => entry.name === name)) continue;
        throw fileError('FILE_CORRUPT', 'safetensors file', { expected: `a tensor '${name}'`, got: 'none' });
      }
      const total = wanted.reduce((sum, { begin, end }) => sum + end - begin, 0);
      const tensors = new Map<string, Tensor>();
      let before = 0;
      for (let i = 0; i < wanted.length; ) {
        const from = wanted[i]!.begin;
        let next = i + 1;
        while (next < wanted.length && wanted[next]!.begin === wanted[next - 1]!.end) next += 1;
        const to = wanted[next - 1]!.end;
        const bytes = await file.read(dataStart + from, dataStart + to, {
          ...(signal && { signal }),
          ...(onProgress && { onProgress: ({ done }) => onProgress({ done: before + done, total }) }),
        });
        before += bytes.length;
        for (; i < next; i++) {
          const { name, dtype, shape, begin, end } = wanted[i]!;
          tensors.set(name, { dtype, shape, data: bytes.subarray(begin - from, end - from) });
        }
      }
      return tensors;
    },
  };
}
