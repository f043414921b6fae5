import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { asFileError, corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { SafetensorsDtype, TensorSpec } from '../format/safetensors-layout.ts';
import { Arena } from '../host/arena.ts';
import { checkBm25Options } from './bm25-options.ts';
import type { Segment } from './bm25-segment.ts';
import { LONGEST_DOCUMENT } from './bm25-staged.ts';
import { Bm25Store, type Bm25Weights } from './bm25-store.ts';

const ESTIMATOR = 'Bm25Index';

/** Documents as lists of terms: document d holds the entries starts[d] .. starts[d + 1] - 1. */
interface Documents {
  readonly ids: Int32Array;
  readonly starts: Uint32Array;
  readonly terms: Uint32Array;
  readonly frequencies: Uint32Array;
}

/** Texts one after another: text t is the bytes starts[t] .. starts[t + 1] - 1, UTF-8. */
interface Texts {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

/** An index as a safetensors file: documents and dictionary; postings follow from them. */
export function writeBm25Index(store: Bm25Store): Uint8Array<ArrayBuffer> {
  store.checkIdle();
  const documents = documentsOf(store);
  const texts = encodeTexts(renumber(store, documents.terms));
  const { runtime, nextId } = store;
  const tensor = (name: string, dtype: SafetensorsDtype, array: Int32Array | Uint32Array | Uint8Array) =>
    arrayTensor(runtime, { name, dtype, shape: [array.length] }, array);
  const head = { estimator: ESTIMATOR, options: { ...store.weights }, nextId, seed: 0 };
  return writeIndexFile(head, [
    tensor('ids', 'I32', documents.ids),
    tensor('starts', 'U32', documents.starts),
    tensor('terms', 'U32', documents.terms),
    tensor('frequencies', 'U32', documents.frequencies),
    tensor('dictionary', 'U8', texts.bytes),
    tensor('dictionary.starts', 'U32', texts.starts),
  ]);
}

/**
 * The index of a file, whose every byte may be hostile.
 *
 * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
 */
export function readBm25Index(bytes: Uint8Array): Bm25Store {
  const file = new IndexFile(bytes, ESTIMATOR);
  const store = new Bm25Store(readWeights(file));
  try {
    const size = file.rowsOf('ids');
    const read = (name: string, dtype: SafetensorsDtype, length = file.rowsOf(name)): Uint8Array =>
      readChecked(store.runtime, file, { name, dtype, shape: [length] } satisfies TensorSpec);
    read('ids', 'I32');
    const documents = {
      ids: file.ids('ids', size),
      starts: words(read('starts', 'U32', size + 1)),
      terms: words(read('terms', 'U32')),
      frequencies: words(read('frequencies', 'U32', file.rowsOf('terms'))),
    };
    const texts = { bytes: read('dictionary', 'U8'), starts: words(read('dictionary.starts', 'U32')) };
    checkDocuments(documents, texts.starts.length - 1);
    load(store, documents, decodeTexts(texts));
    store.skipIds(file.nextId);
    return store;
  } catch (error) {
    store.release();
    throw asFileError(error);
  }
}

function readWeights({ options }: IndexFile): Bm25Weights {
  try {
    const { k1, b } = options as Partial<Bm25Weights>;
    return checkBm25Options({ k1: k1 ?? -1, b: b ?? -1 }).weights;
  } catch {
    throw corruptFile(`The options of the file are none of a ${ESTIMATOR}.`, options);
  }
}

/** The documents that were not removed. */
function documentsOf({ segments, size, runtime }: Bm25Store): Documents {
  const entries = segments.reduce((sum, { liveEntries }) => sum + liveEntries, 0);
  const documents = {
    ids: new Int32Array(size),
    starts: new Uint32Array(size + 1),
    terms: new Uint32Array(entries),
    frequencies: new Uint32Array(entries),
  };
  const scratch = new Arena(runtime.memory);
  let first = 0;
  let entry = 0;
  for (const segment of segments) {
    try {
      copy(segment, scratch, documents, first, entry);
    } finally {
      scratch.release();
    }
    first += segment.live;
    entry += segment.liveEntries;
  }
  return documents;
}

function copy(segment: Segment, scratch: Arena, to: Documents, first: number, entry: number): void {
  const { live, liveEntries } = segment;
  const draft = {
    ids: scratch.allocate(4 * live),
    starts: scratch.allocate(4 * (live + 1)),
    terms: scratch.allocate(4 * liveEntries),
    frequencies: scratch.allocate(4 * liveEntries),
  };
  segment.copyTo(draft, { documents: 0, entries: 0 }, false);
  const { i32, u32 } = scratch.memory;
  const part = (address: number, length: number) => u32.subarray(address / 4, address / 4 + length);
  to.ids.set(i32.subarray(draft.ids / 4, draft.ids / 4 + live), first);
  for (let i = 0; i <= live; i++) to.starts[first + i] = entry + u32[draft.starts / 4 + i]!;
  to.terms.set(part(draft.terms, liveEntries), entry);
  to.frequencies.set(part(draft.frequencies, liveEntries), entry);
}

/** Numbers terms in the order in which they come first, in place; returns their texts. */
function renumber({ dictionary }: Bm25Store, terms: Uint32Array): string[] {
  const numbers = new Int32Array(dictionary.end).fill(-1);
  const texts: string[] = [];
  for (let i = 0; i < terms.length; i++) {
    const term = terms[i]!;
    if (numbers[term]! < 0) numbers[term] = texts.push(dictionary.textOf(term)) - 1;
    terms[i] = numbers[term]!;
  }
  return texts;
}

function encodeTexts(texts: readonly string[]): Texts {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(texts.join(''));
  const starts = new Uint32Array(texts.length + 1);
  for (let i = 0; i < texts.length; i++) starts[i + 1] = starts[i]! + utf8Length(texts[i]!);
  return { bytes, starts };
}

/** Bytes of a text in UTF-8. */
function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // Each half of a surrogate pair takes two of four bytes.
    length += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return length;
}

/** @throws LanewiseError `FILE_CORRUPT` */
function decodeTexts({ bytes, starts }: Texts): string[] {
  // First, for texts that overlap could be far longer together than the file.
  if (!isPartition(starts, bytes.length))
    throw corruptFile('The dictionary of the file is no partition of its bytes.', starts.length - 1);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const texts: string[] = [];
  try {
    for (let i = 1; i < starts.length; i++)
      texts.push(decoder.decode(bytes.subarray(starts[i - 1], starts[i])));
  } catch {
    throw corruptFile(`Text ${texts.length} of the dictionary is not UTF-8.`, texts.length);
  }
  if (new Set(texts).size < texts.length)
    throw corruptFile('A text of the dictionary stands twice in the file.', texts.length);
  return texts;
}

/** Whether starts begin at 0, never fall, and end at `end`. */
function isPartition(starts: Uint32Array, end: number): boolean {
  for (let i = 1; i < starts.length; i++) if (starts[i]! < starts[i - 1]!) return false;
  return starts[0] === 0 && starts.at(-1) === end;
}

/** @throws LanewiseError `FILE_CORRUPT` unless every document is a list of terms, and every term stands in one */
function checkDocuments({ starts, terms, frequencies }: Documents, count: number): void {
  if (count < 0 || !isPartition(starts, terms.length))
    throw corruptFile('The documents of the file are no partition of its terms.', starts.length - 1);
  // The document after which a term came last; 0 where it did not come.
  const last = new Uint32Array(count);
  let distinct = 0;
  for (let document = 1; document < starts.length; document++) {
    let length = 0;
    for (let i = starts[document - 1]!; i < starts[document]!; i++) {
      const term = terms[i]!;
      if (term >= count || last[term] === document || frequencies[i] === 0)
        throw corruptFile(`Entry ${i} of the file is of no term, one again, or of none.`, term);
      if (last[term] === 0) distinct++;
      last[term] = document;
      length += frequencies[i]!;
    }
    if (length > LONGEST_DOCUMENT) throw corruptFile('A document of the file is too long.', length);
  }
  if (distinct < count) throw corruptFile('A term of the file stands in no document.', count);
}

function load(store: Bm25Store, { ids, starts, terms, frequencies }: Documents, texts: string[]): void {
  const staged = store.stage(ids.length, ids, false);
  try {
    for (const text of texts) store.dictionary.intern(text);
    for (let i = 0; i < ids.length; i++) {
      const [from, to] = [starts[i]!, starts[i + 1]!];
      staged.takeEntries(terms.subarray(from, to), frequencies.subarray(from, to));
    }
    staged.commit();
  } catch (error) {
    staged.rollback();
    throw error;
  }
}

/** A copy: tensors need not be aligned in their file. */
function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.slice().buffer);
}
