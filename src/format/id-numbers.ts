/** A hash table grows beyond this share of its slots, a power of two. */
const MOST_FULL = 1 / 2;
const FIRST_SLOTS = 1024;
/** Digits of an id that is taken for a number: every such integer is a double of its own. */
const MOST_DIGITS = 15;
const INTEGER = /^(?:0|[1-9]\d*)$/;

/**
 * Numbers ids from 0 in the order in which they first appear. They are told apart by their bytes in the file, so that an id
 * that was seen before costs no string.
 */
export class IdNumbers {
  readonly names: (string | number)[] = [];
  readonly #bytes: Uint8Array;
  /** One for all ids: making one takes longer than decoding. */
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Where in the bytes each name was first found, and its hash. */
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  readonly #hashes: number[] = [];
  /**
   * What each byte is to the hash. All of it is drawn, so that nobody can make a file whose ids share a slot; it reaches no
   * result. A drawn start alone would not do: the low byte of FNV's state depends on nothing but low bytes, so that whoever
   * guesses that of the start knows of ids that have the same hash whatever the rest of it is.
   */
  readonly #salts = Int32Array.from({ length: 256 }, () => Math.random() * 2 ** 32);
  /** The number of an id and 1 more; 0 where there is none. */
  #slots = new Int32Array(FIRST_SLOTS);

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The number of the id at `start` to `end`; -1 where it is no UTF-8. */
  numberOf(start: number, end: number): number {
    const bytes = this.#bytes;
    const salts = this.#salts;
    // FNV-1a (Fowler, Noll and Vo) of salted bytes, and a last mix for the low bits.
    let hash = end - start;
    for (let at = start; at < end; at++)
      hash = Math.imul(hash ^ (hash >>> 15) ^ salts[bytes[at]], 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 13;
    const slots = this.#slots;
    let slot = hash & (slots.length - 1);
    for (; slots[slot] > 0; slot = (slot + 1) & (slots.length - 1)) {
      const number = slots[slot] - 1;
      if (this.#hashes[number] === hash && this.#isAt(number, start, end)) return number;
    }
    return this.#add(slot, hash, start, end);
  }

  #isAt(number: number, start: number, end: number): boolean {
    if (this.#lengths[number] !== end - start) return false;
    const bytes = this.#bytes;
    for (let at = start, first = this.#starts[number]; at < end; at++, first++) {
      if (bytes[at] !== bytes[first]) return false;
    }
    return true;
  }

  #add(slot: number, hash: number, start: number, end: number): number {
    const name = decode(this.#decoder, this.#bytes.subarray(start, end));
    if (name === undefined) return -1;
    const number = this.names.push(name) - 1;
    this.#starts.push(start);
    this.#lengths.push(end - start);
    this.#hashes.push(hash);
    this.#slots[slot] = number + 1;
    if (number >= MOST_FULL * this.#slots.length) this.#grow();
    return number;
  }

  #grow(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    for (const [number, hash] of this.#hashes.entries()) {
      let slot = hash & (slots.length - 1);
      while (slots[slot] > 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** The name that the bytes spell, a number where that gives the same bytes back; `undefined` where they are no UTF-8. */
function decode(decoder: TextDecoder, bytes: Uint8Array): string | number | undefined {
  try {
    const text = decoder.decode(bytes).replaceAll('""', '"');
    return text.length <= MOST_DIGITS && INTEGER.test(text) ? Number(text) : text;
  } catch {
    return undefined;
  }
}
