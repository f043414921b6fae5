import { LanewiseError } from '../host/errors.ts';

/** From `start` on, before `end`. */
export interface TimeSpan {
  readonly start: number;
  readonly end: number;
}

/** The events of a span of time. */
export interface Part<State> {
  start: number;
  state: State;
  count: number;
}

/** A window that the watermark has passed, or that has got late events since. */
export interface Fired<State> extends TimeSpan {
  /** Out of the windows' hands. */
  readonly state: State;
  readonly count: number;
  readonly replaces: readonly TimeSpan[];
}

export interface Taken {
  /** Events before this one were taken. */
  readonly to: number;
  /** How many of them came too late for some of their windows. */
  readonly partlyLate: number;
}

/** A way of putting events into windows. */
export interface Windowing<State, Values> {
  /** Panes or sessions. */
  readonly open: number;
  /** Whether every window that an event of that time is in takes events no longer. */
  isLate(time: number, watermark: number): boolean;
  /**
   * Takes the event `from`, which is not late, and as many of those after it as are not late either, nor beyond the time `limit`,
   * and make no difference to what is fired before them. What throws leaves all as it was.
   */
  take(times: Float64Array, values: Values, from: number, limit: number, watermark: number): Taken;
  /** Whether `fire` would do anything. */
  isDue(watermark: number): boolean;
  /**
   * Windows that end by the watermark, earliest first, and lets go of what takes events no longer.
   *
   * @param isEnd also windows that were fired before and have got events since
   */
  fire(watermark: number, isEnd: boolean): Generator<Fired<State>>;
}

/** The first part from a time on. */
export function lowerBound(parts: readonly Part<unknown>[], start: number): number {
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (parts[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Without a copy where the values are a typed array. */
export function slice<Values extends ArrayLike<unknown>>(values: Values, from: number, to: number): Values {
  if (from === 0 && to === values.length) return values;
  return (ArrayBuffer.isView(values)
    ? (values as unknown as Uint8Array).subarray(from, to)
    : Array.prototype.slice.call(values, from, to)) as unknown as Values;
}

/** The values of several runs; without a copy where they are one run of a typed array. */
export function gather<Values extends ArrayLike<unknown>>(
  values: Values,
  runs: readonly number[],
  count: number,
): Values {
  if (runs.length === 2) return slice(values, runs[0]!, runs[1]!);
  const Kind = (ArrayBuffer.isView(values) ? values.constructor : Array) as new (length: number) => unknown[];
  const gathered = new Kind(count);
  for (let run = 0, at = 0; run < runs.length; run += 2) {
    for (let from = runs[run]!; from < runs[run + 1]!; from++) gathered[at++] = values[from];
  }
  return gathered as unknown as Values;
}

export function refuseMore(what: string, maxOpen: number): LanewiseError {
  return new LanewiseError(
    'MEMORY_EXHAUSTED',
    `${maxOpen} ${what} are open, as many as maxOpen allows: lower disorder or lateness, refuse far times by maxAhead, or raise maxOpen.`,
    { expected: maxOpen },
  );
}
