import { dispose } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkInteger, checkNumber } from '../vectors/input.ts';
import {
  checkOptions,
  type EventBatch,
  type EventOptions,
  type EventSource,
  greatestCommonDivisor,
  LARGEST_TIME,
  type RefusalReason,
  type SessionOptions,
  type SlidingOptions,
  type TumblingOptions,
  type WindowResult,
  type WindowStatistics,
} from './window-options.ts';
import { Panes } from './window-panes.ts';
import { Sessions } from './window-sessions.ts';
import { batchesOf } from './window-source.ts';
import { bytesOf, disposeOf, invalid, States, type ValuesOf } from './window-states.ts';
import type { Fired, Windowing } from './windowing.ts';

/**
 * Sketches or counters of windows over event time: tumbling, sliding and sessions (Akidau et al., "The Dataflow Model", VLDB 2015,
 * sections 2.2 and 2.3). A window is given when the watermark passes its end; one without events never is. Events that are late but
 * within `lateness` correct windows: each call that adds events gives a changed window once more, with all of its events. Later ones
 * are counted. The windows do not depend on how events are put into batches; how often they are corrected does.
 *
 * Cost of an event: its sketch's, and some tens of ns. Between two windows, the events of a call that are in one pane are added at once,
 * and so are successive events of one session: put them into batches. A sliding window costs min(size / pane, ~4) merges, where a
 * pane is gcd(size, slide), and each correction of one size / pane. Memory: a sketch for each of `size + disorder + lateness` over
 * pane, and as many again where a window has more than 4 panes.
 *
 * @example
 * const prototype = await HyperLogLog.create();
 * const visits = EventWindows.sliding({
 *   ...{ size: 60_000, slide: 10_000, disorder: 2_000, prototype },
 *   time: (visit: Visit) => visit.at,
 *   value: (visit) => visit.address,
 * });
 * for await (using { start, end, sketch, count } of visits.over(source)) console.log(start, end, count, sketch.estimate());
 */
export class EventWindows<State extends object, Values extends ArrayLike<unknown>, Event = Values[number]> {
  readonly #states: States<State, Values>;
  readonly #windowing: Windowing<State, Values>;
  readonly #options: EventOptions<State, Values, Event>;
  readonly #pending: WindowResult<State>[] = [];
  readonly #counts = { events: 0, partlyLate: 0, late: 0, ahead: 0, timeless: 0, emitted: 0, corrections: 0 };
  #latest = Number.NEGATIVE_INFINITY;
  #watermark = Number.NEGATIVE_INFINITY;
  #isDisposed = false;
  declare [Symbol.dispose]: () => void;

  private constructor(
    options: EventOptions<State, Values, Event>,
    states: States<State, Values>,
    windowing: Windowing<State, Values>,
  ) {
    this.#options = options;
    this.#states = states;
    this.#windowing = windowing;
    this[dispose] = () => this.dispose();
  }

  /** Windows of one size, side by side. @throws LanewiseError `INVALID_ARGUMENT`, and what making a sketch throws */
  static tumbling<
    State extends object,
    Values extends ArrayLike<unknown> = ValuesOf<State>,
    Event = Values[number],
  >(options: TumblingOptions<State, Values, Event>): EventWindows<State, Values, Event> {
    return EventWindows.sliding({ ...options, slide: options?.size });
  }

  /**
   * Windows of one size that overlap.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `MERGE_MISMATCH` where the sketches cannot be merged, and what making one throws
   */
  static sliding<
    State extends object,
    Values extends ArrayLike<unknown> = ValuesOf<State>,
    Event = Values[number],
  >(options: SlidingOptions<State, Values, Event>): EventWindows<State, Values, Event> {
    const { disorder, lateness, maxOpen } = checkOptions(options);
    const size = checkInteger('size', options.size, 1, LARGEST_TIME);
    const slide = checkInteger('slide', options.slide, 1, size);
    const origin = checkInteger('origin', options.origin ?? 0, -LARGEST_TIME, LARGEST_TIME);
    const pane = greatestCommonDivisor(size, slide);
    if (size / pane > maxOpen) {
      throw invalid(
        `A window of ${size} that slides by ${slide} has ${size / pane} panes, more than maxOpen, ${maxOpen}: choose a slide ` +
          'that divides the size',
        size / pane,
      );
    }
    const states = new States(options, size > pane);
    return new EventWindows(
      options,
      states,
      new Panes(states, { size, slide, pane, origin, disorder, lateness, maxOpen }),
    );
  }

