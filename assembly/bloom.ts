// Split-block Bloom filter: whether a key was added, from as many bits of one cache line as there are sectors in it.
//
//   block:   64 bytes, of which the top 32 bits of a hash choose one
//   sector:  the bytes of a block whose place is the same modulo the number of sectors, 2, 4, 8 or 16; a key sets a bit in each
//
//            byte  0   1   2   3   4   5   6   7 | 8 ...
//   8 sectors      s0  s1  s2  s3  s4  s5  s6  s7 | s0 ...     8 rows of 8 bytes: a field of 3 + 3 bits names the bit
//   16 sectors     4 rows of 16 bytes, 3 + 2 bits;    4: 16 rows, 3 + 4 bits;    2: 32 rows, 3 + 5 bits
//
//   field:   a byte of the mixed hash a sector: | row | bit, 3 bits |
//
// So that no lane is shifted by itself, which SIMD128 cannot: a swizzle makes the bits of all sectors at once, a comparison
// with the number of its row keeps each in its byte. 1.7x the shifts of eight 64-bit words, which V8 does not do by BMI2, and
// 2.4x the masks from exponents of float32.
// Cost: some 35 instructions a key and one cache line, several of which the CPU has under way at a time.
// Source: Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (WEA 2007), blocked filters; sectors as
// in the split-block filter of Apache Parquet.

const MIX1: u64 = 0x9e3779b97f4a7c15;
const MIX2: u64 = 0xc2b2ae3d27d4eb4f;
const BYTES: u64 = 0x0101010101010101;
/** What the kernels take for their constants. */
const ROWS: usize = 16;
const ROW: usize = 80;
const FIELDS: usize = 96;
const LOW: usize = 112;

/** Sets the bits of `count` hashes. `scratch`: 128 bytes. */
export function addBloom(
  blocks: usize,
  size: u32,
  sectors: u32,
  hashes: usize,
  count: u32,
  scratch: usize,
): void {
  layConstants(scratch, sectors);
  const powers = v128.load(scratch);
  const low = v128.load(scratch, LOW);
  const rows = v128.load(scratch, ROW);
  const fields = v128.load(scratch, FIELDS);
  const row0 = v128.load(scratch, ROWS);
  const row1 = v128.load(scratch, ROWS + 16);
  const row2 = v128.load(scratch, ROWS + 32);
  const row3 = v128.load(scratch, ROWS + 48);
  const end = hashes + ((<usize>count) << 3);
  for (let at = hashes; at < end; at += 8) {
    const hash = load<u64>(at);
    const block = blockOf(blocks, size, hash);
    const field = fieldsOf(hash, sectors, fields);
    const bit = i8x16.swizzle(powers, v128.and(field, low));
    const row = v128.and(field, rows);
    v128.store(block, v128.or(v128.load(block), v128.and(i8x16.eq(row, row0), bit)));
    v128.store(block, v128.or(v128.load(block, 16), v128.and(i8x16.eq(row, row1), bit)), 16);
    v128.store(block, v128.or(v128.load(block, 32), v128.and(i8x16.eq(row, row2), bit)), 32);
    v128.store(block, v128.or(v128.load(block, 48), v128.and(i8x16.eq(row, row3), bit)), 48);
  }
}

