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
// first is found by walking, some 2^bits / m steps, or by asking all m when it was met: some 2^(bits / 2) steps at most.
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

/** Writes the signature of bins to `out`: all EMPTY if they are. `list`: scratch of 2^(bits / 2 + 1) + 4 u32. */
export function fillBins(bins: usize, bits: u32, out: usize, list: usize): void {
  const size = (<u32>1) << bits;
  memory.copy(out, bins, (<usize>size) << 2);
  // As many as this, and walking is shorter than asking all, which goes four at a time.
  const many = (<u32>2) << (bits >> 1);
  const listed = listFilled(bins, size, list, many);
  if (listed === 0) return;
  if (listed < many) fillFromList(bins, size, out, list, listed);
  else fillByWalking(bins, size, out);
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

/** Lists the bins that are not empty, `most` at most; returns how many it listed. */
function listFilled(bins: usize, size: u32, list: usize, most: u32): u32 {
  let listed: u32 = 0;
  for (let bin: u32 = 0; bin < size && listed < most; bin++) {
    if (load<u32>(bins + ((<usize>bin) << 2)) === EMPTY) continue;
    store<u32>(list + ((<usize>listed) << 2), bin);
    listed++;
  }
  return listed;
}

function fillByWalking(bins: usize, size: u32, out: usize): void {
  const mask = size - 1;
  for (let bin: u32 = 0; bin < size; bin++) {
    const place = (<usize>bin) << 2;
    if (load<u32>(bins + place) !== EMPTY) continue;
    const order = mix(bin);
    const stride = strideOf(order);
    let from = order & mask;
    while (load<u32>(bins + ((<usize>from) << 2)) === EMPTY) from = (from + stride) & mask;
    store<u32>(out + place, load<u32>(bins + ((<usize>from) << 2)));
  }
}

/** Of each four bins at once, and when each bin of the list is met: the least of u32 | 16 bits: when | 16 bits: bin |. */
function fillFromList(bins: usize, size: u32, out: usize, list: usize, listed: u32): void {
  const mask = i32x4.splat(size - 1);
  const end = list + ((<usize>listed) << 2);
  for (let bin: u32 = 0; bin < size; bin += 4) {
    const place = (<usize>bin) << 2;
    const empty = i32x4.eq(v128.load(bins + place), i32x4.splat(EMPTY));
    if (!v128.any_true(empty)) continue;
    const origins = ordersOf(bin);
    const inverses = inversesOf(origins);
    let first = i32x4.splat(-1);
    for (let at = list; at < end; at += 4) {
      const from = v128.load_splat<u32>(at);
      const met = v128.and(i32x4.mul(i32x4.sub(from, origins), inverses), mask);
      first = i32x4.min_u(first, v128.or(i32x4.shl(met, 16), from));
    }
    v128.store(end, first);
    for (let lane: usize = 0; lane < 16; lane += 4) {
      const from = (<usize>load<u16>(end + lane)) << 2;
      if (load<u32>(out + place + lane) === EMPTY) store<u32>(out + place + lane, load<u32>(bins + from));
    }
  }
}

/** The finalizer of MurmurHash3 (Austin Appleby), which spreads every bit over all. */
function mix(bin: u32): u32 {
  const once = (bin + 1) * 0x9e3779b9;
  const twice = (once ^ (once >> 16)) * 0x85ebca6b;
  const thrice = (twice ^ (twice >> 13)) * 0xc2b2ae35;
  return thrice ^ (thrice >> 16);
}

function strideOf(order: u32): u32 {
  return (order >> 16) | 1;
}

/** `mix` of a bin and the three after it. */
function ordersOf(bin: u32): v128 {
  const bins = i32x4.add(i32x4.splat(bin + 1), i32x4(0, 1, 2, 3));
  const once = i32x4.mul(bins, i32x4.splat(0x9e3779b9));
  const twice = i32x4.mul(v128.xor(once, i32x4.shr_u(once, 16)), i32x4.splat(0x85ebca6b));
  const thrice = i32x4.mul(v128.xor(twice, i32x4.shr_u(twice, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(thrice, i32x4.shr_u(thrice, 16));
}

/** What undoes the strides modulo 2^24: by Newton, right in 3 bits, 6, 12, 24. */
function inversesOf(orders: v128): v128 {
  const strides = v128.or(i32x4.shr_u(orders, 16), i32x4.splat(1));
  let inverses = strides;
  for (let i = 0; i < 3; i++)
    inverses = i32x4.mul(inverses, i32x4.sub(i32x4.splat(2), i32x4.mul(strides, inverses)));
  return inverses;
}
