// The same equations as in assembly/als.ts by conjugate gradients, without their matrix (Takács, Pilászy and Tikk, "Applications
// of the conjugate gradient method for implicit feedback collaborative filtering", RecSys 2011).
//
//   gram      f32 width x width, both halves          x r p q   f32 x width: solution, residual, direction, -A p
//
//   -A v = -(G + penalty I) v - sum of w (y . v) y    four entries at a time: their dot products with v, then their sum
//
// Cost of a product: 4 x width floating-point operations an entry, 2 x width² a row.

/** out = -(G + penalty I) v. */
export function applyGram(gram: usize, width: u32, penalty: f32, v: usize, out: usize): void {
  const bytes = (<usize>width) << 2;
  for (let j: usize = 0; j < bytes; j += 32) {
    let a0 = f32x4.mul(f32x4.splat(penalty), v128.load(v + j));
    let b0 = f32x4.mul(f32x4.splat(penalty), v128.load(v + j, 16));
    let a1 = f32x4.splat(0);
    let b1 = a1;
    let a2 = a1;
    let b2 = a1;
    let a3 = a1;
    let b3 = a1;
    let row = gram + j;
    for (let k: usize = 0; k < bytes; k += 16) {
      let value = v128.load32_splat(v + k);
      a0 = f32x4.add(a0, f32x4.mul(value, v128.load(row)));
      b0 = f32x4.add(b0, f32x4.mul(value, v128.load(row, 16)));
      row += bytes;
      value = v128.load32_splat(v + k, 4);
      a1 = f32x4.add(a1, f32x4.mul(value, v128.load(row)));
      b1 = f32x4.add(b1, f32x4.mul(value, v128.load(row, 16)));
      row += bytes;
      value = v128.load32_splat(v + k, 8);
      a2 = f32x4.add(a2, f32x4.mul(value, v128.load(row)));
      b2 = f32x4.add(b2, f32x4.mul(value, v128.load(row, 16)));
      row += bytes;
      value = v128.load32_splat(v + k, 12);
      a3 = f32x4.add(a3, f32x4.mul(value, v128.load(row)));
      b3 = f32x4.add(b3, f32x4.mul(value, v128.load(row, 16)));
      row += bytes;
    }
    v128.store(out + j, f32x4.neg(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3))));
    v128.store(out + j, f32x4.neg(f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3))), 16);
  }
}

/** out += (share (1 + w) - w (y . v)) y for each entry: of the right side and the product with v, or of the product alone. */
export function addResiduals(
  others: usize,
  weights: usize,
  count: u32,
  factors: usize,
  width: u32,
  v: usize,
  share: f32,
  out: usize,
): void {
  const bytes = (<usize>width) << 2;
  const shares = f32x4.splat(share);
  let i: usize = 0;
  for (const end = (<usize>count & ~3) << 2; i < end; i += 16) {
    const row0 = factors + <usize>load<u32>(others + i) * bytes;
    const row1 = factors + <usize>load<u32>(others + i, 4) * bytes;
    const row2 = factors + <usize>load<u32>(others + i, 8) * bytes;
    const row3 = factors + <usize>load<u32>(others + i, 12) * bytes;
    const w = v128.load(weights + i);
    const dots = fourDots(row0, row1, row2, row3, v, bytes);
    const c = f32x4.sub(f32x4.add(shares, f32x4.mul(shares, w)), f32x4.mul(w, dots));
    const c0 = v128.shuffle<f32>(c, c, 0, 0, 0, 0);
    const c1 = v128.shuffle<f32>(c, c, 1, 1, 1, 1);
    const c2 = v128.shuffle<f32>(c, c, 2, 2, 2, 2);
    const c3 = v128.shuffle<f32>(c, c, 3, 3, 3, 3);
    for (let j: usize = 0; j < bytes; j += 16) {
      const a = f32x4.add(f32x4.mul(c0, v128.load(row0 + j)), f32x4.mul(c1, v128.load(row1 + j)));
      const b = f32x4.add(f32x4.mul(c2, v128.load(row2 + j)), f32x4.mul(c3, v128.load(row3 + j)));
      v128.store(out + j, f32x4.add(v128.load(out + j), f32x4.add(a, b)));
    }
  }
  for (const end = (<usize>count) << 2; i < end; i += 4) {
    const row = factors + <usize>load<u32>(others + i) * bytes;
    const w = load<f32>(weights + i);
    const c = f32x4.splat(share + share * w - w * dot(row, v, bytes));
    for (let j: usize = 0; j < bytes; j += 16)
      v128.store(out + j, f32x4.add(v128.load(out + j), f32x4.mul(c, v128.load(row + j))));
  }
}

