import type { Bitmap } from '../vectors/bitmap.ts';
import { QueryBatch } from '../vectors/query-batch.ts';
import type { VectorStore } from '../vectors/store.ts';
import { isSelective, type RankedRows, searchExact, unranked } from './exact-search.ts';
import { HASHED_QUERIES } from './hash-layout.ts';
import type { HashTables } from './hash-tables.ts';

/** What `searchTables` looks for. */
export interface TableSearch {
  readonly k: number;
  readonly probes: number;
  readonly filter: Bitmap | undefined;
}

const SEARCH_WORDS = 8;
const CHAIN_BYTES = 12;
/** The sequence of probes: ranked bits, then a heap with an entry more than there are probes (assembly/probes.ts). */
const RANK_BYTES = 384;
const FLIP_BYTES = 16;

/**
 * The best k rows of those in the probed buckets of every query. A filter that allows fewer rows than the buckets hold
 * makes scoring what it allows the cheaper search, and an exact one.
 *
 * @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR`, `MEMORY_EXHAUSTED`
 */
export function searchTables(
  store: VectorStore,
  tables: HashTables,
  queries: Float32Array,
  { k, probes, filter }: TableSearch,
): RankedRows {
  // As for one query, so that the answers of a batch are those of its queries one by one.
  const exact = { k, filter, method: 'certified' } as const;
  if (isSelective(store, 1, exact)) return searchExact(store, queries, exact);
  const { dimensions } = store;
  const count = queries.length / dimensions;
  const ranked = unranked(store, count, k);
  const capacity = Math.min(k, Math.max(1, store.size));
  const size = Math.min(count, HASHED_QUERIES);
  if (size === 0) return ranked;
  const buckets = new BucketSearch(store, tables, Math.min(probes, 2 ** tables.options.bits));
  try {
    for (let first = 0; first < count; first += size) {
      const batch = new QueryBatch(store, Math.min(size, count - first), { k: capacity, capacity, filter });
      try {
        batch.prepare(queries, first, Number.NEGATIVE_INFINITY);
        tables.family.hashQueries(queries, first);
        for (let i = 0; i < batch.size; i++) {
          const at = first + i;
          if (filter && buckets.gather(i) >= filter.count) {
            buckets.forget();
            const query = queries.subarray(at * dimensions, (at + 1) * dimensions);
            copyRanked(searchExact(store, query, exact), ranked, at, k);
            continue;
          }
          if (!filter) buckets.gather(i);
          batch.scoreGathered(i, buckets.address);
          batch.take(i, ranked.ids, ranked.scores, at * k);
          ranked.rescored[at] = batch.rescored(i);
        }
      } finally {
        batch.release();
      }
    }
  } finally {
    buckets.release();
  }
  return ranked;
}

function copyRanked(from: RankedRows, to: RankedRows, query: number, k: number): void {
  to.ids.set(from.ids, query * k);
  to.scores.set(from.scores, query * k);
  to.rescored.set(from.rescored, query);
}

/**
 * What a search of buckets works in, in one block that `release()` gives back.
 *
 * ```
 * | descriptor | segments and their links | marks | chains | sequence of probes |
 * ```
 */
class BucketSearch {
  readonly address: number;
  readonly #store: VectorStore;
  readonly #family: number;
  readonly #marks: number;
  readonly #markBytes: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(store: VectorStore, { family, links, options }: HashTables, probes: number) {
    const { runtime, segments, layout, slots } = store;
    const directory = 4 * SEARCH_WORDS;
    const marks = directory + 8 * segments.length;
    const markBytes = 8 * Math.ceil((segments.length * layout.rowsPerSegment) / 64);
    const workspace = marks + markBytes;
    const chains = workspace + RANK_BYTES + (probes + 2) * FLIP_BYTES;
    this.#store = store;
    this.#family = family.address;
    this.address = runtime.memory.allocate(chains + options.tables * probes * CHAIN_BYTES);
    this.#marks = this.address + marks;
    this.#markBytes = markBytes;
    const shift = Math.log2(layout.rowsPerSegment);
    const { u32 } = runtime.memory;
    u32.set([this.address + directory, segments.length, shift, slots, this.#marks], this.address / 4);
    u32.set([this.address + chains, this.address + workspace, probes], this.address / 4 + 5);
    for (let i = 0; i < segments.length; i++) {
      u32[(this.address + directory) / 4 + 2 * i] = segments[i]!;
      u32[(this.address + directory) / 4 + 2 * i + 1] = links[i]!;
    }
    this.forget();
  }

  /** Marks the rows in the buckets of query `i` of those hashed last; returns how many. */
  gather(i: number): number {
    return this.#store.runtime.kernels.gatherRows(this.#family, i, this.address);
  }

  /** Clears the marks. */
  forget(): void {
    this.#store.runtime.memory.u8.fill(0, this.#marks, this.#marks + this.#markBytes);
  }

  release(): void {
    this.#store.runtime.memory.free(this.address);
  }
}
