import { offer, raise, selectBest, sortResults } from '../results';
import { isGuarded, newQuery, random, seed } from './fixtures';

const OFFERS: u32 = 300;
/** Every key and id that a test has offered. */
const keys = new StaticArray<f32>(OFFERS);
const ids = new StaticArray<i32>(OFFERS);

function keyAt(query: usize, i: u32): f32 {
  return load<f32>(load<usize>(query, 40) + (i << 3));
}

function idAt(query: usize, i: u32): i32 {
  return load<i32>(load<usize>(query, 40) + (i << 3), 4);
}

function found(query: usize): u32 {
  return load<u32>(query, 44);
}

function threshold(query: usize): f32 {
  return load<f32>(query, 32);
}

function ranksBefore(keyA: f32, idA: i32, keyB: f32, idB: i32): bool {
  return keyA > keyB || (keyA === keyB && idA < idB);
}

/** Whether no result ranks behind its parent: the worst stands on top. */
function isHeap(query: usize): bool {
  for (let i: u32 = 1; i < found(query); i++) {
    const parent = (i - 1) >> 1;
    if (ranksBefore(keyAt(query, parent), idAt(query, parent), keyAt(query, i), idAt(query, i))) return false;
  }
  return true;
}

/** Offers row `i`: a key out of eight, so that ties abound, and an id that differs from every other. */
function offerNext(query: usize, i: u32): void {
  keys[i] = <f32>random(8) / 4;
  ids[i] = <i32>((i * 7919) % 10007);
  offer(query, keys[i], ids[i]);
}

/** How many of the first `count` offers rank before a result. */
function rank(count: u32, key: f32, id: i32): u32 {
  let before: u32 = 0;
  for (let i: u32 = 0; i < count; i++) if (ranksBefore(keys[i], ids[i], key, id)) before++;
  return before;
}

/** Offers many rows to a query for k, and holds every state against all that was offered. */
function keepsBest(k: u32): void {
  seed(k);
  const query = newQuery(k, k, 4);
  let last: f32 = <f32>-Infinity;
  for (let i: u32 = 0; i < OFFERS; i++) {
    offerNext(query, i);
    expect<u32>(found(query)).toBe(min(k, i + 1));
    expect<bool>(isHeap(query)).toBe(true, 'heap');
    expect<bool>(threshold(query) >= last).toBe(true, 'the threshold fell');
    last = threshold(query);
    expect<f32>(last).toBe(found(query) < k ? <f32>-Infinity : keyAt(query, 0));
    for (let j: u32 = 0; j < found(query); j++) {
      expect<bool>(rank(i + 1, keyAt(query, j), idAt(query, j)) < k).toBe(true, 'a better row was forgotten');
    }
  }
  expect<bool>(isGuarded(load<usize>(query, 40), k << 3)).toBe(true, 'written beyond k results');
  sortResults(query);
  for (let j: u32 = 0; j < k; j++) expect<u32>(rank(OFFERS, keyAt(query, j), idAt(query, j))).toBe(j);
}

describe('offer and sortResults', () => {
  it('keep the best one', () => {
    keepsBest(1);
  });
  it('keep the best two', () => {
    keepsBest(2);
  });
  it('keep the best seven, a full tree', () => {
    keepsBest(7);
  });
  it('keep the best ten', () => {
    keepsBest(10);
  });

  it('keep the lower ids of equal keys, in whatever order they come', () => {
    const rising = newQuery(3, 3, 4);
    const falling = newQuery(3, 3, 4);
    for (let id: i32 = 0; id < 9; id++) {
      offer(rising, 1, id);
      offer(falling, 1, 8 - id);
    }
    sortResults(rising);
    sortResults(falling);
    for (let i: i32 = 0; i < 3; i++) {
      expect<i32>(idAt(rising, i)).toBe(i);
      expect<i32>(idAt(falling, i)).toBe(i);
    }
  });

  it('turn NaN away, full or not, and in a range', () => {
    const one = newQuery(1, 1, 4);
    const range = newQuery(0, 4, 4);
    offer(one, NaN, 1);
    offer(range, NaN, 1);
    expect<u32>(found(one) + found(range)).toBe(0);
    offer(one, 5, 2);
    offer(one, NaN, 1);
    expect<i32>(idAt(one, 0)).toBe(2);
  });

  it('collect every row that reaches the threshold of a range, best first', () => {
    seed(3);
    const query = newQuery(0, OFFERS, 4);
    raise(query, 1);
    for (let i: u32 = 0; i < OFFERS; i++) offerNext(query, i);
    let reaching: u32 = 0;
    for (let i: u32 = 0; i < OFFERS; i++) if (keys[i] >= 1) reaching++;
    expect<u32>(found(query)).toBe(reaching);
    expect<f32>(threshold(query)).toBe(1);
    sortResults(query);
    for (let j: u32 = 0; j < reaching; j++)
      expect<u32>(rank(OFFERS, keyAt(query, j), idAt(query, j))).toBe(j);
  });

  it('sort nothing and one', () => {
    const query = newQuery(4, 4, 4);
    sortResults(query);
    offer(query, 2, 9);
    sortResults(query);
    expect<u32>(found(query)).toBe(1);
    expect<i32>(idAt(query, 0)).toBe(9);
  });
});

/** Collects offers in a list, keeps the best of them now and then, and holds what is left against all that was offered. */
function selectsBest(most: u32): void {
  seed(most);
  const query = newQuery(0, 2 * most + 16, 4);
  for (let i: u32 = 0; i < OFFERS; i++) {
    offerNext(query, i);
    if (found(query) === 2 * most) selectBest(query, most);
  }
  if (found(query) > most) selectBest(query, most);
  expect<u32>(found(query)).toBe(most);
  expect<bool>(isGuarded(load<usize>(query, 40), (2 * most + 16) << 3)).toBe(true, 'written beyond the list');
  let worst = keyAt(query, 0);
  for (let j: u32 = 0; j < most; j++) {
    expect<bool>(rank(OFFERS, keyAt(query, j), idAt(query, j)) < most).toBe(
      true,
      'a better row was forgotten',
    );
    worst = min(worst, keyAt(query, j));
  }
  expect<f32>(threshold(query)).toBe(worst);
}

describe('selectBest', () => {
  it('keeps the best one of two', () => {
    selectsBest(1);
  });
  it('keeps the best three', () => {
    selectsBest(3);
  });
  it('keeps the best forty', () => {
    selectsBest(40);
  });
});

describe('raise', () => {
  it('sets the bound a little below threshold less constant', () => {
    const query = newQuery(1, 1, 4);
    store<f32>(query, 3, 24);
    raise(query, 5);
    const bound: f64 = load<f32>(query, 36);
    const slack: f64 = (5 + 3) * 9.5367431640625e-7; // 2^-20
    expect<bool>(bound <= 2 - slack / 2 && bound >= 2 - 2 * slack).toBe(true);
  });

  it('lets every row pass while nothing is found', () => {
    const query = newQuery(1, 1, 4);
    store<f32>(query, 3, 24);
    raise(query, <f32>-Infinity);
    expect<f32>(load<f32>(query, 36)).toBe(<f32>-Infinity);
  });
});