  /** Windows of activity. @throws LanewiseError `INVALID_ARGUMENT`, `MERGE_MISMATCH`, and what making a sketch throws */
  static sessions<
    State extends object,
    Values extends ArrayLike<unknown> = ValuesOf<State>,
    Event = Values[number],
  >(options: SessionOptions<State, Values, Event>): EventWindows<State, Values, Event> {
    const { lateness, maxOpen } = checkOptions(options);
    const gap = checkNumber('gap', options.gap, 0, LARGEST_TIME);
    if (gap === 0) throw invalid('gap must be above 0', gap);
    const states = new States(options, true);
    return new EventWindows(options, states, new Sessions(states, { gap, lateness, maxOpen }));
  }

  /**
   * Adds an event, or events in an array; `drain()` gives the windows that are complete then.
   *
   * @throws LanewiseError `INVALID_VALUE` for an event without a time, unless `onRefused` takes it; `MEMORY_EXHAUSTED` beyond
   *   `maxOpen`; `DISPOSED`; and what `add` throws. An event without a time, and what throws within a single pane or session,
   *   leaves all as it was before the call. Otherwise the first events of the call are taken, and of the others no part: as many
   *   as `events`, `late`, `ahead` and `timeless` of `statistics()` have grown by together.
   */
  add(events: Event | readonly Event[]): this {
    this.#check();
    return this.#keep(this.#feed(this.#fromEvents(Array.isArray(events) ? events : [events as Event])));
  }

  /**
   * Adds events by columns. Sketches get typed arrays in parts, without copies.
   *
   * @throws LanewiseError as `add()`; `DIMENSION_MISMATCH` unless there are as many values as times
   */
  addAll(times: ArrayLike<number | Date>, values: Values): this {
    this.#check();
    return this.#keep(this.#feed(this.#checkBatch({ times, values })));
  }

  /**
   * Tells that all events before a time are here; a time before the watermark changes nothing. Infinity completes all windows.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `DISPOSED`
   */
  advance(watermark: number | Date): this {
    this.#check();
    const time = timeOf(watermark);
    if (Number.isNaN(time))
      throw invalid(`A watermark must be a time, a number or a date; got ${String(watermark)}`, watermark);
    this.#watermark = Math.max(this.#watermark, time);
    return this.#keep(this.#fire(true));
  }

  /** The windows that were completed or corrected since the last call. */
  drain(): WindowResult<State>[] {
    return this.#pending.splice(0);
  }

  /**
   * The windows over a source, as they complete; all that are left when it ends. However the iteration ends, the windows are disposed
   * of then, and the source is closed. Nothing is read ahead, but some 1000 events of a source that is not asynchronous. The
   * signal ends the iteration, also while it waits for the source, with its reason.
   *
   * @throws LanewiseError as `addAll()`; what the source throws
   */
  async *over(
    source: EventSource<Values, Event>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<WindowResult<State>, void, undefined> {
    this.#check();
    try {
      for await (const batch of batchesOf<Batch<Values, Event>, Event>(source, isBatch, signal)) {
        this.#check();
        yield* this.#inTurn(this.#feed(isColumns(batch) ? this.#checkBatch(batch) : this.#fromEvents(batch)));
      }
      this.#check();
      this.#watermark = Number.POSITIVE_INFINITY;
      yield* this.#inTurn(this.#fire(true));
    } finally {
      this.dispose();
    }
  }

  statistics(): WindowStatistics {
    return { ...this.#counts, open: this.#windowing.open, watermark: this.#watermark };
  }

  /**
   * Bytes of the sketches inside and of windows that were not drained, as far as they tell; not of those that were given.
   *
   * @throws LanewiseError `DISPOSED`
   */
  memoryUsage(): { readonly total: number } {
    this.#check();
    return {
      total: this.#pending.reduce((bytes, { sketch }) => bytes + bytesOf(sketch), this.#states.bytes),
    };
  }

  /** Disposes of all sketches inside, and of windows that were not drained. Statistics stay. Harmless when called again. */
  dispose(): void {
    this.#isDisposed = true;
    this.#states.dispose();
    for (const result of this.drain()) result.dispose();
  }

  #check(): void {
    if (this.#isDisposed)
      throw new LanewiseError('DISPOSED', 'These windows were disposed of. Make new ones.');
  }

  #keep(results: Iterable<WindowResult<State>>): this {
    for (const result of results) this.#pending.push(result);
    return this;
  }

  /** Whoever is given a window may call for more: what that completes comes before what completes after it. */
  *#inTurn(results: Iterable<WindowResult<State>>): Generator<WindowResult<State>> {
    yield* this.#waiting();
    for (const result of results) {
      yield result;
      yield* this.#waiting();
    }
  }

  /** One by one, so that those behind are disposed of with the rest when the first is the last one that is wanted. */
  *#waiting(): Generator<WindowResult<State>> {
    for (let next = this.#pending.shift(); next; next = this.#pending.shift()) yield next;
  }

