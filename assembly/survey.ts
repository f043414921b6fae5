// What a batch of f64 values spans, before any of them is taken in.
//
//   out: f64 least | greatest | least positive | greatest negative     infinite where there is none; of the last two those
//                                                                      that are not subnormal
//
// Cost: seven instructions for two values, and as many again where some are below 2^-1022.

/** Returns whether all are numbers, and with `mustBeFinite` whether all are finite. Also makes -0 of the values 0. */
export function surveyValues(values: usize, count: u32, mustBeFinite: bool, out: usize): bool {
  const zero = f64x2.splat(0);
  const highest = f64x2.splat(mustBeFinite ? f64.MAX_VALUE : Infinity);
  let least = f64x2.splat(Infinity);
  let greatest = f64x2.splat(-Infinity);
  let least2 = least;
  let greatest2 = greatest;
  let isRight = i64x2.splat(-1);
  const end = values + ((<usize>count) << 3);
  // Behind the last of them up to three are seen again: a round takes four.
  for (let at = end; at < values + ((<usize>((count + 3) & ~3)) << 3); at += 8)
    store<u64>(at, load<u64>(end - 8));
  for (let at = values; at < end; at += 32) {
    const one = f64x2.add(v128.load(at), zero);
    const other = f64x2.add(v128.load(at, 16), zero);
    v128.store(at, one);
    v128.store(at, other, 16);
    isRight = v128.and(
      isRight,
      v128.and(f64x2.le(f64x2.abs(one), highest), f64x2.le(f64x2.abs(other), highest)),
    );
    least = f64x2.pmin(least, one);
    greatest = f64x2.pmax(greatest, one);
    least2 = f64x2.pmin(least2, other);
    greatest2 = f64x2.pmax(greatest2, other);
  }
  least = f64x2.pmin(least, least2);
  greatest = f64x2.pmax(greatest, greatest2);
  const lowest = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  store<f64>(out, lowest);
  store<f64>(out, max(f64x2.extract_lane(greatest, 0), f64x2.extract_lane(greatest, 1)), 8);
  if (lowest >= f64.MIN_NORMAL_VALUE) {
    store<f64>(out, lowest, 16);
    store<f64>(out, -Infinity, 24);
  } else findNextToZero(values, end, out + 16);
  return i64x2.all_true(isRight);
}

/** Of values on either side of 0, those next to it that are not subnormal. */
function findNextToZero(values: usize, end: usize, out: usize): void {
  // From memory: V8 builds a constant vector anew at each use.
  v128.store(out, f64x2.splat(f64.MIN_NORMAL_VALUE));
  const normal = v128.load(out);
  const beneath = f64x2.neg(normal);
  let positive = f64x2.splat(Infinity);
  let negative = f64x2.splat(-Infinity);
  for (let at = values; at < end; at += 16) {
    const value = v128.load(at);
    positive = v128.bitselect(f64x2.pmin(positive, value), positive, f64x2.ge(value, normal));
    negative = v128.bitselect(f64x2.pmax(negative, value), negative, f64x2.le(value, beneath));
  }
  store<f64>(out, min(f64x2.extract_lane(positive, 0), f64x2.extract_lane(positive, 1)));
  store<f64>(out, max(f64x2.extract_lane(negative, 0), f64x2.extract_lane(negative, 1)), 8);
}
