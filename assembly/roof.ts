// The machine's own limits, measured through the same engine as the kernels: what a benchmark's figures are held against.

/**
 * Streams `bytes` (a multiple of 128) at `from` through a sum; returns it, so that the loads cannot be left out. Two streams,
 * half of the bytes apart, as the scans of codes read: prefetchers follow two better than one.
 */
export function stream(from: usize, bytes: usize): i32 {
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  const half = bytes >> 1;
  const end = from + half;
  for (let near = from, far = end; near < end; near += 64, far += 64) {
    a = i32x4.add(a, v128.load(near));
    b = i32x4.add(b, v128.load(near, 16));
    c = i32x4.add(c, v128.load(near, 32));
    d = i32x4.add(d, v128.load(near, 48));
    a = i32x4.add(a, v128.load(far));
    b = i32x4.add(b, v128.load(far, 16));
    c = i32x4.add(c, v128.load(far, 32));
    d = i32x4.add(d, v128.load(far, 48));
  }
  return i32x4.extract_lane(i32x4.add(i32x4.add(a, b), i32x4.add(c, d)), 0);
}

/**
 * Runs `rounds` rounds of eight float32 multiply-adds in registers: 64 flops a round.
 *
 * Operands come in as parameters because V8 builds a constant vector anew at each use, which would halve the rate.
 */
export function multiplyFloats(rounds: u32, value: f32): f32 {
  const factor = f32x4.splat(value);
  let a = f32x4.splat(1);
  let b = f32x4.splat(2);
  let c = f32x4.splat(3);
  let d = f32x4.splat(4);
  let e = f32x4.splat(5);
  let f = f32x4.splat(6);
  let g = f32x4.splat(7);
  let h = f32x4.splat(8);
  for (let round: u32 = 0; round < rounds; round++) {
    a = f32x4.add(f32x4.mul(a, factor), factor);
    b = f32x4.add(f32x4.mul(b, factor), factor);
    c = f32x4.add(f32x4.mul(c, factor), factor);
    d = f32x4.add(f32x4.mul(d, factor), factor);
    e = f32x4.add(f32x4.mul(e, factor), factor);
    f = f32x4.add(f32x4.mul(f, factor), factor);
    g = f32x4.add(f32x4.mul(g, factor), factor);
    h = f32x4.add(f32x4.mul(h, factor), factor);
  }
  const sum = f32x4.add(
    f32x4.add(f32x4.add(a, b), f32x4.add(c, d)),
    f32x4.add(f32x4.add(e, f), f32x4.add(g, h)),
  );
  return f32x4.extract_lane(sum, 0);
}

/**
 * Runs `rounds` rounds, fewer than 2^31, of twelve 8-bit dot products of 16 bytes in registers: 192 multiply-adds a round.
 */
export function multiplyCodes(rounds: u32, value: i32): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? multiplyRelaxed(rounds, value) : multiplyWidened(rounds, value);
}

/** Twelve sums, because a relaxed dot product takes five cycles and two start in each. */
function multiplyRelaxed(rounds: u32, value: i32): i32 {
  const query = i32x4.splat(value);
  const one = i32x4.splat(value & 0x01010101);
  let codes = query;
  let a = i32x4.splat(0);
  let b = i32x4.splat(1);
  let c = i32x4.splat(2);
  let d = i32x4.splat(3);
  let e = i32x4.splat(4);
  let f = i32x4.splat(5);
  let g = i32x4.splat(6);
  let h = i32x4.splat(7);
  let i = i32x4.splat(8);
  let j = i32x4.splat(9);
  let k = i32x4.splat(10);
  let l = i32x4.splat(11);
  for (let round: u32 = 0; round < rounds; round++) {
    a = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, a);
    b = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, b);
    c = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, c);
    d = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, d);
    e = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, e);
    f = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, f);
    g = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, g);
    h = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, h);
    i = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, i);
    j = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, j);
    k = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, k);
    l = i32x4.relaxed_dot_i8x16_i7x16_add_s(codes, query, l);
    codes = i8x16.add(codes, one); // a new operand a round, so that no product is carried over
  }
  const first = i32x4.add(i32x4.add(i32x4.add(a, b), i32x4.add(c, d)), i32x4.add(e, f));
  const second = i32x4.add(i32x4.add(i32x4.add(g, h), i32x4.add(i, j)), i32x4.add(k, l));
  return i32x4.extract_lane(i32x4.add(first, second), 0);
}

/**
 * Six sums, each with a query of its own, go twice over a round: they are all that 16 registers hold. The queries are
 * equal, and so are the codes of both times, but no engine can know it: none multiplies once for all.
 */
function multiplyWidened(rounds: u32, value: i32): i32 {
  const one = i32x4.splat(value & 0x01010101);
  const none = <i32>(rounds >> 31);
  const change = i32x4.splat(none);
  const qa = widen(value ^ none);
  const qb = widen(value ^ (none << 1));
  const qc = widen(value ^ (none << 2));
  const qd = widen(value ^ (none << 3));
  const qe = widen(value ^ (none << 4));
  const qf = widen(value ^ (none << 5));
  let codes = i32x4.splat(value);
  let a = i32x4.splat(0);
  let b = i32x4.splat(1);
  let c = i32x4.splat(2);
  let d = i32x4.splat(3);
  let e = i32x4.splat(4);
  let f = i32x4.splat(5);
  for (let round: u32 = 0; round < rounds << 1; round++) {
    a = multiplyAdd(a, codes, qa);
    b = multiplyAdd(b, codes, qb);
    c = multiplyAdd(c, codes, qc);
    d = multiplyAdd(d, codes, qd);
    e = multiplyAdd(e, codes, qe);
    f = multiplyAdd(f, codes, qf);
    codes = round & 1 ? i8x16.add(codes, one) : v128.xor(codes, change);
  }
  const sum = i32x4.add(i32x4.add(i32x4.add(a, b), i32x4.add(c, d)), i32x4.add(e, f));
  return i32x4.extract_lane(sum, 0) + (6 + 7 + 8 + 9 + 10 + 11); // what the other six sums start with
}

function multiplyAdd(sums: v128, codes: v128, query: v128): v128 {
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(codes), query);
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(codes), query);
  return i32x4.add(sums, i32x4.add(low, high));
}

function widen(value: i32): v128 {
  return i16x8.extend_low_i8x16_s(i32x4.splat(value));
}

/**
 * Reads `count` cache lines, four at a time, here and there in the `size` bytes (a multiple of 64) at `from`. Where the next four lie
 * depends on what was read: as in a walk of a graph, only four reads are on their way at once. Another `seed` reads other lines, which no
 * cache holds from before.
 */
export function gatherLines(from: usize, size: u32, count: u32, seed: u32): i32 {
  const lines = size >> 6;
  let state = seed;
  for (let read: u32 = 0; read < count; read += 4) {
    const a = load<u32>(from + offset(state, lines));
    const b = load<u32>(from + offset(state + 1, lines));
    const c = load<u32>(from + offset(state + 2, lines));
    const d = load<u32>(from + offset(state + 3, lines));
    state += 4 + a + b + (c + d);
  }
  return state;
}

/** Of one of the lines. Odd factors and a shift spread neighbouring numbers over all bits (Knuth, TAOCP vol. 3, sec. 6.4). */
function offset(state: u32, lines: u32): usize {
  const product = state * 0x9e3779b1;
  const spread: u32 = (product ^ (product >> 15)) * 0x85ebca6b;
  return <usize>(((<u64>spread * lines) >> 32) << 6);
}
