// Matrix factorization by stochastic gradient descent (Koren, Bell and Volinsky, "Matrix factorization techniques for
// recommender systems", Computer 42(8), 2009): one pass over a block of ratings.
//
//   ratings   12 bytes each: user u32, item u32, rating f32; gone through in the order in which they stand
//   factors   of users p, and of items q: f32 x stride a row, zeros behind the last factor      stride in bytes, of 16
//   biases    f32 a row; 0 for none of them, and no mean
//
//   e = r - mean - bu - bi - p . q        bu += rate (e - penalty' bu)      p += rate (e q - penalty p)
//                                         bi += rate (e - penalty' bi)      q += rate (e p - penalty q), of p as it was
//
// Blocks that share no user and no item may run beside each other. All sums are float32 in a fixed order.
//
// Cost: 8 multiplications and additions a factor. Rows come from the second-level cache and beyond, in no order that a
// processor could foresee, which is why those of the next ratings are touched, twelve ratings at a time.

/** Bytes of ratings whose rows are touched together. */
const AHEAD: usize = 12 * 12;

/** One pass over the ratings from..to - 1. Returns the sum of the squared errors, each as it was before its update. */
export function factorize(
  ratings: usize,
  from: u32,
  to: u32,
  users: usize,
  items: usize,
  stride: usize,
  userBiases: usize,
  itemBiases: usize,
  mean: f32,
  rate: f32,
  penalty: f32,
  biasPenalty: f32,
): f64 {
  if (from >= to) return 0;
  let sum: f64 = 0;
  let touched: i32 = 0;
  const keep = f32x4.splat(1 - rate * penalty);
  const last = ratings + 12 * <usize>(to - 1);
  let at = ratings + 12 * <usize>from;
  let ahead = at;
  let p = users + <usize>load<u32>(at) * stride;
  let q = items + <usize>load<u32>(at, 4) * stride;
  let estimate = dot(p, q, stride);
  for (;;) {
    for (const stop = at === ahead ? min(last, at + AHEAD) : ahead; ahead < stop; ) {
      ahead += 12;
      const user = <usize>load<u32>(ahead);
      const item = <usize>load<u32>(ahead, 4);
      touched ^= touch(users + user * stride, items + item * stride, stride);
    }
    let error = load<f32>(at, 8) - estimate;
    if (userBiases !== 0) {
      const userBias = userBiases + ((<usize>load<u32>(at)) << 2);
      const itemBias = itemBiases + ((<usize>load<u32>(at, 4)) << 2);
      error = learnBiases(userBias, itemBias, error - mean, rate, biasPenalty);
    }
    sum += <f64>error * <f64>error;
    const isLast = at === last;
    if (!isLast) at += 12;
    const step = f32x4.splat(rate * error);
    // The next estimate is summed on the way, behind the update, so that it is right where the next rating is of the same
    // user or item. It keeps the processor busy while this error is waited for: 1.3x.
    const nextP = users + <usize>load<u32>(at) * stride;
    const nextQ = items + <usize>load<u32>(at, 4) * stride;
    let a = f32x4.splat(0);
    let b = a;
    let i: usize = 0;
    for (; i + 16 < stride; i += 32) {
      const p0 = v128.load(p + i);
      const q0 = v128.load(q + i);
      v128.store(p + i, f32x4.add(f32x4.mul(keep, p0), f32x4.mul(step, q0)));
      v128.store(q + i, f32x4.add(f32x4.mul(keep, q0), f32x4.mul(step, p0)));
      a = f32x4.add(a, f32x4.mul(v128.load(nextP + i), v128.load(nextQ + i)));
      const p1 = v128.load(p + i, 16);
      const q1 = v128.load(q + i, 16);
      v128.store(p + i, f32x4.add(f32x4.mul(keep, p1), f32x4.mul(step, q1)), 16);
      v128.store(q + i, f32x4.add(f32x4.mul(keep, q1), f32x4.mul(step, p1)), 16);
      b = f32x4.add(b, f32x4.mul(v128.load(nextP + i, 16), v128.load(nextQ + i, 16)));
    }
    if (i < stride) {
      const p0 = v128.load(p + i);
      const q0 = v128.load(q + i);
      v128.store(p + i, f32x4.add(f32x4.mul(keep, p0), f32x4.mul(step, q0)));
      v128.store(q + i, f32x4.add(f32x4.mul(keep, q0), f32x4.mul(step, p0)));
      a = f32x4.add(a, f32x4.mul(v128.load(nextP + i), v128.load(nextQ + i)));
    }
    estimate = sumOfLanes(f32x4.add(a, b));
    if (isLast) break;
    p = nextP;
    q = nextQ;
  }
  // The sum depends on what was touched, if only by 0: else the loads would be left out.
  return sum + 0 * <f64>touched;
}

/** Looks at each cache line of two rows, so that lines of many rows are on their way at once: 1.1x. */
function touch(p: usize, q: usize, stride: usize): i32 {
  let seen: i32 = 0;
  let i: usize = 0;
  for (; i + 192 < stride; i += 256) {
    seen ^= load<i32>(p + i) ^ load<i32>(p + i, 64) ^ load<i32>(p + i, 128) ^ load<i32>(p + i, 192);
    seen ^= load<i32>(q + i) ^ load<i32>(q + i, 64) ^ load<i32>(q + i, 128) ^ load<i32>(q + i, 192);
  }
  for (; i < stride; i += 64) seen ^= load<i32>(p + i) ^ load<i32>(q + i);
  return seen;
}

/** Subtracts the biases from an error, and updates them by what remains, which it returns. */
function learnBiases(userBias: usize, itemBias: usize, error: f32, rate: f32, penalty: f32): f32 {
  const a = load<f32>(userBias);
  const b = load<f32>(itemBias);
  const rest = error - a - b;
  store<f32>(userBias, a + rate * (rest - penalty * a));
  store<f32>(itemBias, b + rate * (rest - penalty * b));
  return rest;
}

/** The sum of the squared errors of the ratings from..to - 1, which change nothing; where `out` is not 0, predictions too. */
export function sumSquaredErrors(
  ratings: usize,
  from: u32,
  to: u32,
  users: usize,
  items: usize,
  stride: usize,
  userBiases: usize,
  itemBiases: usize,
  mean: f32,
  out: usize,
): f64 {
  let sum: f64 = 0;
  for (let i = from; i < to; i++) {
    const at = ratings + 12 * <usize>i;
    const user = <usize>load<u32>(at);
    const item = <usize>load<u32>(at, 4);
    let prediction = dot(users + user * stride, items + item * stride, stride);
    if (userBiases !== 0)
      prediction += mean + load<f32>(userBiases + (user << 2)) + load<f32>(itemBiases + (item << 2));
    if (out !== 0) store<f32>(out + ((<usize>i) << 2), prediction);
    const error = <f64>load<f32>(at, 8) - <f64>prediction;
    sum += error * error;
  }
  return sum;
}

function dot(p: usize, q: usize, stride: usize): f32 {
  let a = f32x4.splat(0);
  let b = a;
  let i: usize = 0;
  for (; i + 16 < stride; i += 32) {
    a = f32x4.add(a, f32x4.mul(v128.load(p + i), v128.load(q + i)));
    b = f32x4.add(b, f32x4.mul(v128.load(p + i, 16), v128.load(q + i, 16)));
  }
  if (i < stride) a = f32x4.add(a, f32x4.mul(v128.load(p + i), v128.load(q + i)));
  return sumOfLanes(f32x4.add(a, b));
}

function sumOfLanes(lanes: v128): f32 {
  const pairs = f32x4.add(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}
