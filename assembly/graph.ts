// A navigable graph over the rows of a store (Malkov and Yashunin, "Efficient and robust approximate nearest neighbor
// search using Hierarchical Navigable Small World graphs", 2018): what a node is, and how near some nodes are to a query.
//
//   graph                  the host writes it
//   +0   table     usize   of every segment of the store: records, links and descriptor, 12 bytes
//   +4   shift     u32     a slot is its segment << shift, and its row there
//   +8   stride    u32     bytes of a record
//   +12  groups    u32     16-byte groups of codes in a record
//   +16  m         u32     links of a node on the layers above; twice as many at the bottom
//   +20  entry     u32     slot where a search begins, NONE when no row is linked
//   +24  top       u32     layer of the entry
//   +28  factor    f32     turns a product of a row's codes with halved codes into a key: 2, or 4 under l2
//
//   record of a node, so that 100 dimensions are two cache lines
//   +0   codes     i8      groups x 16, row-major, padded with zeros
//   then scale     f32     value of a code's step
//        correction i32    -64 x the sum of the codes: a query's are 64 too high
//        square    f32     squared norm under l2, otherwise 0
//        upper     usize   links above the bottom: u32 layers, then m slots a layer; 0 where there are none
//
//   links of a node at the bottom: 2 * m slots, the unused ones NONE
//
// A key is product * scale * step - square: the approximate inner product or cosine, or under l2 the negated distance
// less the query's square. The products are whole numbers, so keys are the same bits in every tier.

import { divideRow, packBytes } from './encode';
import { squaredNorm } from './norm';
import { COSINE, L2 } from './query';
import { normsOf, rowsOf } from './segment';

/** No slot. */
export const NONE: u32 = 0xffffffff;

export function strideOf(graph: usize): u32 {
  return load<u32>(graph, 8);
}

export function groupsOf(graph: usize): u32 {
  return load<u32>(graph, 12);
}

export function factorOf(graph: usize): f32 {
  return load<f32>(graph, 28);
}

function segmentEntry(graph: usize, slot: u32): usize {
  return load<usize>(graph) + <usize>(slot >> load<u32>(graph, 4)) * 12;
}

/** A slot's row within its segment. */
export function rowOf(graph: usize, slot: u32): u32 {
  return slot & ((1 << load<u32>(graph, 4)) - 1);
}

/** The descriptor of a slot's segment. */
export function segmentOf(graph: usize, slot: u32): usize {
  return load<usize>(segmentEntry(graph, slot), 8);
}

export function recordOf(graph: usize, slot: u32): usize {
  return load<usize>(segmentEntry(graph, slot)) + rowOf(graph, slot) * strideOf(graph);
}

/** What stands behind the codes of a record. */
export function tailOf(graph: usize, record: usize): usize {
  return record + (groupsOf(graph) << 4);
}

/** Links that a node has room for on a layer. */
export function widthOf(graph: usize, layer: u32): u32 {
  const m = load<u32>(graph, 16);
  return layer === 0 ? 2 * m : m;
}

/** The links of a node that is on this layer. */
export function linksOf(graph: usize, slot: u32, layer: u32): usize {
  if (layer === 0) {
    const links = load<usize>(segmentEntry(graph, slot), 4);
    return links + rowOf(graph, slot) * (load<u32>(graph, 16) << 3);
  }
  const upper = load<usize>(tailOf(graph, recordOf(graph, slot)), 12);
  return upper + 4 + (layer - 1) * (load<u32>(graph, 16) << 2);
}

/** The highest layer of a node. */
export function layerOf(graph: usize, slot: u32): u32 {
  const upper = load<usize>(tailOf(graph, recordOf(graph, slot)), 12);
  return upper === 0 ? 0 : load<u32>(upper);
}

