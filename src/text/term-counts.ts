import { twice } from './term-rows.ts';

/** How often terms occur in the text at hand, by their numbers. */
export class TermCounts {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #entered: Map<string, number> | undefined;
  /** Counts in the text at hand, by number; 0 for all others. */
  counts: Uint32Array;
  #met = new Uint32Array(64);
  #size = 0;

  /**
   * @param numbers of the terms that count: 0, 1, 2, ...
   * @param entered the same, where terms that have no number get the next one
   */
  constructor(numbers: ReadonlyMap<string, number>, entered?: Map<string, number>) {
    this.#numbers = numbers;
    this.#entered = entered;
    this.counts = new Uint32Array(numbers.size || 1024);
  }

  /** The numbers of the terms of the text at hand, in no order. A view: it changes with the next text. */
  get met(): Uint32Array {
    return this.#met.subarray(0, this.#size);
  }

  /** Takes the terms of the next text. */
  count(terms: readonly string[]): void {
    this.clear();
    for (let at = 0; at < terms.length; at++) {
      const number = this.#numbers.get(terms[at]!) ?? this.#enter(terms[at]!);
      if (number >= 0) this.add(number, 1);
    }
  }

  add(number: number, count: number): void {
    if (this.counts[number] === 0) {
      if (this.#size === this.#met.length) this.#met = twice(this.#met, new Uint32Array(2 * this.#size));
      this.#met[this.#size++] = number;
    }
    this.counts[number]! += count;
  }

  clear(): void {
    for (let at = 0; at < this.#size; at++) this.counts[this.#met[at]!] = 0;
    this.#size = 0;
  }

  #enter(term: string): number {
    if (!this.#entered) return -1;
    const number = this.#entered.size;
    if (number === this.counts.length) this.counts = twice(this.counts, new Uint32Array(2 * number));
    // A copy: engines keep a whole text for the sake of a word that was cut out of it.
    this.#entered.set(` ${term}`.slice(1), number);
    return number;
  }
}
