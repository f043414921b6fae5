import type { StreamRecord } from './records.ts';

/**
 * About what V8 takes for an entry of a Map and of a Set, whose tables double (3 and 2 words, and half a word of its bucket, three
 * quarters full), and for a string before its letters.
 */
const BYTES = { ofMapEntry: 37, ofSetEntry: 27, ofString: 16, ofNumber: 8 } as const;

function bytesOfString(text: string): number {
  return BYTES.ofString + 8 * Math.ceil(text.length / 8);
}

/** The same as a Summary tells, without error, in memory that grows. */
export class Exact {
  readonly counts: Map<string, number> = new Map();
  readonly sources: Set<string> = new Set();
  readonly amounts: number[] = [];
  #letters = 0;
  #sorted: Float64Array | undefined;

  add(records: readonly StreamRecord[]): void {
    for (const { item, source, amount } of records) {
      this.#count(item, 1);
      this.#tellApart(source, source === item);
      this.amounts.push(amount);
    }
    this.#sorted = undefined;
  }

  merge(other: Exact): void {
    for (const [item, count] of other.counts) this.#count(item, count);
    for (const source of other.sources) this.#tellApart(source, other.counts.has(source));
    for (const amount of other.amounts) this.amounts.push(amount);
    this.#sorted = undefined;
  }

  /** The value with a share of q of all at or below it. */
  quantile(q: number): number {
    this.#sorted ??= Float64Array.from(this.amounts).sort();
    return this.#sorted[Math.max(0, Math.ceil(q * this.#sorted.length) - 1)];
  }

  /** Estimated; a string that is in both is counted once. */
  memoryUsage(): { readonly total: number } {
    const tables = BYTES.ofMapEntry * this.counts.size + BYTES.ofSetEntry * this.sources.size;
    return { total: tables + this.#letters + BYTES.ofNumber * this.amounts.length };
  }

  #count(item: string, count: number): void {
    const before = this.counts.get(item);
    if (before === undefined) this.#letters += bytesOfString(item);
    this.counts.set(item, (before ?? 0) + count);
  }

  #tellApart(source: string, isCounted: boolean): void {
    if (this.sources.has(source)) return;
    this.sources.add(source);
    if (!isCounted) this.#letters += bytesOfString(source);
  }
}
