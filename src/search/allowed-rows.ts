import type { Bitmap } from '../vectors/bitmap.ts';
import type { QueryBatch } from '../vectors/query-batch.ts';
import type { ExactRows } from './exact-search.ts';

/** Bytes of a place: a row and its segment (assembly/allowed.ts). */
const PLACE_BYTES = 8;
/** Bytes of rows that all queries of a batch pass over before the next: they stay in the second-level cache. */
const CHUNK_BYTES = 256 << 10;

/** The rows that a filter of ids allows, looked up once for all queries: their places, in linear memory. */
export class AllowedRows {
  readonly #store: ExactRows;
  readonly #places: number;
  readonly #count: number;

  /**
   * Cost: O(ids of the filter + largest id / 32).
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  constructor(store: ExactRows, filter: Bitmap) {
    const { memory } = store.runtime;
    const places = placesOf(store, filter);
    this.#store = store;
    this.#count = (4 * places.length) / PLACE_BYTES;
    this.#places = memory.allocate(4 * places.length);
    memory.i32.set(places, this.#places / 4);
  }

  /** Scores the rows for every query of a batch. */
  score(batch: QueryBatch): void {
    const chunk = Math.max(4, Math.floor(CHUNK_BYTES / this.#store.layout.stride));
    for (let from = 0; from < this.#count; from += chunk) {
      const count = Math.min(chunk, this.#count - from);
      for (let i = 0; i < batch.size; i++) batch.scorePlaces(i, this.#places + PLACE_BYTES * from, count);
    }
  }

  release(): void {
    this.#store.runtime.memory.free(this.#places);
  }
}

/** The row and the segment of every id that has a slot; tombstones may be among them. */
function placesOf(store: ExactRows, filter: Bitmap): Int32Array {
  const ids = filter.toIds();
  const places = new Int32Array(2 * ids.length);
  const { idsAreSlots, slots } = store;
  let end = 0;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    const slot = idsAreSlots ? (id < slots ? id : -1) : store.slotOf(id);
    if (slot < 0) continue;
    const { segment, row } = store.place(slot);
    places[end++] = row;
    places[end++] = segment;
  }
  return places.subarray(0, end);
}
