/** Where the adaptive probabilities of each decision stand in their table. A match's length is low, middle or high. */
const MATCH = 0; // 12 states x 16 positions
const REPEAT = 192; // the next four: 12 states each
const NEWEST = 204;
const SECOND = 216;
const THIRD = 228;
const LONG_NEWEST = 240; // 12 states x 16 positions
const SLOT = 432; // 4 classes of length x 64 slots
const FAR = 688; // 115 distances of middling size
const ALIGN = 804; // the last four bits of a large distance
const LENGTH = 820; // two choices, 16 x 8 low, 16 x 8 middle, 256 high
const REPEATED_LENGTH = 1334;
const LITERAL = 1848; // 8 contexts, by the upper bits of the byte before, x 768
const PROBABILITIES = LITERAL + 8 * 768;

/**
 * Unpacks the first `size` bytes of a raw LZMA stream (lc 3, lp 0, pb 2; no header, no end mark), as the build packs the
 * kernels: a fifth smaller than what gzip makes of them, and the second tier costs a tenth of the first. O(size).
 *
 * Source: I. Pavlov, LZMA specification (draft of 2015-06-14), public domain.
 */
export function unpack(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  const probabilities = new Uint16Array(PROBABILITIES).fill(1024);
  // The first byte of a stream is 0, the next four begin the code.
  let read = 1;
  // The range and the code, in an array: closures would box numbers beyond 31 bits at every change.
  const coder = Uint32Array.of(0xffffffff, 0);
  while (read < 5) coder[1] = (coder[1]! << 8) | packed[read++]!;

  /** Takes the part of the range from `bound` on, or the part before it, and refills what has become narrow. */
  const choose = (range: number, bound: number, isUpper: boolean): void => {
    let left = bound;
    if (isUpper) {
      left = range - bound;
      coder[1]! -= bound;
    }
    if (left < 2 ** 24) {
      left <<= 8;
      coder[1] = (coder[1]! << 8) | packed[read++]!;
    }
    coder[0] = left;
  };
  const bit = (place: number): number => {
    const probability = probabilities[place]!;
    const bound = (coder[0]! >>> 11) * probability;
    const isOne = coder[1]! >= bound;
    probabilities[place] = probability + (isOne ? -(probability >>> 5) : (2048 - probability) >>> 5);
    choose(coder[0]!, bound, isOne);
    return +isOne;
  };
  /** `count` bits whose probabilities form a tree, the highest first. */
  const tree = (base: number, count: number): number => {
    let node = 1;
    while (node < 1 << count) node = 2 * node + bit(base + node);
    return node - (1 << count);
  };
  /** The same, the lowest bit first. */
  const reversedTree = (base: number, count: number): number => {
    let value = 0;
    for (let i = 0, node = 1; i < count; i++) {
      const one = bit(base + node);
      node = 2 * node + one;
      value |= one << i;
    }
    return value;
  };
  const evenBits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const half = coder[0]! >>> 1;
      const isOne = coder[1]! >= half;
      choose(2 * half, half, isOne);
      value = 2 * value + +isOne;
    }
    return value;
  };
  const length = (base: number, position: number): number => {
    if (!bit(base)) return 2 + tree(base + 2 + 8 * position, 3);
    if (!bit(base + 1)) return 10 + tree(base + 130 + 8 * position, 3);
    return 18 + tree(base + 258, 8);
  };
  const distance = (matched: number): number => {
    const slot = tree(SLOT + 64 * Math.min(matched - 2, 3), 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) << bits;
    if (slot < 14) return base + reversedTree(FAR + base - slot, bits);
    return base + 16 * evenBits(bits - 4) + reversedTree(ALIGN, 4);
  };

  const distances = [0, 0, 0, 0];
  let state = 0;
  for (let at = 0; at < size; ) {
    const position = at & 3;
    if (!bit(MATCH + 16 * state + position)) {
      const base = LITERAL + 768 * ((out[at - 1] ?? 0) >> 5);
      let node = 1;
      if (state > 6) {
        // After a match the byte that would have continued it tells which bits to expect.
        let expected = out[at - distances[0]! - 1]!;
        for (let agrees = true; agrees && node < 256; ) {
          const likely = (expected >> 7) & 1;
          expected <<= 1;
          const one = bit(base + 256 * (1 + likely) + node);
          node = 2 * node + one;
          agrees = one === likely;
        }
      }
      while (node < 256) node = 2 * node + bit(base + node);
      out[at++] = node;
      state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
      continue;
    }
    let count = 1;
    if (!bit(REPEAT + state)) {
      count = length(LENGTH, position);
      distances.unshift(distance(count));
      state = state < 7 ? 7 : 10;
    } else {
      let which = 0;
      if (bit(NEWEST + state)) which = bit(SECOND + state) ? 2 + bit(THIRD + state) : 1;
      if (which === 0 && !bit(LONG_NEWEST + 16 * state + position)) state = state < 7 ? 9 : 11;
      else {
        distances.unshift(distances.splice(which, 1)[0]!);
        count = length(REPEATED_LENGTH, position);
        state = state < 7 ? 8 : 11;
      }
    }
    distances.length = 4;
    for (const end = Math.min(at + count, size); at < end; at++) out[at] = out[at - distances[0]! - 1]!;
  }
  return out;
}
