// KLL: values in levels of rising weight; a level that is full is sorted and every other of its values goes one level up.
//
//   f64 count | f64 variance | f64 min | f64 max | u64 random state | u64 second | u64 coins | u32 levels | u32 waiting
//   u32 sizes x 64          values of each level, from 1 on
//   u32 capacities x 64     of the level so many below the highest: k, and two thirds of the one above
//   f64 waiting values      level 0, of weight 1, in the order of their arrival: a block of a power of two
//   f64 values              level `levels` | ... | level 2 | level 1; each sorted, of weight 2^level
//
// A block that is full is sorted whole and every other value of it goes up as a run, which merges with level 1. While more values
// are held than all capacities together, each level in turn that is beyond its own passes every other value on. Levels end where
// those above them begin, so what stands above the last one that changes is not touched. The highest level is the least one with
// k 2^level >= count, so that it never overflows.
//
// A compaction of level h moves the rank of a value by -2^h, 0 or 2^h, by a fair coin. Compactions of a level go in pairs, the
// second with the coin opposite to that of the first: then a pair moves it no farther than one did. `variance` is the sum of
// 4^h over pairs. Coins are drawn from a hash of the seed and of all blocks, so that sketches of one seed do not err alike.
//
// Cost: a sort of a block, and some two steps of a merge a value. Scratch: three areas of `room` bytes.
// Source: Karnin, Lang and Liberty, "Optimal quantile approximation in streams" (FOCS 2016, arXiv 1603.05346).

import { sortBlock } from './block-sort';

const COUNT: usize = 0;
const VARIANCE: usize = 8;
const RANDOM: usize = 32;
const SECOND: usize = 40;
const COINS: usize = 48;
const LEVELS: usize = 56;
const WAITING: usize = 60;
const SIZES: usize = 64;
const CAPACITIES: usize = 320;
const BLOCK: usize = 576;

/** Sorts the full block of `bytes`, and makes room for the next. */
export function compactBlock(sketch: usize, bytes: usize, scratch: usize, room: usize): void {
  const block = sketch + BLOCK;
  const sorted = sortBlock(block, scratch, bytes);
  const coins = draw(sketch, hashOf(sorted, bytes));
  store<u32>(sketch, 0, WAITING);
  raiseLevels(sketch);
  // The block is free to carry what goes up.
  const carried = halve(sketch, 0, coins, sorted, <u32>(bytes >> 3), block);
  memory.copy(scratch, block, (<usize>carried) << 3);
  ascend(sketch, bytes, 0, coins, carried, scratch, room);
}

/** Takes the levels of another sketch over, not what waits in its block nor its extremes. */
export function mergeLevels(sketch: usize, other: usize, bytes: usize, scratch: usize, room: usize): void {
  const theirs = load<u64>(other, RANDOM);
  const own = load<f64>(sketch, VARIANCE);
  const added = load<f64>(other, VARIANCE);
  // The same history: what is wrong is wrong in the same direction.
  const both = load<u64>(sketch, RANDOM) === theirs ? 2 * sqrt(own) * sqrt(added) : 0;
  store<f64>(sketch, own + added + both, VARIANCE);
  store<f64>(
    sketch,
    load<f64>(sketch, COUNT) + load<f64>(other, COUNT) - <f64>load<u32>(other, WAITING),
    COUNT,
  );
  const coins = draw(sketch, theirs);
  raiseLevels(sketch);
  ascend(sketch, bytes, other, coins, 0, scratch, room);
}

/**
 * All values in order, to where is returned, and `room` behind them how much weighs what is no greater: f64 each; returns 0 for
 * none. Scratch: five areas of `room`.
 */
export function viewLevels(sketch: usize, bytes: usize, scratch: usize, room: usize): usize {
  const waiting = (<usize>load<u32>(sketch, WAITING)) << 3;
  let from = scratch;
  let to = scratch + 2 * room;
  let size: u32 = 0;
  let level = endOf(sketch, bytes);
  for (let h: u32 = 1; h <= load<u32>(sketch, LEVELS); h++) {
    const added = sizeOf(sketch, h);
    level -= (<usize>added) << 3;
    size = mergeWeighted(from, size, level, added, powerOf(h), to, room);
    const merged = to;
    to = from;
    from = merged;
  }
  // The last merge ends in `to`: what waits is sorted behind what is there.
  const block = to + room;
  memory.copy(block, sketch + BLOCK, waiting);
  for (let at = waiting; at < bytes; at += 8) store<f64>(block + at, Infinity);
  const sorted = sortBlock(block, to, bytes);
  const last = scratch + 4 * room;
  memory.copy(last, sorted, waiting);
  size = mergeWeighted(from, size, last, <u32>(waiting >> 3), 1, to, room);
  let sum: f64 = 0;
  for (let at = to + room, end = at + ((<usize>size) << 3); at < end; at += 8) {
    sum += load<f64>(at);
    store<f64>(at, sum);
  }
  return to;
}

/** As many levels as the count asks for. */
function raiseLevels(sketch: usize): void {
  const k = <f64>load<u32>(sketch, CAPACITIES);
  let levels = max<u32>(load<u32>(sketch, LEVELS), 1);
  while (k * powerOf(levels) < load<f64>(sketch, COUNT)) levels++;
  store<u32>(sketch, levels, LEVELS);
}