/** Whether all bits of each of `count` hashes are set: u8 each, 0 or 1, from `out` on. `scratch`: 128 bytes. */
export function hasBloom(
  blocks: usize,
  size: u32,
  sectors: u32,
  hashes: usize,
  count: u32,
  scratch: usize,
  out: usize,
): void {
  layConstants(scratch, sectors);
  const powers = v128.load(scratch);
  const low = v128.load(scratch, LOW);
  const rows = v128.load(scratch, ROW);
  const fields = v128.load(scratch, FIELDS);
  const row0 = v128.load(scratch, ROWS);
  const row1 = v128.load(scratch, ROWS + 16);
  const row2 = v128.load(scratch, ROWS + 32);
  const row3 = v128.load(scratch, ROWS + 48);
  for (let i: usize = 0; i < count; i++) {
    const hash = load<u64>(hashes + (i << 3));
    const block = blockOf(blocks, size, hash);
    const field = fieldsOf(hash, sectors, fields);
    const bit = i8x16.swizzle(powers, v128.and(field, low));
    const row = v128.and(field, rows);
    const missing0 = v128.andnot(v128.and(i8x16.eq(row, row0), bit), v128.load(block));
    const missing1 = v128.andnot(v128.and(i8x16.eq(row, row1), bit), v128.load(block, 16));
    const missing2 = v128.andnot(v128.and(i8x16.eq(row, row2), bit), v128.load(block, 32));
    const missing3 = v128.andnot(v128.and(i8x16.eq(row, row3), bit), v128.load(block, 48));
    const missing = v128.or(v128.or(missing0, missing1), v128.or(missing2, missing3));
    store<u8>(out + i, !v128.any_true(missing));
  }
}

/** The union of `size` blocks with others. */
export function uniteBloom(blocks: usize, others: usize, size: u32): void {
  const end = (<usize>size) << 6;
  for (let at: usize = 0; at < end; at += 16)
    v128.store(blocks + at, v128.or(v128.load(blocks + at), v128.load(others + at)));
}

/**
 * How many bits are set, f64 at `out`; returns the sum over the blocks of the product of the shares of their sectors that are
 * set: the probability that a key that was never added finds all its bits. `scratch`: 16 bytes.
 */
export function weighBloom(blocks: usize, size: u32, sectors: u32, scratch: usize, out: usize): f64 {
  const share = <f64>sectors / 512;
  let total: f64 = 0;
  let set: u64 = 0;
  const end = blocks + ((<usize>size) << 6);
  for (let block = blocks; block < end; block += 64) {
    const half0 = i8x16.add(i8x16.popcnt(v128.load(block)), i8x16.popcnt(v128.load(block, 16)));
    const half1 = i8x16.add(i8x16.popcnt(v128.load(block, 32)), i8x16.popcnt(v128.load(block, 48)));
    v128.store(scratch, i8x16.add(half0, half1));
    let product: f64 = 1;
    for (let sector: usize = 0; sector < sectors; sector++) {
      let bits: u32 = 0;
      for (let lane = sector; lane < 16; lane += sectors) bits += load<u8>(scratch + lane);
      set += bits;
      product *= <f64>bits * share;
    }
    total += product;
  }
  store<f64>(out, <f64>set);
  return total;
}

function blockOf(blocks: usize, size: u32, hash: u64): usize {
  return blocks + ((<usize>(((hash >> 32) * <u64>size) >> 32)) << 6);
}

/** A byte a lane, the same in every lane of a sector. Eight, the most frequent number of them, lie right as they are. */
function fieldsOf(hash: u64, sectors: u32, fields: v128): v128 {
  const first = mix(hash * MIX1);
  if (sectors === 8) return i64x2.splat(first);
  return i8x16.swizzle(i64x2.replace_lane(i64x2.splat(first), 1, mix(first * MIX2)), fields);
}

/** The upper half of a product depends on all bits of its factor; the lower half gets some of it. */
function mix(product: u64): u64 {
  return product ^ (product >> 32);
}

/** In memory, from where they are loaded into registers once: V8 builds a constant vector anew at each use. */
function layConstants(scratch: usize, sectors: u32): void {
  v128.store(scratch, i64x2.splat(0x8040201008040201));
  for (let place: usize = 0; place < 64; place++)
    store<u8>(scratch + ROWS + place, <u8>((place / sectors) << 3));
  store<u64>(scratch, BYTES * <u64>((64 / sectors - 1) << 3), ROW);
  store<u64>(scratch, BYTES * <u64>((64 / sectors - 1) << 3), ROW + 8);
  for (let lane: usize = 0; lane < 16; lane++) store<u8>(scratch + FIELDS + lane, <u8>(lane % sectors));
  store<u64>(scratch, BYTES * 7, LOW);
  store<u64>(scratch, BYTES * 7, LOW + 8);
}
