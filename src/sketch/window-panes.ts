import type { States } from './window-states.ts';
import {
  type Fired,
  lowerBound,
  type Part,
  refuseMore,
  slice,
  type Taken,
  type Windowing,
} from './windowing.ts';

/** Up to so many panes are merged anew for each window; more are merged cumulatively. */
const FEW_PANES = 4;

/** Times as panes count them, all integers but the origin. */
export interface PaneShape {
  readonly size: number;
  readonly slide: number;
  /** gcd(size, slide): windows are whole panes. */
  readonly pane: number;
  readonly origin: number;
  readonly lateness: number;
  readonly maxOpen: number;
}

/**
 * Tumbling and sliding windows as merged panes. Window i is [origin + i slide, origin + i slide + size). Sketches cannot be
 * subtracted, so that a sliding window is a queue of two stacks: merges of all suffixes of older panes, made at once when they are
 * used up, and one merge of the newer panes. Some 4 merges a window instead of size / pane, for twice the panes' memory.
 */
export class Panes<State extends object, Values extends ArrayLike<unknown>>
  implements Windowing<State, Values>
{
  readonly #states: States<State, Values>;
  readonly #shape: PaneShape;
  /** Those with events, by start. */
  readonly #panes: Part<State>[] = [];
  /** All windows before this one were fired, or had no events when the watermark passed them. */
  #next = Number.NEGATIVE_INFINITY;
  /** Windows that were passed and have got late events since. */
  readonly #changed = new Set<number>();
  /** Windows that were fired and still take late events. */
  readonly #fired = new Set<number>();
  /** Merges of panes from `start` to `#boundary`, the earliest last. */
  #suffixes: Part<State>[] = [];
  #boundary = Number.NEGATIVE_INFINITY;
  /** The merge of panes from `#boundary` to `#end`. */
  #newer: Part<State> | undefined;
  #end = Number.NEGATIVE_INFINITY;

  constructor(states: States<State, Values>, shape: PaneShape) {
    this.#states = states;
    this.#shape = shape;
  }

  get open(): number {
    return this.#panes.length;
  }

  isLate(time: number, watermark: number): boolean {
    return this.#isOver(this.#last(time), watermark);
  }

  take(times: Float64Array, values: Values, from: number, limit: number, watermark: number): Taken {
    const { pane, origin } = this.#shape;
    const start = Math.floor((times[from]! - origin) / pane) * pane + origin;
    let to = from + 1;
    while (to < times.length && times[to]! >= start && times[to]! < start + pane && times[to]! <= limit) to++;
    this.#add(start, slice(values, from, to), to - from);
    const first = this.#first(start);
    for (let window = first; window <= this.#last(start) && window < this.#next; window++) {
      if (!this.#isOver(window, watermark)) this.#changed.add(window);
    }
    if (start < this.#end) this.#forgetMerges();
    return { to, isPartlyLate: this.#isOver(first, watermark) };
  }

  isDue(watermark: number): boolean {
    if (this.#changed.size > 0 || this.#lastPassed(watermark) >= this.#next) return true;
    const oldest = this.#panes[0];
    return oldest !== undefined && this.isLate(oldest.start, watermark);
  }

  *fire(watermark: number, isEnd: boolean): Generator<Fired<State>> {
    for (const window of [...this.#changed].sort((a, b) => a - b)) {
      if (!isEnd && !this.#isOver(window, watermark)) continue;
      const fired = this.#window(window, this.#fired.has(window), watermark);
      this.#changed.delete(window);
      yield fired;
    }
    yield* this.#fireNew(watermark);
    for (const window of this.#fired) if (this.#isOver(window, watermark)) this.#fired.delete(window);
    let over = 0;
    while (over < this.#panes.length && this.isLate(this.#panes[over]!.start, watermark)) over++;
    for (const { state } of this.#panes.splice(0, over)) this.#states.release(state);
  }

  *#fireNew(watermark: number): Generator<Fired<State>> {
    const { slide, origin } = this.#shape;
    const last = this.#lastPassed(watermark);
    while (this.#next <= last) {
      const pane = this.#panes[lowerBound(this.#panes, origin + this.#next * slide)];
      const window = pane === undefined ? last + 1 : Math.max(this.#next, this.#first(pane.start));
      if (pane === undefined || window > last) break;
      const fired = this.#window(window, false, watermark);
      this.#next = window + 1;
      yield fired;
    }
    this.#next = Math.max(this.#next, last + 1);
  }

  /** The last window that ends by then. */
  #lastPassed(watermark: number): number {
    const { size, slide, origin } = this.#shape;
    return Math.floor((watermark - size - origin) / slide);
  }

  /** The first window that a time is in. */
  #first(time: number): number {
    const { size, slide, origin } = this.#shape;
    return Math.floor((time - origin - size) / slide) + 1;
  }

  #last(time: number): number {
    return Math.floor((time - this.#shape.origin) / this.#shape.slide);
  }

  /** Whether a window takes events no longer. */
  #isOver(window: number, watermark: number): boolean {
    const { size, slide, origin, lateness } = this.#shape;
    return origin + window * slide + size + lateness <= watermark;
  }

  #add(start: number, values: Values, count: number): void {
    const at = lowerBound(this.#panes, start);
    const pane = this.#panes[at];
    if (pane?.start === start) {
      this.#states.add(pane.state, values);
      pane.count += count;
      return;
    }
    if (this.#panes.length >= this.#shape.maxOpen) throw refuseMore('panes', this.#shape.maxOpen);
    const state = this.#states.create();
    try {
      this.#states.add(state, values);
    } catch (error) {
      this.#states.release(state);
      throw error;
    }
    this.#panes.splice(at, 0, { start, state, count });
  }

  #window(window: number, isCorrection: boolean, watermark: number): Fired<State> {
    const { size, slide, pane, origin, lateness } = this.#shape;
    const start = origin + window * slide;
    const end = start + size;
    const from = lowerBound(this.#panes, start);
    const to = lowerBound(this.#panes, end);
    const isNew = window >= this.#next;
    let whole: Part<State>;
    if (size === pane && this.#isOver(window, watermark)) whole = this.#panes.splice(from, 1)[0]!;
    else if (isNew && size > FEW_PANES * pane) whole = this.#mergeByQueue(start, end);
    else whole = this.#merge(from, to);
    if (lateness > 0) this.#fired.add(window);
    const replaces = isCorrection ? [{ start, end }] : [];
    return { start, end, state: this.#states.give(whole.state), count: whole.count, replaces };
  }

  #merge(from: number, to: number): Part<State> {
    const whole = this.#copy(this.#panes[from]!);
    for (let at = from + 1; at < to; at++) this.#mergeInto(whole, this.#panes[at]!);
    return whole;
  }

  #mergeByQueue(start: number, end: number): Part<State> {
    try {
      return this.#mergeCumulatively(start, end);
    } catch (error) {
      this.#forgetMerges();
      throw error;
    }
  }

  #mergeCumulatively(start: number, end: number): Part<State> {
    if (start >= this.#boundary) this.#mergeSuffixes(start, end);
    while (this.#suffixes.length > 0 && this.#suffixes.at(-1)!.start < start) {
      this.#states.release(this.#suffixes.pop()!.state);
    }
    const to = lowerBound(this.#panes, end);
    for (let at = lowerBound(this.#panes, this.#end); at < to; at++) {
      if (this.#newer) this.#mergeInto(this.#newer, this.#panes[at]!);
      else this.#newer = this.#copy(this.#panes[at]!);
    }
    this.#end = end;
    const oldest = this.#suffixes.at(-1);
    if (!oldest) return this.#copy(this.#newer!);
    const whole = this.#copy(oldest);
    if (this.#newer) this.#mergeInto(whole, this.#newer);
    return whole;
  }

  #mergeSuffixes(start: number, end: number): void {
    this.#forgetMerges();
    const from = lowerBound(this.#panes, start);
    for (let at = lowerBound(this.#panes, end) - 1; at >= from; at--) {
      const suffix = this.#copy(this.#panes[at]!);
      const later = this.#suffixes.at(-1);
      this.#suffixes.push(suffix);
      if (later) this.#mergeInto(suffix, later);
    }
    this.#boundary = end;
    this.#end = end;
  }

  #forgetMerges(): void {
    for (const { state } of this.#suffixes) this.#states.release(state);
    if (this.#newer) this.#states.release(this.#newer.state);
    this.#suffixes = [];
    this.#newer = undefined;
    this.#boundary = Number.NEGATIVE_INFINITY;
    this.#end = Number.NEGATIVE_INFINITY;
  }

  #copy({ start, state, count }: Part<State>): Part<State> {
    return { start, state: this.#states.copy(state), count };
  }

  #mergeInto(whole: Part<State>, part: Part<State>): void {
    try {
      this.#states.merge(whole.state, part.state);
      whole.count += part.count;
    } catch (error) {
      this.#states.release(whole.state);
      throw error;
    }
  }
}
