// Products of a sparse matrix in compressed sparse rows (CSR):
//
//   indptr   u32 x (rows + 1)         row r holds the entries indptr[r] .. indptr[r + 1] - 1
//   indices  u32 x nonzeros, eight 0  the column of each entry, ascending within a row
//   values   f32 x nonzeros, eight 0  its value; 0 in place of the address for a pattern, whose every value is 1
//   order    u8 x rows                of each 256 rows, which comes when (orderRows); 0 in place of the address where
//                                     rows are taken as they stand
//
// Entries are taken in steps of eight, or of four where rows are short. What a step holds beyond the end of its row is
// masked away after the product, so that the only branch of a row counts its steps; the entries behind the last one are
// there to be read. A sum is four lanes, entry i in lane i mod 4, then (0 + 2) + (1 + 3): the same bits in every runtime,
// whatever the steps and in whatever order rows come.
//
// Cost: 8 bytes and about 6 instructions an entry, since there is no gather in WebAssembly and lanes are loaded one by one;
// and where lengths vary a misprediction a row. Rows of one length run at the speed of memory, 1.25x its streaming time.

const WINDOW: u32 = 256;
const MOST_CHUNKS: u32 = 31;

/** The mask at `masks` + 32 - 4 n keeps the first n entries of a step, eight at most. 64 bytes. */
function placeMasks(masks: usize): void {
  const ones = i32x4.splat(-1);
  const zeros = i32x4.splat(0);
  v128.store(masks, ones);
  v128.store(masks, ones, 16);
  v128.store(masks, zeros, 32);
  v128.store(masks, zeros, 48);
}

function gather(x: usize, at: usize): v128 {
  let factors = v128.load32_zero(x + (load<u32>(at) << 2));
  factors = v128.load_lane<u32>(x + (load<u32>(at, 4) << 2), factors, 1);
  factors = v128.load_lane<u32>(x + (load<u32>(at, 8) << 2), factors, 2);
  return v128.load_lane<u32>(x + (load<u32>(at, 12) << 2), factors, 3);
}

function chunk<Values>(at: usize, toValues: usize, x: usize): v128 {
  const factors = gather(x, at);
  return isFloat<Values>() ? f32x4.mul(v128.load(at + toValues), factors) : factors;
}

function sumLanes(sum: v128): f32 {
  const halves = f32x4.add(
    sum,
    i8x16.shuffle(sum, sum, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7),
  );
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
}

/** Steps of eight: a misprediction where the number of steps differs is rarer than with four. */
function multiplyRows<Values>(
  indptr: usize,
  indices: usize,
  toValues: usize,
  rows: u32,
  x: usize,
  y: usize,
  masks: usize,
): void {
  let at = indices;
  for (let row: u32 = 0; row < rows; row++) {
    const end = indices + ((<usize>load<u32>(indptr + ((<usize>row) << 2), 4)) << 2);
    let sum = f32x4.splat(0);
    let first = sum;
    let second = sum;
    for (; ; at += 32) {
      first = chunk<Values>(at, toValues, x);
      second = chunk<Values>(at + 16, toValues, x);
      if (at + 32 >= end) break;
      sum = f32x4.add(f32x4.add(sum, first), second);
    }
    const mask = masks + 32 - (end - at);
    sum = f32x4.add(sum, v128.and(v128.load(mask), first));
    sum = f32x4.add(sum, v128.and(v128.load(mask, 16), second));
    store<f32>(y + ((<usize>row) << 2), sumLanes(sum));
    at = end;
  }
}

/** Steps of four, and rows of as many steps one after another. */
function multiplyOrdered<Values>(
  indptr: usize,
  indices: usize,
  toValues: usize,
  rows: u32,
  x: usize,
  y: usize,
  masks: usize,
  order: usize,
): void {
  for (let i: u32 = 0; i < rows; i++) {
    const row = (i & ~(WINDOW - 1)) + <u32>load<u8>(order + i);
    const start = indptr + ((<usize>row) << 2);
    let at = indices + ((<usize>load<u32>(start)) << 2);
    const end = indices + ((<usize>load<u32>(start, 4)) << 2);
    let sum = f32x4.splat(0);
    let products = sum;
    for (; ; at += 16) {
      products = chunk<Values>(at, toValues, x);
      if (at + 16 >= end) break;
      sum = f32x4.add(sum, products);
    }
    sum = f32x4.add(sum, v128.and(v128.load(masks + 32 - (end - at)), products));
    store<f32>(y + ((<usize>row) << 2), sumLanes(sum));
  }
}

/** y = A x: x has one float a column, y one a row. `scratch`: 64 bytes. */
export function multiplyCsr(
  indptr: usize,
  indices: usize,
  values: usize,
  rows: u32,
  x: usize,
  y: usize,
  order: usize,
  scratch: usize,
): void {
  placeMasks(scratch);
  if (order !== 0) {
    if (values !== 0) multiplyOrdered<f32>(indptr, indices, values - indices, rows, x, y, scratch, order);
    else multiplyOrdered<i32>(indptr, indices, 0, rows, x, y, scratch, order);
  } else if (values !== 0) multiplyRows<f32>(indptr, indices, values - indices, rows, x, y, scratch);
  else multiplyRows<i32>(indptr, indices, 0, rows, x, y, scratch);
}

function chunksOf(indptr: usize, row: u32): u32 {
  const start = indptr + ((<usize>row) << 2);
  return min<u32>((load<u32>(start, 4) - load<u32>(start) + 3) >> 2, MOST_CHUNKS);
}

