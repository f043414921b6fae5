// Products of a tall dense matrix with a small one: Y = X M in float32.
//
//   x   f32 rows x xStride        row-major
//   m   f32 depth x yStride       row-major; yStride a multiple of 4
//   y   f32 rows x yStride        row-major; not where x is
//
//            8 columns of M
//          +-------+-------+
//   row 0  |  s00  |  s01  |    a tile of 4 rows x 8 columns: two loads of M serve four rows. The columns of M stay in
//   row 1  |  s10  |  s11  |    the first-level cache while all the rows pass, so call it with rows that fit the second
//   row 2  |  s20  |  s21  |    (some 128 of 140 columns).
//   row 3  |  s30  |  s31  |
//          +-------+-------+
//
// Every sum runs over M's rows in their order, whatever the tile. Cost: 2 x rows x depth x yStride floating-point
// operations, half of it if M is upper triangular.

/** Y = X M for `rows` rows. Where `isUpper`, M holds zeros below its diagonal, and they are passed over. */
export function multiplyDense(
  x: usize,
  rows: u32,
  xStride: u32,
  m: usize,
  depth: u32,
  yStride: u32,
  isUpper: bool,
  y: usize,
): void {
  const xBytes = (<usize>xStride) << 2;
  const yBytes = (<usize>yStride) << 2;
  for (let column: u32 = 0; column < yStride; column += 8) {
    const isPair = column + 8 <= yStride;
    const used = isUpper ? min(depth, column + 8) : depth;
    const panel = m + ((<usize>column) << 2);
    let to = y + ((<usize>column) << 2);
    let from = x;
    let row: u32 = 0;
    if (isPair) {
      for (; row + 4 <= rows; row += 4, from += xBytes << 2, to += yBytes << 2) {
        multiplyTile(from, xBytes, panel, used, yBytes, to);
      }
    }
    for (; row < rows; row++, from += xBytes, to += yBytes) {
      multiplyRow(from, panel, used, yBytes, to);
      if (isPair) multiplyRow(from, panel + 16, used, yBytes, to + 16);
    }
  }
}

function multiplyTile(x: usize, xBytes: usize, m: usize, depth: u32, yBytes: usize, y: usize): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  const x1 = x + xBytes;
  const x2 = x1 + xBytes;
  const x3 = x2 + xBytes;
  const end = (<usize>depth) << 2;
  for (let at: usize = 0, row = m; at < end; at += 4, row += yBytes) {
    const m0 = v128.load(row);
    const m1 = v128.load(row, 16);
    let a = v128.load32_splat(x + at);
    s00 = f32x4.add(s00, f32x4.mul(a, m0));
    s01 = f32x4.add(s01, f32x4.mul(a, m1));
    a = v128.load32_splat(x1 + at);
    s10 = f32x4.add(s10, f32x4.mul(a, m0));
    s11 = f32x4.add(s11, f32x4.mul(a, m1));
    a = v128.load32_splat(x2 + at);
    s20 = f32x4.add(s20, f32x4.mul(a, m0));
    s21 = f32x4.add(s21, f32x4.mul(a, m1));
    a = v128.load32_splat(x3 + at);
    s30 = f32x4.add(s30, f32x4.mul(a, m0));
    s31 = f32x4.add(s31, f32x4.mul(a, m1));
  }
  const y1 = y + yBytes;
  const y2 = y1 + yBytes;
  const y3 = y2 + yBytes;
  v128.store(y, s00);
  v128.store(y, s01, 16);
  v128.store(y1, s10);
  v128.store(y1, s11, 16);
  v128.store(y2, s20);
  v128.store(y2, s21, 16);
  v128.store(y3, s30);
  v128.store(y3, s31, 16);
}

/** Four columns of a row. */
function multiplyRow(x: usize, m: usize, depth: u32, yBytes: usize, y: usize): void {
  let sum = f32x4.splat(0);
  const end = (<usize>depth) << 2;
  for (let at: usize = 0, row = m; at < end; at += 4, row += yBytes) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(x + at), v128.load(row)));
  }
  v128.store(y, sum);
}
