// Sums of regression trees over eight rows at once, or over one.
//
// A tree is padded to a perfect one and walked without a branch: from node i to 2i, or to 2i + 1 if
// the row's value is not below the node's threshold. What is compared are ranks, which fit 16 bits where floats take 32: of a
// threshold among all thresholds of its feature, and of a value among the same; value < threshold exactly if the value's
// rank is not above the threshold's. So eight rows are compared at once: that settles the first three levels of eight rows by
// seven comparisons, one a node. From there on each row loads the node that it stands at; eight such chains at a time hide
// the latency of loads.
//
//   perfect tree  u32 group * 32 | node 1 | node 2 .. 2^depth - 1 | f32 leaf 0 .. 2^depth - 1        8 * 2^depth bytes
//   node          i16 rank of the threshold less 32768, u16 offset of its column in the block of ranks
//   ranks         i16 x 8 rows a column, less 32768, columns side by side: 16 bytes a column       a block of eight rows
//   feature       u32 thresholds, u32 how many, u32 offset of the column where NaN goes left, u32 .. right; -1: none
//   values        f32 x 8 rows a feature, 32 bytes a feature                           a block of eight rows
//   sums          f32 x 8 rows a group, 32 bytes a group                               a block of eight rows
//
// Trees that padding would make too large keep their shape. Rows that have reached a leaf stay there: its column holds -Infinity, which is
// below its threshold, and its left child is itself.
//
//   deep tree     u32 address of its nodes, u32 levels, u32 group * 32, u32 unused
//   deep node     f32 threshold, u32 offset of its column in the block of values, u32 offset of the left child, f32 value of a
//                 leaf; the right child stands behind the left one                     16 bytes
//
// Measured on 500 perfect trees of six levels, 8 features, one thread, with this walk as 1: four chains of float32 without
// lanes 1.95, eight of them 1.55, eight behind two levels of floats in lanes 1.25, four behind three levels of ranks 1.12;
// nodes' values gathered into lanes at each level 1.75. Ranks cost a binary search a feature, some 12 steps.
//
// After Asadi, Lin and de Vries, "Runtime optimizations for tree-based machine learning models", TKDE 26(9), 2014
// (predication, vectors of rows).

/** Ranks of `rows` values, at most 8, of every feature. */
export function rankValues(features: usize, featureCount: u32, values: usize, rows: u32, ranks: usize): void {
  let block = values;
  const end = features + ((<usize>featureCount) << 4);
  for (let feature = features; feature < end; feature += 16) {
    const thresholds = load<u32>(feature);
    const count = load<u32>(feature, 4);
    const left = load<i32>(feature, 8);
    const right = load<i32>(feature, 12);
    for (let lane: usize = 0; lane < rows; lane += 4) {
      const value = block + (lane << 2);
      const rank = ranks + (lane << 1);
      const found = ranksOf(thresholds, count, value);
      if (left !== -1) store<u64>(rank + left, packed(found));
      if (right === -1) continue;
      // The rank of NaN is 0 on the left and beyond every threshold on the right.
      const x = v128.load(value);
      store<u64>(rank + right, packed(v128.bitselect(i32x4.splat(count), found, f32x4.ne(x, x))));
    }
    block += 32;
  }
}

function packed(ranks: v128): u64 {
  const signed = i32x4.sub(ranks, i32x4.splat(32_768));
  return i64x2.extract_lane(i16x8.narrow_i32x4_s(signed, signed), 0);
}

/** How many of the ascending thresholds are not above each of four values: four binary searches side by side. */
function ranksOf(thresholds: usize, count: u32, values: usize): v128 {
  const x0 = load<f32>(values);
  const x1 = load<f32>(values, 4);
  const x2 = load<f32>(values, 8);
  const x3 = load<f32>(values, 12);
  let a = thresholds;
  let b = a;
  let c = a;
  let d = a;
  for (let rest = count; rest > 0; ) {
    const half = (rest + 1) >> 1;
    const step = (<usize>half) << 2;
    // Past `step` thresholds if the last of them is not above the value: a mask instead of a branch that is a coin's toss.
    a += step & -(<usize>(load<f32>(a + step - 4) <= x0));
    b += step & -(<usize>(load<f32>(b + step - 4) <= x1));
    c += step & -(<usize>(load<f32>(c + step - 4) <= x2));
    d += step & -(<usize>(load<f32>(d + step - 4) <= x3));
    rest -= half;
  }
  const found = i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(a), 1, b), 2, c);
  return i32x4.shr_u(i32x4.sub(i32x4.replace_lane(found, 3, d), i32x4.splat(thresholds)), 2);
}

