// The parts of a symmetric eigenproblem that cost O(n³): A = Q T Qᵀ with T tridiagonal, by Householder reflections, and
// the rotations that make T diagonal, applied to Qᵀ. What decides on the rotations is src/sparse/symmetric-eigen.ts.
//
//   a        f64 n x stride    both halves; stride even, numbers beyond the last column 0. Row k ends as the vector of
//                              reflection k, from column k + 1 on
//   betas    f64 x n           the factor of each reflection: I - beta v vᵀ
//   p        f64 x stride      scratch
//   vectors  f64 n x stride    Qᵀ, and at last one eigenvector a row
//
// Everything runs along rows, two lanes at a time, in a fixed order. Source: Golub and Van Loan, "Matrix Computations",
// sections 5.1.6 (reflections), 8.3.1 (tridiagonalization), 8.3.3 (rotations).

/**
 * Reflection k: makes row and column k of A zero but for the diagonal and its neighbours. Returns the neighbour; the
 * diagonal stays in its place. Cost: 6 (n - k)² floating-point operations.
 */
export function reflect(a: usize, n: u32, stride: u32, k: u32, betas: usize, p: usize): f64 {
  const bytes = (<usize>stride) << 3;
  const v = a + k * bytes;
  const from = k + 1;
  const beta = v + ((<usize>from) << 3);
  let square: f64 = 0;
  for (let i = from + 1; i < n; i++) {
    const value = load<f64>(v + ((<usize>i) << 3));
    square += value * value;
  }
  const first = load<f64>(beta);
  if (square === 0) {
    store<f64>(betas + ((<usize>k) << 3), 0);
    return first;
  }
  const norm = Math.sqrt(first * first + square);
  const neighbour = first > 0 ? -norm : norm;
  const head = first - neighbour;
  store<f64>(beta, head);
  const factor = 2 / (head * head + square);
  store<f64>(betas + ((<usize>k) << 3), factor);

  // A's lower right part becomes A - v wᵀ - w vᵀ, where p = beta A v and w = p - (beta pᵀv / 2) v.
  const start = <usize>(from & ~1);
  // The number left of an odd start belongs to the tridiagonal part: as long as 0 stands there, pairs may begin with it.
  const kept = load<f64>(v + (start << 3));
  if (from & 1) store<f64>(v + (start << 3), 0);
  let product: f64 = 0;
  for (let i = from; i < n; i++) {
    const value = factor * dot(a + i * bytes, v, start, stride);
    store<f64>(p + ((<usize>i) << 3), value);
    product += value * load<f64>(v + ((<usize>i) << 3));
  }
  if (from & 1) store<f64>(p + (start << 3), 0);
  for (let i: u32 = n; i < stride; i++) store<f64>(p + ((<usize>i) << 3), 0);
  const share = (factor * product) / 2;
  for (let i = from; i < n; i++) {
    const at = p + ((<usize>i) << 3);
    store<f64>(at, load<f64>(at) - share * load<f64>(v + ((<usize>i) << 3)));
  }
  for (let i = from; i < n; i++) {
    const vi = f64x2.splat(load<f64>(v + ((<usize>i) << 3)));
    const wi = f64x2.splat(load<f64>(p + ((<usize>i) << 3)));
    const row = a + i * bytes;
    for (let at = start << 3; at < bytes; at += 16) {
      const change = f64x2.add(f64x2.mul(vi, v128.load(p + at)), f64x2.mul(wi, v128.load(v + at)));
      v128.store(row + at, f64x2.sub(v128.load(row + at), change));
    }
  }
  if (from & 1) store<f64>(v + (start << 3), kept);
  return neighbour;
}

/**
 * Takes reflection k into Qᵀ, which starts as the identity; from the last reflection to the first. Cost: 4 (n - k)²
 * floating-point operations.
 */