/**
 * Sorts the rows of each window of 256 by their chunks, so that the processor foresees where a row ends; the windows keep
 * the entries near at hand. Pays for short rows of uneven length (1.3x at 15 entries a row, 1.8x at 4), where the
 * misprediction at the end of a row costs more than its entries. `scratch`: 132 bytes.
 */
export function orderRows(indptr: usize, rows: u32, order: usize, scratch: usize): void {
  for (let first: u32 = 0; first < rows; first += WINDOW) {
    const size = min<u32>(WINDOW, rows - first);
    memory.fill(scratch, 0, (MOST_CHUNKS + 2) << 2);
    for (let i: u32 = 0; i < size; i++) {
      const next = scratch + ((<usize>chunksOf(indptr, first + i)) << 2);
      store<u32>(next, load<u32>(next, 4) + 1, 4);
    }
    for (let chunks: usize = 4; chunks <= MOST_CHUNKS << 2; chunks += 4)
      store<u32>(scratch + chunks, load<u32>(scratch + chunks) + load<u32>(scratch + chunks - 4));
    for (let i: u32 = 0; i < size; i++) {
      const place = scratch + ((<usize>chunksOf(indptr, first + i)) << 2);
      const at = load<u32>(place);
      store<u32>(place, at + 1);
      store<u8>(order + first + at, <u8>i);
    }
  }
}

// Y = A X holds the sums of 32, 16 or 4 columns in registers while it walks a row; its entries are read once for each such
// tile, from the nearest cache. Cost: one multiplication and one addition of four lanes for four columns of an entry.

function valueAt<Values>(at: usize, toValues: usize): v128 {
  return isFloat<Values>() ? v128.load_splat<f32>(at + toValues) : f32x4.splat(1);
}

function times<Values>(value: v128, from: usize, offset: usize): v128 {
  const factors = v128.load(from + offset);
  return isFloat<Values>() ? f32x4.mul(value, factors) : factors;
}

function tile32<Values>(
  begin: usize,
  end: usize,
  toValues: usize,
  x: usize,
  rowBytes: usize,
  y: usize,
): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (let at = begin; at < end; at += 4) {
    const value = valueAt<Values>(at, toValues);
    const from = x + <usize>load<u32>(at) * rowBytes;
    a = f32x4.add(a, times<Values>(value, from, 0));
    b = f32x4.add(b, times<Values>(value, from, 16));
    c = f32x4.add(c, times<Values>(value, from, 32));
    d = f32x4.add(d, times<Values>(value, from, 48));
    e = f32x4.add(e, times<Values>(value, from, 64));
    f = f32x4.add(f, times<Values>(value, from, 80));
    g = f32x4.add(g, times<Values>(value, from, 96));
    h = f32x4.add(h, times<Values>(value, from, 112));
  }
  v128.store(y, a);
  v128.store(y, b, 16);
  v128.store(y, c, 32);
  v128.store(y, d, 48);
  v128.store(y, e, 64);
  v128.store(y, f, 80);
  v128.store(y, g, 96);
  v128.store(y, h, 112);
}

function tile16<Values>(
  begin: usize,
  end: usize,
  toValues: usize,
  x: usize,
  rowBytes: usize,
  y: usize,
): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let at = begin; at < end; at += 4) {
    const value = valueAt<Values>(at, toValues);
    const from = x + <usize>load<u32>(at) * rowBytes;
    a = f32x4.add(a, times<Values>(value, from, 0));
    b = f32x4.add(b, times<Values>(value, from, 16));
    c = f32x4.add(c, times<Values>(value, from, 32));
    d = f32x4.add(d, times<Values>(value, from, 48));
  }
  v128.store(y, a);
  v128.store(y, b, 16);
  v128.store(y, c, 32);
  v128.store(y, d, 48);
}

function tile4<Values>(begin: usize, end: usize, toValues: usize, x: usize, rowBytes: usize, y: usize): void {
  let sum = f32x4.splat(0);
  for (let at = begin; at < end; at += 4) {
    const value = valueAt<Values>(at, toValues);
    sum = f32x4.add(sum, times<Values>(value, x + <usize>load<u32>(at) * rowBytes, 0));
  }
  v128.store(y, sum);
}

function multiplyTiles<Values>(
  indptr: usize,
  indices: usize,
  toValues: usize,
  rows: u32,
  x: usize,
  y: usize,
  rowBytes: usize,
): void {
  let begin = indices + ((<usize>load<u32>(indptr)) << 2);
  for (let row: u32 = 0; row < rows; row++) {
    const end = indices + ((<usize>load<u32>(indptr + ((<usize>row) << 2), 4)) << 2);
    const out = y + <usize>row * rowBytes;
    let lane: usize = 0;
    for (; lane + 128 <= rowBytes; lane += 128)
      tile32<Values>(begin, end, toValues, x + lane, rowBytes, out + lane);
    for (; lane + 64 <= rowBytes; lane += 64)
      tile16<Values>(begin, end, toValues, x + lane, rowBytes, out + lane);
    for (; lane < rowBytes; lane += 16) tile4<Values>(begin, end, toValues, x + lane, rowBytes, out + lane);
    begin = end;
  }
}

/** Y = A X: X and Y row-major, `stride` floats a row, a multiple of 4. */
export function multiplyCsrDense(
  indptr: usize,
  indices: usize,
  values: usize,
  rows: u32,
  x: usize,
  y: usize,
  stride: u32,
): void {
  const rowBytes = (<usize>stride) << 2;
  if (values !== 0) multiplyTiles<f32>(indptr, indices, values - indices, rows, x, y, rowBytes);
  else multiplyTiles<i32>(indptr, indices, 0, rows, x, y, rowBytes);
}
