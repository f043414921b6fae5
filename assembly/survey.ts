// What a batch of f64 values spans, before any of them is taken in.
//
//   out: f64 least | greatest | least positive | greatest negative     infinite where there is none; of the last two those
//                                                                      that are not subnormal
//
// Cost: a dozen instructions for two values.

/** Returns whether all are numbers, and with `mustBeFinite` whether all are finite. Also makes -0 of the values 0. */
export function surveyValues(values: usize, count: u32, mustBeFinite: bool, out: usize): bool {
  let least = f64x2.splat(Infinity);
  let greatest = f64x2.splat(-Infinity);
  let positive = least;
  let negative = greatest;
  let isRight = i64x2.splat(-1);
  const zero = f64x2.splat(0);
  const normal = f64x2.splat(f64.MIN_NORMAL_VALUE);
  const highest = mustBeFinite ? f64x2.splat(f64.MAX_VALUE) : least;
  const end = values + ((<usize>count) << 3);
  // An odd one out is seen twice.
  if (count & 1) store<u64>(end, load<u64>(end - 8));
  for (let at = values; at < end; at += 16) {
    const value = f64x2.add(v128.load(at), zero);
    v128.store(at, value);
    isRight = v128.and(isRight, f64x2.le(f64x2.abs(value), highest));
    least = f64x2.pmin(least, value);
    greatest = f64x2.pmax(greatest, value);
    const above = f64x2.ge(value, normal);
    const below = f64x2.le(value, f64x2.neg(normal));
    positive = v128.bitselect(f64x2.pmin(positive, value), positive, above);
    negative = v128.bitselect(f64x2.pmax(negative, value), negative, below);
  }
  store<f64>(out, min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1)));
  store<f64>(out, max(f64x2.extract_lane(greatest, 0), f64x2.extract_lane(greatest, 1)), 8);
  store<f64>(out, min(f64x2.extract_lane(positive, 0), f64x2.extract_lane(positive, 1)), 16);
  store<f64>(out, max(f64x2.extract_lane(negative, 0), f64x2.extract_lane(negative, 1)), 24);
  return i64x2.all_true(isRight);
}
