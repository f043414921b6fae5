// MinHash by one permutation: every key falls into one bin of many, and a bin keeps the least value that fell into it. Of two
// sets, the share of bins with equal values estimates their Jaccard similarity.
//
//   bins: u32 x 2^bits      EMPTY where no key fell
//
//   hash   | bits: bin | ... | low 32 bits: value, at most EMPTY - 1 |
//
// Bins of small sets stay empty. A signature is the bins with the empty ones filled from others: an empty bin asks the other bins,
// in an order of its own that is the same for every set, and takes the value of the first that is not empty. So of two sets a
// bin agrees with the probability of their similarity, whether it was filled or not. The order of a bin is
//
//   (origin + a x stride) mod 2^bits,  a = 0, 1, ...      origin and odd stride from a hash of the bin's number
//
// which meets each bin once, and tells of any bin when it is met: (bin - origin) / stride. Of m bins that are not empty, the
// first is found by walking, some 2^bits / m steps, or by asking all m when it was met: at most 2^(bits / 2) steps of either.
//
// Cost: a load, a comparison and a store a key beside its hash; 4 bins an instruction united or compared.
// Source: Li, Owen and Zhang, "One permutation hashing" (NIPS 2012); filling: Shrivastava, "Optimal densification for fast and
// accurate minwise hashing" (ICML 2017), where the order is that of a 2-universal hash.

const EMPTY: u32 = 0xffffffff;

/** Counts `count` hashes in. */
export function addMinima(bins: usize, bits: u32, hashes: usize, count: u32): void {
  const shift = 64 - <u64>bits;
  const end = hashes + ((<usize>count) << 3);
  for (let at = hashes; at < end; at += 8) {
    const hash = load<u64>(at);
    const bin = bins + ((<usize>(hash >> shift)) << 2);
    const value = min(<u32>hash, EMPTY - 1);
    if (value < load<u32>(bin)) store<u32>(bin, value);
  }
}

/** The union: of each bin the smaller. `bytes` is a multiple of 16. */
export function uniteMinima(bins: usize, others: usize, bytes: u32): void {
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(bins + at, i32x4.min_u(v128.load(bins + at), v128.load(others + at)));
}

/** Writes the signature of bins to `out`: all EMPTY if they are. `list`: scratch of 2^(bits / 2) u32. */
export function fillBins(bins: usize, bits: u32, out: usize, list: usize): void {
  const size = (<u32>1) << bits;
  // As many as this, and walking is shorter than asking all.
  const many = (<u32>1) << (bits >> 1);
  const listed = copyBins(bins, size, out, list, many);
  if (listed === 0) return;
  for (let bin: u32 = 0; bin < size; bin++) {
    const place = (<usize>bin) << 2;
    if (load<u32>(bins + place) !== EMPTY) continue;
    const order = mix(bin);
    const stride = (order >> 16) | 1;
    const from =
      listed < many
        ? firstListed(list, listed, order, stride, size - 1)
        : firstWalked(bins, order, stride, size - 1);
    store<u32>(out + place, load<u32>(bins + ((<usize>from) << 2)));
  }
}

/** How many of the u32 in `bytes` bytes, a multiple of 64, are equal. */
export function countEqual(a: usize, b: usize, bytes: u32): u32 {
  // Four sums: an addition need not wait for the one before it.
  let first = i32x4.splat(0);
  let second = i32x4.splat(0);
  let third = i32x4.splat(0);
  let fourth = i32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 64) {
    // A lane that is equal is -1.
    first = i32x4.sub(first, i32x4.eq(v128.load(a + at), v128.load(b + at)));
    second = i32x4.sub(second, i32x4.eq(v128.load(a + at, 16), v128.load(b + at, 16)));
    third = i32x4.sub(third, i32x4.eq(v128.load(a + at, 32), v128.load(b + at, 32)));
    fourth = i32x4.sub(fourth, i32x4.eq(v128.load(a + at, 48), v128.load(b + at, 48)));
  }
  const sums = i32x4.add(i32x4.add(first, second), i32x4.add(third, fourth));
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  );
}

/** Copies the bins, and lists those that are not empty, `most` at most; returns how many it listed. */
function copyBins(bins: usize, size: u32, out: usize, list: usize, most: u32): u32 {
  memory.copy(out, bins, (<usize>size) << 2);
  let listed: u32 = 0;
  for (let bin: u32 = 0; bin < size && listed < most; bin++) {
    if (load<u32>(bins + ((<usize>bin) << 2)) === EMPTY) continue;
    store<u32>(list + ((<usize>listed) << 2), bin);
    listed++;
  }
  return listed;
}

/** Of the bins of the list, the one that an order meets first. */
function firstListed(list: usize, listed: u32, origin: u32, stride: u32, mask: u32): u32 {
  // The inverse of the stride modulo 2^24, by Newton: right in 3 bits, 6, 12, 24.
  let inverse = stride;
  for (let i = 0; i < 3; i++) inverse *= 2 - stride * inverse;
  let first: u32 = 0;
  let least: u32 = 0xffffffff;
  for (let i: u32 = 0; i < listed; i++) {
    const bin = load<u32>(list + ((<usize>i) << 2));
    const met = ((bin - origin) * inverse) & mask;
    if (met < least) {
      least = met;
      first = bin;
    }
  }
  return first;
}

function firstWalked(bins: usize, origin: u32, stride: u32, mask: u32): u32 {
  let bin = origin & mask;
  while (load<u32>(bins + ((<usize>bin) << 2)) === EMPTY) bin = (bin + stride) & mask;
  return bin;
}

/** The finalizer of MurmurHash3 (Austin Appleby), which spreads every bit over all. */
function mix(bin: u32): u32 {
  const once = (bin + 1) * 0x9e3779b9;
  const twice = (once ^ (once >> 16)) * 0x85ebca6b;
  const thrice = (twice ^ (twice >> 13)) * 0xc2b2ae35;
  return thrice ^ (thrice >> 16);
}
