// Keys as 64-bit hashes: what every sketch counts, samples or compares in place of the keys.
//
//   numbers, bigints   XXH64 of 8 bytes, little-endian: an integer in two's complement, any other number as its f64 bits
//   strings, bytes     XXH64 of the bytes; those of a string are UTF-8
//
// So 5, 5n and the 5 of a Uint32Array are one key, and '5' is another. Cost: 5 multiplications and 8 bytes written a number,
// of which the CPU has several under way at a time; some 4 bytes a cycle of a long string.
// Source: Yann Collet, "xxHash fast digest algorithm" (specification), section XXH64.

import { avalanche, finishHash, foldTail, PRIME1, PRIME4, PRIME5, round, startHash } from './checksum';

/** 2^64 and 2^63: integers beyond have no 64 bits of their own. */
const END: f64 = 18446744073709551616.0;
const SIGNED_END: f64 = 9223372036854775808.0;
/** What is shorter is a tail alone. */
const ROUND_BYTES: u32 = 32;

/** Hashes `count` integers of 32 bits; signed ones keep their sign in 64 bits. */
export function hashIntegers(from: usize, count: u32, isSigned: bool, seed: u64, out: usize): void {
  const start = seed + PRIME5 + 8;
  const bytes = (<usize>count) << 2;
  if (isSigned) {
    for (let i: usize = 0; i < bytes; i += 4)
      store<u64>(out + 2 * i, hashLong(<u64>(<i64>load<i32>(from + i)), start));
  } else {
    for (let i: usize = 0; i < bytes; i += 4) store<u64>(out + 2 * i, hashLong(load<u32>(from + i), start));
  }
}

/** Hashes `count` integers of 64 bits. */
export function hashLongs(from: usize, count: u32, seed: u64, out: usize): void {
  const start = seed + PRIME5 + 8;
  const bytes = (<usize>count) << 3;
  for (let i: usize = 0; i < bytes; i += 8) store<u64>(out + i, hashLong(load<u64>(from + i), start));
}

/** Hashes `count` float64. */
export function hashNumbers(from: usize, count: u32, seed: u64, out: usize): void {
  const start = seed + PRIME5 + 8;
  const bytes = (<usize>count) << 3;
  for (let i: usize = 0; i < bytes; i += 8) store<u64>(out + i, hashLong(bitsOf(load<f64>(from + i)), start));
}

/** Hashes `count` runs of bytes that follow each other; ends: u32 each, counted from `from`. `state`: 48 bytes of scratch. */
export function hashBytes(from: usize, ends: usize, count: u32, seed: u64, state: usize, out: usize): void {
  let at = from;
  for (let i: usize = 0; i < count; i++) {
    const end = from + load<u32>(ends + 4 * i);
    store<u64>(out + 8 * i, hashRun(at, end, seed, state));
    at = end;
  }
}

function hashLong(value: u64, start: u64): u64 {
  return avalanche(rotl(start ^ round(0, value), 27) * PRIME1 + PRIME4);
}

function bitsOf(value: f64): u64 {
  if (trunc(value) !== value) return reinterpret<u64>(value);
  if (value >= 0) return value < END ? <u64>value : reinterpret<u64>(value);
  return value >= -SIGNED_END ? <u64>(<i64>value) : reinterpret<u64>(value);
}

function hashRun(from: usize, end: usize, seed: u64, state: usize): u64 {
  const bytes = <u32>(end - from);
  if (bytes < ROUND_BYTES) return foldTail(seed + PRIME5 + bytes, from, end);
  startHash(state, seed);
  return finishHash(state, from, bytes);
}
