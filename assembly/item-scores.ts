// What neighbourhoods of items (assembly/item-knn.ts) tell of a user: how much of what the user has is near an item (G. Karypis
// 2001, "Evaluation of item-based top-N recommendation algorithms", section 4), and how the user may rate it (B. Sarwar et al.
// 2001, "Item-based collaborative filtering recommendation algorithms", section 3.2.1, with means subtracted).
//
//   lists     of items: starts u32 x (items + 1); ids u32, the nearest first; similarities f32 above 0
//   rows      of users: starts u32 x (users + 1); items u32; values f32
//
// Cost: a nanosecond or so for each neighbour.

/** scores[i] += similarity x value for each neighbour i of each of the items; scores begin as NaN, which nothing added to. */
export function addNeighbours(
  items: usize,
  values: usize,
  count: u32,
  starts: usize,
  ids: usize,
  similarities: usize,
  scores: usize,
): void {
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) {
    const value = load<f32>(values + i);
    const bounds = starts + (load<u32>(items + i) << 2);
    const end = (<usize>load<u32>(bounds, 4)) << 2;
    for (let at = (<usize>load<u32>(bounds)) << 2; at < end; at += 4) {
      const place = scores + (load<u32>(ids + at) << 2);
      const score = load<f32>(place);
      const more = load<f32>(similarities + at) * value;
      store<f32>(place, F32.isNaN(score) ? more : score + more);
    }
  }
}

/**
 * out[i] = the mean of item i, and what the user rates its neighbours above theirs, weighted by similarity. `known` is f32 an
 * item, NaN to begin with.
 */
export function predictRatings(
  users: usize,
  items: usize,
  count: u32,
  rowStarts: usize,
  rowItems: usize,
  rowValues: usize,
  starts: usize,
  ids: usize,
  similarities: usize,
  means: usize,
  known: usize,
  out: usize,
): void {
  let last: u32 = u32.MAX_VALUE;
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) {
    const user = load<u32>(users + i);
    if (user !== last) {
      if (last !== u32.MAX_VALUE) setKnown(rowStarts + (last << 2), rowItems, 0, known);
      setKnown(rowStarts + (user << 2), rowItems, rowValues, known);
      last = user;
    }
    const item = load<u32>(items + i) << 2;
    const end = (<usize>load<u32>(starts + item, 4)) << 2;
    let sum: f64 = 0;
    let weights: f64 = 0;
    for (let at = (<usize>load<u32>(starts + item)) << 2; at < end; at += 4) {
      const other = load<u32>(ids + at) << 2;
      const value = load<f32>(known + other);
      if (F32.isNaN(value)) continue;
      const similarity = <f64>load<f32>(similarities + at);
      sum += similarity * (<f64>value - <f64>load<f32>(means + other));
      weights += similarity;
    }
    const mean = <f64>load<f32>(means + item);
    store<f32>(out + i, <f32>(weights > 0 ? mean + sum / weights : mean));
  }
}

/** Lays a row of values out by item, or NaN where `values` is 0. */
function setKnown(bounds: usize, items: usize, values: usize, known: usize): void {
  const end = (<usize>load<u32>(bounds, 4)) << 2;
  for (let at = (<usize>load<u32>(bounds)) << 2; at < end; at += 4) {
    store<f32>(known + (load<u32>(items + at) << 2), values === 0 ? f32.NaN : load<f32>(values + at));
  }
}