export function accumulate(a: usize, n: u32, stride: u32, k: u32, betas: usize, vectors: usize): void {
  const factor = load<f64>(betas + ((<usize>k) << 3));
  if (factor === 0) return;
  const bytes = (<usize>stride) << 3;
  const v = a + k * bytes;
  const from = k + 1;
  const start = <usize>(from & ~1);
  const kept = load<f64>(v + (start << 3));
  if (from & 1) store<f64>(v + (start << 3), 0);
  for (let i = from; i < n; i++) {
    const row = vectors + i * bytes;
    const share = f64x2.splat(factor * dot(row, v, start, stride));
    for (let at = start << 3; at < bytes; at += 16) {
      v128.store(row + at, f64x2.sub(v128.load(row + at), f64x2.mul(share, v128.load(v + at))));
    }
  }
  if (from & 1) store<f64>(v + (start << 3), kept);
}

/** The product of two rows from an even column on. */
function dot(a: usize, b: usize, start: usize, stride: u32): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  const end = (<usize>stride) << 3;
  let at = start << 3;
  for (; at + 32 <= end; at += 32) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(a + at), v128.load(b + at)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
  }
  if (at < end) s0 = f64x2.add(s0, f64x2.mul(v128.load(a + at), v128.load(b + at)));
  s0 = f64x2.add(s0, s1);
  return f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
}

/**
 * Rotates the rows first and first + 1, then first + 1 and first + 2, and so on: `count` rotations, each a cosine and a
 * sine at `rotations`. A row stays in registers between its two rotations. Cost: 6 x count x stride operations.
 */
export function rotateRows(vectors: usize, stride: u32, first: u32, count: u32, rotations: usize): void {
  const bytes = (<usize>stride) << 3;
  const rows = vectors + first * bytes;
  let at: usize = 0;
  for (; at + 64 <= bytes; at += 64) rotateColumns(rows + at, bytes, count, rotations);
  for (; at < bytes; at += 16) rotatePair(rows + at, bytes, count, rotations);
}

/** Eight columns. */
function rotateColumns(rows: usize, bytes: usize, count: u32, rotations: usize): void {
  let row = rows;
  let a0 = v128.load(row);
  let a1 = v128.load(row, 16);
  let a2 = v128.load(row, 32);
  let a3 = v128.load(row, 48);
  const end = rotations + ((<usize>count) << 4);
  for (let at = rotations; at < end; at += 16) {
    const cosine = v128.load64_splat(at);
    const sine = v128.load64_splat(at, 8);
    const next = row + bytes;
    let b = v128.load(next);
    v128.store(row, f64x2.add(f64x2.mul(cosine, a0), f64x2.mul(sine, b)));
    a0 = f64x2.sub(f64x2.mul(cosine, b), f64x2.mul(sine, a0));
    b = v128.load(next, 16);
    v128.store(row, f64x2.add(f64x2.mul(cosine, a1), f64x2.mul(sine, b)), 16);
    a1 = f64x2.sub(f64x2.mul(cosine, b), f64x2.mul(sine, a1));
    b = v128.load(next, 32);
    v128.store(row, f64x2.add(f64x2.mul(cosine, a2), f64x2.mul(sine, b)), 32);
    a2 = f64x2.sub(f64x2.mul(cosine, b), f64x2.mul(sine, a2));
    b = v128.load(next, 48);
    v128.store(row, f64x2.add(f64x2.mul(cosine, a3), f64x2.mul(sine, b)), 48);
    a3 = f64x2.sub(f64x2.mul(cosine, b), f64x2.mul(sine, a3));
    row = next;
  }
  v128.store(row, a0);
  v128.store(row, a1, 16);
  v128.store(row, a2, 32);
  v128.store(row, a3, 48);
}

/** Two columns. */
function rotatePair(rows: usize, bytes: usize, count: u32, rotations: usize): void {
  let row = rows;
  let a = v128.load(row);
  const end = rotations + ((<usize>count) << 4);
  for (let at = rotations; at < end; at += 16) {
    const cosine = v128.load64_splat(at);
    const sine = v128.load64_splat(at, 8);
    const b = v128.load(row + bytes);
    v128.store(row, f64x2.add(f64x2.mul(cosine, a), f64x2.mul(sine, b)));
    a = f64x2.sub(f64x2.mul(cosine, b), f64x2.mul(sine, a));
    row += bytes;
  }
  v128.store(row, a);
}