  *#feed({ times, values }: Timed<Values>): Generator<WindowResult<State>> {
    for (let at = 0; at < times.length; ) {
      const time = times[at]!;
      const limit = this.#latestAccepted(time);
      if (Number.isNaN(time)) this.#refuse(values[at++], 'timeless');
      else if (!(time <= limit)) this.#refuse(values[at++], 'ahead');
      else if (this.#windowing.isLate(time, this.#watermark)) {
        this.#counts.late++;
        this.#options.onLate?.(values[at], time);
        at++;
      } else {
        at = this.#take(times, values, at, limit);
        if (this.#windowing.isDue(this.#watermark)) yield* this.#fire(false);
      }
    }
    if (this.#windowing.isDue(this.#watermark)) yield* this.#fire(true);
  }

  /** The first event of all has none before it, and without a clock is taken as it is. */
  #latestAccepted(time: number): number {
    const { maxAhead = Number.POSITIVE_INFINITY, clock } = this.#options;
    if (maxAhead === Number.POSITIVE_INFINITY) return maxAhead;
    const present = clock?.() ?? Math.max(this.#latest, this.#watermark);
    return present === Number.NEGATIVE_INFINITY ? time : present + maxAhead;
  }

  #take(times: Float64Array, values: Values, from: number, limit: number): number {
    const { to, partlyLate } = this.#windowing.take(times, values, from, limit, this.#watermark);
    this.#counts.events += to - from;
    this.#counts.partlyLate += partlyLate;
    for (let at = from; at < to; at++) this.#latest = Math.max(this.#latest, times[at]!);
    this.#watermark = Math.max(this.#watermark, this.#latest - (this.#options.disorder ?? 0));
    return to;
  }

  #refuse(value: Values[number], reason: RefusalReason): void {
    this.#counts[reason]++;
    this.#options.onRefused?.(value, reason);
  }

  *#fire(isEnd: boolean): Generator<WindowResult<State>> {
    for (const fired of this.#windowing.fire(this.#watermark, isEnd)) {
      this.#counts.emitted++;
      if (fired.replaces.length > 0) this.#counts.corrections++;
      yield resultOf(fired);
      this.#check();
    }
  }

  #fromEvents(events: readonly Event[]): Timed<Values> {
    const { time = (event: Event) => (event as { time: number } | undefined)?.time as number, value } =
      this.#options;
    const values = (value ? events.map((event) => value(event)) : events) as unknown as Values;
    return { times: this.#checkTimes(events.map((event) => time(event))), values };
  }

  #checkBatch({ times, values }: EventBatch<Values>): Timed<Values> {
    if (times?.length !== values?.length || times?.length === undefined) {
      throw new LanewiseError(
        'DIMENSION_MISMATCH',
        `Events by columns must be as many times as values; got ${times?.length} and ${values?.length}.`,
        { expected: times?.length, got: values?.length },
      );
    }
    return { times: this.#checkTimes(times), values };
  }

  /** NaN for what is no time. */
  #checkTimes(times: ArrayLike<number | Date>): Float64Array {
    const checked = new Float64Array(times.length);
    for (let at = 0; at < checked.length; at++) {
      const given = times[at]!;
      const time = timeOf(given);
      checked[at] = Math.abs(time) <= LARGEST_TIME ? time : Number.NaN;
      if (!Number.isNaN(checked[at]) || this.#options.onRefused) continue;
      throw new LanewiseError(
        'INVALID_VALUE',
        `Event ${at} has no time: it must be a finite number, at most 2^53, or a date; got ${String(given)}. Give time, or ` +
          'onRefused for such events.',
        { got: given },
      );
    }
    return checked;
  }
}

interface Timed<Values> {
  readonly times: Float64Array;
  readonly values: Values;
}

/** NaN for what is no time. */
function timeOf(given: number | Date): number {
  const time = given instanceof Date ? given.getTime() : given;
  return typeof time === 'number' ? time : Number.NaN;
}

function resultOf<State extends object>({
  start,
  end,
  state,
  count,
  replaces,
}: Fired<State>): WindowResult<State> {
  const free = () => disposeOf(state);
  const isCorrection = replaces.length > 0;
  return { start, end, sketch: state, count, isCorrection, replaces, dispose: free, [dispose]: free };
}

type Batch<Values extends ArrayLike<unknown>, Event> = EventBatch<Values> | readonly Event[];

function isBatch<Values extends ArrayLike<unknown>, Event>(
  item: Event | Batch<Values, Event>,
): item is Batch<Values, Event> {
  return Array.isArray(item) || isColumns(item);
}

function isColumns<Values extends ArrayLike<unknown>, Other>(
  item: Other | EventBatch<Values>,
): item is EventBatch<Values> {
  return typeof item === 'object' && item !== null && 'times' in item && 'values' in item;
}
