import { checkInteger, checkNumber } from '../vectors/input.ts';
import { invalid, type StateOptions } from './window-states.ts';
import type { TimeSpan } from './windowing.ts';

/** Times and what is made of them are exact up to here. */
export const LARGEST_TIME: number = Number.MAX_SAFE_INTEGER;

/** Why an event was refused: it has no time, or one beyond `maxAhead`. */
export type RefusalReason = 'timeless' | 'ahead';

/** What all windows take. Times are numbers of any one unit, at most 2^53, or dates, which count in milliseconds. */
export interface EventOptions<State extends object, Values extends ArrayLike<unknown>, Event>
  extends StateOptions<State, Values> {
  /** When an event happened. @default event.time */
  readonly time?: (event: Event) => number | Date;
  /** What of an event is added. @default the event */
  readonly value?: (event: Event) => Values[number];
  /** How far behind the latest event one may come: the watermark is the latest time less this. @default 0 */
  readonly disorder?: number;
  /** For how long, by the watermark, a window is kept beyond its end; what comes until then corrects it. @default 0 */
  readonly lateness?: number;
  /**
   * Refuses an event that is farther than this ahead of `clock()`, or of the latest event before it where there is no clock: its
   * time would make all that follow late. Without a clock, a silence longer than this ends only by `advance()`. @default Infinity
   */
  readonly maxAhead?: number;
  /** The present, as `Date.now` tells it. */
  readonly clock?: () => number;
  /** Panes or sessions that may be open: the bound of memory. @default 10 000 */
  readonly maxOpen?: number;
  /** Takes what came too late for every window of its time; it is counted anyway. */
  readonly onLate?: (value: Values[number], time: number) => void;
  /** Takes what is refused; without it, an event without a time throws. */
  readonly onRefused?: (value: Values[number], reason: RefusalReason) => void;
}

/** What {@link EventWindows.tumbling} takes. */
export interface TumblingOptions<State extends object, Values extends ArrayLike<unknown>, Event>
  extends EventOptions<State, Values, Event> {
  /** An integer of at least 1. */
  readonly size: number;
  /** Where a window starts, such as the midnight of a time zone. @default 0 */
  readonly origin?: number;
}

/** What {@link EventWindows.sliding} takes. */
export interface SlidingOptions<State extends object, Values extends ArrayLike<unknown>, Event>
  extends TumblingOptions<State, Values, Event> {
  /** From the start of a window to that of the next, an integer in 1..size; one that divides the size has the fewest panes. */
  readonly slide: number;
}

/** What {@link EventWindows.sessions} takes. */
export interface SessionOptions<State extends object, Values extends ArrayLike<unknown>, Event>
  extends EventOptions<State, Values, Event> {
  /** The silence that ends a session: an event so long after the last one starts another. */
  readonly gap: number;
}

/** What happened in a window. It and its sketch belong to whoever gets it: dispose of it, or write `using`. */
export interface WindowResult<State> extends TimeSpan, Disposable {
  readonly sketch: State;
  /** Events in it. */
  readonly count: number;
  /** Whether it stands for what was given before, because events came late. */
  readonly isCorrection: boolean;
  /** What it stands for: its own span; of sessions also such as it has united. */
  readonly replaces: readonly TimeSpan[];
  /** Disposes of the sketch. */
  dispose(): void;
}

/** Events by columns: the times, and as many values. */
export interface EventBatch<Values extends ArrayLike<unknown>> {
  readonly times: ArrayLike<number | Date>;
  readonly values: Values;
}

/** What windows are computed over: events, arrays of events, or batches by columns. */
export type EventSource<Values extends ArrayLike<unknown>, Event> =
  | Iterable<Event | readonly Event[] | EventBatch<Values>>
  | AsyncIterable<Event | readonly Event[] | EventBatch<Values>>;

/** What became of the events so far: each is counted once among `events`, `late`, `ahead` and `timeless`. */
export interface WindowStatistics {
  /** Events that are in a window. */
  readonly events: number;
  /** Of those, events that came too late for some of their windows. */
  readonly partlyLate: number;
  /** Events that came too late for all of their windows. */
  readonly late: number;
  /** Events refused because of `maxAhead`. */
  readonly ahead: number;
  /** Events refused because they have no time. */
  readonly timeless: number;
  /** Panes or sessions. */
  readonly open: number;
  /** Windows given, corrections included. */
  readonly emitted: number;
  readonly corrections: number;
  /** All events before it are thought to be here; -Infinity before the first one. */
  readonly watermark: number;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkOptions<State extends object, Values extends ArrayLike<unknown>, Event>(
  options: EventOptions<State, Values, Event>,
): { disorder: number; lateness: number; maxOpen: number } {
  if (typeof options !== 'object' || options === null) throw invalid('Windows need options');
  checkNumber('maxAhead', options.maxAhead ?? 0, 0, Number.POSITIVE_INFINITY);
  return {
    disorder: checkNumber('disorder', options.disorder ?? 0, 0, LARGEST_TIME),
    lateness: checkNumber('lateness', options.lateness ?? 0, 0, LARGEST_TIME),
    maxOpen: checkInteger('maxOpen', options.maxOpen ?? 10_000, 1, LARGEST_TIME),
  };
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
