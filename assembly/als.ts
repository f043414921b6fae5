// Alternating least squares of implicit feedback (Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback
// datasets", ICDM 2008, section 4): the factors x of one user from the factors y of all items, or the other way round.
//
//   (G + penalty I + sum of w y yᵀ) x = sum of (1 + w) y        G = sum of y yᵀ over all items, known beforehand;
//                                                               the sums are over what the user has
//   factors   f32 x width a row, zeros behind the last factor                width a multiple of 8
//   others    u32 an entry, the row of y                         weights     f32 an entry, w > 0
//   matrix    f32 width x width, row-major; tiles on and above the diagonal are summed, and become U, where A = Uᵀ U
//   right     f32 x width; becomes Uᵀ⁻¹ right                    scales      f32 x width: 1 / U[k][k]
//
//                b0        b1
//            +---------+---------+
//   a0       |   s00   |   s01   |    a tile: eight sums of four lanes, so that additions in flight hide their latency;
//   a1       |   s10   |   s11   |    what they pass over is the scaled rows sqrt(w) y of some entries, side by side, or
//   a2       |   s20   |   s21   |    the rows of U that are known: sums of entries and elimination are the same loop.
//   a3       |   s30   |   s31   |
//            +---------+---------+
//
// Cost: width x (width + 8) floating-point operations an entry, width³ / 3 a row.

/** Entries that are scaled at a time: they stay in the first-level cache while every tile passes over them. */
const BATCH: u32 = 32;
/** A pivot below this share of its diagonal is rounding: what it stands for depends on what came before. */
const LEAST_PIVOT: f32 = 2.384185791015625e-7; // 2^-22

/** Begins a row: matrix = G + penalty I, right = 0. */
export function startNormal(gram: usize, width: u32, penalty: f32, matrix: usize, right: usize): void {
  const bytes = (<usize>width) << 2;
  memory.copy(matrix, gram, bytes * width);
  memory.fill(right, 0, bytes);
  const end = matrix + bytes * width;
  for (let at = matrix; at < end; at += bytes + 4) store<f32>(at, load<f32>(at) + penalty);
}

/** Adds entries to a row: matrix += w y yᵀ, right += (1 + w) y. `scratch` holds 32 rows. */
export function addNormal(
  others: usize,
  weights: usize,
  count: u32,
  factors: usize,
  width: u32,
  scratch: usize,
  matrix: usize,
  right: usize,
): void {
  const bytes = (<usize>width) << 2;
  for (let first: u32 = 0; first < count; first += BATCH) {
    const some = min(BATCH, count - first);
    const at = (<usize>first) << 2;
    scaleRows(others + at, weights + at, some, factors, bytes, scratch, right);
    for (let i: usize = 0; i < bytes; i += 16) {
      const row = matrix + (i >> 2) * bytes;
      for (let j = i & ~31; j < bytes; j += 32) sumTile(scratch, some, bytes, i, j, row + j, false);
    }
  }
}

function scaleRows(
  others: usize,
  weights: usize,
  count: u32,
  factors: usize,
  bytes: usize,
  scaled: usize,
  right: usize,
): void {
  let to = scaled;
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) {
    const row = factors + <usize>load<u32>(others + i) * bytes;
    const weight = load<f32>(weights + i);
    const scale = f32x4.splat(sqrt<f32>(weight));
    const share = f32x4.splat(1 + weight);
    for (let j: usize = 0; j < bytes; j += 16) {
      const y = v128.load(row + j);
      v128.store(to + j, f32x4.mul(scale, y));
      v128.store(right + j, f32x4.add(v128.load(right + j), f32x4.mul(share, y)));
    }
    to += bytes;
  }
}

