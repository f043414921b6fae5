// Levenshtein distances of one query from sixteen words of the same length at once, a lane a word: bit-parallel (Myers, JACM
// 46(3), 1999, in the form of Hyyrö, 2003; see edit-blocks.ts), with the query as the pattern.
//
// Symbols are numbered by the dictionary that the words stand in. Its words are interleaved by sixteens:
//
//   codes    16 bytes a position, a lane a word: numbers mod 256; as many again, numbers / 256, where there are more than 256
//   query    +0  symbols u32, m             +4  look-ups u32        +8  look-ups usize     +12 pattern usize, u32 a symbol
//            +16 masks usize                +20 text usize          +24 deltas usize       +28 work usize
//            +32 isWide u32                 +36 results usize       +40 found u32          +44 k u32
//            +48 limit i32                  +64 signature v128 x 4  +128 its size v128     +144 one v128
//            +160 distances i32 x 16        +224 rises v128 x 4     +288 falls v128 x 4
//   look-up  +0  first symbol mod 256 v128  +16 / 256 v128          +32 rows v128 x lane bytes
//
// A look-up holds sixteen neighbouring symbols: which rows of the pattern hold each, eight rows a vector. One swizzle finds
// those of all sixteen words, and a symbol of another look-up finds none. The pattern has its own symbols only, and the most
// common ones are neighbours: for an English word that is two or three look-ups. A lane is of 8, 16 or 32 bits, as the query
// needs; longer queries are compared a word at a time (edit-blocks.ts).
//
// Cost: (2 + 3 x look-ups) x lane bytes + 17 x lane bytes instructions a position of sixteen words.

import { blockDistance } from './edit-blocks';

const DISTANCES: usize = 160;
const RISES: usize = 224;
const FALLS: usize = 288;
/** Rows of a lane of 32 bits. */
const MOST_ROWS: u32 = 32;

/** Writes which rows hold the symbol of each word, position by position, to the query's work. */
function findRows<T>(query: usize, codes: usize, n: u32): void {
  const isWide = load<u32>(query, 32) !== 0;
  const lookups = load<usize>(query, 8);
  const stride = 32 + 16 * sizeof<T>();
  const end = lookups + <usize>load<u32>(query, 4) * stride;
  let at = codes;
  let out = load<usize>(query, 28);
  for (let position: u32 = 0; position < n; position++) {
    const low = v128.load(at);
    const high = v128.load(at, 16);
    at += isWide ? 32 : 16;
    let a = v128.xor(low, low);
    let b = a;
    let c = a;
    let d = a;
    for (let lookup = lookups; lookup < end; lookup += stride) {
      let index = i8x16.sub(low, v128.load(lookup));
      if (isWide) index = v128.or(index, i8x16.ne(high, v128.load(lookup, 16)));
      a = v128.or(a, i8x16.swizzle(v128.load(lookup, 32), index));
      if (sizeof<T>() > 1) b = v128.or(b, i8x16.swizzle(v128.load(lookup, 48), index));
      if (sizeof<T>() > 2) {
        c = v128.or(c, i8x16.swizzle(v128.load(lookup, 64), index));
        d = v128.or(d, i8x16.swizzle(v128.load(lookup, 80), index));
      }
    }
    storeLanes<T>(out, a, b, c, d);
    out += 16 * sizeof<T>();
  }
}