/** Writes the records of rows from..to of the segment that begins with slot `first`: no links. `vector` holds a row. */
export function encodeNodes(
  graph: usize,
  first: u32,
  from: u32,
  to: u32,
  dimensions: u32,
  metric: u32,
  vector: usize,
): void {
  const lanes = (dimensions + 3) >> 2;
  const segment = segmentOf(graph, first);
  const width = widthOf(graph, 0) << 2;
  for (let row = from; row < to; row++) {
    const record = recordOf(graph, first + row);
    const norm = load<f32>(normsOf(segment) + (row << 2));
    const from = rowsOf(segment) + row * (lanes << 4);
    const largest = divideRow(from, lanes, metric === COSINE ? norm : 1, vector);
    encodeNode(graph, record, vector, lanes, largest);
    const square = metric === L2 ? <f32>squaredNorm(from, lanes) : <f32>0;
    store<f32>(tailOf(graph, record), square, 8);
    store<usize>(tailOf(graph, record), 0, 12);
    memory.fill(linksOf(graph, first + row, 0), 0xff, width);
  }
}

function encodeNode(graph: usize, record: usize, vector: usize, lanes: u32, largest: f32): void {
  const scale = largest / 127;
  const inverse = f32x4.splat(scale > 0 ? min(<f32>1 / scale, f32.MAX_VALUE) : 0);
  const most = f32x4.splat(127);
  const least = f32x4.splat(-127);
  let sums = i32x4.splat(0);
  let at: u32 = 0;
  for (; at < lanes; at++) {
    const target = f32x4.mul(v128.load(vector + (at << 4)), inverse);
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.pmax(f32x4.pmin(target, most), least)));
    sums = i32x4.add(sums, whole);
    store<u32>(record + (at << 2), packBytes(whole));
  }
  for (; at < groupsOf(graph) << 2; at++) store<u32>(record + (at << 2), 0);
  const pairs = i32x4.add(sums, i32x4.shuffle(sums, sums, 2, 3, 0, 1));
  const sum = i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
  store<f32>(tailOf(graph, record), scale);
  store<i32>(tailOf(graph, record), -64 * sum, 4);
}

/** A node's codes halved to -64..63 and stored 64 higher, as a query's are; returns the value of a key's step. */
export function halveCodes(graph: usize, slot: u32, codes: usize): f32 {
  const record = recordOf(graph, slot);
  const bytes = groupsOf(graph) << 4;
  const sign = i8x16.splat(-128);
  const zero = i8x16.splat(0);
  const most = i8x16.splat(127);
  for (let at: u32 = 0; at < bytes; at += 16) {
    const lifted = v128.xor(v128.load(record + at), sign);
    v128.store(codes + at, i8x16.min_u(i8x16.avgr_u(lifted, zero), most));
  }
  return load<f32>(tailOf(graph, record)) * factorOf(graph);
}

/** Sums each of four vectors across its lanes. */
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return i32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/** Products of codes (in 0..127) with four records. */
function products(codes: usize, bytes: u32, a: usize, b: usize, c: usize, d: usize): v128 {
  let sumA = i32x4.splat(0);
  let sumB = i32x4.splat(0);
  let sumC = i32x4.splat(0);
  let sumD = i32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    if (ASC_FEATURE_RELAXED_SIMD) {
      const q = v128.load(codes + at);
      sumA = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(a + at), q, sumA);
      sumB = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(b + at), q, sumB);
      sumC = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(c + at), q, sumC);
      sumD = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(d + at), q, sumD);
    } else {
      let q = v128.load_ext<u8>(codes + at);
      sumA = i32x4.add(sumA, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(a + at)));
      sumB = i32x4.add(sumB, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(b + at)));
      sumC = i32x4.add(sumC, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(c + at)));
      sumD = i32x4.add(sumD, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(d + at)));
      q = v128.load_ext<u8>(codes + at, 8);
      sumA = i32x4.add(sumA, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(a + at, 8)));
      sumB = i32x4.add(sumB, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(b + at, 8)));
      sumC = i32x4.add(sumC, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(c + at, 8)));
      sumD = i32x4.add(sumD, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(d + at, 8)));
    }
  }
  return sumLanes(sumA, sumB, sumC, sumD);
}