/** One step along p, and the next direction: returns the square of the residual, which was `square`. */
export function stepConjugate(x: usize, r: usize, p: usize, q: usize, width: u32, square: f32): f32 {
  const bytes = (<usize>width) << 2;
  const curvature = -dot(p, q, bytes);
  if (curvature === 0) return 0;
  const step = f32x4.splat(square / curvature);
  for (let j: usize = 0; j < bytes; j += 16) {
    v128.store(x + j, f32x4.add(v128.load(x + j), f32x4.mul(step, v128.load(p + j))));
    v128.store(r + j, f32x4.add(v128.load(r + j), f32x4.mul(step, v128.load(q + j))));
  }
  const rest = dot(r, r, bytes);
  const turn = f32x4.splat(rest / square);
  for (let j: usize = 0; j < bytes; j += 16)
    v128.store(p + j, f32x4.add(v128.load(r + j), f32x4.mul(turn, v128.load(p + j))));
  return rest;
}

/** What entries add to the loss of a row x, beyond the squares of all its products: (1 + w) (1 - y . x)² - (y . x)². */
export function sumLosses(
  others: usize,
  weights: usize,
  count: u32,
  factors: usize,
  width: u32,
  x: usize,
): f64 {
  const bytes = (<usize>width) << 2;
  let sum: f64 = 0;
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) {
    const score = <f64>dot(factors + <usize>load<u32>(others + i) * bytes, x, bytes);
    sum += (1 + <f64>load<f32>(weights + i)) * (1 - score) * (1 - score) - score * score;
  }
  return sum;
}

/** The inner product of two rows. */
export function dotRows(a: usize, b: usize, width: u32): f32 {
  return dot(a, b, (<usize>width) << 2);
}

/** Four rows times v: a lane each. */
function fourDots(row0: usize, row1: usize, row2: usize, row3: usize, v: usize, bytes: usize): v128 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let j: usize = 0; j < bytes; j += 16) {
    const part = v128.load(v + j);
    s0 = f32x4.add(s0, f32x4.mul(part, v128.load(row0 + j)));
    s1 = f32x4.add(s1, f32x4.mul(part, v128.load(row1 + j)));
    s2 = f32x4.add(s2, f32x4.mul(part, v128.load(row2 + j)));
    s3 = f32x4.add(s3, f32x4.mul(part, v128.load(row3 + j)));
  }
  const low01 = v128.shuffle<f32>(s0, s1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(s0, s1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(s2, s3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(s2, s3, 2, 6, 3, 7);
  const a = f32x4.add(low01, high01); // of row 0, row 1, row 0, row 1
  const b = f32x4.add(low23, high23);
  return f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
}

function dot(a: usize, b: usize, bytes: usize): f32 {
  let s = f32x4.splat(0);
  let t = s;
  for (let j: usize = 0; j < bytes; j += 32) {
    s = f32x4.add(s, f32x4.mul(v128.load(a + j), v128.load(b + j)));
    t = f32x4.add(t, f32x4.mul(v128.load(a + j, 16), v128.load(b + j, 16)));
  }
  s = f32x4.add(s, t);
  s = f32x4.add(s, v128.shuffle<f32>(s, s, 2, 3, 0, 1));
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1);
}
