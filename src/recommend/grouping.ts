import type { Runtime } from './kernels.ts';

/** Entries, or rows without any, that are counted or moved between two looks at the clock: some milliseconds. */
const PIECE = 1 << 18;

/** Addresses of entries that are grouped: u32 x (groups + 1), u32 and f32 an entry. */
export interface Grouped {
  readonly starts: number;
  readonly others: number;
  /** 0 where there are none. */
  readonly values: number;
}

/** Groups entries in any order by their keys, in the order given (assembly/csr-build.ts). Yields between pieces. */
export function* groupByKey(
  runtime: Runtime,
  entries: {
    readonly keys: number;
    readonly others: number;
    readonly values: number;
    readonly count: number;
  },
  groups: number,
  { starts, others, values }: Grouped,
): Generator<void> {
  const { keys, count } = entries;
  yield* countGroups(runtime, keys, count, starts, groups);
  for (let to = count; to > 0; to -= PIECE) {
    const from = Math.max(0, to - PIECE);
    runtime.kernels.moveEntries(keys, entries.others, entries.values, from, to, starts, others, values);
    yield;
  }
}

/** Groups entries the other way round: those of a column by their rows, ascending. Yields between pieces. */
export function* transpose(
  runtime: Runtime,
  given: Grouped & { readonly rows: number },
  columns: number,
  { starts, others, values }: Grouped,
): Generator<void> {
  const first = given.starts / 4;
  const { kernels, memory } = runtime;
  yield* countGroups(runtime, given.others, memory.u32[first + given.rows]!, starts, columns);
  for (let to = given.rows; to > 0; ) {
    const { u32 } = memory;
    const least = Math.max(0, u32[first + to]! - PIECE);
    let from = to - 1;
    while (from > Math.max(0, to - PIECE) && u32[first + from - 1]! >= least) from--;
    kernels.moveRows(given.starts, given.others, given.values, from, to, starts, others, values);
    to = from;
    yield;
  }
}

function* countGroups(
  { memory, kernels }: Runtime,
  keys: number,
  count: number,
  ends: number,
  groups: number,
): Generator<void> {
  memory.u32.fill(0, ends / 4, ends / 4 + groups + 1);
  for (let from = 0; from < count; from += PIECE) {
    kernels.countKeys(keys, from, Math.min(count, from + PIECE), ends);
    yield;
  }
  kernels.sumCounts(ends, groups);
}
