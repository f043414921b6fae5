import { addFrequent, enterFrequent, findFrequent } from '../space-saving';
import { guarded, isGuarded, random, seed } from './fixtures';

const CHUNK: u32 = 64;

function bytesFor(capacity: u32, places: u32): usize {
  return 64 + capacity * 40 + places * 4;
}

function newState(capacity: u32, places: u32): usize {
  const state = guarded(bytesFor(capacity, places), 0);
  store<u32>(state, capacity);
  store<u32>(state, places - 1, 8);
  return state;
}

function nodeOf(state: usize, place: u32): usize {
  return state + 64 + load<u32>(state) * 24 + place * 16;
}

function countAt(state: usize, place: u32): f64 {
  return load<f64>(nodeOf(state, place));
}

/** The heap is in order, entries and nodes name each other, every hash is found, and nothing else is in the table. */
function expectConsistent(state: usize, places: u32): void {
  const capacity = load<u32>(state);
  const size = load<u32>(state, 4);
  for (let place: u32 = 0; place < size; place++) {
    const own = load<u32>(nodeOf(state, place), 8);
    const entry = state + 64 + own * 24;
    expect<u32>(load<u32>(entry, 16)).toBe(place);
    expect<i32>(findFrequent(state, load<u64>(entry))).toBe(own);
    expect<bool>(load<f64>(entry, 8) < countAt(state, place)).toBe(true, 'an error as large as its count');
    if (place > 0)
      expect<bool>(countAt(state, (place - 1) >> 1) <= countAt(state, place)).toBe(true, 'no heap');
  }
  let taken: u32 = 0;
  const table = state + 64 + capacity * 40;
  for (let at: u32 = 0; at < places; at++) if (load<u32>(table + (at << 2)) !== 0) taken++;
  expect<u32>(taken).toBe(size);
  expect<bool>(isGuarded(state, bytesFor(capacity, places))).toBe(true, 'written beyond the state');
}

describe('SpaceSaving', () => {
  it('keeps heap, entries and table consistent under any stream, though hashes begin in the same places', () => {
    seed(1);
    const hashes = guarded(CHUNK << 3, 0);
    const counts = guarded(CHUNK << 2, 0);
    for (let capacity: u32 = 1; capacity <= 9; capacity++) {
      const places: u32 = capacity > 4 ? (capacity > 8 ? 32 : 16) : 8;
      const state = newState(capacity, places);
      let total: f64 = 0;
      for (let round = 0; round < 8; round++) {
        for (let i: u32 = 0; i < CHUNK; i++) {
          // The low bits tell the place: the last ones run over the end of the table.
          const key = <u64>random(20);
          store<u64>(hashes + (i << 3), (key << 32) | (key & 1 ? 31 : 30));
          const count = <u32>random(4);
          store<u32>(counts + (i << 2), count);
          total += <f64>count;
        }
        const taken = addFrequent(state, hashes, CHUNK, counts);
        for (let i: u32 = 0; i < taken; i++) {
          expect<u32>(load<u32>(hashes + (i << 3))).toBeLessThan(CHUNK);
          expect<u32>(load<u32>(hashes + (i << 3), 4)).toBeLessThan(capacity);
        }
        expectConsistent(state, places);
      }
      let sum: f64 = 0;
      for (let place: u32 = 0; place < load<u32>(state, 4); place++) sum += countAt(state, place);
      expect<f64>(sum).toBe(total);
      expect<bool>(isGuarded(hashes, CHUNK << 3)).toBe(true);
    }
  });

  it('finds nothing that it does not keep', () => {
    const state = newState(4, 8);
    expect<i32>(findFrequent(state, 5)).toBe(-1);
    const hashes = guarded(8, 0);
    const counts = guarded(4, 0);
    store<u64>(hashes, 5);
    expect<u32>(addFrequent(state, hashes, 1, counts)).toBe(0, 'a count of 0 took an entry');
    expect<i32>(findFrequent(state, 5)).toBe(-1);
  });

  it('enters entries that stand in order, and refuses a hash that stands twice', () => {
    for (let isTwice = 0; isTwice < 2; isTwice++) {
      const state = newState(4, 8);
      for (let place: u32 = 0; place < 3; place++) {
        store<u64>(state + 64 + place * 24, isTwice && place > 1 ? 7 : 7 + 8 * place);
        store<f64>(nodeOf(state, place), <f64>(place + 1));
        store<u32>(nodeOf(state, place), place, 8);
      }
      expect<bool>(enterFrequent(state, 3)).toBe(!isTwice);
      if (!isTwice) expectConsistent(state, 8);
    }
  });
});
