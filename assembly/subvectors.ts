// Nearest centroids of sub-vectors, where dimensions are few (2..16) and centroids 16 or 256: a lane is a centroid.
//
//   codebook, one behind the other for each sub-vector, `width` dimensions and `centroids` centroids
//   f32 width x centroids   value of dimension i of centroid c at (i * centroids + c)
//   f32 centroids           minus half the squared norm of the centroid
//
// |x - c|^2 = |x|^2 - 2 (<x, c> - |c|^2 / 2), so the nearest centroid has the largest <x, c> - |c|^2 / 2. The products are
// added in the order of the dimensions; equal values go to the lower centroid: the same codes in every tier.
//
// Cost: some (3 width + 6) / 4 instructions a centroid. Source: Jegou et al., "Product quantization for nearest neighbor
// search" (2011).

/** Bytes of the codebook of one sub-vector. */
export function codebookBytes(width: u32, centroids: u32): u32 {
  return ((width + 1) * centroids) << 2;
}

/** The centroid of a codebook that is nearest to the `width` values at `vector`. `centroids` is a multiple of 16. */
export function nearestCentroid(vector: usize, codebook: usize, width: u32, centroids: u32): u32 {
  const row = centroids << 2;
  const end = vector + (width << 2);
  const offsets = codebook + width * row;
  let largest: f32 = -Infinity;
  let nearest: u32 = 0;
  for (let at: u32 = 0; at < row; at += 64) {
    let a = v128.load(offsets + at);
    let b = v128.load(offsets + at, 16);
    let c = v128.load(offsets + at, 32);
    let d = v128.load(offsets + at, 48);
    for (let from = vector, column = codebook + at; from < end; from += 4, column += row) {
      const value = v128.load_splat<u32>(from);
      a = f32x4.add(a, f32x4.mul(value, v128.load(column)));
      b = f32x4.add(b, f32x4.mul(value, v128.load(column, 16)));
      c = f32x4.add(c, f32x4.mul(value, v128.load(column, 32)));
      d = f32x4.add(d, f32x4.mul(value, v128.load(column, 48)));
    }
    const four = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
    const two = f32x4.pmax(four, i32x4.shuffle(four, four, 2, 3, 0, 1));
    const one = f32x4.pmax(two, i32x4.shuffle(two, two, 1, 0, 3, 2));
    const best = f32x4.extract_lane(one, 0);
    if (!(best > largest)) continue;
    largest = best;
    // The places of the largest, a bit each: the lowest of them counts.
    const ab = i16x8.narrow_i32x4_s(f32x4.eq(a, one), f32x4.eq(b, one));
    const cd = i16x8.narrow_i32x4_s(f32x4.eq(c, one), f32x4.eq(d, one));
    nearest = (at >> 2) + ctz(i8x16.bitmask(i8x16.narrow_i16x8_s(ab, cd)));
  }
  return nearest;
}

/** Writes the codes of `rows` vectors, `stride` bytes apart: one byte a sub-vector, rows x subvectors. */
export function encodeSubvectors(
  vectors: usize,
  stride: u32,
  rows: u32,
  codebooks: usize,
  subvectors: u32,
  width: u32,
  centroids: u32,
  codes: usize,
): void {
  const bytes = codebookBytes(width, centroids);
  let code = codes;
  for (let row: u32 = 0; row < rows; row++) {
    let vector = vectors + row * stride;
    for (let i: u32 = 0; i < subvectors; i++, vector += width << 2) {
      store<u8>(code++, <u8>nearestCentroid(vector, codebooks + i * bytes, width, centroids));
    }
  }
}
