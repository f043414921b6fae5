/** The bits of numbers, a word each. */
export function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

/** A hash of words: each is multiplied in, and high bits are folded down. Whoever goes by it compares the words, too. */
export function hashWords(words: Int32Array, seed = 0): number {
  let hash = seed;
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ words[i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** The same of a text. */
export function hashText(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** Whether `count` words are the same, from `from` and `start` on. */
export function areSame(a: Int32Array, from: number, b: Int32Array, start: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (a[from + i] !== b[start + i]) return false;
  return true;
}
