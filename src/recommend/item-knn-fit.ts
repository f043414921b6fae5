import { Arena } from '../host/arena.ts';
import type { Progress } from '../host/progress.ts';
import type { CheckedInteractions } from '../vectors/interactions.ts';
import { groupByKey, transpose } from './grouping.ts';
import { layoutNeighbours, layoutUserRows, mostNeighbours } from './item-knn-layout.ts';
import type { Runtime } from './kernels.ts';

/** Of a query, and of a result (assembly/results.ts); of the task (assembly/item-knn.ts). */
const QUERY_BYTES = 64;
const RESULT_BYTES = 8;
const TASK_BYTES = 96;
/** Products that are summed in a millisecond or two, where most lie beyond the caches. */
const BUDGET = 1 << 18;
/** Neighbours whose lists are sorted in some milliseconds, however long each is. */
const PIECE = 1 << 16;

/** Options that were checked. */
export interface KnnOptions {
  readonly isPearson: boolean;
  readonly neighbors: number;
  readonly shrinkage: number;
  readonly minSupport: number;
}

/** What was learned: addresses in linear memory, and how much is there. */
export interface Neighbourhoods {
  readonly userCount: number;
  readonly itemCount: number;
  readonly hasRatings: boolean;
  /** Of users: u32 x (userCount + 1); i32, ascending in a row, and f32 x entries. */
  readonly entries: number;
  readonly rowStarts: number;
  readonly rowItems: number;
  readonly rowValues: number;
  /** Of items: u32 x (itemCount + 1); i32, the nearest first, and f32 above 0 x links. */
  readonly links: number;
  readonly starts: number;
  readonly ids: number;
  readonly similarities: number;
  /** f32 an item. */
  readonly means: number;
}

/** Learns from entries; what is kept is of `arena`. Progress counts entries, of those of the same place one. */
export function* learnNeighbours(
  runtime: Runtime,
  checked: CheckedInteractions,
  options: KnnOptions,
  arena: Arena,
): Generator<Progress, Neighbourhoods> {
  const { userCount, itemCount } = checked;
  const scratch = new Arena(runtime.memory);
  try {
    const { columnUsers, columnStarts, ...rows } = yield* buildRows(runtime, checked, { arena, scratch });
    const task = makeTask(runtime, { ...rows, columnUsers, columnStarts }, checked, options, scratch);
    yield { done: 0, total: rows.entries };
    yield* find(runtime, task, rows.entries);
    const lists = yield* pack(runtime, task, itemCount, rows.entries, arena);
    const means = arena.allocate(layoutNeighbours(itemCount, lists.links).means);
    const hasRatings = checked.ratings !== undefined;
    const learned = { userCount, itemCount, hasRatings, ...rows, ...lists, means };
    writeMeans(runtime, learned);
    yield { done: rows.entries, total: rows.entries };
    return learned;
  } finally {
    scratch.release();
  }
}

interface Rows {
  readonly entries: number;
  readonly rowStarts: number;
  readonly rowItems: number;
  readonly rowValues: number;
}

interface Columns {
  readonly columnStarts: number;
  readonly columnUsers: number;
}

interface Blocks {
  readonly arena: Arena;
  readonly scratch: Arena;
}

/** The rows of users, which stay, and the users of each item. Entries are grouped by item and then by user, so that items ascend. */
function* buildRows(
  runtime: Runtime,
  { users, items, ratings, userCount, itemCount }: CheckedInteractions,
  { arena, scratch }: Blocks,
): Generator<Progress, Rows & Columns> {
  const { memory, kernels } = runtime;
  const count = users.length;
  const start = { done: 0, total: count };
  const layout = layoutUserRows(userCount, count);
  const rowStarts = arena.allocate(layout.starts);
  const rowItems = arena.allocate(layout.entries);
  const rowValues = arena.allocate(layout.entries);
  const columnStarts = scratch.allocate(4 * (itemCount + 1));
  const columnUsers = scratch.allocate(4 * count);
  const columnValues = scratch.allocate(4 * count);
  const keys = scratch.allocate(4 * count);
  // The entries as they were given lie where the rows will, which are written once these are grouped.
  memory.i32.set(items, keys / 4);
  memory.i32.set(users, rowItems / 4);
  if (ratings) memory.f32.set(ratings, rowValues / 4);
  else memory.f32.fill(1, rowValues / 4, rowValues / 4 + count);
  yield start;
  const given = { keys, others: rowItems, values: rowValues, count };
  const columns = { starts: columnStarts, others: columnUsers, values: columnValues };
  for (const _ of groupByKey(runtime, given, itemCount, columns)) yield start;
  scratch.free(keys);
  const rows = { starts: rowStarts, others: rowItems, values: rowValues };
  for (const _ of transpose(runtime, { ...columns, rows: itemCount }, userCount, rows)) yield start;
  scratch.free(columnValues);
  const entries = kernels.keepLast(rowStarts, rowItems, rowValues, userCount);
  yield { done: 0, total: entries };
  const pattern = { ...rows, rows: userCount, values: 0 };
  for (const _ of transpose(runtime, pattern, itemCount, { ...columns, values: 0 }))
    yield { done: 0, total: entries };
  return { entries, rowStarts, rowItems, rowValues, columnStarts, columnUsers };
}

