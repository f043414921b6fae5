// DDSketch: how many values fell into each of many buckets, which are so narrow that any value of a bucket stands for all.
//
//   |x| = 2^e (1 + s)           index = e n + floor(n P(s)),    P(s) = ((6/35 s - 3/5) s + 10/7) s
//
// n buckets an octave. P is Datadog's cubic in place of log2(1 + s): P(0) = 0, P(1) = 1, and with u = e + P(s)
//
//   du / d ln|x| = (1 + s) P'(s) = (18 s^3 - 24 s^2 + 8 s + 50) / 35,
//
// whose derivative, (54 s^2 - 48 s + 8) / 35, is 0 at s = 2/9 (the value is 1.451) and at s = 2/3 (10/7); at s = 0 it is 10/7 and
// at s = 1 52/35. So it is at least 10/7, and a bucket, 1/n of u, is at most 7/(10 n) of ln|x| wide. A value in the middle is
// within alpha of all where (1 + alpha)/(1 - alpha) covers the bucket: ln of that is 2 (alpha + alpha^3/3 + ...) > 2 alpha, so
// n >= 0.35 / alpha suffices. What rounding shifts, 2^-50 of an octave, is less than the alpha^3/3 that is left over.
// n is an integer, so that octaves are alike and no logarithm is needed anywhere.
//
// Values below 2^-1022, the subnormal ones, have no index: they count as 0.
//
// Cost: some 15 instructions for two values, and an addition to memory for each.
// Sources: Masson, Rim and Lee, "DDSketch" (VLDB 2019, arXiv 1908.10693); the cubic: DataDog/sketches-java.

/** The index of a magnitude, at least 2^-1022; a value lies in the same bucket as its negative. */
export function bucketOf(magnitude: f64, perOctave: f64): i32 {
  const bits = reinterpret<u64>(magnitude);
  const s = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000) - 1;
  const part = (((6.0 / 35.0) * s - 0.6) * s + 10.0 / 7.0) * s;
  return (<i32>((bits >> 52) & 2047) - 1023) * <i32>perOctave + <i32>(part * perOctave);
}

/** The least magnitude of a bucket, found by halving its octave: what `bucketOf` finds there, to the last bit. */
export function bucketStart(index: i32, perOctave: f64): f64 {
  const exponent = octaveOf(index, perOctave);
  let low = (<u64>(1023 + exponent)) << 52;
  let high = (<u64>(1024 + exponent)) << 52;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bucketOf(reinterpret<f64>(middle), perOctave) < index) low = middle + 1;
    else high = middle;
  }
  return reinterpret<f64>(low);
}

/** The magnitude that stands for those of a bucket: as far, relatively, from its start as from its end. */
export function bucketValue(index: i32, perOctave: f64): f64 {
  const exponent = octaveOf(index, perOctave);
  // In the first octave, 1..2, where nothing overflows.
  const within = index - exponent * <i32>perOctave;
  const start = bucketStart(within, perOctave);
  const end = bucketStart(within + 1, perOctave);
  return ((2 * start * end) / (start + end)) * reinterpret<f64>((<u64>(1023 + exponent)) << 52);
}

function octaveOf(index: i32, perOctave: f64): i32 {
  return <i32>floor(<f64>index / perOctave);
}

/**
 * Counts values of at least 2^-1022 in, f64 each at their index from `buckets` on, which is the place of index 0, whether there is
 * one or not. What lies below the bucket `lowest` counts there. `scratch`: 128 bytes.
 *
 * The index is an integer that f64 holds: with 1.5 * 2^52 added, it stands in the low bits. A third of the time of
 * `countValues`, which tells signs and zeros apart.
 */