/** Joins the bytes of each lane, which stand in one vector each. */
function storeLanes<T>(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  if (sizeof<T>() === 1) {
    v128.store(out, a);
    return;
  }
  const ab = v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const ab8 = v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  if (sizeof<T>() === 2) {
    v128.store(out, ab);
    v128.store(out, ab8, 16);
    return;
  }
  const cd = v128.shuffle<u8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const cd8 = v128.shuffle<u8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(out, v128.shuffle<u16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(out, v128.shuffle<u16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  v128.store(out, v128.shuffle<u16>(ab8, cd8, 0, 8, 1, 9, 2, 10, 3, 11), 32);
  v128.store(out, v128.shuffle<u16>(ab8, cd8, 4, 12, 5, 13, 6, 14, 7, 15), 48);
}

/** Walks one vector of words through its positions. */
function walk<T>(query: usize, vector: usize, n: u32): void {
  const one = v128.load(query, 144);
  const stride = 16 * sizeof<T>();
  let falls = v128.xor(one, one);
  const ones = v128.eq<u8>(one, one);
  let rises = ones;
  let at = load<usize>(query, 28) + (vector << 4);
  for (let position: u32 = 0; position < n; position++, at += stride) {
    const equal = v128.load(at);
    const sum = v128.xor(v128.add<T>(v128.and(equal, rises), rises), rises);
    const diagonal = v128.or(v128.or(sum, equal), falls);
    const up = v128.or(falls, v128.andnot(ones, v128.or(diagonal, rises)));
    const down = v128.and(rises, diagonal);
    const shifted = v128.or(v128.add<T>(up, up), one);
    rises = v128.or(v128.add<T>(down, down), v128.andnot(ones, v128.or(diagonal, shifted)));
    falls = v128.and(shifted, diagonal);
  }
  v128.store(query + (vector << 4), rises, RISES);
  v128.store(query + (vector << 4), falls, FALLS);
}

function lanes<T>(query: usize, codes: usize, n: u32): void {
  findRows<T>(query, codes, n);
  for (let vector: usize = 0; vector < sizeof<T>(); vector++) walk<T>(query, vector, n);
  const m = load<u32>(query);
  const mask = m === 32 ? <u32>-1 : (1 << m) - 1;
  for (let word: usize = 0; word < 16; word++) {
    const lane = query + word * sizeof<T>();
    const rises = <u32>load<T>(lane, RISES) & mask;
    const falls = <u32>load<T>(lane, FALLS) & mask;
    store<i32>(query + (word << 2), <i32>(n + popcnt(rises) - popcnt(falls)), DISTANCES);
  }
}

/** A word at a time, written out for edit-blocks.ts, where symbol 0 is none of the pattern's. */
function long(query: usize, codes: usize, n: u32, words: usize): void {
  const isWide = load<u32>(query, 32) !== 0;
  const shift: usize = isWide ? 5 : 4;
  const text = load<usize>(query, 20);
  for (let word: usize = 0; word < words; word++) {
    for (let position: usize = 0; position < n; position++) {
      const at = codes + (position << shift) + word;
      const high: u32 = isWide ? load<u8>(at, 16) : 0;
      store<u32>(text + (position << 2), ((high << 8) | load<u8>(at)) + 1);
    }
    store<i32>(query + (word << 2), longDistance(query, text, n), DISTANCES);
  }
}

function longDistance(query: usize, text: usize, n: i32): i32 {
  const m = load<i32>(query);
  if (n === 0) return m;
  const limit = min(load<i32>(query, 48), max(m, n));
  const pattern = load<usize>(query, 12);
  const masks = load<usize>(query, 16);
  const deltas = load<usize>(query, 24);
  return blockDistance(pattern, m, text, n, limit, masks, deltas, load<usize>(query, 28));
}

/** Writes the distances of the group of words of n symbols at `codes`. Of a long query, they are exact up to its limit. */
export function compareWords(query: usize, codes: usize, n: u32, words: u32): void {
  const m = load<u32>(query);
  if (m <= 8) lanes<u8>(query, codes, n);
  else if (m <= 16) lanes<u16>(query, codes, n);
  else if (m <= MOST_ROWS) lanes<u32>(query, codes, n);
  else long(query, codes, n, words);
}

/** The distance of a word of those compared last. */
export function distanceOf(query: usize, word: u32): i32 {
  return load<i32>(query + ((<usize>word) << 2), DISTANCES);
}
