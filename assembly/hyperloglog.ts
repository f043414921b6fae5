// HyperLogLog: how many distinct keys there were, from the longest run of zeros that their hashes began with.
//
//   registers: u8 x 2^p     the first p bits of a hash choose one, which keeps the largest rank it met:
//
//   hash   | p bits: register | 64 - p bits: rank = leading zeros + 1, at most 64 - p + 1 |
//
// Cost: a load, a comparison and a store a key beside its hash; a union is a maximum of bytes, 16 at a time.
// Source: Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog" (AofA 2007); 64 bits as in Heule, Nunkesser and Hall (EDBT 2013).

/** Counts `count` hashes in. */
export function addDistinct(registers: usize, precision: u32, hashes: usize, count: u32): void {
  const shift = 64 - <u64>precision;
  // So that a hash of zeros ends somewhere.
  const last = (<u64>1) << (precision - 1);
  const end = hashes + ((<usize>count) << 3);
  for (let at = hashes; at < end; at += 8) {
    const hash = load<u64>(at);
    const register = registers + <usize>(hash >> shift);
    const rank = <u32>clz((hash << precision) | last) + 1;
    if (rank > load<u8>(register)) store<u8>(register, rank);
  }
}

/** The union: of each register the larger. `bytes` is a multiple of 16. */
export function uniteDistinct(registers: usize, others: usize, bytes: u32): void {
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(registers + at, i8x16.max_u(v128.load(registers + at), v128.load(others + at)));
}

/** How many registers hold each rank, u32 x 64 from `counts` on, which is zeroed first; returns the largest rank. */
export function countRanks(registers: usize, size: u32, counts: usize): u32 {
  memory.fill(counts, 0, 256);
  let largest: u32 = 0;
  for (let at: usize = 0; at < size; at++) {
    const rank = <u32>load<u8>(registers + at);
    if (rank > largest) largest = rank;
    if (rank < 64) {
      const place = counts + ((<usize>rank) << 2);
      store<u32>(place, load<u32>(place) + 1);
    }
  }
  return largest;
}
