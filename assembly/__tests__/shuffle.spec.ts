import { shuffle } from '../shuffle';
import { guarded, isGuarded } from './fixtures';

const COUNT: u32 = 200;
const BYTES: usize = 12 * COUNT;

/** Entries i, 1000 + i, i / 2. */
function ascending(): usize {
  const entries = guarded(BYTES, 0);
  for (let i: u32 = 0; i < COUNT; i++) {
    store<u32>(entries + 12 * i, i);
    store<u32>(entries + 12 * i, 1000 + i, 4);
    store<f32>(entries + 12 * i, <f32>i / 2, 8);
  }
  return entries;
}

function newState(): usize {
  const state = guarded(16, 0);
  for (let i: u32 = 0; i < 4; i++) store<u32>(state + (i << 2), 0x9e3779b9 * (i + 1));
  return state;
}

describe('shuffle', () => {
  it('leaves every entry there once, and whole, in another order', () => {
    const entries = ascending();
    shuffle(entries, COUNT - 1, 0, newState());
    const seen = new StaticArray<bool>(COUNT);
    let moved: u32 = 0;
    for (let i: u32 = 0; i < COUNT; i++) {
      const id = load<u32>(entries + 12 * i);
      expect<bool>(id < COUNT && !seen[id]).toBe(true, 'an entry twice');
      seen[id] = true;
      if (id !== i) moved++;
      expect<u32>(load<u32>(entries + 12 * i, 4)).toBe(1000 + id);
      expect<f32>(load<f32>(entries + 12 * i, 8)).toBe(<f32>id / 2);
    }
    expect<bool>(moved > COUNT / 2).toBe(true, 'few entries moved');
    expect<bool>(isGuarded(entries, BYTES)).toBe(true);
  });

  it('gives the same order in parts as at once, as its state goes on', () => {
    const whole = ascending();
    const parts = ascending();
    const state = newState();
    const other = newState();
    shuffle(whole, COUNT - 1, 0, state);
    shuffle(parts, COUNT - 1, 150, other);
    shuffle(parts, 150, 149, other);
    shuffle(parts, 149, 149, other);
    shuffle(parts, 149, 0, other);
    expect<i32>(memory.compare(whole, parts, BYTES)).toBe(0);
    expect<i32>(memory.compare(state, other, 16)).toBe(0);
    expect<bool>(isGuarded(state, 16)).toBe(true);
  });

  it('brings every entry of three to every place about as often', () => {
    const counts = new StaticArray<u32>(9);
    const state = newState();
    for (let round: u32 = 0; round < 3000; round++) {
      const entries = ascending();
      shuffle(entries, 2, 0, state);
      for (let i: u32 = 0; i < 3; i++) counts[3 * i + load<u32>(entries + 12 * i)]++;
      heap.free(entries);
    }
    // 1000 each, with a standard deviation of 26.
    for (let i: u32 = 0; i < 9; i++) expect<bool>(counts[i] > 870 && counts[i] < 1130).toBe(true);
  });

  it('leaves none and one as they are', () => {
    const entries = ascending();
    const state = newState();
    shuffle(entries, 0, 0, state);
    expect<i32>(memory.compare(entries, ascending(), BYTES)).toBe(0);
    expect<i32>(memory.compare(state, newState(), 16)).toBe(0);
  });
});
