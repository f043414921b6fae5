// A random rotation: it spreads what a vector holds evenly over its dimensions, so that the signs of the rotated
// dimensions say equally much each.
//
// Four rounds, each of: random signs; a Walsh-Hadamard transform of the first (or, every other round, the last) `window`
// dimensions, the largest power of two that fits; and, where the window is not everything, one butterfly between the two
// halves. Every step is orthogonal but for rounding. The transform takes the same step log2(window) times: sums and
// differences of the two halves, interleaved (Pease's constant geometry), so no step works within a lane.
//
//   factors   f32 4 x dimensions   the signs of a round, times what makes that round's sums orthonormal
//
// Cost: O(dimensions log dimensions), no multiplication but by the factors. Source: Ailon and Chazelle, "The fast
// Johnson-Lindenstrauss transform" (2009), and the fast rotation of RaBitQ (arXiv 2405.12497).

/** Rounds after which a one-hot vector is spread over all dimensions as evenly as a random one. */
const ROUNDS: u32 = 4;

/**
 * Rotates a vector in place. `dimensions` is a multiple of 8, `window` the largest power of two within it; `scratch`
 * holds a window.
 */
export function rotate(vector: usize, factors: usize, dimensions: u32, window: u32, scratch: usize): void {
  const bytes = dimensions << 2;
  for (let round: u32 = 0, signs = factors; round < ROUNDS; round++, signs += bytes) {
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(vector + at, f32x4.mul(v128.load(vector + at), v128.load(signs + at)));
    }
    const skipped: u32 = round & 1 ? dimensions - window : 0;
    transform(vector + (skipped << 2), window << 2, scratch);
    if (window !== dimensions) combineHalves(vector, bytes >> 1);
  }
}

/** The Walsh-Hadamard transform of `bytes` bytes of values, its outputs in some order. */
function transform(values: usize, bytes: usize, scratch: usize): void {
  const half = bytes >> 1;
  let from = values;
  let to = scratch;
  for (let width = bytes; width > 4; width >>= 1) {
    for (let at: usize = 0; at < half; at += 16) {
      const a = v128.load(from + at);
      const b = v128.load(from + half + at);
      const sum = f32x4.add(a, b);
      const difference = f32x4.sub(a, b);
      v128.store(to + 2 * at, i32x4.shuffle(sum, difference, 0, 4, 1, 5));
      v128.store(to + 2 * at, i32x4.shuffle(sum, difference, 2, 6, 3, 7), 16);
    }
    const next = from;
    from = to;
    to = next;
  }
  if (from !== values) memory.copy(values, from, bytes);
}

/** Replaces both halves by their sum and their difference. */
function combineHalves(vector: usize, half: usize): void {
  for (let at = vector; at < vector + half; at += 16) {
    const a = v128.load(at);
    const b = v128.load(at + half);
    v128.store(at, f32x4.add(a, b));
    v128.store(at + half, f32x4.sub(a, b));
  }
}
