// What the parts of the smoke stand on: numbers from a seed, hashes, checks. Nothing but the language.

/** Multiples of 2^-24 in -0.5..0.5: float32 carries them exactly. */
export function uniform(random, length) {
  return Float32Array.from({ length }, () => random.integer(2 ** 24) / 2 ** 24 - 0.5);
}

/** Of answers to queries. */
export function hashAnswers({ ids, scores }) {
  return hash(ids) + hash(scores);
}

/** FNV-1a, and a second lane with another multiplier: 64 bits of the bytes of an array. */
export function hash({ buffer, byteOffset, byteLength }) {
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
    first = Math.imul(first ^ byte, 0x01000193);
    second = Math.imul(second ^ byte, 0x5bd1e995);
  }
  return [first, second].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

export function check(holds, sentence) {
  if (!holds) throw new Error(`It does not hold that ${sentence}.`);
}
