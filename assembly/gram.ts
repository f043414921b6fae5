// Gram matrices: G += Xᵀ X in float64, of float32 rows.
//
//   x      f32 rows x stride      row-major; stride a multiple of 4, floats beyond the last column 0
//   mean   f64 x stride           subtracted from every row; address 0 for none
//   gram   f64 stride x stride    row-major; tiles of 4 x 4 on and above the diagonal are added to, the rest is not touched
//
//              b0 b1   b2 b3
//            +-------+-------+
//   a0       |  s00  |  s01  |    a tile: eight sums of two lanes, so that additions in flight hide their latency. Rows
//   a1       |  s10  |  s11  |    are widened once, some at a time, into `scratch` (f64 ROWS x stride), which stays in
//   a2       |  s20  |  s21  |    the second-level cache while every tile passes over it.
//   a3       |  s30  |  s31  |
//            +-------+-------+
//
// Products of float32 numbers are exact in float64. Cost: rows x stride x (stride + 4) floating-point operations.

/** Rows that are widened at a time. */
const ROWS: u32 = 32;

/** G += (X - mean)ᵀ (X - mean), for `rows` rows. `scratch` holds 256 bytes a column. */
export function addGram(x: usize, rows: u32, stride: u32, mean: usize, scratch: usize, gram: usize): void {
  for (let row: u32 = 0; row < rows; row += ROWS) {
    const count = min(ROWS, rows - row);
    widen(x + ((<usize>row * stride) << 2), count, stride, mean, scratch);
    for (let i: u32 = 0; i < stride; i += 4) {
      for (let j = i; j < stride; j += 4) addTile(scratch, count, stride, i, j, gram);
    }
  }
}

function widen(x: usize, rows: u32, stride: u32, mean: usize, to: usize): void {
  let from = x;
  let place = to;
  for (let row: u32 = 0; row < rows; row++) {
    for (let column: usize = 0; column < stride; column += 2, from += 8, place += 16) {
      let pair = f64x2.promote_low_f32x4(v128.load64_zero(from));
      if (mean !== 0) pair = f64x2.sub(pair, v128.load(mean + (column << 3)));
      v128.store(place, pair);
    }
  }
}

function addTile(x: usize, rows: u32, stride: u32, i: u32, j: u32, gram: usize): void {
  const bytes = (<usize>stride) << 3;
  const g0 = gram + <usize>i * bytes + ((<usize>j) << 3);
  const g1 = g0 + bytes;
  const g2 = g1 + bytes;
  const g3 = g2 + bytes;
  let s00 = v128.load(g0);
  let s01 = v128.load(g0, 16);
  let s10 = v128.load(g1);
  let s11 = v128.load(g1, 16);
  let s20 = v128.load(g2);
  let s21 = v128.load(g2, 16);
  let s30 = v128.load(g3);
  let s31 = v128.load(g3, 16);
  let left = x + ((<usize>i) << 3);
  let right = x + ((<usize>j) << 3);
  for (let row: u32 = 0; row < rows; row++, left += bytes, right += bytes) {
    const b0 = v128.load(right);
    const b1 = v128.load(right, 16);
    let a = v128.load64_splat(left);
    s00 = f64x2.add(s00, f64x2.mul(a, b0));
    s01 = f64x2.add(s01, f64x2.mul(a, b1));
    a = v128.load64_splat(left, 8);
    s10 = f64x2.add(s10, f64x2.mul(a, b0));
    s11 = f64x2.add(s11, f64x2.mul(a, b1));
    a = v128.load64_splat(left, 16);
    s20 = f64x2.add(s20, f64x2.mul(a, b0));
    s21 = f64x2.add(s21, f64x2.mul(a, b1));
    a = v128.load64_splat(left, 24);
    s30 = f64x2.add(s30, f64x2.mul(a, b0));
    s31 = f64x2.add(s31, f64x2.mul(a, b1));
  }
  v128.store(g0, s00);
  v128.store(g0, s01, 16);
  v128.store(g1, s10);
  v128.store(g1, s11, 16);
  v128.store(g2, s20);
  v128.store(g2, s21, 16);
  v128.store(g3, s30);
  v128.store(g3, s31, 16);
}
