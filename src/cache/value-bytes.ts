/** What an object, and each place in one, takes beside what it holds. */
const OBJECT_BYTES = 32;
const SLOT_BYTES = 8;

/**
 * About how many bytes a value takes, for a budget: 8 for a number, 2 a character of a text and 32 for the text, the
 * length of buffers and what views show of them, and for arrays, maps, sets and plain objects 32, 8 for each place, and
 * what is in it; for a bigint 32 and its bytes. An object that stands there twice counts once. Names of properties, which
 * alike objects share, count nothing: of a large dictionary make a Map, or tell its bytes. Nothing is known of other objects
 * but their own properties.
 *
 * Cost: O(everything that the value leads to).
 */
export function estimateBytes(value: unknown): number {
  const seen = new Set<object>();
  const waiting: unknown[] = [value];
  let bytes = 0;
  while (waiting.length > 0) {
    const next = waiting.pop();
    bytes += SLOT_BYTES;
    if (typeof next === 'string') bytes += OBJECT_BYTES + 2 * next.length;
    if (typeof next === 'bigint') bytes += OBJECT_BYTES + Math.ceil(next.toString(16).length / 2);
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    bytes += OBJECT_BYTES;
    if (ArrayBuffer.isView(next) || next instanceof ArrayBuffer) bytes += next.byteLength;
    else if (next instanceof Map) for (const [key, held] of next) waiting.push(key, held);
    else if (next instanceof Set || Array.isArray(next)) for (const held of next) waiting.push(held);
    else for (const held of Object.values(next)) waiting.push(held);
  }
  return bytes;
}
