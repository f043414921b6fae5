/** An entry of a {@link Recency}: its neighbours in the order of use. */
export interface Used<Entry> {
  older: Entry | undefined;
  newer: Entry | undefined;
}

/** Entries in the order in which they were last used: a doubly linked list, every step of it O(1). */
export class Recency<Entry extends Used<Entry>> {
  #oldest: Entry | undefined;
  #newest: Entry | undefined;

  /** What was used least recently. */
  get oldest(): Entry | undefined {
    return this.#oldest;
  }

  /** Takes in an entry that is in no list, as the one used last. */
  add(entry: Entry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
  }

  remove(entry: Entry): void {
    if (entry.older) entry.older.newer = entry.newer;
    else this.#oldest = entry.newer;
    if (entry.newer) entry.newer.older = entry.older;
    else this.#newest = entry.older;
    entry.older = entry.newer = undefined;
  }

  /** Makes an entry the one used last. */
  touch(entry: Entry): void {
    if (entry === this.#newest) return;
    this.remove(entry);
    this.add(entry);
  }

  /** The entries, least recently used first. */
  *[Symbol.iterator](): IterableIterator<Entry> {
    for (let entry = this.#oldest; entry; entry = entry.newer) yield entry;
  }

  clear(): void {
    this.#oldest = this.#newest = undefined;
  }
}
