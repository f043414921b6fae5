// Unpacks raw LZMA streams (lc 3, lp 0, pb 2; no header, no end mark), as the build packs the kernels: a module of its
// own, since it runs before they exist. Compiled code needs no warming up: in JavaScript it took twice as long, and on a busy
// core, where the optimizing compiler waits for its turn, six times.
//
// Probabilities are 16-bit, in one table; every decision has its place in it:
//
//   MATCH 12 states x 16 positions | REPEAT, NEWEST, SECOND, THIRD 12 each | LONG 12 x 16 | SLOT 4 x 64 | FAR 115
//   ALIGN 16 | LENGTH and REPEATED: two choices, 16 x 8 low, 16 x 8 middle, 256 high | LITERAL 8 contexts x 768
//
// O(size). Source: I. Pavlov, LZMA specification (draft of 2015-06-14), public domain.

const MATCH: i32 = 0;
const REPEAT: i32 = 192;
const NEWEST: i32 = 204;
const SECOND: i32 = 216;
const THIRD: i32 = 228;
const LONG: i32 = 240;
const SLOT: i32 = 432;
const FAR: i32 = 688;
const ALIGN: i32 = 804;
const LENGTH: i32 = 820;
const REPEATED: i32 = 1334;
const LITERAL: i32 = 1848;
const PROBABILITIES: i32 = LITERAL + 8 * 768;

// The state of the range coder. Kernels have none of their own, but this module serves one call and is dropped.
let table: usize;
let next: usize;
let range: u32;
let code: u32;

/** Takes the part of the range from `bound` on, or the part before it, and refills what has become narrow. */
function choose(bound: u32, isUpper: bool): i32 {
  if (isUpper) {
    range -= bound;
    code -= bound;
  } else range = bound;
  if (range < 1 << 24) {
    range <<= 8;
    code = (code << 8) | load<u8>(next++);
  }
  return i32(isUpper);
}

function bit(place: i32): i32 {
  const address = table + 2 * <usize>place;
  const probability = <u32>load<u16>(address);
  const bound = (range >>> 11) * probability;
  const isOne = code >= bound;
  store<u16>(address, isOne ? probability - (probability >>> 5) : probability + ((2048 - probability) >>> 5));
  return choose(bound, isOne);
}

/** `count` bits whose probabilities form a tree, the highest first. */
function tree(base: i32, count: i32): i32 {
  let node = 1;
  for (let i = 0; i < count; i++) node = 2 * node + bit(base + node);
  return node - (1 << count);
}

/** The same, the lowest bit first. */
function reversedTree(base: i32, count: i32): i32 {
  let value = 0;
  let node = 1;
  for (let i = 0; i < count; i++) {
    const one = bit(base + node);
    node = 2 * node + one;
    value |= one << i;
  }
  return value;
}

/** Bits that are as likely 0 as 1. */
function evenBits(count: i32): i32 {
  let value = 0;
  for (let i = 0; i < count; i++) {
    const half = range >>> 1;
    range = 2 * half;
    value = 2 * value + choose(half, code >= half);
  }
  return value;
}

function length(base: i32, position: i32): i32 {
  if (!bit(base)) return 2 + tree(base + 2 + 8 * position, 3);
  if (!bit(base + 1)) return 10 + tree(base + 130 + 8 * position, 3);
  return 18 + tree(base + 258, 8);
}

function distance(matched: i32): i32 {
  const slot = tree(SLOT + 64 * min(matched - 2, 3), 6);
  if (slot < 4) return slot;
  const bits = (slot >> 1) - 1;
  const base = (2 | (slot & 1)) << bits;
  if (slot < 14) return base + reversedTree(FAR + base - slot, bits);
  return base + 16 * evenBits(bits - 4) + reversedTree(ALIGN, 4);
}

/** One byte. After a match, the byte that would have continued it tells which bits to expect. */
function literal(before: i32, expected: i32, isAfterMatch: bool): i32 {
  const base = LITERAL + 768 * (before >> 5);
  let node = 1;
  let agrees = isAfterMatch;
  for (let shift = 7; agrees && shift >= 0; shift--) {
    const likely = (expected >> shift) & 1;
    const one = bit(base + 256 * (1 + likely) + node);
    node = 2 * node + one;
    agrees = one === likely;
  }
  while (node < 256) node = 2 * node + bit(base + node);
  return node;
}

/**
 * Writes the first `size` bytes of the content of the stream at `packed` to `out`; `probabilities` has room for 16 KiB.
 * A match may write up to 272 bytes more.
 */
export function unpack(packed: usize, probabilities: usize, out: usize, size: usize): void {
  table = probabilities;
  for (let i = 0; i < PROBABILITIES; i++) store<u16>(table + 2 * i, 1024);
  // The first byte of a stream is 0, the next four begin the code.
  next = packed + 5;
  range = 0xffffffff;
  code = bswap(load<u32>(packed + 1));

  let newest = 1;
  let second = 1;
  let third = 1;
  let fourth = 1;
  let state = 0;
  let at = out;
  while (at < out + size) {
    const position = i32(at - out) & 3;
    if (!bit(MATCH + 16 * state + position)) {
      const before = at > out ? <i32>load<u8>(at - 1) : 0;
      store<u8>(at, literal(before, <i32>load<u8>(at - newest), state > 6));
      at++;
      state = state < 4 ? 0 : state - (state < 10 ? 3 : 6);
      continue;
    }
    let count = 1;
    if (!bit(REPEAT + state)) {
      count = length(LENGTH, position);
      fourth = third;
      third = second;
      second = newest;
      newest = 1 + distance(count);
      state = state < 7 ? 7 : 10;
    } else if (!bit(NEWEST + state)) {
      const isLong = bit(LONG + 16 * state + position);
      if (isLong) count = length(REPEATED, position);
      state = state < 7 ? 9 - isLong : 11;
    } else {
      let repeated = second;
      if (bit(SECOND + state)) {
        repeated = third;
        if (bit(THIRD + state)) {
          repeated = fourth;
          fourth = third;
        }
        third = second;
      }
      second = newest;
      newest = repeated;
      count = length(REPEATED, position);
      state = state < 7 ? 8 : 11;
    }
    for (const end = at + count; at < end; at++) store<u8>(at, load<u8>(at - newest));
  }
}
