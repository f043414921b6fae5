// From float rows to norms, 8-bit codes and 4-bit codes, with the numbers that make their bounds hold.
//
// The value that codes approximate is v = x, or v = x / norm under cosine, exactly as the score divides. Written beside
// the codes: the value of a step, an upper bound of the norm of v - decoded, and -64 times the sum of the codes. What the
// bound needs of rounding is docs/certified-search.md, "Rows".
//
// Cost: some 5 passes over a row that sits in the first-level cache.

import { squaredNorm } from './norm';
import { COSINE } from './query';
import {
  BLOCK,
  blocksOf,
  codesOf,
  correctionsOf,
  countOf,
  errorsOf,
  GROUP_BYTES,
  idsOf,
  nibblesOf,
  normsOf,
  rowsOf,
  scalesOf,
  sketchesOf,
} from './segment';
import { moveSketch } from './sketch';

/** Units of 1/16 step from 0 to the largest value that nibbles reach without clipping. */
const NIBBLE_REACH: f32 = 120;
/** 1.5 * 2^23: added to a small float32, it rounds it to an integer, which then stands in the sum's low bits. */
const ROUNDER: f32 = 12582912;

// V8 builds a constant vector anew at each use, at three instructions; one that was loaded stays in a register. The
// constants of the inner loops therefore stand in the scratch memory, ahead of the row.
//   +0 ROUNDER  +4 127  +8 -127  +12 7.5  +16 15  +20 7  +24 -8  +28 16  +32 1/16  +36 NIBBLE_REACH  +40 0
const CONSTANTS_BYTES: usize = 48;

function writeConstants(scratch: usize): void {
  store<f32>(scratch, ROUNDER);
  store<f32>(scratch, 127, 4);
  store<f32>(scratch, -127, 8);
  store<f32>(scratch, 7.5, 12);
  store<f32>(scratch, 15, 16);
  store<f32>(scratch, 7, 20);
  store<f32>(scratch, -8, 24);
  store<f32>(scratch, 16, 28);
  store<f32>(scratch, 0.0625, 32);
  store<f32>(scratch, NIBBLE_REACH, 36);
  store<f32>(scratch, 0, 40);
}

/**
 * Writes the norms of rows from..to of a segment.
 *
 * @returns the first row whose norm is not above `least` (pass -1 to accept a zero vector) or not below `most`, which
 * NaN and infinite values never are; `to` when all are in range.
 */
export function measureRows(segment: usize, lanes: u32, from: u32, to: u32, least: f64, most: f64): u32 {
  const stride = lanes << 4;
  const norms = normsOf(segment);
  for (let row = from; row < to; row++) {
    const norm = sqrt(squaredNorm(rowsOf(segment) + row * stride, lanes));
    store<f32>(norms + (row << 2), <f32>norm);
    if (!(norm > least && norm < most)) return row;
  }
  return to;
}

/** Encodes rows from..to of a segment, whose norms are measured. `scratch` holds a row of floats and 64 bytes more. */
export function encodeRows(
  segment: usize,
  dimensions: u32,
  metric: u32,
  from: u32,
  to: u32,
  scratch: usize,
): void {
  const lanes = (dimensions + 3) >> 2;
  const stride = lanes << 4;
  const vector = scratch + CONSTANTS_BYTES;
  writeConstants(scratch);
  for (let row = from; row < to; row++) {
    const norm = load<f32>(normsOf(segment) + (row << 2));
    const divisor: f32 = metric === COSINE ? norm : 1;
    const largest = divideRow(rowsOf(segment) + row * stride, lanes, divisor, vector);
    const length: f64 = metric === COSINE ? sqrt(squaredNorm(vector, lanes)) : <f64>norm;
    // What codes miss beyond their residual: the roundings of v, of the score's underflow, and of a norm that
    // float32 cannot hold to its last bit (a denormal one).
    let missed = length * 9.5367431640625e-7; // 2^-20
    if (metric === COSINE)
      missed += max(0, length - 1) + (<f64>dimensions * 2.802596928649634e-45) / <f64>norm;
    if (hasBlocks(codesOf(segment))) encodeCodes(codesOf(segment), row, lanes, vector, largest, missed);
    if (hasBlocks(nibblesOf(segment)))
      encodeNibbles(nibblesOf(segment), row, lanes, vector, largest, length, missed);
  }
}

/** Whether a segment keeps this plane. */
function hasBlocks(plane: usize): bool {
  return blocksOf(plane) !== 0;
}

