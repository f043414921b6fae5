// Near duplicates by bands of signatures: sets whose signatures agree in all rows of a band are candidates, and the share of
// all their hashes that are equal tells how alike they are.
//
//   lsh (u32 each)
//   +0   segments  ->  u32  the addresses of segments of 2^segmentBits sets
//   +4   heads     ->  u32  bands x 2^headBits: 1 + the slot of the newest set of each chain, 0 where there is none
//   +8   segmentBits
//   +12  headBits
//   +16  bytes of a set
//   +20  bytes of a signature, a multiple of 64
//   +24  bands
//   +28  bytes of a band's part of a signature
//
//   a set: | u32 id, NOBODY if it was removed | u32 mark | 8 bytes | u32 signature ... | (u32 hash, u32 next) a band |
//
// A chain leads through the sets whose hash of the band ends alike, later slots first. Hashes of 32 bits stand for the values of
// a band: once in 2^32 comparisons they are equal where the values are not, which makes a candidate more. A set is marked with
// the number of the query that has met it.
//
// Cost of a query: bands x (a hash, and the sets of a chain, about one that is none of its candidates), and a comparison of
// signatures a candidate. Memory: 16 + 4 x hashes + 12 to 16 x bands bytes a set.
// Source: Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets" (3rd edition), sections 3.3 and 3.4.

import { avalanche, round } from './checksum';
import { countEqual } from './minhash';

const NOBODY: u32 = 0xffffffff;
const HEAD: usize = 16;

/** Hashes the bands of the sets from..to, and chains them up. Band by band: the heads of one stay in the cache. */
export function linkSets(lsh: usize, from: u32, to: u32): void {
  const bands = load<u32>(lsh, 24);
  const bandBytes = load<u32>(lsh, 28);
  const links = HEAD + load<u32>(lsh, 20);
  for (let band: u32 = 0; band < bands; band++) {
    for (let slot = from; slot < to; slot++) {
      const set = setOf(lsh, slot);
      const link = set + links + (band << 3);
      const hash = hashBand(set + HEAD + band * bandBytes, bandBytes);
      const head = headOf(lsh, band, hash);
      store<u32>(link, hash);
      store<u32>(link, load<u32>(head), 4);
      store<u32>(head, slot + 1);
    }
  }
}

/**
 * The best candidates of a signature, best first, at most `most` of those not yet marked, of ids from `leastId` on and with
 * `least` equal hashes. Answers: u64 each, equal hashes x 2^32 + ~id. Returns how many there are.
 */
export function querySets(
  lsh: usize,
  signature: usize,
  leastId: u32,
  mark: u32,
  least: u32,
  most: u32,
  answers: usize,
): u32 {
  const signatureBytes = load<u32>(lsh, 20);
  const bands = load<u32>(lsh, 24);
  const bandBytes = load<u32>(lsh, 28);
  let found: u32 = 0;
  for (let band: u32 = 0; band < bands; band++) {
    const hash = hashBand(signature + band * bandBytes, bandBytes);
    let next = load<u32>(headOf(lsh, band, hash));
    while (next !== 0) {
      const set = setOf(lsh, next - 1);
      const link = set + HEAD + signatureBytes + (band << 3);
      next = load<u32>(link, 4);
      if (load<u32>(link) !== hash || load<u32>(set, 4) === mark) continue;
      store<u32>(set, mark, 4);
      const id = load<u32>(set);
      if (id === NOBODY || id < leastId) continue;
      const equal = countEqual(signature, set + HEAD, signatureBytes);
      if (equal >= least) found = offer(answers, found, most, ((<u64>equal) << 32) | <u64>~id);
    }
  }
  sortAnswers(answers, found);
  return found;
}

/** Closes the gaps that removed sets left among `slots`, and takes back all marks; returns how many sets there are. Links are lost. */
export function closeGaps(lsh: usize, slots: u32): u32 {
  let kept: u32 = 0;
  for (let slot: u32 = 0; slot < slots; slot++) {
    const from = setOf(lsh, slot);
    if (load<u32>(from) === NOBODY) continue;
    const to = setOf(lsh, kept);
    if (kept !== slot) memory.copy(to, from, HEAD + load<u32>(lsh, 20));
    store<u32>(to, 0, 4);
    kept++;
  }
  return kept;
}

function setOf(lsh: usize, slot: u32): usize {
  const segmentBits = load<u32>(lsh, 8);
  const segment = load<usize>(load<usize>(lsh) + ((<usize>(slot >> segmentBits)) << 2));
  return segment + (slot & (((<u32>1) << segmentBits) - 1)) * load<u32>(lsh, 16);
}

function headOf(lsh: usize, band: u32, hash: u32): usize {
  const headBits = load<u32>(lsh, 12);
  const head = (band << headBits) + (hash & (((<u32>1) << headBits) - 1));
  return load<usize>(lsh, 4) + ((<usize>head) << 2);
}

function hashBand(values: usize, bytes: u32): u32 {
  let hash: u64 = 0;
  for (let at: usize = 0; at < bytes; at += 4) hash = round(hash, load<u32>(values + at));
  return <u32>avalanche(hash);
}

/** Keeps the best answers in a heap whose root is the worst of them; returns how many it holds. */
function offer(heap: usize, held: u32, most: u32, answer: u64): u32 {
  if (held === most) {
    if (answer > load<u64>(heap)) siftDown(heap, held, answer);
    return held;
  }
  let at = held;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = load<u64>(heap + ((<usize>parent) << 3));
    if (above <= answer) break;
    store<u64>(heap + ((<usize>at) << 3), above);
    at = parent;
  }
  store<u64>(heap + ((<usize>at) << 3), answer);
  return held + 1;
}

/** Puts an answer in the place of the root, and lets it sink. */
function siftDown(heap: usize, held: u32, answer: u64): void {
  let at: u32 = 0;
  for (;;) {
    let child: u32 = 2 * at + 1;
    if (child >= held) break;
    let below = load<u64>(heap + ((<usize>child) << 3));
    if (child + 1 < held) {
      const other = load<u64>(heap + ((<usize>child) << 3), 8);
      if (other < below) {
        below = other;
        child++;
      }
    }
    if (below >= answer) break;
    store<u64>(heap + ((<usize>at) << 3), below);
    at = child;
  }
  store<u64>(heap + ((<usize>at) << 3), answer);
}

/** Sorts a heap, best first. */
function sortAnswers(heap: usize, found: u32): void {
  for (let held = found; held > 1; held--) {
    const place = heap + ((<usize>(held - 1)) << 3);
    const answer = load<u64>(place);
    store<u64>(place, load<u64>(heap));
    siftDown(heap, held - 1, answer);
  }
}