/** Adds the products of columns i.. and j.. of some rows to a tile, or subtracts them. */
function sumTile(
  rows: usize,
  count: u32,
  bytes: usize,
  i: usize,
  j: usize,
  tile: usize,
  isSubtracted: bool,
): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  let left = rows + i;
  let right = rows + j;
  for (const end = left + <usize>count * bytes; left < end; left += bytes, right += bytes) {
    const b0 = v128.load(right);
    const b1 = v128.load(right, 16);
    let a = v128.load32_splat(left);
    s00 = f32x4.add(s00, f32x4.mul(a, b0));
    s01 = f32x4.add(s01, f32x4.mul(a, b1));
    a = v128.load32_splat(left, 4);
    s10 = f32x4.add(s10, f32x4.mul(a, b0));
    s11 = f32x4.add(s11, f32x4.mul(a, b1));
    a = v128.load32_splat(left, 8);
    s20 = f32x4.add(s20, f32x4.mul(a, b0));
    s21 = f32x4.add(s21, f32x4.mul(a, b1));
    a = v128.load32_splat(left, 12);
    s30 = f32x4.add(s30, f32x4.mul(a, b0));
    s31 = f32x4.add(s31, f32x4.mul(a, b1));
  }
  addRow(tile, s00, s01, isSubtracted);
  addRow(tile + bytes, s10, s11, isSubtracted);
  addRow(tile + 2 * bytes, s20, s21, isSubtracted);
  addRow(tile + 3 * bytes, s30, s31, isSubtracted);
}

function addRow(to: usize, a: v128, b: v128, isSubtracted: bool): void {
  if (isSubtracted) {
    v128.store(to, f32x4.sub(v128.load(to), a));
    v128.store(to, f32x4.sub(v128.load(to, 16), b), 16);
  } else {
    v128.store(to, f32x4.add(v128.load(to), a));
    v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
  }
}

/** Ends a row: x of its equations goes to `out`. Where these leave a direction open, x has nothing of it. */
export function solveNormal(matrix: usize, right: usize, width: u32, scales: usize, out: usize): void {
  const bytes = (<usize>width) << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const row = matrix + (i >> 2) * bytes;
    for (let k: usize = 0; k < 16; k += 4)
      store<f32>(scales + i + k, LEAST_PIVOT * load<f32>(row + (k >> 2) * bytes + i + k));
    for (let j = i & ~31; j < bytes; j += 32) sumTile(matrix, <u32>(i >> 2), bytes, i, j, row + j, true);
    eliminate(row, i, bytes, right, scales + i);
  }
  for (let i = bytes; i > 0; ) {
    i -= 16;
    substitute(matrix + (i >> 2) * bytes, i, bytes, right, scales + i, out);
  }
}

/** 1 / the root of a pivot; `scale` holds the least that it may be. NaN and infinities stay what they are. */
function pivot(square: f32, scale: usize): f32 {
  const least = load<f32>(scale);
  const inverse: f32 = square <= least ? 0 : 1 / sqrt<f32>(square);
  store<f32>(scale, inverse);
  return inverse;
}