export function countPositive(
  values: usize,
  count: u32,
  perOctave: f64,
  buckets: usize,
  lowest: i32,
  scratch: usize,
): void {
  layConstants(scratch);
  v128.store(scratch, i64x2.splat(0x4330000000000000), 80);
  v128.store(scratch, f64x2.splat(4503599627370496.0 + 1023.0), 96);
  v128.store(scratch, f64x2.splat(6755399441055744.0), 112);
  const mantissa = v128.load(scratch);
  const one = v128.load(scratch, 16);
  const c3 = v128.load(scratch, 32);
  const c2 = v128.load(scratch, 48);
  const c1 = v128.load(scratch, 64);
  const exponentBits = v128.load(scratch, 80);
  const bias = v128.load(scratch, 96);
  const integer = v128.load(scratch, 112);
  const each = f64x2.splat(perOctave);
  const least = f64x2.splat(<f64>lowest);
  const end = values + ((<usize>(count & ~1)) << 3);
  for (let at = values; at < end; at += 16) {
    const bits = v128.load(at);
    const s = f64x2.sub(v128.or(v128.and(bits, mantissa), one), one);
    const part = f64x2.mul(f64x2.add(f64x2.mul(f64x2.sub(f64x2.mul(c3, s), c2), s), c1), s);
    const within = f64x2.floor(f64x2.mul(part, each));
    const octave = f64x2.sub(v128.or(i64x2.shr_u(bits, 52), exponentBits), bias);
    const index = f64x2.pmax(f64x2.add(f64x2.mul(octave, each), within), least);
    const low = f64x2.add(index, integer);
    raise(buckets, i32x4.extract_lane(low, 0));
    raise(buckets, i32x4.extract_lane(low, 2));
  }
  if (count & 1) {
    const index = bucketOf(load<f64>(end), perOctave);
    raise(buckets, index < lowest ? lowest : index);
  }
}

function raise(buckets: usize, index: i32): void {
  const bucket = buckets + ((<usize>index) << 3);
  store<f64>(bucket, load<f64>(bucket) + 1);
}

/** In memory, from where they are loaded into registers once: V8 builds a constant vector anew at each use. */
function layConstants(scratch: usize): void {
  v128.store(scratch, i64x2.splat(0x000fffffffffffff));
  v128.store(scratch, f64x2.splat(1), 16);
  v128.store(scratch, f64x2.splat(6.0 / 35.0), 32);
  v128.store(scratch, f64x2.splat(0.6), 48);
  v128.store(scratch, f64x2.splat(10.0 / 7.0), 64);
}

/**
 * Counts finite values in: positive ones by index from `positive` on, negative ones from `negative` on, f64 each, to both of
 * which the place of index 0 is given, whether there is one or not. What lies below the lowest bucket counts there. Returns how
 * many count as 0. One place behind the values must be writable. `scratch`: 80 bytes.
 */
export function countValues(
  values: usize,
  count: u32,
  perOctave: f64,
  positive: usize,
  lowestPositive: i32,
  negative: usize,
  lowestNegative: i32,
  scratch: usize,
): u32 {
  layConstants(scratch);
  const mantissa = v128.load(scratch);
  const one = v128.load(scratch, 16);
  const c3 = v128.load(scratch, 32);
  const c2 = v128.load(scratch, 48);
  const c1 = v128.load(scratch, 64);
  const each = f64x2.splat(perOctave);
  const n = <i32>perOctave;
  let zeros: u32 = 0;
  const end = values + ((<usize>count) << 3);
  // Behind an odd one out: 0, which is not counted.
  store<f64>(end, 0);
  for (let at = values; at < end; at += 16) {
    const bits = v128.load(at);
    const s = f64x2.sub(v128.or(v128.and(bits, mantissa), one), one);
    const part = f64x2.mul(f64x2.add(f64x2.mul(f64x2.sub(f64x2.mul(c3, s), c2), s), c1), s);
    const within = i32x4.trunc_sat_f64x2_s_zero(f64x2.mul(part, each));
    for (let lane: usize = 0; lane < 2; lane++) {
      const value = load<u64>(at + (lane << 3));
      const exponent = <i32>((value >> 52) & 2047);
      if (exponent === 0) {
        zeros++;
        continue;
      }
      const isNegative = <i64>value < 0;
      const found =
        (exponent - 1023) * n + (lane ? i32x4.extract_lane(within, 1) : i32x4.extract_lane(within, 0));
      const lowest = isNegative ? lowestNegative : lowestPositive;
      const index = found < lowest ? lowest : found;
      raise(isNegative ? negative : positive, index);
    }
  }
  return zeros - (count & 1);
}
