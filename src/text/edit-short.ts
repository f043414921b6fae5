// Distances of short texts in JavaScript, bit-parallel as the kernels (assembly/edit-blocks.ts), 32 rows a word: what crosses
// to a kernel is copied twice, and costs half a microsecond before anything is compared.

/** The longest pattern: two words of 32 bits. */
const MOST_ROWS = 64;

/** Two words a UTF-16 unit: which rows of the pattern hold it. Zero between calls. */
let masks: Int32Array | undefined;

/** What makes a UTF-16 unit a unit of comparison by itself: that it lies outside from .. from + count - 1. */
export interface Excluded {
  readonly from: number;
  readonly count: number;
}

/**
 * The distance of two texts whose UTF-16 units are compared one by one; -1 where they have others, or are too long.
 *
 * @param transposes whether two neighbours that changed places count one; the pattern is of 32 units at most then
 */
export function shortDistance(
  one: string,
  other: string,
  { from, count }: Excluded,
  transposes: boolean,
): number {
  const [pattern, text] = one.length <= other.length ? [one, other] : [other, one];
  let end = pattern.length;
  const excess = text.length - end;
  while (end > 0 && pattern.charCodeAt(end - 1) === text.charCodeAt(end - 1 + excess)) end--;
  let start = 0;
  while (start < end && pattern.charCodeAt(start) === text.charCodeAt(start)) start++;
  const rows = end - start;
  if (rows > (transposes ? MOST_ROWS / 2 : MOST_ROWS)) return -1;
  masks ??= new Int32Array(2 * 65_536);
  let isPlain = true;
  for (let row = 0; row < rows; row++) {
    const code = pattern.charCodeAt(start + row);
    if ((code - from) >>> 0 < count) isPlain = false;
    masks[2 * code + (row >> 5)]! |= 1 << row;
  }
  const last = end + excess;
  for (let at = start; at < last && isPlain; at++) isPlain = (text.charCodeAt(at) - from) >>> 0 >= count;
  let distance = -1;
  if (isPlain) {
    if (transposes) distance = transposed(masks, rows, text, start, last);
    else if (rows <= 32) distance = oneWord(masks, rows, text, start, last);
    else distance = twoWords(masks, rows, text, start, last);
  }
  for (let row = 0; row < rows; row++) {
    const mask = 2 * pattern.charCodeAt(start + row);
    masks[mask] = masks[mask + 1] = 0;
  }
  return distance;
}

function oneWord(masks: Int32Array, rows: number, text: string, start: number, end: number): number {
  let rises = -1;
  let falls = 0;
  for (let at = start; at < end; at++) {
    const equal = masks[2 * text.charCodeAt(at)]!;
    const diagonal = (((equal & rises) + rises) ^ rises) | equal | falls;
    const up = ((falls | ~(diagonal | rises)) << 1) | 1;
    rises = ((rises & diagonal) << 1) | ~(diagonal | up);
    falls = up & diagonal;
  }
  return end - start + riseOf(rises, falls, rows);
}

/** With the pairs of rows and columns that changed places (Hyyrö, 2003, section 5). */
function transposed(masks: Int32Array, rows: number, text: string, start: number, end: number): number {
  let rises = -1;
  let falls = 0;
  let diagonal = 0;
  let before = 0;
  for (let at = start; at < end; at++) {
    const equal = masks[2 * text.charCodeAt(at)]!;
    const crossed = ((~diagonal & equal) << 1) & before;
    diagonal = (((equal & rises) + rises) ^ rises) | equal | falls | crossed;
    const up = ((falls | ~(diagonal | rises)) << 1) | 1;
    rises = ((rises & diagonal) << 1) | ~(diagonal | up);
    falls = up & diagonal;
    before = equal;
  }
  return end - start + riseOf(rises, falls, rows);
}

/** The carry of the sum, and the bits that are shifted out, go from the first word to the second. */
function twoWords(masks: Int32Array, rows: number, text: string, start: number, end: number): number {
  let rises = -1;
  let falls = 0;
  let rises2 = -1;
  let falls2 = 0;
  for (let at = start; at < end; at++) {
    const mask = 2 * text.charCodeAt(at);
    const equal = masks[mask]!;
    const equal2 = masks[mask + 1]!;
    const matched = equal & rises;
    const sum = (matched + rises) | 0;
    const carry = (matched | (rises & ~sum)) >>> 31;
    const diagonal = (sum ^ rises) | equal | falls;
    const diagonal2 = (((equal2 & rises2) + rises2 + carry) ^ rises2) | equal2 | falls2;
    const up = falls | ~(diagonal | rises);
    const down = rises & diagonal;
    const shifted = (up << 1) | 1;
    const shifted2 = ((falls2 | ~(diagonal2 | rises2)) << 1) | (up >>> 31);
    rises = (down << 1) | ~(diagonal | shifted);
    rises2 = ((rises2 & diagonal2) << 1) | (down >>> 31) | ~(diagonal2 | shifted2);
    falls = shifted & diagonal;
    falls2 = shifted2 & diagonal2;
  }
  return end - start + riseOf(rises, falls, 32) + riseOf(rises2, falls2, rows - 32);
}

/** By how much the last of the rows in a word lies above the first. */
function riseOf(rises: number, falls: number, rows: number): number {
  const mask = rows === 0 ? 0 : -1 >>> (32 - rows);
  return bitsOf(rises & mask) - bitsOf(falls & mask);
}

function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
