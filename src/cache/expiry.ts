/** An entry of an {@link Expiry}: when its time is over, and its place there, -1 for none. */
export interface Expiring {
  /** Milliseconds of the owner's clock; Infinity for never. */
  readonly expires: number;
  place: number;
}

/** Entries by the end of their time: a binary heap, O(log entries) a step. What never expires is not in it. */
export class Expiry<Entry extends Expiring> {
  readonly #heap: Entry[] = [];

  /** What expires first. */
  get first(): Entry | undefined {
    return this.#heap[0];
  }

  add(entry: Entry): void {
    if (entry.expires === Number.POSITIVE_INFINITY) return;
    this.#heap.push(entry);
    this.#rise(entry, this.#heap.length - 1);
  }

  remove(entry: Entry): void {
    const { place } = entry;
    if (place < 0) return;
    entry.place = -1;
    const last = this.#heap.pop()!;
    if (last === entry) return;
    this.#rise(last, place);
    this.#sink(last, last.place);
  }

  clear(): void {
    this.#heap.length = 0;
  }

  #rise(entry: Entry, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = this.#heap[(place - 1) >> 1]!;
      if (parent.expires <= entry.expires) break;
      this.#put(parent, place);
      place = (place - 1) >> 1;
    }
    this.#put(entry, place);
  }

  #sink(entry: Entry, from: number): void {
    const heap = this.#heap;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child + 1 < heap.length && heap[child + 1]!.expires < heap[child]!.expires) child++;
      if (child >= heap.length || heap[child]!.expires >= entry.expires) break;
      this.#put(heap[child]!, place);
      place = child;
    }
    this.#put(entry, place);
  }

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }
}
