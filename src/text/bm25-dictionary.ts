import { dictionaryBytes, FIRST_CAPACITY } from './bm25-layout.ts';

/**
 * The terms of documents: a number each, and in how many documents it stands. The numbers of terms that stand in none are
 * given anew, so that it holds no more than the documents do.
 */
export class Dictionary {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #free: number[] = [];
  /** A number a term, for whoever counts the terms of a document: renewed as terms are added, and never cleared. */
  places: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  #documents: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  #size = 0;
  #characters = 0;

  /** Terms that stand in a document. */
  get size(): number {
    return this.#size;
  }

  /** All numbers lie below it. */
  get end(): number {
    return this.#texts.length;
  }

  /** Bytes of JavaScript memory held, some of them estimated. */
  get bytes(): number {
    return dictionaryBytes(this.#documents.length, this.#numbers.size, this.#characters);
  }

  /** The number of a term that stands in a document, or -1. */
  find(text: string): number {
    const number = this.#numbers.get(text);
    return number === undefined || this.#documents[number] === 0 ? -1 : number;
  }

  /** The number of a term, old or new. Whoever asks for a new one adds it to a document, or forgets it. */
  intern(text: string): number {
    return this.#numbers.get(text) ?? this.#add(text);
  }

  textOf(number: number): string {
    return this.#texts[number]!;
  }

  /** In how many documents a term stands. */
  frequency(number: number): number {
    return this.#documents[number]!;
  }

  /** Counts a document for each of some terms. */
  addTo(terms: Uint32Array): void {
    for (let i = 0; i < terms.length; i++) if (this.#documents[terms[i]!]!++ === 0) this.#size++;
  }

  removeFrom(terms: Uint32Array): void {
    for (let i = 0; i < terms.length; i++) {
      const number = terms[i]!;
      if (--this.#documents[number]! > 0) continue;
      this.#size--;
      this.forget(number);
    }
  }

  /** Drops a term, if it stands in no document. */
  forget(number: number): void {
    const text = this.#texts[number]!;
    if (this.#documents[number]! > 0 || this.#numbers.get(text) !== number) return;
    this.#numbers.delete(text);
    this.#characters -= text.length;
    this.#texts[number] = '';
    this.#free.push(number);
  }

  #add(word: string): number {
    // A copy: engines keep a whole text for the sake of a word that was cut out of it.
    const text = ` ${word}`.slice(1);
    const number = this.#free.pop() ?? this.#texts.length;
    if (number === this.#documents.length) {
      const documents = grown(this.#documents);
      this.places = grown(this.places);
      this.#documents = documents;
    }
    this.#texts[number] = text;
    this.#numbers.set(text, number);
    this.#characters += text.length;
    return number;
  }
}

function grown(array: Uint32Array): Uint32Array {
  const copy = new Uint32Array(2 * array.length);
  copy.set(array);
  return copy;
}
