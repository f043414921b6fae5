/*
 * XXH32 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md), seed 0, in plain TypeScript: a store needs no
 * kernels. The package's other hash, XXH64, wants products of 64 bits, which JavaScript has in BigInt only.
 */
const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
const ROUND_BYTES = 16;

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
const round = (lane: number, word: number): number =>
  Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);

/** XXH32 of pieces of any length, one after the other. */
export class Xxh32 {
  readonly #lanes: Int32Array = Int32Array.of(PRIME_1 + PRIME_2, PRIME_2, 0, -PRIME_1);
  readonly #tail: Uint8Array = new Uint8Array(ROUND_BYTES);
  #bytes = 0;

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#bytes;
  }

  update(piece: Uint8Array): this {
    const held = this.#bytes % ROUND_BYTES;
    this.#bytes += piece.length;
    let rest = piece;
    if (held > 0) {
      const filling = piece.subarray(0, ROUND_BYTES - held);
      this.#tail.set(filling, held);
      if (held + filling.length < ROUND_BYTES) return this;
      this.#take(this.#tail);
      rest = piece.subarray(filling.length);
    }
    const whole = rest.length - (rest.length % ROUND_BYTES);
    this.#take(rest.subarray(0, whole));
    this.#tail.set(rest.subarray(whole));
    return this;
  }

  #take(rounds: Uint8Array): void {
    const view = new DataView(rounds.buffer, rounds.byteOffset, rounds.length);
    let [a, b, c, d] = this.#lanes as unknown as [number, number, number, number];
    for (let at = 0; at < rounds.length; at += ROUND_BYTES) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    this.#lanes.set([a, b, c, d]);
  }

  /** The hash as 8 hexadecimal digits. */
  digest(): string {
    const [a, b, c, d] = this.#lanes as unknown as [number, number, number, number];
    let hash =
      this.#bytes < ROUND_BYTES ? PRIME_5 : rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
    hash = (hash + this.#bytes) | 0;
    const view = new DataView(this.#tail.buffer, 0, this.#bytes % ROUND_BYTES);
    let at = 0;
    for (; at + 4 <= view.byteLength; at += 4)
      hash = Math.imul(rotate((hash + Math.imul(view.getInt32(at, true), PRIME_3)) | 0, 17), PRIME_4);
    for (; at < view.byteLength; at++)
      hash = Math.imul(rotate((hash + Math.imul(view.getUint8(at), PRIME_5)) | 0, 11), PRIME_1);
    hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
    hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
    return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
  }
}
