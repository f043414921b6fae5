// A seeded order of ratings: Fisher and Yates' shuffle, drawn by xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear
// pseudorandom number generators", 2021), as src/host/random.ts is.
//
//   entries   12 bytes each, in any order
//   state     4 x u32, which goes on from call to call
//
// Cost: some 10 ns an entry, most of it the way to a random one.

/** Swaps each entry from `from` down to `to` with one at or before it; all of them, the last first, are a shuffle. */
export function shuffle(entries: usize, from: u32, to: u32, state: usize): void {
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  for (let i = from; i > to; i--) {
    const drawn = rotl<u32>(b * 5, 7) * 9;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotl<u32>(d, 11);
    // The upper half of the product: a place in 0..i, off by less than i / 2^32 from equally likely (Lemire, 2019, without
    // his rejection, which an order of ratings does not need).
    const other = <u32>((<u64>drawn * (<u64>i + 1)) >> 32);
    swap(entries + 12 * <usize>i, entries + 12 * <usize>other);
  }
  store<u32>(state, a);
  store<u32>(state, b, 4);
  store<u32>(state, c, 8);
  store<u32>(state, d, 12);
}

function swap(a: usize, b: usize): void {
  const pair = load<u64>(a);
  const rating = load<u32>(a, 8);
  store<u64>(a, load<u64>(b));
  store<u32>(a, load<u32>(b, 8), 8);
  store<u64>(b, pair);
  store<u32>(b, rating, 8);
}