/** Four rows of U from four rows of A that are less those before them; their share of `right` is taken from what follows. */
function eliminate(row0: usize, i: usize, bytes: usize, right: usize, scales: usize): void {
  const row1 = row0 + bytes;
  const row2 = row1 + bytes;
  const row3 = row2 + bytes;
  let u0 = v128.load(row0 + i);
  let u1 = v128.load(row1 + i);
  let u2 = v128.load(row2 + i);
  let u3 = v128.load(row3 + i);
  const s0 = pivot(f32x4.extract_lane(u0, 0), scales);
  u0 = f32x4.mul(u0, f32x4.splat(s0));
  const f01 = f32x4.extract_lane(u0, 1);
  const f02 = f32x4.extract_lane(u0, 2);
  const f03 = f32x4.extract_lane(u0, 3);
  u1 = f32x4.sub(u1, f32x4.mul(f32x4.splat(f01), u0));
  const s1 = pivot(f32x4.extract_lane(u1, 1), scales + 4);
  u1 = f32x4.mul(u1, f32x4.splat(s1));
  const f12 = f32x4.extract_lane(u1, 2);
  const f13 = f32x4.extract_lane(u1, 3);
  u2 = f32x4.sub(f32x4.sub(u2, f32x4.mul(f32x4.splat(f02), u0)), f32x4.mul(f32x4.splat(f12), u1));
  const s2 = pivot(f32x4.extract_lane(u2, 2), scales + 8);
  u2 = f32x4.mul(u2, f32x4.splat(s2));
  const f23 = f32x4.extract_lane(u2, 3);
  u3 = f32x4.sub(f32x4.sub(u3, f32x4.mul(f32x4.splat(f03), u0)), f32x4.mul(f32x4.splat(f13), u1));
  u3 = f32x4.sub(u3, f32x4.mul(f32x4.splat(f23), u2));
  const s3 = pivot(f32x4.extract_lane(u3, 3), scales + 12);
  v128.store(row0 + i, u0);
  v128.store(row1 + i, u1);
  v128.store(row2 + i, u2);
  const y0 = load<f32>(right + i) * s0;
  const y1 = (load<f32>(right + i, 4) - f01 * y0) * s1;
  const y2 = (load<f32>(right + i, 8) - f02 * y0 - f12 * y1) * s2;
  const y3 = (load<f32>(right + i, 12) - f03 * y0 - f13 * y1 - f23 * y2) * s3;
  store<f32>(right + i, y0);
  store<f32>(right + i, y1, 4);
  store<f32>(right + i, y2, 8);
  store<f32>(right + i, y3, 12);
  for (let j = i + 16; j < bytes; j += 16) {
    u0 = f32x4.mul(v128.load(row0 + j), f32x4.splat(s0));
    u1 = f32x4.sub(v128.load(row1 + j), f32x4.mul(f32x4.splat(f01), u0));
    u1 = f32x4.mul(u1, f32x4.splat(s1));
    u2 = f32x4.sub(v128.load(row2 + j), f32x4.mul(f32x4.splat(f02), u0));
    u2 = f32x4.mul(f32x4.sub(u2, f32x4.mul(f32x4.splat(f12), u1)), f32x4.splat(s2));
    u3 = f32x4.sub(v128.load(row3 + j), f32x4.mul(f32x4.splat(f03), u0));
    u3 = f32x4.sub(u3, f32x4.mul(f32x4.splat(f13), u1));
    u3 = f32x4.mul(f32x4.sub(u3, f32x4.mul(f32x4.splat(f23), u2)), f32x4.splat(s3));
    v128.store(row0 + j, u0);
    v128.store(row1 + j, u1);
    v128.store(row2 + j, u2);
    v128.store(row3 + j, u3);
    const a = f32x4.add(f32x4.mul(f32x4.splat(y0), u0), f32x4.mul(f32x4.splat(y1), u1));
    const b = f32x4.add(f32x4.mul(f32x4.splat(y2), u2), f32x4.mul(f32x4.splat(y3), u3));
    v128.store(right + j, f32x4.sub(v128.load(right + j), f32x4.add(a, b)));
  }
}

/** Four numbers of x from those behind them. */
function substitute(row0: usize, i: usize, bytes: usize, right: usize, scales: usize, out: usize): void {
  const row1 = row0 + bytes;
  const row2 = row1 + bytes;
  const row3 = row2 + bytes;
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  for (let j = i + 16; j < bytes; j += 16) {
    const x = v128.load(out + j);
    a0 = f32x4.add(a0, f32x4.mul(v128.load(row0 + j), x));
    a1 = f32x4.add(a1, f32x4.mul(v128.load(row1 + j), x));
    a2 = f32x4.add(a2, f32x4.mul(v128.load(row2 + j), x));
    a3 = f32x4.add(a3, f32x4.mul(v128.load(row3 + j), x));
  }
  const x3 = (load<f32>(right + i, 12) - sumLanes(a3)) * load<f32>(scales, 12);
  const x2 = (load<f32>(right + i, 8) - sumLanes(a2) - load<f32>(row2 + i, 12) * x3) * load<f32>(scales, 8);
  const x1 =
    (load<f32>(right + i, 4) - sumLanes(a1) - load<f32>(row1 + i, 8) * x2 - load<f32>(row1 + i, 12) * x3) *
    load<f32>(scales, 4);
  const x0 =
    (load<f32>(right + i) -
      sumLanes(a0) -
      load<f32>(row0 + i, 4) * x1 -
      load<f32>(row0 + i, 8) * x2 -
      load<f32>(row0 + i, 12) * x3) *
    load<f32>(scales);
  store<f32>(out + i, x0);
  store<f32>(out + i, x1, 4);
  store<f32>(out + i, x2, 8);
  store<f32>(out + i, x3, 12);
}

function sumLanes(a: v128): f32 {
  const b = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(b, 0) + f32x4.extract_lane(b, 1);
}
