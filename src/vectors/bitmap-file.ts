import { type ErrorCode, LanewiseError } from '../host/errors.ts';

// A saved bitmap, in words of 32 bits, little-endian:
//
//   | 'LWBM' | version | count | checksum | count words of 32 ids each, lowest bit first; the last one is not 0 |

const MAGIC = 0x4d42574c;
const VERSION = 1;
const HEADER_WORDS = 4;
/** Words of a bitmap that holds every id. */
const MOST_WORDS = 2 ** 26;

/** The bytes of a bitmap whose last word is not 0. */
export function writeBitmap(words: Uint32Array): Uint8Array<ArrayBuffer> {
  const file = new Uint32Array(HEADER_WORDS + words.length);
  file.set([MAGIC, VERSION, words.length, checksum(words)]);
  file.set(words, HEADER_WORDS);
  return new Uint8Array(file.buffer);
}

/**
 * The words of a saved bitmap, copied; the bytes may be of any origin.
 *
 * @throws LanewiseError `FILE_FORMAT`, `FILE_VERSION`, `FILE_TRUNCATED`, `FILE_CORRUPT`
 */
export function readBitmap(bytes: Uint8Array): Uint32Array<ArrayBuffer> {
  const most = 4 * (HEADER_WORDS + MOST_WORDS);
  if (bytes.length < 4 * HEADER_WORDS) throw fault('FILE_TRUNCATED', 'has no whole header', 16, bytes.length);
  if (bytes.length > most) throw fault('FILE_CORRUPT', 'is longer than any', most, bytes.length);
  // A copy: the words of the original need not begin at a multiple of four bytes.
  const file = new Uint32Array(bytes.slice(0, bytes.length & ~3).buffer);
  const [magic, version, count, expected] = file;
  if (magic !== MAGIC) {
    throw new LanewiseError('FILE_FORMAT', 'These bytes hold no bitmap. Give what Bitmap.toBytes() wrote.', {
      expected: MAGIC,
      got: magic,
    });
  }
  if (version !== VERSION) {
    if (version === 0) throw fault('FILE_CORRUPT', 'names no version', VERSION, version);
    throw new LanewiseError(
      'FILE_VERSION',
      `The bitmap is of version ${version}; this package reads version ${VERSION}. Update lanewise.`,
      { expected: VERSION, got: version },
    );
  }
  const length = 4 * (HEADER_WORDS + count!);
  if (bytes.length < length) throw fault('FILE_TRUNCATED', 'ends too early', length, bytes.length);
  if (bytes.length > length) throw fault('FILE_CORRUPT', 'goes on behind its end', length, bytes.length);
  const words = file.slice(HEADER_WORDS);
  const got = checksum(words);
  if (got !== expected) throw fault('FILE_CORRUPT', 'has another checksum', expected, got);
  if (words.at(-1) === 0) throw fault('FILE_CORRUPT', 'ends with an empty word', 'a word with ids', 0);
  return words;
}

/** A hash of every word, their order and their number; any damage within one word shows. */
function checksum(words: Uint32Array): number {
  let hash = 0;
  for (let i = 0; i < words.length; i++) hash = mix(hash ^ words[i]!);
  return mix(hash ^ words.length) >>> 0;
}

/** Spreads every bit over all of them, and can be undone: the finalizer of MurmurHash3. */
function mix(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}

function fault(code: ErrorCode, text: string, expected: unknown, got: unknown): LanewiseError {
  const message = `The saved bitmap ${text}: expected ${expected}, got ${got}. Take it from its source again.`;
  return new LanewiseError(code, message, { expected, got });
}
