// A dense layer of a neural network in float32: y = x W + b, row by row.
//
//   x        f32 rows x depth      row-major, xBytes from row to row
//   weights  f32 panels x depth x 8     W in panels of 8 columns, zeros behind the last
//   biases   f32 panels x 8
//   y        f32 rows x (8 panels)
//
//               panel 0      panel 1                             a tile of 4 rows x 1 panel, of a single row 4 panels:
//            +-----------+-----------+        +-------+-------+  8 sums in registers either way, since an add takes 4
//   input 0  | 8 weights |           |  row 0 |  s00  |  s01  |  cycles. A panel is read from end to end, and stays in
//   input 1  | 8 weights |           |  row 1 |  s10  |  s11  |  the first-level cache while all rows pass; so should the
//     ...    |    ...    |           |  row 2 |  s20  |  s21  |  rows, some 32 of them.
//            +-----------+-----------+  row 3 |  s30  |  s31  |
//                                             +-------+-------+
//
// Every sum begins with its bias and runs over the inputs in their order, whatever the tile: a row has the same bits alone and
// among others. Cost: 16 x rows x depth x panels floating-point operations.

/** One layer, without its activation. */
export function denseLayer(
  x: usize,
  rows: u32,
  xBytes: usize,
  weights: usize,
  biases: usize,
  depth: u32,
  panels: u32,
  y: usize,
): void {
  const yBytes = (<usize>panels) << 5;
  const panelBytes = (<usize>depth) << 5;
  const tiled = rows & ~3;
  let panel = weights;
  for (let at: usize = 0; at < yBytes; at += 32, panel += panelBytes) {
    for (let row: u32 = 0; row < tiled; row += 4) {
      multiplyTile(x + row * xBytes, xBytes, panel, panelBytes, biases + at, y + row * yBytes + at, yBytes);
    }
  }
  for (let row = tiled; row < rows; row++) {
    multiplyRow(x + row * xBytes, weights, panelBytes, biases, y + row * yBytes, yBytes);
  }
}

/** Four rows and a panel. */
function multiplyTile(
  x: usize,
  xBytes: usize,
  panel: usize,
  panelBytes: usize,
  biases: usize,
  y: usize,
  yBytes: usize,
): void {
  let s00 = v128.load(biases);
  let s01 = v128.load(biases, 16);
  let s10 = s00;
  let s11 = s01;
  let s20 = s00;
  let s21 = s01;
  let s30 = s00;
  let s31 = s01;
  const end = panel + panelBytes;
  let x0 = x;
  let x1 = x + xBytes;
  let x2 = x1 + xBytes;
  let x3 = x2 + xBytes;
  for (let at = panel; at < end; at += 32) {
    const w0 = v128.load(at);
    const w1 = v128.load(at, 16);
    let a = v128.load32_splat(x0);
    s00 = f32x4.add(s00, f32x4.mul(a, w0));
    s01 = f32x4.add(s01, f32x4.mul(a, w1));
    a = v128.load32_splat(x1);
    s10 = f32x4.add(s10, f32x4.mul(a, w0));
    s11 = f32x4.add(s11, f32x4.mul(a, w1));
    a = v128.load32_splat(x2);
    s20 = f32x4.add(s20, f32x4.mul(a, w0));
    s21 = f32x4.add(s21, f32x4.mul(a, w1));
    a = v128.load32_splat(x3);
    s30 = f32x4.add(s30, f32x4.mul(a, w0));
    s31 = f32x4.add(s31, f32x4.mul(a, w1));
    x0 += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  }
  v128.store(y, s00);
  v128.store(y, s01, 16);
  const y1 = y + yBytes;
  v128.store(y1, s10);
  v128.store(y1, s11, 16);
  const y2 = y1 + yBytes;
  v128.store(y2, s20);
  v128.store(y2, s21, 16);
  const y3 = y2 + yBytes;
  v128.store(y3, s30);
  v128.store(y3, s31, 16);
}

/** A row and all panels, four at a time as long as there are four. */
function multiplyRow(
  x: usize,
  weights: usize,
  panelBytes: usize,
  biases: usize,
  y: usize,
  yBytes: usize,
): void {
  let panel = weights;
  let at: usize = 0;
  for (; at + 128 <= yBytes; at += 128, panel += panelBytes << 2) {
    multiplyPanels(x, panel, panelBytes, biases + at, y + at);
  }
  for (; at < yBytes; at += 32, panel += panelBytes) {
    let s0 = v128.load(biases + at);
    let s1 = v128.load(biases + at, 16);
    let from = x;
    for (let w = panel; w < panel + panelBytes; w += 32, from += 4) {
      const a = v128.load32_splat(from);
      s0 = f32x4.add(s0, f32x4.mul(a, v128.load(w)));
      s1 = f32x4.add(s1, f32x4.mul(a, v128.load(w, 16)));
    }
    v128.store(y + at, s0);
    v128.store(y + at, s1, 16);
  }
}

/** A row and four panels. */
function multiplyPanels(x: usize, panel: usize, panelBytes: usize, biases: usize, y: usize): void {
  let s0 = v128.load(biases);
  let s1 = v128.load(biases, 16);
  let s2 = v128.load(biases, 32);
  let s3 = v128.load(biases, 48);
  let s4 = v128.load(biases, 64);
  let s5 = v128.load(biases, 80);
  let s6 = v128.load(biases, 96);
  let s7 = v128.load(biases, 112);
  const end = panel + panelBytes;
  let from = x;
  let p1 = end;
  let p2 = p1 + panelBytes;
  let p3 = p2 + panelBytes;
  for (let p0 = panel; p0 < end; p0 += 32) {
    const a = v128.load32_splat(from);
    s0 = f32x4.add(s0, f32x4.mul(a, v128.load(p0)));
    s1 = f32x4.add(s1, f32x4.mul(a, v128.load(p0, 16)));
    s2 = f32x4.add(s2, f32x4.mul(a, v128.load(p1)));
    s3 = f32x4.add(s3, f32x4.mul(a, v128.load(p1, 16)));
    s4 = f32x4.add(s4, f32x4.mul(a, v128.load(p2)));
    s5 = f32x4.add(s5, f32x4.mul(a, v128.load(p2, 16)));
    s6 = f32x4.add(s6, f32x4.mul(a, v128.load(p3)));
    s7 = f32x4.add(s7, f32x4.mul(a, v128.load(p3, 16)));
    from += 4;
    p1 += 32;
    p2 += 32;
    p3 += 32;
  }
  v128.store(y, s0);
  v128.store(y, s1, 16);
  v128.store(y, s2, 32);
  v128.store(y, s3, 48);
  v128.store(y, s4, 64);
  v128.store(y, s5, 80);
  v128.store(y, s6, 96);
  v128.store(y, s7, 112);
}
