// Activations of a neural network, in place: relu, gelu, sigmoid, by + - * / alone, so of the same bits everywhere.
//
//   values     f32 x count, a multiple of 4
//   constants  f32 x 26 and an i32 (src/recommend/activations.ts): an engine would build each vector of them anew at each use
//
//   +0 log2 e     +4 1.5 x 2^23    +8 ln 2, high   +12 ln 2, low   +16 1/2, and on: (e^r - 1 - r) / r^2, 5 terms
//   +40 1, 0 (+44), 88 (+48)       +52 13.26, 3 (+56)              +60 the tail, 9 terms, +96 1.59577, .0713548 (+100)
//   +104 the bits of 1.5 x 2^23, and 127
//
// gelu(x) = x Phi(x) = max(x, 0) - t Q(t) with t = |x| and Q(t) = 1 - Phi(t), so nothing cancels below 0. Q(t) falls like
// exp(-t^2 / 2), and (t + 3) Q(t) exp(t^2 / 2) is a polynomial in u = (t - 3) / (t + 3) to 4e-8 with 9 terms, whose
// coefficients fall quickly. (The map is that of J. L. Schonfelder, Chebyshev expansions for the error function, Math. Comp.
// 32, 1978; the fit is our own.) exp(-z) = 2^-n e^r with n the integer next to z / ln 2 (W. J. Cody and W. Waite, Software
// Manual for the Elementary Functions, 1980).
//
// Against float64: gelu within 1.2e-7 absolute or relative, sigmoid within 2e-7 relative, to -87. Cost: some 20 cycles for 4.

/** max(x, 0), where NaN stays. */
export function relu(values: usize, count: u32): void {
  const zero = f32x4.splat(0);
  const end = values + ((<usize>count) << 2);
  for (let at = values; at < end; at += 16) v128.store(at, f32x4.pmax(v128.load(at), zero));
}

/** x Phi(x). */
export function gelu(values: usize, count: u32, constants: usize): void {
  const end = values + ((<usize>count) << 2);
  for (let at = values; at < end; at += 16) {
    const x = v128.load(at);
    // Beyond 13.26 the tail is 0.
    const t = f32x4.pmin(f32x4.abs(x), v128.load32_splat(constants, 52));
    const fall = expOfMinus(f32x4.mul(f32x4.mul(t, t), v128.load32_splat(constants, 16)), constants);
    const three = v128.load32_splat(constants, 56);
    const inverse = f32x4.div(v128.load32_splat(constants, 40), f32x4.add(t, three));
    const u = f32x4.mul(f32x4.sub(t, three), inverse);
    const u2 = f32x4.mul(u, u);
    const low = pairs(constants + 60, u, u2);
    const high = pairs(constants + 76, u, u2);
    const u4 = f32x4.mul(u2, u2);
    const top = f32x4.mul(v128.load32_splat(constants, 92), u4);
    const sum = f32x4.add(low, f32x4.mul(f32x4.add(high, top), u4));
    const tail = f32x4.mul(f32x4.mul(f32x4.mul(sum, inverse), t), fall);
    v128.store(at, f32x4.sub(f32x4.pmax(x, v128.load32_splat(constants, 44)), tail));
  }
}

/** x / (1 + exp(-2 sqrt(2 / pi) (x + .044715 x^3))): the approximation of gelu by a tangent, which some models are trained with. */
export function geluByTangent(values: usize, count: u32, constants: usize): void {
  const end = values + ((<usize>count) << 2);
  for (let at = values; at < end; at += 16) {
    const x = v128.load(at);
    const slope = f32x4.add(
      v128.load32_splat(constants, 96),
      f32x4.mul(v128.load32_splat(constants, 100), f32x4.mul(x, x)),
    );
    v128.store(at, f32x4.mul(x, logistic(f32x4.mul(x, slope), constants)));
  }
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(values: usize, count: u32, constants: usize): void {
  const end = values + ((<usize>count) << 2);
  for (let at = values; at < end; at += 16) v128.store(at, logistic(v128.load(at), constants));
}

function logistic(x: v128, constants: usize): v128 {
  const fall = expOfMinus(f32x4.pmin(f32x4.abs(x), v128.load32_splat(constants, 48)), constants);
  const one = v128.load32_splat(constants, 40);
  const share = f32x4.div(one, f32x4.add(one, fall));
  return v128.bitselect(f32x4.mul(fall, share), share, f32x4.lt(x, v128.load32_splat(constants, 44)));
}

/** exp(-z) for z in 0..88, 0 from 87.7 on; NaN stays. */
function expOfMinus(z: v128, constants: usize): v128 {
  // The sum's last bits are the integer.
  const magic = v128.load32_splat(constants, 4);
  const sum = f32x4.add(f32x4.mul(z, v128.load32_splat(constants)), magic);
  const n = f32x4.sub(sum, magic);
  const high = f32x4.sub(f32x4.mul(n, v128.load32_splat(constants, 8)), z);
  const r = f32x4.add(high, f32x4.mul(n, v128.load32_splat(constants, 12)));
  const r2 = f32x4.mul(r, r);
  const top = f32x4.mul(v128.load32_splat(constants, 36), f32x4.mul(r2, r2));
  const p = f32x4.add(pairs(constants + 20, r, r2), top);
  const power = f32x4.add(f32x4.add(f32x4.mul(p, r2), r), v128.load32_splat(constants, 40));
  return f32x4.mul(power, i32x4.shl(i32x4.sub(v128.load32_splat(constants, 104), sum), 23));
}

/** c0 + c1 x + (c2 + c3 x) x^2: sums of pairs wait for fewer results than a chain of eight. */
function pairs(c: usize, x: v128, x2: v128): v128 {
  const low = f32x4.add(v128.load32_splat(c), f32x4.mul(v128.load32_splat(c, 4), x));
  const high = f32x4.add(v128.load32_splat(c, 8), f32x4.mul(v128.load32_splat(c, 12), x));
  return f32x4.add(low, f32x4.mul(high, x2));
}
