import { fileError } from './errors.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Depth of nesting and number of object members in JSON text. UTF-8 keeps ASCII out of its longer sequences. */
function measure(bytes: Uint8Array): { depth: number; members: number } {
  let open = 0;
  let depth = 0;
  let members = 0;
  let inString = false;
  for (let position = 0; position < bytes.length; position++) {
    const byte = bytes[position];
    if (inString) {
      if (byte === BACKSLASH) position++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COLON) members++;
    else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) depth = Math.max(depth, ++open);
    else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) open--;
  }
  return { depth, members };
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const children = Object.values(value);
  const own = Array.isArray(value) ? 0 : children.length;
  return children.reduce((total: number, child) => total + countMembers(child), own);
}

function decode(bytes: Uint8Array, subject: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw fileError('FILE_CORRUPT', subject, {
      expected: 'JSON in UTF-8',
      got: 'bytes that do not parse',
      cause,
    });
  }
}

/**
 * Parses JSON of untrusted origin. Beyond `JSON.parse`, it refuses nesting deeper than `depthLimit` before it allocates
 * (100 MB of `[` would become gigabytes of arrays), and repeated keys, of which two readers may each pick another.
 *
 * Time and memory are linear in the bytes.
 *
 * @throws LanewiseError `FILE_CORRUPT`: invalid UTF-8 or JSON, too deep, or a repeated key
 */
export function parseStrictJson(bytes: Uint8Array, subject: string, depthLimit: number): unknown {
  const { depth, members } = measure(bytes);
  if (depth > depthLimit) {
    throw fileError('FILE_CORRUPT', `${subject}, nesting`, { expected: `at most ${depthLimit}`, got: depth });
  }
  const value = decode(bytes, subject);
  const distinct = countMembers(value);
  if (distinct !== members) {
    throw fileError('FILE_CORRUPT', `${subject}, keys`, {
      expected: 'each key once',
      got: `${members - distinct} repeated`,
    });
  }
  return value;
}
