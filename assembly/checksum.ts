// XXH64, the 64-bit hash by Yann Collet (specification: "xxHash fast digest algorithm", section XXH64), over pieces.
//
//   state: +0 +8 +16 +24  u64  four lanes     +32 u64 bytes taken     +40 u64 seed
//
// Four 64-bit lanes take 32 bytes a round; the tail is folded in 8, 4 and 1 bytes at a time. Cost: about 4 bytes a cycle.

export const PRIME1: u64 = 0x9e3779b185ebca87;
const PRIME2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME3: u64 = 0x165667b19e3779f9;
export const PRIME4: u64 = 0x85ebca77c2b2ae63;
export const PRIME5: u64 = 0x27d4eb2f165667c5;

export function round(lane: u64, input: u64): u64 {
  return rotl(lane + input * PRIME2, 31) * PRIME1;
}

function mergeLane(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * PRIME1 + PRIME4;
}

/** Starts a hash in the 48 bytes at `state`. */
export function startHash(state: usize, seed: u64): void {
  store<u64>(state, seed + PRIME1 + PRIME2);
  store<u64>(state, seed + PRIME2, 8);
  store<u64>(state, seed, 16);
  store<u64>(state, seed - PRIME1, 24);
  store<u64>(state, 0, 32);
  store<u64>(state, seed, 40);
}

/** Takes `bytes` bytes, a multiple of 32. */
export function updateHash(state: usize, from: usize, bytes: usize): void {
  let a = load<u64>(state);
  let b = load<u64>(state, 8);
  let c = load<u64>(state, 16);
  let d = load<u64>(state, 24);
  const end = from + bytes;
  for (let at = from; at < end; at += 32) {
    a = round(a, load<u64>(at));
    b = round(b, load<u64>(at, 8));
    c = round(c, load<u64>(at, 16));
    d = round(d, load<u64>(at, 24));
  }
  store<u64>(state, a);
  store<u64>(state, b, 8);
  store<u64>(state, c, 16);
  store<u64>(state, d, 24);
  store<u64>(state, load<u64>(state, 32) + <u64>bytes, 32);
}

/** Takes the last `bytes` bytes, any number; returns the hash. */
export function finishHash(state: usize, from: usize, bytes: usize): u64 {
  const whole = bytes & ~31;
  updateHash(state, from, whole);
  const end = from + bytes;
  const total = load<u64>(state, 32) + <u64>(bytes & 31);
  let hash = load<u64>(state, 40) + PRIME5;
  if (total >= 32) {
    const a = load<u64>(state);
    const b = load<u64>(state, 8);
    const c = load<u64>(state, 16);
    const d = load<u64>(state, 24);
    hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = mergeLane(mergeLane(mergeLane(mergeLane(hash, a), b), c), d);
  }
  return foldTail(hash + total, from + whole, end);
}

/** Folds in the last bytes, fewer than 32, and mixes. */
export function foldTail(start: u64, from: usize, end: usize): u64 {
  let hash = start;
  let at = from;
  for (; at + 8 <= end; at += 8) hash = rotl(hash ^ round(0, load<u64>(at)), 27) * PRIME1 + PRIME4;
  for (; at + 4 <= end; at += 4) hash = rotl(hash ^ (<u64>load<u32>(at) * PRIME1), 23) * PRIME2 + PRIME3;
  for (; at < end; at++) hash = rotl(hash ^ (<u64>load<u8>(at) * PRIME5), 11) * PRIME1;
  return avalanche(hash);
}

export function avalanche(hash: u64): u64 {
  const twice = (hash ^ (hash >> 33)) * PRIME2;
  const thrice = (twice ^ (twice >> 29)) * PRIME3;
  return thrice ^ (thrice >> 32);
}
