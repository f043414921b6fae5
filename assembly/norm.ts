// Squared Euclidean norms in float64, four dimensions at a time.
//
// Float64 carries the square of any float32, so the result is NaN or infinite only when a value is.

/** Sum of squares of `lanes` groups of four float32 at `vector`. */
export function squaredNorm(vector: usize, lanes: u32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const end = vector + (lanes << 4);
  for (let at = vector; at < end; at += 16) {
    const x = v128.load(at);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