/** A run of `first` values at `scratch` goes up from level 1; values of the other sketch, where there is one, join it. */
function ascend(
  sketch: usize,
  bytes: usize,
  other: usize,
  coins: u64,
  first: u32,
  scratch: usize,
  room: usize,
): void {
  const levels = load<u32>(sketch, LEVELS);
  const highest = other ? load<u32>(other, LEVELS) : 0;
  const values = sketch + BLOCK + bytes;
  const merged = scratch + room;
  const end = scratch + 3 * room;
  let kept = end;
  let own = endOf(sketch, bytes);
  let theirs = other ? endOf(other, bytes) : 0;
  let held = <u32>((own - values) >> 3) + first;
  if (other) held += <u32>((theirs - other - BLOCK - bytes) >> 3);
  let most: u32 = 0;
  for (let depth: u32 = 0; depth < levels; depth++) most += capacityAt(sketch, depth);
  let carried = first;
  for (let h: u32 = 1; carried > 0 || h <= highest || held > most; h++) {
    if (other) {
      const size = sizeOf(other, h);
      theirs -= (<usize>size) << 3;
      mergeRuns(theirs, size, scratch, carried, merged);
      carried += size;
      memory.copy(scratch, merged, (<usize>carried) << 3);
    }
    const size = sizeOf(sketch, h);
    own -= (<usize>size) << 3;
    mergeRuns(own, size, scratch, carried, merged);
    const total = size + carried;
    const isFull = held > most && total > capacityAt(sketch, levels - h);
    const stays = isFull ? total & 1 : total;
    carried = isFull ? halve(sketch, h, coins, merged, total, scratch) : 0;
    held -= carried;
    kept -= (<usize>stays) << 3;
    memory.copy(kept, merged + ((<usize>(total - stays)) << 3), (<usize>stays) << 3);
    store<u32>(sketch + SIZES + ((<usize>h) << 2), stays);
  }
  memory.copy(own, kept, end - kept);
}

/** Every other of an even number of values, the last of an odd one left aside; returns how many. */
function halve(sketch: usize, level: u32, coins: u64, from: usize, count: u32, to: usize): u32 {
  const bit = (<u64>1) << level;
  const isSecond = (load<u64>(sketch, SECOND) & bit) !== 0;
  const tossed = isSecond ? ~load<u64>(sketch, COINS) : coins;
  if (!isSecond) store<f64>(sketch, load<f64>(sketch, VARIANCE) + powerOf(2 * level), VARIANCE);
  store<u64>(sketch, load<u64>(sketch, SECOND) ^ bit, SECOND);
  store<u64>(sketch, (load<u64>(sketch, COINS) & ~bit) | (tossed & bit), COINS);
  const half = count >> 1;
  let at = from + (tossed & bit ? 8 : 0);
  for (let i: usize = 0; i < (<usize>half) << 3; i += 8, at += 16) store<f64>(to + i, load<f64>(at));
  return half;
}

function mergeRuns(a: usize, countA: u32, b: usize, countB: u32, to: usize): void {
  const endA = a + ((<usize>countA) << 3);
  const endB = b + ((<usize>countB) << 3);
  let i = a;
  let j = b;
  let out = to;
  while (i < endA && j < endB) {
    const isA = <usize>(load<f64>(i) <= load<f64>(j));
    store<u64>(out, load<u64>(isA ? i : j));
    i += isA << 3;
    j += (isA ^ 1) << 3;
    out += 8;
  }
  memory.copy(out, i, endA - i);
  memory.copy(out + (endA - i), j, endB - j);
}

/** Values at `a` with their weights `room` behind them, and values at `b` of one weight; returns how many. */
function mergeWeighted(
  a: usize,
  countA: u32,
  b: usize,
  countB: u32,
  weight: f64,
  to: usize,
  room: usize,
): u32 {
  const endA = a + ((<usize>countA) << 3);
  const endB = b + ((<usize>countB) << 3);
  let i = a;
  let j = b;
  let out = to;
  while (i < endA || j < endB) {
    const isA = j === endB || (i < endA && load<f64>(i) <= load<f64>(j));
    store<f64>(out, load<f64>(isA ? i : j));
    store<f64>(out + room, isA ? load<f64>(i + room) : weight);
    if (isA) i += 8;
    else j += 8;
    out += 8;
  }
  return countA + countB;
}

/** Of the order too, so that no two streams have the same coins. */
function hashOf(values: usize, bytes: usize): u64 {
  let hash: u64 = 0;
  for (let at: usize = 0; at < bytes; at += 8) hash += load<u64>(values + at) * ((at << 1) | 1);
  return hash;
}

/** 64 coins (the finalizer of SplitMix64: Steele, Lea and Flood, OOPSLA 2014). */
function draw(sketch: usize, entropy: u64): u64 {
  const state = load<u64>(sketch, RANDOM) + entropy * 0xd6e8feb86659fd93 + 0x9e3779b97f4a7c15;
  const first = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
  const second = (first ^ (first >> 27)) * 0x94d049bb133111eb;
  const drawn = second ^ (second >> 31);
  store<u64>(sketch, drawn, RANDOM);
  return drawn;
}

/** The end of level 1, which is that of all. */
function endOf(sketch: usize, bytes: usize): usize {
  let end = sketch + BLOCK + bytes;
  for (let h: u32 = 1; h <= load<u32>(sketch, LEVELS); h++) end += (<usize>sizeOf(sketch, h)) << 3;
  return end;
}

function sizeOf(sketch: usize, level: u32): u32 {
  return load<u32>(sketch + SIZES + ((<usize>level) << 2));
}

function capacityAt(sketch: usize, depth: u32): u32 {
  return load<u32>(sketch + CAPACITIES + ((<usize>depth) << 2));
}

/** 2^exponent. */
function powerOf(exponent: u32): f64 {
  return reinterpret<f64>((<u64>(1023 + exponent)) << 52);
}