interface Task {
  readonly address: number;
  readonly queries: number;
  /** Neighbours that an item can have, and that are kept; 0 where there is but one item. */
  readonly most: number;
}

function makeTask(
  { memory, kernels }: Runtime,
  { rowStarts, rowItems, rowValues, columnStarts, columnUsers }: Rows & Columns,
  { userCount, itemCount }: CheckedInteractions,
  { isPearson, neighbors, shrinkage, minSupport }: KnnOptions,
  scratch: Arena,
): Task {
  const sumBytes = isPearson ? 48 : 16;
  const address = scratch.allocate(TASK_BYTES);
  const cursors = scratch.allocate(4 * userCount);
  const sums = scratch.allocate(sumBytes * itemCount);
  const touched = scratch.allocate(4 * itemCount);
  const lengths = scratch.allocate(8 * itemCount);
  const queries = scratch.allocate(QUERY_BYTES * itemCount);
  const head = new DataView(memory.wasm.buffer, address, TASK_BYTES);
  const fields = [rowStarts, rowItems, rowValues, columnStarts, columnUsers, cursors, sums, touched, lengths];
  [...fields, queries, itemCount, minSupport].forEach((field, i) => void head.setUint32(4 * i, field, true));
  head.setFloat64(48, shrinkage, true);
  for (const at of [56, 64]) head.setFloat64(at, 0, true);
  head.setUint32(72, 0, true);
  head.setUint32(76, Number(isPearson), true);
  for (const at of [80, 88]) head.setFloat64(at, 1, true);
  memory.u8.copyWithin(cursors, rowStarts, rowStarts + 4 * userCount);
  memory.u8.fill(0, sums, sums + sumBytes * itemCount);
  const most = mostNeighbours(neighbors, itemCount);
  const room = kernels.makeRooms(address, most, 0);
  kernels.makeRooms(address, most, scratch.allocate(RESULT_BYTES * room));
  return { address, queries, most };
}

function* find({ memory, kernels }: Runtime, { address }: Task, total: number): Generator<Progress, void> {
  while (kernels.findNeighbours(address, BUDGET) > 0) {
    yield { done: Math.min(total - 1, memory.u32[address / 4 + 17]!), total };
  }
}

/** The best of each item, side by side. */
function* pack(
  { memory, kernels }: Runtime,
  { queries, most }: Task,
  itemCount: number,
  entries: number,
  arena: Arena,
): Generator<Progress, Pick<Neighbourhoods, 'links' | 'starts' | 'ids' | 'similarities'>> {
  const links = kernels.packNeighbours(queries, 0, itemCount, 0, 0, 0, 0) >>> 0;
  const layout = layoutNeighbours(itemCount, links);
  const starts = arena.allocate(layout.starts);
  const ids = arena.allocate(layout.links);
  const similarities = arena.allocate(layout.links);
  memory.u32[starts / 4] = 0;
  const piece = Math.ceil(PIECE / Math.max(1, most));
  for (let first = 0, total = 0; first < itemCount; first += piece) {
    const end = Math.min(itemCount, first + piece);
    total = kernels.packNeighbours(queries, first, end, total, starts, ids, similarities) >>> 0;
    yield { done: entries - 1, total: entries };
  }
  return { links, starts, ids, similarities };
}

/** The mean rating of each item; of one without ratings, the mean of all. */
export function writeMeans(
  { memory }: Runtime,
  { itemCount, entries, rowItems, rowValues, means }: Omit<Neighbourhoods, 'starts' | 'ids' | 'similarities'>,
): void {
  const { i32, f32 } = memory;
  const sums = new Float64Array(itemCount);
  const counts = new Uint32Array(itemCount);
  let sum = 0;
  for (let at = 0; at < entries; at++) {
    const item = i32[rowItems / 4 + at]!;
    const value = f32[rowValues / 4 + at]!;
    sums[item]! += value;
    counts[item]!++;
    sum += value;
  }
  for (let item = 0; item < itemCount; item++) {
    f32[means / 4 + item] = counts[item] ? sums[item]! / counts[item]! : sum / entries;
  }
}
