import { Arena } from '../host/arena.ts';
import type { Runtime } from '../sparse/kernels.ts';
import {
  directoryBytes,
  type Extent,
  hashPlaces,
  layoutPostings,
  layoutTerms,
  MOST_PAIRS,
} from './bm25-layout.ts';

/** Addresses to fill, of documents that are about to be indexed (assembly/postings.ts). */
export interface Draft {
  readonly ids: number;
  readonly starts: number;
  readonly terms: number;
  /** u32 an entry: how often its term stands in its document. */
  readonly frequencies: number;
}

interface Hash {
  readonly address: number;
  readonly mask: number;
}

/** Documents that are indexed together: lists of terms, and postings over them, in linear memory (assembly/postings.ts). */
export class Segment {
  readonly #runtime: Runtime;
  readonly #blocks: Arena;
  readonly address: number;
  readonly documents: number;
  /** Documents, and entries, that were not removed. */
  live: number;
  liveEntries: number;
  /** The average length that the impacts are of, by the stamp of its store. */
  stamp = 0;
  /** Whether it is not worth trying to join it with another. */
  isFull = false;

  private constructor(runtime: Runtime, blocks: Arena, address: number, extent: Extent) {
    this.#runtime = runtime;
    this.#blocks = blocks;
    this.address = address;
    this.documents = this.live = extent.documents;
    this.liveEntries = extent.entries;
  }

  /**
   * Indexes documents. Cost: O(entries).
   *
   * @param terms all numbers of terms lie below it
   * @param fill writes the documents, and allocates nothing
   * @returns undefined where they have more than 65 536 pairs of frequency and length: split them
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  static build(
    runtime: Runtime,
    extent: Extent,
    terms: number,
    fill: (draft: Draft) => void,
  ): Segment | undefined {
    const blocks = new Arena(runtime.memory);
    const scratch = new Arena(runtime.memory);
    let address = 0;
    try {
      address = build(runtime, extent, terms, fill, blocks, scratch);
    } finally {
      scratch.release();
      if (address === 0) blocks.release();
    }
    return address === 0 ? undefined : new Segment(runtime, blocks, address, extent);
  }

  get bytes(): number {
    return this.#blocks.bytes;
  }

  /** The ids of its documents, -1 for removed ones; a view, until memory is allocated. */
  get ids(): Int32Array {
    const { i32, u32 } = this.#runtime.memory;
    const ids = u32[this.address / 4 + 1]! / 4;
    return i32.subarray(ids, ids + this.documents);
  }

  /** The terms of a document; a view, until memory is allocated. */
  termsOf(document: number): Uint32Array {
    return this.#terms(...this.#entriesOf(document));
  }

  /** The terms of all documents, of removed ones too; a view, until memory is allocated. */
  get terms(): Uint32Array {
    const { u32 } = this.#runtime.memory;
    return this.#terms(0, u32[u32[this.address / 4 + 2]! / 4 + this.documents]!);
  }

  /** The sum of a document's frequencies. */
  lengthOf(document: number): number {
    const [from, to] = this.#entriesOf(document);
    if (from === to) return 0;
    const { u32, u8 } = this.#runtime.memory;
    const code = u32[this.address / 4 + 4]! + 2 * from;
    const pair = u8[code]! | (u8[code + 1]! << 8);
    return u32[u32[this.address / 4 + 9]! / 4 + 2 * pair + 1]!;
  }

  #entriesOf(document: number): [number, number] {
    const { u32 } = this.#runtime.memory;
    const start = u32[this.address / 4 + 2]! / 4 + document;
    return [u32[start]!, u32[start + 1]!];
  }

  #terms(from: number, to: number): Uint32Array {
    const { u32 } = this.#runtime.memory;
    const terms = u32[this.address / 4 + 3]! / 4;
    return u32.subarray(terms + from, terms + to);
  }

  /** Renews the impacts, unless they are of this average length already. */
  weigh(stamp: number, k1: number, b: number, average: number): void {
    if (this.stamp === stamp) return;
    const { kernels, memory } = this.#runtime;
    const head = memory.u32.subarray(this.address / 4, this.address / 4 + 12);
    kernels.weighPairs(head[9]!, head[10]!, head[11]!, k1, b, average);
    this.stamp = stamp;
  }

  /** Copies the documents that were not removed behind others; with `keepsPlaces`, empty ones stand for the rest. */
  copyTo(to: Draft, first: Extent, keepsPlaces: boolean): void {
    this.#runtime.kernels.copyDocuments(
      ...([this.address, keepsPlaces, first.documents, first.entries] as const),
      ...([to.ids, to.starts, to.terms, to.frequencies] as const),
    );
  }

  release(): void {
    this.#blocks.release();
  }
}

/** The address of a segment, or 0 where it has too many pairs. */
function build(
  { kernels, memory }: Runtime,
  { documents, entries }: Extent,
  distinct: number,
  fill: (draft: Draft) => void,
  blocks: Arena,
  scratch: Arena,
): number {
  const layout = layoutPostings({ documents, entries });
  const address = blocks.allocate(layout.head);
  const ids = blocks.allocate(layout.ids);
  const starts = blocks.allocate(layout.starts);
  const terms = blocks.allocate(layout.terms);
  const codes = blocks.allocate(layout.codes);
  const postings = blocks.allocate(layout.postings);
  const places = scratch.allocate(4 * entries);
  const frequencies = scratch.allocate(4 * entries);
  fill({ ids, starts, terms, frequencies });
  const mostTerms = Math.min(entries, distinct);
  const draft = scratch.allocate(directoryBytes(mostTerms));
  const seen = emptyHash(scratch, mostTerms);
  const count = kernels.numberTerms(terms, entries, draft, seen.address, seen.mask, places);
  const mostPairs = Math.min(entries, MOST_PAIRS);
  const draftPairs = scratch.allocate(8 * mostPairs);
  const seenPairs = emptyHash(scratch, mostPairs);
  const pairCount = kernels.numberPairs(
    ...([starts, documents, frequencies, codes] as const),
    ...([draftPairs, seenPairs.address, seenPairs.mask] as const),
  );
  if (pairCount > MOST_PAIRS) return 0;
  const frequent = kernels.startPostings(draft, count);
  const bytes = layoutTerms({ documents, terms: count, frequent, pairs: pairCount });
  const directory = blocks.allocate(bytes.directory);
  const hash = emptyHash(blocks, count);
  const pairs = blocks.allocate(bytes.pairs);
  const impacts = blocks.allocate(bytes.impacts);
  const tables = frequent === 0 ? 0 : blocks.allocate(bytes.tables);
  memory.u8.copyWithin(directory, draft, draft + bytes.directory);
  memory.u8.copyWithin(pairs, draftPairs, draftPairs + bytes.pairs);
  const lists = [documents, ids, starts, terms, codes, postings];
  memory.u32.set(
    [...lists, directory, hash.address, hash.mask, pairs, pairCount, impacts, tables, count],
    address / 4,
  );
  kernels.fillPostings(address, places);
  return address;
}

/** An empty hash that `count` keys fill to a half at most. */
function emptyHash(arena: Arena, count: number): Hash {
  const size = hashPlaces(count);
  const address = arena.allocate(4 * size);
  arena.memory.u32.fill(0, address / 4, address / 4 + size);
  return { address, mask: size - 1 };
}
