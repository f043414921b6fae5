// The best k of a stream: a binary heap with the worst result on top, so that one comparison turns most rows away.
//
//   entry i at results + 8*i: f32 key, i32 id; its children are entries 2i+1 and 2i+2
//
// A result is better when its key is larger, or its key is equal and its id lower. Cost: O(log k) an accepted row.

/** Whether result (keyA, idA) ranks before (keyB, idB). */
function isBetter(keyA: f32, idA: i32, keyB: f32, idB: i32): bool {
  return keyA > keyB || (keyA === keyB && idA < idB);
}

/** Offers a row to the query's results; raises the query's threshold when the results are full. */
export function offer(query: usize, key: f32, id: i32): void {
  const results = load<usize>(query, 40);
  const found = load<u32>(query, 44);
  const k = load<u32>(query, 48);
  if (!(key >= load<f32>(query, 32))) return; // NaN, which only a forged file can hold, is turned away too
  if (k === 0) {
    put(query, results + (found << 3), key, id);
    return;
  }
  if (found < k) {
    put(query, results + (found << 3), key, id);
    siftUp(results, found);
    if (found + 1 === k) raise(query, load<f32>(results));
    return;
  }
  if (!isBetter(key, id, load<f32>(results), load<i32>(results, 4))) return;
  store<f32>(results, key);
  store<i32>(results, id, 4);
  siftDown(results, k);
  raise(query, load<f32>(results));
}

function put(query: usize, entry: usize, key: f32, id: i32): void {
  store<f32>(entry, key);
  store<i32>(entry, id, 4);
  store<u32>(query, load<u32>(query, 44) + 1, 44);
}

/** Sets the threshold, and the bound that the variable part of an upper bound must reach for it. */
export function raise(query: usize, threshold: f32): void {
  store<f32>(query, threshold, 32);
  const constant = <f64>load<f32>(query, 24);
  const bound = <f64>threshold - constant;
  // 2^-20 of both sides outweighs every rounding of the comparison; an infinite threshold stays what it is.
  store<f32>(query, <f32>(bound - (abs(<f64>threshold) + abs(constant)) * 9.5367431640625e-7), 36);
}

function swap(a: usize, b: usize): void {
  const entry = load<u64>(a);
  store<u64>(a, load<u64>(b));
  store<u64>(b, entry);
}

function entryIsBetter(a: usize, b: usize): bool {
  return isBetter(load<f32>(a), load<i32>(a, 4), load<f32>(b), load<i32>(b, 4));
}

function siftUp(results: usize, from: u32): void {
  let child = from;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!entryIsBetter(results + (parent << 3), results + (child << 3))) return;
    swap(results + (parent << 3), results + (child << 3));
    child = parent;
  }
}

function siftDown(results: usize, count: u32): void {
  let parent: u32 = 0;
  for (;;) {
    let worst = parent;
    const left: u32 = 2 * parent + 1;
    if (left < count && entryIsBetter(results + (worst << 3), results + (left << 3))) worst = left;
    const right: u32 = left + 1;
    if (right < count && entryIsBetter(results + (worst << 3), results + (right << 3))) worst = right;
    if (worst === parent) return;
    swap(results + (parent << 3), results + (worst << 3));
    parent = worst;
  }
}

/**
 * Keeps the best `most` of a list of results, in any order, and raises the threshold to the last of them. A list that is
 * cut to half whenever it is full costs a third of a heap of hundreds: O(1) an accepted row (quickselect, Hoare 1961).
 */
export function selectBest(query: usize, most: u32): void {
  const results = load<usize>(query, 40);
  const last = results + ((most - 1) << 3);
  let left = results;
  let right = results + ((load<u32>(query, 44) - 1) << 3);
  while (left < right) {
    const middle = left + (((right - left) >> 4) << 3);
    if (entryIsBetter(middle, left)) swap(middle, left);
    if (entryIsBetter(right, middle)) {
      swap(right, middle);
      if (entryIsBetter(middle, left)) swap(middle, left);
    }
    const key = load<f32>(middle);
    const id = load<i32>(middle, 4);
    let better = left;
    let worse = right;
    while (better <= worse) {
      while (isBetter(load<f32>(better), load<i32>(better, 4), key, id)) better += 8;
      while (isBetter(key, id, load<f32>(worse), load<i32>(worse, 4))) worse -= 8;
      if (better > worse) break;
      swap(better, worse);
      better += 8;
      worse -= 8;
    }
    if (last <= worse) right = worse;
    else if (last >= better) left = better;
    else break;
  }
  store<u32>(query, most, 44);
  raise(query, load<f32>(last));
}

/** Sorts the query's results in place, best first. Cost: O(n log n). */
export function sortResults(query: usize): void {
  if (load<u32>(query, 48) === 0) sortList(query);
  else sortHeap(query);
}

/** Sorts results that stand in no order yet. */
export function sortList(query: usize): void {
  const results = load<usize>(query, 40);
  const found = load<u32>(query, 44);
  for (let i: u32 = 1; i < found; i++) siftUp(results, i);
  sortHeap(query);
}

function sortHeap(query: usize): void {
  const results = load<usize>(query, 40);
  for (let last = load<u32>(query, 44); last > 1; last--) {
    swap(results, results + ((last - 1) << 3));
    siftDown(results, last - 1);
  }
}
