// Nearest centroids of sub-vectors, where dimensions are few (2..16) and centroids 16 or 256: a lane is a centroid.
//
//   codebook, one behind the other for each sub-vector, `width` dimensions and `centroids` centroids
//   f32 width x centroids   value of dimension i of centroid c at (i * centroids + c)
//   f32 centroids           minus half the squared norm of the centroid
//
// |x - c|^2 = |x|^2 - 2 (<x, c> - |c|^2 / 2), so the nearest centroid has the largest <x, c> - |c|^2 / 2. The products are
// added in the order of the dimensions; equal values go to the lower centroid: the same codes in every tier.
//
// Cost: (2 width + 4) / 4 instructions a centroid. Source: Jegou et al., "Product quantization for nearest neighbor
// search" (2011).

/** Bytes of the codebook of one sub-vector. */
export function codebookBytes(width: u32, centroids: u32): u32 {
  return ((width + 1) * centroids) << 2;
}

/** The centroid of a codebook that is nearest to the `width` values at `vector`. */
export function nearestCentroid(vector: usize, codebook: usize, width: u32, centroids: u32): u32 {
  const row = centroids << 2;
  const end = vector + (width << 2);
  const offsets = codebook + width * row;
  let best = f32x4.splat(-Infinity);
  let bestLanes = i32x4.splat(0);
  for (let at: u32 = 0; at < row; at += 16) {
    let value = v128.load(offsets + at);
    let column = codebook + at;
    for (let from = vector; from < end; from += 4, column += row) {
      value = f32x4.add(value, f32x4.mul(v128.load_splat<u32>(from), v128.load(column)));
    }
    const isBetter = f32x4.gt(value, best);
    best = f32x4.pmax(best, value);
    bestLanes = v128.bitselect(i32x4.splat(<i32>(at >> 2)), bestLanes, isBetter);
  }
  return lowestBest(best, bestLanes);
}

/** Of four lanes' values and the multiples of four where they stood, the place of the largest; the lowest of equals. */
function lowestBest(values: v128, lanes: v128): u32 {
  const a = f32x4.extract_lane(values, 0);
  const b = f32x4.extract_lane(values, 1);
  const c = f32x4.extract_lane(values, 2);
  const d = f32x4.extract_lane(values, 3);
  const largest = max(max(a, b), max(c, d));
  let place: i32 = i32.MAX_VALUE;
  if (a === largest) place = i32x4.extract_lane(lanes, 0);
  if (b === largest) place = min(place, i32x4.extract_lane(lanes, 1) + 1);
  if (c === largest) place = min(place, i32x4.extract_lane(lanes, 2) + 2);
  if (d === largest) place = min(place, i32x4.extract_lane(lanes, 3) + 3);
  return <u32>place;
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