/** All ones where a row goes right. */
function goesRight(node: usize, ranks: usize): v128 {
  return i16x8.gt_s(v128.load(ranks + load<u16>(node, 2)), v128.load16_splat(node));
}

/** Adds the leaves that each row reaches to its sums, tree after tree; `depth` is 3 at least, the same for all trees. */
export function walkPerfectTrees(
  trees: usize,
  treeCount: u32,
  depth: u32,
  ranks: usize,
  rankBytes: usize,
  sums: usize,
  sumBytes: usize,
  blocks: u32,
): void {
  const eight = i16x8.splat(8);
  const end = trees + (((<usize>treeCount) << 3) << depth);
  for (let tree = trees; tree < end; tree += (<usize>8) << depth) {
    let x = ranks;
    let sum = sums + load<u32>(tree);
    for (let block: u32 = 0; block < blocks; block++) {
      const first = goesRight(tree + 4, x);
      const second = v128.bitselect(goesRight(tree + 12, x), goesRight(tree + 8, x), first);
      const third = v128.bitselect(
        v128.bitselect(goesRight(tree + 28, x), goesRight(tree + 24, x), second),
        v128.bitselect(goesRight(tree + 20, x), goesRight(tree + 16, x), second),
        first,
      );
      // Masks are -1: 8 + 4 first + 2 second + third.
      const steps = i16x8.add(i16x8.add(i16x8.shl(first, 2), i16x8.shl(second, 1)), third);
      const nodes = i16x8.sub(eight, steps);
      const low = <u64>i64x2.extract_lane(nodes, 0);
      const high = <u64>i64x2.extract_lane(nodes, 1);
      let a = <u32>low & 0xffff;
      let b = <u32>low >>> 16;
      let c = <u32>(low >>> 32) & 0xffff;
      let d = <u32>(low >>> 48);
      let e = <u32>high & 0xffff;
      let f = <u32>high >>> 16;
      let g = <u32>(high >>> 32) & 0xffff;
      let h = <u32>(high >>> 48);
      for (let level: u32 = 3; level < depth; level++) {
        let at = tree + ((<usize>a) << 2);
        a = (a << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
        at = tree + ((<usize>b) << 2);
        b = (b << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2), 2)) >>> 31);
        at = tree + ((<usize>c) << 2);
        c = (c << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2), 4)) >>> 31);
        at = tree + ((<usize>d) << 2);
        d = (d << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2), 6)) >>> 31);
        at = tree + ((<usize>e) << 2);
        e = (e << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2), 8)) >>> 31);
        at = tree + ((<usize>f) << 2);
        f = (f << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2), 10)) >>> 31);
        at = tree + ((<usize>g) << 2);
        g = (g << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2), 12)) >>> 31);
        at = tree + ((<usize>h) << 2);
        h = (h << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2), 14)) >>> 31);
      }
      store<f32>(sum, load<f32>(sum) + load<f32>(tree + ((<usize>a) << 2)));
      store<f32>(sum, load<f32>(sum, 4) + load<f32>(tree + ((<usize>b) << 2)), 4);
      store<f32>(sum, load<f32>(sum, 8) + load<f32>(tree + ((<usize>c) << 2)), 8);
      store<f32>(sum, load<f32>(sum, 12) + load<f32>(tree + ((<usize>d) << 2)), 12);
      store<f32>(sum, load<f32>(sum, 16) + load<f32>(tree + ((<usize>e) << 2)), 16);
      store<f32>(sum, load<f32>(sum, 20) + load<f32>(tree + ((<usize>f) << 2)), 20);
      store<f32>(sum, load<f32>(sum, 24) + load<f32>(tree + ((<usize>g) << 2)), 24);
      store<f32>(sum, load<f32>(sum, 28) + load<f32>(tree + ((<usize>h) << 2)), 28);
      x += rankBytes;
      sum += sumBytes;
    }
  }
}

