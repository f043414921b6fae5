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
// processor could foresee.

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
  let sum: f64 = 0;
  const keep = f32x4.splat(1 - rate * penalty);
  const end = ratings + 12 * <usize>to;
  for (let at = ratings + 12 * <usize>from; at < end; at += 12) {
    const user = <usize>load<u32>(at);
    const item = <usize>load<u32>(at, 4);
    const p = users + user * stride;
    const q = items + item * stride;
    let error = load<f32>(at, 8) - dot(p, q, stride);
    if (userBiases !== 0)
      error = learnBiases(
        userBiases + (user << 2),
        itemBiases + (item << 2),
        error - mean,
        rate,
        biasPenalty,
      );
    sum += <f64>error * <f64>error;
    const step = f32x4.splat(rate * error);
    for (let i: usize = 0; i < stride; i += 16) {
      const a = v128.load(p + i);
      const b = v128.load(q + i);
      v128.store(p + i, f32x4.add(f32x4.mul(keep, a), f32x4.mul(step, b)));
      v128.store(q + i, f32x4.add(f32x4.mul(keep, b), f32x4.mul(step, a)));
    }
  }
  return sum;
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
  a = f32x4.add(a, b);
  a = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1);
}
