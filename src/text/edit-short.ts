// Distances of short texts in JavaScript, bit-parallel as the kernels (assembly/edit-blocks.ts), 32 rows a word. What goes to
// a kernel is copied and numbered first: 100 random characters take some 5.6 us there, 50 take 1 us here.

/** The longest pattern: two words of 32 bits; one where transpositions count. */
const MOST_ROWS = 64;
const MOST_ROWS_TRANSPOSED = 32;

/** UTF-16 units that are no unit of comparison by themselves: those with (unit ^ mirror) < count. */
export interface Excluded {
  readonly mirror: number;
  readonly count: number;
}

/** Which rows of the pattern hold a UTF-16 unit: rows 0..31, and 32..63. Zero between calls. */
interface Masks {
  readonly low: Int32Array;
  readonly high: Int32Array;
}
let masks: Masks | undefined;

/** The distance of two texts whose UTF-16 units are compared one by one; -1 where they have others, or are too long. */
export function shortDistance(one: string, other: string, excluded: Excluded, transposes: boolean): number {
  const swaps = one.length > other.length;
  const pattern = swaps ? other : one;
  const text = swaps ? one : other;
  const excess = text.length - pattern.length;
  let end = pattern.length;
  while (end > 0 && pattern.charCodeAt(end - 1) === text.charCodeAt(end - 1 + excess)) end--;
  let start = 0;
  while (start < end && pattern.charCodeAt(start) === text.charCodeAt(start)) start++;
  const rows = end - start;
  // What is inserted within a surrogate pair makes two units of it.
  if (rows === 0 && pattern.codePointAt(start - 1)! > 0xffff) return -1;
  if (rows > (transposes ? MOST_ROWS_TRANSPOSED : MOST_ROWS)) return -1;
  masks ??= { low: new Int32Array(65_536), high: new Int32Array(65_536) };
  const { low, high } = masks;
  const { mirror, count } = excluded;
  let sign = 0;
  for (let row = 0; row < rows; row++) {
    const code = pattern.charCodeAt(start + row);
    sign |= (code ^ mirror) - count;
    (row < 32 ? low : high)[code]! |= 1 << row;
  }
  let distance = -1;
  if (sign >= 0) {
    const compare = transposes ? transposed : rows <= 32 ? oneWord : twoWords;
    distance = compare(masks, rows, text, start, end + excess, excluded);
  }
  for (let at = start; at < end; at++) low[pattern.charCodeAt(at)] = 0;
  for (let at = start + 32; at < end; at++) high[pattern.charCodeAt(at)] = 0;
  return distance;
}

function oneWord(
  { low }: Masks,
  rows: number,
  text: string,
  start: number,
  end: number,
  { mirror, count }: Excluded,
): number {
  let sign = 0;
  let rises = -1;
  let falls = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    sign |= (code ^ mirror) - count;
    const equal = low[code]!;
    const diagonal = (((equal & rises) + rises) ^ rises) | equal | falls;
    const up = ((falls | ~(diagonal | rises)) << 1) | 1;
    rises = ((rises & diagonal) << 1) | ~(diagonal | up);
    falls = up & diagonal;
  }
  return sign < 0 ? -1 : end - start + riseOf(rises, falls, rows);
}

/** With the pairs of rows and columns that changed places (Hyyrö, 2003, section 5). */
function transposed(
  { low }: Masks,
  rows: number,
  text: string,
  start: number,
  end: number,
  { mirror, count }: Excluded,
): number {
  let sign = 0;
  let rises = -1;
  let falls = 0;
  let diagonal = 0;
  let before = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    sign |= (code ^ mirror) - count;
    const equal = low[code]!;
    const crossed = ((~diagonal & equal) << 1) & before;
    diagonal = (((equal & rises) + rises) ^ rises) | equal | falls | crossed;
    const up = ((falls | ~(diagonal | rises)) << 1) | 1;
    rises = ((rises & diagonal) << 1) | ~(diagonal | up);
    falls = up & diagonal;
    before = equal;
  }
  return sign < 0 ? -1 : end - start + riseOf(rises, falls, rows);
}

/** The carry of the sum, and the bits that are shifted out, go from the first word to the second. */
function twoWords(
  { low, high }: Masks,
  rows: number,
  text: string,
  start: number,
  end: number,
  { mirror, count }: Excluded,
): number {
  let sign = 0;
  let rises = -1;
  let falls = 0;
  let rises2 = -1;
  let falls2 = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    sign |= (code ^ mirror) - count;
    const equal = low[code]!;
    const equal2 = high[code]!;
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
  return sign < 0 ? -1 : end - start + riseOf(rises, falls, 32) + riseOf(rises2, falls2, rows - 32);
}

/** By how much the last of the rows in a word lies above the first: rises less falls, which are all but what does not fall. */
function riseOf(rises: number, falls: number, rows: number): number {
  if (rows === 0) return 0;
  const mask = -1 >>> (32 - rows);
  return bitsOf(rises & mask, ~falls & mask) - rows;
}

/** Bits that are set in either of two words, summed: pairs of bits, then fours, then bytes. */
function bitsOf(one: number, other: number): number {
  const pairs = one - ((one >>> 1) & 0x55555555);
  const otherPairs = other - ((other >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  const otherFours = (otherPairs & 0x33333333) + ((otherPairs >>> 2) & 0x33333333);
  const sums = fours + otherFours;
  return Math.imul((sums & 0x0f0f0f0f) + ((sums >>> 4) & 0x0f0f0f0f), 0x01010101) >>> 24;
}