/** Scores the records whose addresses are listed, four at a time; the list is filled up to a multiple of four. */
export function scoreRecords(
  graph: usize,
  codes: usize,
  step: f32,
  list: usize,
  count: u32,
  keys: usize,
): void {
  const bytes = groupsOf(graph) << 4;
  const steps = f32x4.splat(step);
  const last = load<usize>(list + ((count - 1) << 2));
  for (let i = count; i & 3; i++) store<usize>(list + (i << 2), last);
  for (let i: u32 = 0; i < count; i += 4) {
    const at = list + (i << 2);
    const a = load<usize>(at);
    const b = load<usize>(at, 4);
    const c = load<usize>(at, 8);
    const d = load<usize>(at, 12);
    const sums = products(codes, bytes, a, b, c, d);
    const tailA = v128.load(a + bytes);
    const tailB = v128.load(b + bytes);
    const tailC = v128.load(c + bytes);
    const tailD = v128.load(d + bytes);
    const ab = i32x4.shuffle(tailA, tailB, 0, 4, 1, 5); // scales of a and b, corrections of a and b
    const cd = i32x4.shuffle(tailC, tailD, 0, 4, 1, 5);
    const scales = i32x4.shuffle(ab, cd, 0, 1, 4, 5);
    const corrections = i32x4.shuffle(ab, cd, 2, 3, 6, 7);
    const squares = i32x4.shuffle(
      i32x4.shuffle(tailA, tailB, 2, 6, 2, 6),
      i32x4.shuffle(tailC, tailD, 2, 6, 2, 6),
      0,
      1,
      4,
      5,
    );
    const whole = f32x4.convert_i32x4_s(i32x4.add(sums, corrections));
    v128.store(keys + (i << 2), f32x4.sub(f32x4.mul(whole, f32x4.mul(scales, steps)), squares));
  }
}

/** The products of one record with four lists of codes, corrected: what `scoreRecords` is to a query, turned about. */
export function productsWith(record: usize, bytes: u32, codes: usize): v128 {
  let sumA = i32x4.splat(0);
  let sumB = i32x4.splat(0);
  let sumC = i32x4.splat(0);
  let sumD = i32x4.splat(0);
  const codesB = codes + bytes;
  const codesC = codesB + bytes;
  const codesD = codesC + bytes;
  for (let at: usize = 0; at < bytes; at += 16) {
    if (ASC_FEATURE_RELAXED_SIMD) {
      const x = v128.load(record + at);
      sumA = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(codes + at), sumA);
      sumB = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(codesB + at), sumB);
      sumC = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(codesC + at), sumC);
      sumD = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(codesD + at), sumD);
    } else {
      for (let half: usize = at; half < at + 16; half += 8) {
        const x = v128.load_ext<i8>(record + half);
        sumA = i32x4.add(sumA, i32x4.dot_i16x8_s(x, v128.load_ext<u8>(codes + half)));
        sumB = i32x4.add(sumB, i32x4.dot_i16x8_s(x, v128.load_ext<u8>(codesB + half)));
        sumC = i32x4.add(sumC, i32x4.dot_i16x8_s(x, v128.load_ext<u8>(codesC + half)));
        sumD = i32x4.add(sumD, i32x4.dot_i16x8_s(x, v128.load_ext<u8>(codesD + half)));
      }
    }
  }
  return i32x4.add(sumLanes(sumA, sumB, sumC, sumD), v128.load_splat<i32>(record + bytes, 4));
}

/** Moves a node to another slot; its links, and those to it, keep their numbers. */
export function moveNode(graph: usize, from: u32, to: u32): void {
  memory.copy(recordOf(graph, to), recordOf(graph, from), strideOf(graph));
  memory.copy(linksOf(graph, to, 0), linksOf(graph, from, 0), widthOf(graph, 0) << 2);
}

/** Renumbers the links of a node; links to slots without a new number are dropped. */
export function renumberLinks(graph: usize, slot: u32, numbers: usize): void {
  for (let layer = <i32>layerOf(graph, slot); layer >= 0; layer--) {
    const links = linksOf(graph, slot, layer);
    const width = widthOf(graph, layer);
    let kept: u32 = 0;
    for (let i: u32 = 0; i < width; i++) {
      const target = load<u32>(links + (i << 2));
      if (target === NONE) break;
      const number = load<u32>(numbers + (target << 2));
      if (number !== NONE) store<u32>(links + (kept++ << 2), number);
    }
    memory.fill(links + (kept << 2), 0xff, (width - kept) << 2);
  }
}
