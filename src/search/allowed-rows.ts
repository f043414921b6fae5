import type { Bitmap } from '../vectors/bitmap.ts';
import type { QueryBatch, SlotRun } from '../vectors/query-batch.ts';
import type { ExactRows } from './exact-search.ts';

/** The rows that a filter of ids allows, resolved once for all queries: their slots, ascending, in linear memory. */
export class AllowedRows {
  readonly #store: ExactRows;
  readonly #list: number;
  readonly #runs: readonly SlotRun[];

  /**
   * Cost: O(ids of the filter), and sorting where slots are not in the order of ids.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  constructor(store: ExactRows, filter: Bitmap) {
    const slots = slotsOf(store, filter);
    const { memory } = store.runtime;
    this.#store = store;
    this.#list = memory.allocate(slots.byteLength);
    memory.i32.set(slots, this.#list / 4);
    this.#runs = runsOf(store, slots, this.#list);
  }

  /** Scores the rows for every query of a batch. A segment's rows are in the cache for all queries but the first. */
  score(batch: QueryBatch): void {
    for (const run of this.#runs) for (let i = 0; i < batch.size; i++) batch.scoreSlots(i, run);
  }

  release(): void {
    this.#store.runtime.memory.free(this.#list);
  }
}

/** Slots in ascending order; tombstones may be among them. */
function slotsOf(store: ExactRows, filter: Bitmap): Int32Array {
  const ids = filter.toIds();
  const { idsAreSlots, slots } = store;
  let found = 0;
  let isAscending = true;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    const slot = idsAreSlots ? (id < slots ? id : -1) : store.slotOf(id);
    if (slot < 0) continue;
    if (found > 0 && slot < ids[found - 1]!) isAscending = false;
    ids[found++] = slot;
  }
  const present = ids.subarray(0, found);
  return isAscending ? present : present.sort();
}

/** Slots by the segment they stand in. */
function runsOf(store: ExactRows, slots: Int32Array, list: number): SlotRun[] {
  const runs: SlotRun[] = [];
  const { rowsPerSegment } = store.layout;
  for (let from = 0, to = 0; from < slots.length; from = to) {
    const { segment, row } = store.place(slots[from]!);
    const first = slots[from]! - row;
    while (to < slots.length && slots[to]! < first + rowsPerSegment) to++;
    runs.push({ segment, first, slots: list + 4 * from, count: to - from });
  }
  return runs;
}