/** As walkPerfectTrees, of one row: `ranks` and `sums` lead to its lane. Eight trees at a time hide the latency of loads. */
export function walkPerfectTreesOfRow(trees: usize, treeCount: u32, depth: u32, x: usize, sums: usize): void {
  const bytes = (<usize>8) << depth;
  const end = trees + bytes * <usize>treeCount;
  let tree = trees;
  for (; end - tree >= 8 * bytes; tree += 8 * bytes) {
    const tree1 = tree + bytes;
    const tree2 = tree1 + bytes;
    const tree3 = tree2 + bytes;
    const tree4 = tree3 + bytes;
    const tree5 = tree4 + bytes;
    const tree6 = tree5 + bytes;
    const tree7 = tree6 + bytes;
    let a: u32 = 1;
    let b: u32 = 1;
    let c: u32 = 1;
    let d: u32 = 1;
    let e: u32 = 1;
    let f: u32 = 1;
    let g: u32 = 1;
    let h: u32 = 1;
    for (let level: u32 = 0; level < depth; level++) {
      let at = tree + ((<usize>a) << 2);
      a = (a << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
      at = tree1 + ((<usize>b) << 2);
      b = (b << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
      at = tree2 + ((<usize>c) << 2);
      c = (c << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
      at = tree3 + ((<usize>d) << 2);
      d = (d << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
      at = tree4 + ((<usize>e) << 2);
      e = (e << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
      at = tree5 + ((<usize>f) << 2);
      f = (f << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
      at = tree6 + ((<usize>g) << 2);
      g = (g << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
      at = tree7 + ((<usize>h) << 2);
      h = (h << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
    }
    add(sums + load<u32>(tree), tree + ((<usize>a) << 2));
    add(sums + load<u32>(tree1), tree1 + ((<usize>b) << 2));
    add(sums + load<u32>(tree2), tree2 + ((<usize>c) << 2));
    add(sums + load<u32>(tree3), tree3 + ((<usize>d) << 2));
    add(sums + load<u32>(tree4), tree4 + ((<usize>e) << 2));
    add(sums + load<u32>(tree5), tree5 + ((<usize>f) << 2));
    add(sums + load<u32>(tree6), tree6 + ((<usize>g) << 2));
    add(sums + load<u32>(tree7), tree7 + ((<usize>h) << 2));
  }
  for (; tree < end; tree += bytes) {
    let node: u32 = 1;
    for (let level: u32 = 0; level < depth; level++) {
      const at = tree + ((<usize>node) << 2);
      node = (node << 1) + (<u32>(<i32>load<i16>(at) - <i32>load<i16>(x + load<u16>(at, 2))) >>> 31);
    }
    add(sums + load<u32>(tree), tree + ((<usize>node) << 2));
  }
}

function add(sum: usize, leaf: usize): void {
  store<f32>(sum, load<f32>(sum) + load<f32>(leaf));
}

/** As walkPerfectTrees, of deep trees: rows of floats, of which each block's first four lanes are walked, or all eight. */
export function walkDeepTrees(
  trees: usize,
  treeCount: u32,
  values: usize,
  valueBytes: usize,
  sums: usize,
  sumBytes: usize,
  blocks: u32,
  lanes: usize,
): void {
  const end = trees + ((<usize>treeCount) << 4);
  for (let tree = trees; tree < end; tree += 16) {
    const nodes = load<u32>(tree);
    const levels = load<u32>(tree, 4);
    let x = values;
    let sum = sums + load<u32>(tree, 8);
    for (let block: u32 = 0; block < blocks; block++) {
      for (let lane: usize = 0; lane < lanes << 2; lane += 16)
        walkDeepTree(nodes, levels, x + lane, sum + lane);
      x += valueBytes;
      sum += sumBytes;
    }
  }
}

function walkDeepTree(nodes: usize, levels: u32, x: usize, sum: usize): void {
  let a = nodes;
  let b = nodes;
  let c = nodes;
  let d = nodes;
  for (let level: u32 = 0; level < levels; level += 4) {
    const before = a + b + c + d;
    for (let step: u32 = 0; step < 4; step++) {
      a = nodes + load<u32>(a, 8) + ((<usize>!(load<f32>(x + load<u32>(a, 4)) < load<f32>(a))) << 4);
      b = nodes + load<u32>(b, 8) + ((<usize>!(load<f32>(x + load<u32>(b, 4), 4) < load<f32>(b))) << 4);
      c = nodes + load<u32>(c, 8) + ((<usize>!(load<f32>(x + load<u32>(c, 4), 8) < load<f32>(c))) << 4);
      d = nodes + load<u32>(d, 8) + ((<usize>!(load<f32>(x + load<u32>(d, 4), 12) < load<f32>(d))) << 4);
    }
    // Children stand behind their parents: the sum grows as long as any of the four moves.
    if (a + b + c + d === before) break;
  }
  store<f32>(sum, load<f32>(sum) + load<f32>(a, 12));
  store<f32>(sum, load<f32>(sum, 4) + load<f32>(b, 12), 4);
  store<f32>(sum, load<f32>(sum, 8) + load<f32>(c, 12), 8);
  store<f32>(sum, load<f32>(sum, 12) + load<f32>(d, 12), 12);
}
