// SpaceSaving: the keys that occur most often, each with a count that is never too low and an error that it may be too high by.
//
//   state   u32 capacity   +4 u32 size   +8 u32 mask: places of the table - 1, a power of two of at least twice the capacity
//   +64     entries: capacity x { u64 hash, f64 error, u32 place in the heap, 4 bytes unused }
//           heap:    capacity x { f64 count, u32 entry, 4 bytes unused }   the parent of place p, (p - 1) / 2, counts no more
//           table:   u32 x (mask + 1)   entry + 1, or 0; a hash is sought from place hash & mask on
//
// A key that is met again moves down the heap, where most have nothing below them; one that is new takes over the entry of
// the least count, on top. Cost: O(1) in the common case, O(log capacity) at most.
// Source: Metwally, Agrawal and El Abbadi, "Efficient computation of frequent and top-k elements in data streams" (ICDT 2005).

const HEAD_BYTES: usize = 64;
const ENTRY_BYTES: usize = 24;
const NODE_BYTES: usize = 16;

/**
 * Adds to each of `count` hashes its own count, u32 each. Returns how many took an entry over: their positions among the
 * hashes and their entries, u32 each, in this order, overwrite the hashes from the first on.
 */
export function addFrequent(state: usize, hashes: usize, count: u32, counts: usize): u32 {
  let taken = hashes;
  for (let i: u32 = 0; i < count; i++) {
    const added = load<u32>(counts + ((<usize>i) << 2));
    if (added === 0) continue;
    const hash = load<u64>(hashes + ((<usize>i) << 3));
    const entry = load<u32>(seek(state, hash));
    if (entry !== 0) raise(state, load<u32>(entryOf(state, entry - 1), 16), <f64>added);
    else {
      const own = isFull(state) ? takeOver(state, hash, <f64>added) : append(state, hash, <f64>added);
      store<u32>(taken, i);
      store<u32>(taken, own, 4);
      taken += 8;
    }
  }
  return <u32>((taken - hashes) >> 3);
}

/** The entry of a hash, or -1. */
export function findFrequent(state: usize, hash: u64): i32 {
  return <i32>load<u32>(seek(state, hash)) - 1;
}

/**
 * Enters `size` entries into the empty table: hashes and errors stand in the entries, counts and entries in the heap, a heap
 * already. Returns false where two have the same hash.
 */
export function enterFrequent(state: usize, size: u32): bool {
  store<u32>(state, size, 4);
  for (let place: u32 = 0; place < size; place++) {
    const own = load<u32>(nodeOf(state, place), 8);
    const slot = seek(state, load<u64>(entryOf(state, own)));
    if (load<u32>(slot) !== 0) return false;
    store<u32>(slot, own + 1);
    store<u32>(entryOf(state, own), place, 16);
  }
  return true;
}

function append(state: usize, hash: u64, added: f64): u32 {
  const own = load<u32>(state, 4);
  store<u32>(state, own + 1, 4);
  enter(state, own, hash, 0);
  siftUp(state, own, added, own);
  return own;
}

function takeOver(state: usize, hash: u64, added: f64): u32 {
  const top = nodeOf(state, 0);
  const own = load<u32>(top, 8);
  remove(state, load<u64>(entryOf(state, own)));
  enter(state, own, hash, load<f64>(top));
  raise(state, 0, added);
  return own;
}

function enter(state: usize, own: u32, hash: u64, error: f64): void {
  store<u32>(seek(state, hash), own + 1);
  const entry = entryOf(state, own);
  store<u64>(entry, hash);
  store<f64>(entry, error, 8);
}

/** Adds to the count at a place and moves it down past all that count less. */
function raise(state: usize, from: u32, added: f64): void {
  const count = load<f64>(nodeOf(state, from)) + added;
  const own = load<u32>(nodeOf(state, from), 8);
  const size = load<u32>(state, 4);
  let place = from;
  for (let child: u32 = 2 * place + 1; child < size; child = 2 * place + 1) {
    if (child + 1 < size && countAt(state, child + 1) < countAt(state, child)) child++;
    if (countAt(state, child) >= count) break;
    put(state, place, countAt(state, child), load<u32>(nodeOf(state, child), 8));
    place = child;
  }
  put(state, place, count, own);
}

function siftUp(state: usize, from: u32, count: f64, own: u32): void {
  let place = from;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (countAt(state, parent) <= count) break;
    put(state, place, countAt(state, parent), load<u32>(nodeOf(state, parent), 8));
    place = parent;
  }
  put(state, place, count, own);
}

function put(state: usize, place: u32, count: f64, own: u32): void {
  const node = nodeOf(state, place);
  store<f64>(node, count);
  store<u32>(node, own, 8);
  store<u32>(entryOf(state, own), place, 16);
}

/** Where the table holds a hash, or would. */
function seek(state: usize, hash: u64): usize {
  const table = tableOf(state);
  const mask = load<u32>(state, 8);
  let at = <u32>hash & mask;
  let slot = table + ((<usize>at) << 2);
  for (let entry = load<u32>(slot); entry !== 0; entry = load<u32>(slot)) {
    if (load<u64>(entryOf(state, entry - 1)) === hash) break;
    at = (at + 1) & mask;
    slot = table + ((<usize>at) << 2);
  }
  return slot;
}

/** Takes a hash out of the table; those behind it move up, so that none is sought across a gap. */
function remove(state: usize, hash: u64): void {
  const table = tableOf(state);
  const mask = load<u32>(state, 8);
  let gap = <u32>((seek(state, hash) - table) >> 2);
  for (let at = (gap + 1) & mask; ; at = (at + 1) & mask) {
    const entry = load<u32>(table + ((<usize>at) << 2));
    if (entry === 0) break;
    const home = <u32>load<u64>(entryOf(state, entry - 1));
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    store<u32>(table + ((<usize>gap) << 2), entry);
    gap = at;
  }
  store<u32>(table + ((<usize>gap) << 2), 0);
}

function isFull(state: usize): bool {
  return load<u32>(state) === load<u32>(state, 4);
}

function countAt(state: usize, place: u32): f64 {
  return load<f64>(nodeOf(state, place));
}

function entryOf(state: usize, own: u32): usize {
  return state + HEAD_BYTES + <usize>own * ENTRY_BYTES;
}

function nodeOf(state: usize, place: u32): usize {
  return state + HEAD_BYTES + <usize>load<u32>(state) * ENTRY_BYTES + <usize>place * NODE_BYTES;
}

function tableOf(state: usize): usize {
  return state + HEAD_BYTES + <usize>load<u32>(state) * (ENTRY_BYTES + NODE_BYTES);
}
