// Neighbourhoods of items: for every item those that the same users rate alike. The product A^T A of ratings, row by row with
// a dense accumulator (F. Gustavson 1978, "Two fast algorithms for sparse matrices", section 4), of which each row is
// reduced to its best entries before the next one is begun. A pair of items is summed once, and offered to both.
//
//   rows      of users: starts u32 x (users + 1); items u32, ascending in a row; values f32
//   columns   of items: starts u32 x (items + 1); users u32
//   cursors   u32 a user: the place in its row of the item that comes next; those before it have been met
//   sums      an item, over the users of both: cosine  f64 n, Σxy      Pearson  f64 n, Σxy, Σx, Σx², Σy, Σy²
//   touched   u32 an item whose sums are not 0
//   lengths   f64 an item that was met: the Euclidean length of its column
//   queries   64 bytes an item, of whose results (assembly/results.ts) the k best are kept
//   task      +0 row starts, +4 row items, +8 row values, +12 column starts, +16 column users, +20 cursors, +24 sums,
//             +28 touched, +32 lengths, +36 queries, +40 items u32, +44 least users of both u32, +48 shrinkage f64,
//             +56 squares f64, +64 item u32, +68 place in columns u32, +72 touched u32, +76 Pearson's u32, +80 f64 x 2 of 1
//
// Cost: a third of a nanosecond to two for each pair of entries of a user.

import { offer, sortResults } from './results';

/** Of what is subtracted from it, the share below which a variance is but what rounding left: 2^-40. */
const ROUNDING: f64 = 9.094947017729282e-13;

/** Of entries of the same place, which stand side by side, the last stays. Returns how many are left. */
export function keepLast(starts: usize, items: usize, values: usize, rows: u32): u32 {
  let to: usize = 0;
  let at: usize = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const bounds = starts + ((<usize>row) << 2);
    const end = (<usize>load<u32>(bounds, 4)) << 2;
    store<u32>(bounds, <u32>(to >> 2));
    for (; at < end; at += 4) {
      const item = load<u32>(items + at);
      if (at + 4 < end && load<u32>(items + at, 4) === item) continue;
      store<u32>(items + to, item);
      store<f32>(values + to, load<f32>(values + at));
      to += 4;
    }
  }
  store<u32>(starts + ((<usize>rows) << 2), <u32>(to >> 2));
  return <u32>(to >> 2);
}

/**
 * Makes the query of every item, with room for its neighbours: `most` of them, or as many as its users have other entries.
 * Their results follow one another from `results` on. Returns for how many there is room.
 */
export function makeRooms(task: usize, most: u32, results: usize): f64 {
  const rowStarts = load<usize>(task);
  const columnStarts = load<usize>(task, 12);
  const users = load<usize>(task, 16);
  const items = load<u32>(task, 40);
  let query = load<usize>(task, 36);
  let next = results;
  let total: f64 = 0;
  for (let item: u32 = 0; item < items; item++) {
    const bounds = columnStarts + ((<usize>item) << 2);
    const end = (<usize>load<u32>(bounds, 4)) << 2;
    let room: u32 = 0;
    for (let at = (<usize>load<u32>(bounds)) << 2; at < end && room < most; at += 4) {
      const row = rowStarts + (load<u32>(users + at) << 2);
      room += load<u32>(row, 4) - load<u32>(row) - 1;
    }
    room = min(room, most);
    memory.fill(query, 0, 64);
    store<usize>(query, next, 40);
    store<u32>(query, room, 48);
    next += (<usize>room) << 3;
    total += <f64>room;
    query += 64;
  }
  return total;
}

/** Goes on until some `budget` of products, items that nobody has included, is spent, or all is done. Returns how many items are left. */
export function findNeighbours(task: usize, budget: u32): u32 {
  const items = load<u32>(task, 40);
  const columnStarts = load<usize>(task, 12);
  const users = load<usize>(task, 16);
  let item = load<u32>(task, 64);
  let place = load<u32>(task, 68);
  let spent: u32 = 0;
  for (; item < items && spent < budget; item++) {
    const end = load<u32>(columnStarts + ((<usize>item) << 2), 4);
    for (; place < end && spent < budget; place++)
      spent += addUser(task, load<u32>(users + ((<usize>place) << 2))) + 1;
    if (place < end) break;
    spent += 4 * load<u32>(task, 72) + 1;
    closeItem(task, item);
  }
  store<u32>(task, item, 64);
  store<u32>(task, place, 68);
  return items - item;
}

/** Adds a user's rating of the item times those of the items before it, which are as many as are returned. */
function addUser(task: usize, user: u32): u32 {
  const cursor = load<usize>(task, 20) + ((<usize>user) << 2);
  const first = load<u32>(load<usize>(task) + ((<usize>user) << 2));
  const last = load<u32>(cursor);
  store<u32>(cursor, last + 1);
  const values = load<usize>(task, 8);
  const x = <f64>load<f32>(values + ((<usize>last) << 2));
  store<f64>(task, load<f64>(task, 56) + x * x, 56);
  if (load<u32>(task, 76) === 0) addProducts(task, (<usize>first) << 2, (<usize>last) << 2, x);
  else addMoments(task, (<usize>first) << 2, (<usize>last) << 2, x);
  return last - first;
}

