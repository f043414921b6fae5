/**
 * MurmurHash3_x86_32 of the UTF-8 bytes of a text (Appleby, 2011), as scikit-learn's and Spark's hashing take it. Not a
 * cryptographic hash. A lone surrogate counts as U+FFFD, as TextEncoder writes it.
 *
 * @param seed an integer; its low 32 bits count
 * @returns an integer in 0..4294967295
 */
export function murmur3(text: string, seed = 0): number {
  return hashBytes(/[\u0080-\uffff]/.test(text) ? inUtf8(text) : text, seed);
}

/** @param bytes one character a byte */
function hashBytes(bytes: string, seed: number): number {
  const { length } = bytes;
  const whole = length & -4;
  let hash = seed | 0;
  for (let at = 0; at < whole; at += 4) {
    const low = bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8);
    hash ^= scramble(low | (bytes.charCodeAt(at + 2) << 16) | (bytes.charCodeAt(at + 3) << 24));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = length; at-- > whole; ) rest = (rest << 8) | bytes.charCodeAt(at);
  hash ^= scramble(rest) ^ length; // a rest of 0 scrambles to 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function inUtf8(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