/** Writes x / divisor into `values`, padded to whole groups of 8 dimensions; returns the largest magnitude. */
export function divideRow(vector: usize, lanes: u32, divisor: f32, values: usize): f32 {
  const by = f32x4.splat(divisor);
  let largest = f32x4.splat(0);
  const bytes = lanes << 4;
  for (let at: usize = 0; at < bytes; at += 16) {
    const value = f32x4.div(v128.load(vector + at), by);
    v128.store(values + at, value);
    largest = f32x4.pmax(largest, f32x4.abs(value));
  }
  v128.store(values + bytes, i32x4.splat(0));
  const pairs = f32x4.max(largest, i32x4.shuffle(largest, largest, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** Sum of the lanes of a residual's squares, turned into an upper bound of the residual's norm. */
function errorNorm(squares: v128, lanes: u32, missed: f64): f32 {
  const sum =
    <f64>f32x4.extract_lane(squares, 0) +
    <f64>f32x4.extract_lane(squares, 1) +
    <f64>f32x4.extract_lane(squares, 2) +
    <f64>f32x4.extract_lane(squares, 3);
  const rounding = 1 + <f64>(lanes + 16) * 1.1920928955078125e-7; // 2^-23 an addition
  const underflow = <f64>(lanes + 1) * 1.0587911840678754e-22; // 2^-73: squares below float32's range
  return <f32>((sqrt(sum) * rounding + missed + underflow) * (1 + 2.384185791015625e-7));
}

function sumLanes(sums: v128): i32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/** The four lowest bytes of four 32-bit lanes. */
export function packBytes(lanes: v128): u32 {
  const packed = i8x16.shuffle(lanes, lanes, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
  return <u32>i32x4.extract_lane(packed, 0);
}

/** Where the bytes of a row's first group stand in interleaved blocks of `groups` groups. */
function firstGroup(blocks: usize, row: u32, groups: u32): usize {
  return blocks + (row / BLOCK) * groups * GROUP_BYTES + ((row % BLOCK) << 2);
}

/** Empties rows from..to of a segment: no id, and nothing left of what stood there. */
export function clearRows(segment: usize, lanes: u32, from: u32, to: u32): void {
  const stride = lanes << 4;
  for (let row = from; row < to; row++) {
    if (rowsOf(segment) !== 0) {
      memory.fill(rowsOf(segment) + row * stride, 0, stride);
      store<f32>(normsOf(segment) + (row << 2), 0);
    }
    store<i32>(idsOf(segment) + (row << 2), -1);
    if (hasBlocks(codesOf(segment))) clearRow(codesOf(segment), row, lanes);
    if (hasBlocks(nibblesOf(segment))) clearRow(nibblesOf(segment), row, (lanes + 1) >> 1);
  }
}

/**
 * Moves the live rows of a segment down over the removed ones, keeping their order. Returns how many there are; what
 * stands behind them is still to be cleared.
 */
export function packRows(segment: usize, lanes: u32): u32 {
  const count = countOf(segment);
  const ids = idsOf(segment);
  let end: u32 = 0;
  for (let row: u32 = 0; row < count; row++) {
    if (load<i32>(ids + (row << 2)) < 0) continue;
    if (row !== end) moveRow(segment, lanes, row, end);
    end++;
  }
  return end;
}

function moveRow(segment: usize, lanes: u32, from: u32, to: u32): void {
  const stride = lanes << 4;
  if (rowsOf(segment) !== 0) {
    memory.copy(rowsOf(segment) + to * stride, rowsOf(segment) + from * stride, stride);
    moveWord(normsOf(segment), from, to);
  }
  moveWord(idsOf(segment), from, to);
  if (hasBlocks(codesOf(segment))) moveCodes(codesOf(segment), from, to, lanes);
  if (hasBlocks(nibblesOf(segment))) moveCodes(nibblesOf(segment), from, to, (lanes + 1) >> 1);
  if (sketchesOf(segment) !== 0) moveSketch(segment, from, to);
}

function moveCodes(plane: usize, from: u32, to: u32, groups: u32): void {
  let source = firstGroup(blocksOf(plane), from, groups);
  let target = firstGroup(blocksOf(plane), to, groups);
  for (let i: u32 = 0; i < groups; i++, source += GROUP_BYTES, target += GROUP_BYTES) {
    store<u32>(target, load<u32>(source));
  }
  moveWord(scalesOf(plane), from, to);
  moveWord(errorsOf(plane), from, to);
  moveWord(correctionsOf(plane), from, to);
}

function moveWord(array: usize, from: u32, to: u32): void {
  store<u32>(array + (to << 2), load<u32>(array + (from << 2)));
}

function clearRow(plane: usize, row: u32, groups: u32): void {
  let group = firstGroup(blocksOf(plane), row, groups);
  for (let i: u32 = 0; i < groups; i++, group += GROUP_BYTES) store<u32>(group, 0);
  describeRow(plane, row, 0, 0, i32x4.splat(0));
}

function describeRow(plane: usize, row: u32, scale: f32, error: f32, sums: v128): void {
  const at = (<usize>row) << 2;
  store<f32>(scalesOf(plane) + at, scale);
  store<f32>(errorsOf(plane) + at, error);
  store<i32>(correctionsOf(plane) + at, -64 * sumLanes(sums));
}

function encodeCodes(plane: usize, row: u32, lanes: u32, vector: usize, largest: f32, missed: f64): void {
  const scale = largest / 127;
  const inverse = f32x4.splat(scale > 0 ? min(<f32>1 / scale, f32.MAX_VALUE) : 0);
  const step = f32x4.splat(scale);
  const rounder = v128.load_splat<f32>(vector - CONSTANTS_BYTES);
  const most = v128.load_splat<f32>(vector - CONSTANTS_BYTES, 4);
  const least = v128.load_splat<f32>(vector - CONSTANTS_BYTES, 8);
  let squares = f32x4.splat(0);
  let sums = i32x4.splat(0);
  let group = firstGroup(blocksOf(plane), row, lanes);
  const end = vector + (lanes << 4);
  for (let at = vector; at < end; at += 16, group += GROUP_BYTES) {
    const value = v128.load(at);
    const target = f32x4.pmax(f32x4.pmin(f32x4.mul(value, inverse), most), least);
    const rounded = f32x4.add(target, rounder);
    const code = f32x4.sub(rounded, rounder);
    const residual = f32x4.sub(value, f32x4.mul(code, step));
    squares = f32x4.add(squares, f32x4.mul(residual, residual));
    const whole = i32x4.sub(rounded, rounder);
    sums = i32x4.add(sums, whole);
    store<u32>(group, packBytes(whole));
  }
  describeRow(plane, row, scale, errorNorm(squares, lanes, missed), sums);
}

/**
 * The nibbles' scale. Rows without outliers gain from clipping their largest values: 15 % less range takes a quarter off
 * the rows that survive the bounds (random unit vectors, 100 000 x 256). Rows ruled by a few dimensions would lose.
 */
function nibbleScale(lanes: u32, largest: f32, length: f64): f32 {
  const dimensions = <f64>lanes * 4;
  const isEven = dimensions >= 32 && <f64>largest * sqrt(dimensions) < 4 * length;
  return (largest * (isEven ? <f32>0.85 : 1)) / NIBBLE_REACH;
}

function encodeNibbles(
  plane: usize,
  row: u32,
  lanes: u32,
  vector: usize,
  largest: f32,
  length: f64,
  missed: f64,
): void {
  const scale = nibbleScale(lanes, largest, length);
  const inverse = f32x4.splat(scale > 0 ? min(<f32>1 / scale, f32.MAX_VALUE) : 0);
  const step = f32x4.splat(scale);
  const constants = vector - CONSTANTS_BYTES;
  const rounder = v128.load_splat<f32>(constants);
  const half = v128.load_splat<f32>(constants, 12);
  const mostLower = v128.load_splat<f32>(constants, 16);
  const mostUpper = v128.load_splat<f32>(constants, 20);
  const leastUpper = v128.load_splat<f32>(constants, 24);
  const sixteen = v128.load_splat<f32>(constants, 28);
  const sixteenth = v128.load_splat<f32>(constants, 32);
  const reach = v128.load_splat<f32>(constants, 36);
  const zero = v128.load_splat<f32>(constants, 40);
  let squares = f32x4.splat(0);
  let sums = i32x4.splat(0);
  const octets = (lanes + 1) >> 1;
  let group = firstGroup(blocksOf(plane), row, octets);
  const end = vector + (octets << 5);
  for (let at = vector; at < end; at += 32, group += GROUP_BYTES) {
    const upperValue = v128.load(at);
    const lowerValue = v128.load(at, 16);
    const lowerTarget = f32x4.add(f32x4.mul(f32x4.mul(lowerValue, inverse), sixteenth), half);
    const lowerRounded = f32x4.add(f32x4.pmax(f32x4.pmin(lowerTarget, mostLower), zero), rounder);
    const lower = f32x4.sub(lowerRounded, rounder);
    const upperTarget = f32x4.mul(f32x4.sub(f32x4.mul(upperValue, inverse), lower), sixteenth);
    const upperRounded = f32x4.add(f32x4.pmax(f32x4.pmin(upperTarget, mostUpper), leastUpper), rounder);
    const upper = f32x4.sub(upperRounded, rounder);
    const byte = f32x4.add(f32x4.mul(upper, sixteen), lower);
    const lowerUnits = f32x4.sub(f32x4.mul(lower, sixteen), reach);
    const upperMissed = f32x4.sub(upperValue, f32x4.mul(byte, step));
    const lowerMissed = f32x4.sub(lowerValue, f32x4.mul(lowerUnits, step));
    squares = f32x4.add(squares, f32x4.mul(upperMissed, upperMissed));
    squares = f32x4.add(squares, f32x4.mul(lowerMissed, lowerMissed));
    const lowerWhole = i32x4.sub(lowerRounded, rounder);
    const whole = i32x4.add(i32x4.shl(i32x4.sub(upperRounded, rounder), 4), lowerWhole);
    sums = i32x4.add(sums, i32x4.add(whole, i32x4.shl(lowerWhole, 4)));
    store<u32>(group, packBytes(whole));
  }
  describeRow(plane, row, scale, errorNorm(squares, 2 * octets, missed), sums);
}