function addProducts(task: usize, first: usize, last: usize, x: f64): void {
  const items = load<usize>(task, 4);
  const values = load<usize>(task, 8);
  const sums = load<usize>(task, 24);
  const touched = load<usize>(task, 28);
  const ones = v128.load(task, 80);
  let count = load<u32>(task, 72);
  for (let at = first; at < last; at += 4) {
    const item = load<u32>(items + at);
    const place = sums + ((<usize>item) << 4);
    const sum = v128.load(place);
    if (f64x2.extract_lane(sum, 0) === 0) store<u32>(touched + (count++ << 2), item);
    v128.store(place, f64x2.add(sum, f64x2.replace_lane(ones, 1, x * <f64>load<f32>(values + at))));
  }
  store<u32>(task, count, 72);
}

function addMoments(task: usize, first: usize, last: usize, x: f64): void {
  const items = load<usize>(task, 4);
  const values = load<usize>(task, 8);
  const sums = load<usize>(task, 24);
  const touched = load<usize>(task, 28);
  const ones = v128.load(task, 80);
  const ofX = f64x2.replace_lane(f64x2.splat(x), 1, x * x);
  let count = load<u32>(task, 72);
  for (let at = first; at < last; at += 4) {
    const item = load<u32>(items + at);
    const y = <f64>load<f32>(values + at);
    const place = sums + 48 * <usize>item;
    const sum = v128.load(place);
    if (f64x2.extract_lane(sum, 0) === 0) store<u32>(touched + (count++ << 2), item);
    v128.store(place, f64x2.add(sum, f64x2.replace_lane(ones, 1, x * y)));
    v128.store(place, f64x2.add(v128.load(place, 16), ofX), 16);
    v128.store(place, f64x2.add(v128.load(place, 32), f64x2.replace_lane(f64x2.splat(y), 1, y * y)), 32);
  }
  store<u32>(task, count, 72);
}

/** Turns the sums of an item with those before it into similarities, offers these to either, and clears the sums. */
function closeItem(task: usize, item: u32): void {
  const isPearson = load<u32>(task, 76) !== 0;
  const sums = load<usize>(task, 24);
  const size: usize = isPearson ? 48 : 16;
  const touched = load<usize>(task, 28);
  const lengths = load<usize>(task, 32);
  const queries = load<usize>(task, 36);
  const least = <f64>load<u32>(task, 44);
  const shrinkage = load<f64>(task, 48);
  const length = sqrt(load<f64>(task, 56));
  store<f64>(task, 0, 56);
  store<f64>(lengths + ((<usize>item) << 3), length);
  const end = load<u32>(task, 72) << 2;
  for (let at: usize = 0; at < end; at += 4) {
    const other = load<u32>(touched + at);
    const place = sums + size * <usize>other;
    const users = load<f64>(place);
    const alike = isPearson
      ? correlation(place)
      : load<f64>(place, 8) / (length * load<f64>(lengths + ((<usize>other) << 3)));
    const similarity = <f32>(alike * (users / (users + shrinkage)));
    for (let byte: usize = 0; byte < size; byte += 16) v128.store(place + byte, i64x2.splat(0));
    if (!(similarity > 0) || users < least) continue;
    offer(queries + ((<usize>item) << 6), similarity, <i32>other);
    // The other was offered lower items alone, so that of equals this one does not stay: its results, which are far away by
    // now, need not be looked at.
    const query = queries + ((<usize>other) << 6);
    if (similarity > load<f32>(query, 32)) offer(query, similarity, <i32>item);
  }
  store<u32>(task, 0, 72);
}

/** Pearson's r over the users of both items; 0 where the ratings of either are all the same. */
function correlation(sums: usize): f64 {
  const n = load<f64>(sums);
  const x = load<f64>(sums, 16);
  const xx = n * load<f64>(sums, 24);
  const y = load<f64>(sums, 32);
  const yy = n * load<f64>(sums, 40);
  const ofX = xx - x * x;
  const ofY = yy - y * y;
  if (!(ofX > xx * ROUNDING && ofY > yy * ROUNDING)) return 0;
  return min<f64>(1, (n * load<f64>(sums, 8) - x * y) / (sqrt(ofX) * sqrt(ofY)));
}

/**
 * Sorts the neighbours of the items `from` to `to` and lays them side by side, from the place `first` on. Returns the place
 * behind; 0 for `ids` only counts.
 */
export function packNeighbours(
  queries: usize,
  from: u32,
  to: u32,
  first: u32,
  starts: usize,
  ids: usize,
  similarities: usize,
): u32 {
  let total = first;
  for (let item = from; item < to; item++) {
    const query = queries + ((<usize>item) << 6);
    const found = load<u32>(query, 44);
    if (ids !== 0) {
      if (found > 1) sortResults(query);
      const results = load<usize>(query, 40);
      for (let i: u32 = 0; i < found; i++) {
        const place = (<usize>(total + i)) << 2;
        store<f32>(similarities + place, load<f32>(results + (i << 3)));
        store<u32>(ids + place, load<u32>(results + (i << 3), 4));
      }
      store<u32>(starts + ((<usize>item) << 2), total);
    }
    total += found;
  }
  if (ids !== 0) store<u32>(starts + ((<usize>to) << 2), total);
  return total;
}
