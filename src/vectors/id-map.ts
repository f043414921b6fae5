const EMPTY = -1;
const FIRST_CAPACITY = 64;
/** Bytes of an entry: an id and its slot. */
const ENTRY_BYTES = 8;

/**
 * From ids to slots: open addressing with linear probing, at most half full. O(1) a look-up.
 *
 * ```
 * entries: [id, slot] [id, slot] ...   id -1 is an empty entry
 * ```
 *
 * As long as the ids are 0, 1, 2, ... in the order of their slots, as they are where nobody gives any, there is nothing
 * to look up and no entry to hold; the first id out of order has the entries made.
 */
export class IdMap {
  #entries = emptyEntries(0);
  #mask = -1;
  #size = 0;
  #isInOrder = true;

  get size(): number {
    return this.#size;
  }

  /** Bytes of JavaScript memory held. */
  get bytes(): number {
    return this.#entries.length * (ENTRY_BYTES / 2);
  }

  /** The slot of an id, or -1. */
  get(id: number): number {
    if (this.#isInOrder) return (id | 0) === id && id >= 0 && id < this.#size ? id : -1;
    if (id === EMPTY) return -1;
    const entry = this.#find(id);
    return this.#entries[entry] === id ? this.#entries[entry + 1]! : -1;
  }

  /** Sets the slot of an id, new or known; returns the slot it had, or -1. */
  set(id: number, slot: number): number {
    if (this.#isInOrder) {
      if (id === slot && id < this.#size) return id;
      if (id === slot && this.append(slot, 1)) return -1;
      this.#makeEntries(this.#size + 1);
    }
    let entry = this.#find(id);
    const isNew = this.#entries[entry] === EMPTY;
    if (isNew) {
      if (2 * (this.#size + 1) > this.#mask + 1) {
        this.#reserve(this.#size + 1);
        entry = this.#find(id);
      }
      this.#size++;
    }
    const previous = isNew ? -1 : this.#entries[entry + 1]!;
    this.#entries[entry] = id;
    this.#entries[entry + 1] = slot;
    return previous;
  }

  /** Forgets an id, and closes the gap in its run of entries. */
  delete(id: number): void {
    if (this.#isInOrder) {
      if (this.get(id) === -1) return;
      if (id === this.#size - 1) {
        this.#size--;
        return;
      }
      this.#makeEntries(this.#size);
    }
    let gap = this.#find(id);
    if (this.#entries[gap] !== id) return;
    this.#size--;
    const wrap = this.#entries.length - 1;
    for (let next = gap; ; ) {
      next = (next + 2) & wrap;
      const moved = this.#entries[next]!;
      if (moved === EMPTY) break;
      const home = this.#home(moved);
      const isBetween = gap <= next ? gap < home && home <= next : gap < home || home <= next;
      if (isBetween) continue;
      this.#entries[gap] = moved;
      this.#entries[gap + 1] = this.#entries[next + 1]!;
      gap = next;
    }
    this.#entries[gap] = EMPTY;
  }

  /** Takes the ids first, first + 1, ... of the slots of the same numbers; false, and nothing done, if they are not next. */
  append(first: number, count: number): boolean {
    const isNext = this.#isInOrder && first === this.#size;
    if (isNext) this.#size += count;
    return isNext;
  }

  /** Makes room for more ids, so that setting them allocates nothing. */
  makeRoom(count: number): void {
    if (this.#isInOrder) this.#makeEntries(this.#size + count);
    else this.#reserve(this.#size + count);
  }

  #reserve(count: number): void {
    const capacity = capacityFor(count, this.#mask + 1);
    if (capacity === this.#mask + 1) return;
    const old = this.#entries;
    this.#entries = emptyEntries(capacity);
    this.#mask = capacity - 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === EMPTY) continue;
      const entry = this.#find(old[i]!);
      this.#entries[entry] = old[i]!;
      this.#entries[entry + 1] = old[i + 1]!;
    }
  }

  /** Looks ids up from now on. Allocates first, so that the map stays in order where that fails. */
  #makeEntries(count: number): void {
    this.#reserve(count);
    this.#isInOrder = false;
    for (let id = 0; id < this.#size; id++) {
      const entry = this.#find(id);
      this.#entries[entry] = this.#entries[entry + 1] = id;
    }
  }

  /** Where an id's run of entries begins (Fibonacci hashing). */
  #home(id: number): number {
    const mixed = Math.imul(id, 0x9e3779b1);
    return ((mixed ^ (mixed >>> 15)) & this.#mask) << 1;
  }

  /** The entry of an id, or the empty one where it would stand. */
  #find(id: number): number {
    const wrap = this.#entries.length - 1;
    let entry = this.#home(id);
    while (this.#entries[entry] !== EMPTY && this.#entries[entry] !== id) entry = (entry + 2) & wrap;
    return entry;
  }
}

/** Entries that so many ids fill to a half at most, no fewer than there are. */
function capacityFor(count: number, least: number): number {
  let capacity = Math.max(least, FIRST_CAPACITY);
  while (2 * count > capacity) capacity *= 2;
  return capacity;
}

/** Bytes of a map that room was made in for so many ids, none of which need be in order. */
export function idMapBytes(ids: number): number {
  return ENTRY_BYTES * capacityFor(ids, 0);
}

function emptyEntries(capacity: number): Int32Array {
  return new Int32Array(2 * capacity).fill(EMPTY);
}
