import { PaneMerges } from './window-merges.ts';
import type { States } from './window-states.ts';
import {
  type Fired,
  gather,
  lowerBound,
  type Part,
  refuseMore,
  type Taken,
  type Windowing,
} from './windowing.ts';

/** Up to so many panes are merged anew for each window; more are merged cumulatively. */
const FEW_PANES = 4;

/** What is asked of tumbling and sliding windows, checked. */
export interface PaneShape {
  readonly size: number;
  readonly slide: number;
  /** gcd(size, slide): windows are whole panes. */
  readonly pane: number;
  readonly origin: number;
  readonly disorder: number;
  readonly lateness: number;
  readonly maxOpen: number;
}

/** Events of a call that are in one pane. */
interface Group {
  readonly start: number;
  /** When they came: as to their windows, the same for all of them. */
  readonly watermark: number;
  /** Where each run of them starts and ends among the events of the call. */
  readonly runs: number[];
  count: number;
}

/**
 * Tumbling and sliding windows as merged panes. Window i is [origin + i slide, origin + i slide + size). As long as no window ends
 * or goes, events may be put into panes in any order, so that each pane gets its own at once.
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
  readonly #merges: PaneMerges<State, Values>;

  constructor(states: States<State, Values>, shape: PaneShape) {
    this.#states = states;
    this.#shape = shape;
    this.#merges = new PaneMerges(states, this.#panes);
  }

  get open(): number {
    return this.#panes.length;
  }

  isLate(time: number, watermark: number): boolean {
    return this.#isOver(this.#last(time), watermark);
  }

  take(times: Float64Array, values: Values, from: number, limit: number, watermark: number): Taken {
    const { to, groups, passed } = this.#group(times, from, limit, watermark);
    this.#add(groups, values);
    // Where windows are still to be fired, because firing was left or failed in its middle, none is passed over.
    if (this.#next === Number.NEGATIVE_INFINITY || this.#lastPassed(watermark) < this.#next)
      this.#next = Math.max(this.#next, this.#lastPassed(passed) + 1);
    let partlyLate = 0;
    for (const { start, count, watermark: then } of groups) {
      const first = this.#first(start);
      if (this.#isOver(first, then)) partlyLate += count;
      for (let window = first; window <= this.#last(start) && window < this.#next; window++) {
        if (!this.#isOver(window, then)) this.#changed.add(window);
      }
      if (start < this.#merges.end) this.#merges.forget();
    }
    return { to, partlyLate };
  }

  isDue(watermark: number): boolean {
    if (this.#changed.size > 0 || this.#lastPassed(watermark) >= this.#next) return true;
    const oldest = this.#panes[0];
    return oldest !== undefined && this.isLate(oldest.start, watermark);
  }

  *fire(watermark: number, isEnd: boolean): Generator<Fired<State>> {
    for (const window of [...this.#changed].sort((a, b) => a - b)) {
      // Whoever was given the window before may have added events, which completed this one.
      if (!this.#changed.has(window) || !(isEnd || this.#isOver(window, watermark))) continue;
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

  /** What the watermark must reach so that a window ends, or one that has ended is over. */
  #nextChange(watermark: number): number {
    const { lateness } = this.#shape;
    const [end, kept] = [this.#lastPassed(watermark) + 1, this.#lastPassed(watermark - lateness) + 1];
    return Math.min(this.#endOf(end), this.#endOf(kept) + lateness);
  }

  #endOf(window: number): number {
    const { size, slide, origin } = this.#shape;
    return origin + window * slide + size;
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
    return this.#endOf(window) + this.#shape.lateness <= watermark;
  }

  /** Events up to the one by which a window that has any ends, or is over, by panes. */
  #group(times: Float64Array, from: number, limit: number, before: number) {
    const { pane, origin, disorder } = this.#shape;
    const groups = new Map<number, Group>();
    let watermark = before;
    let most = disorder + this.#nextChange(watermark);
    let earliest = this.#panes[0]?.start ?? Number.POSITIVE_INFINITY;
    let group: Group | undefined;
    let to = from;
    for (let time = times[to]!; to < times.length; time = times[to]!) {
      if (!(time <= limit)) break;
      if (!group || time < group.start || time >= group.start + pane) {
        if (this.isLate(time, watermark)) break;
        const start = Math.floor((time - origin) / pane) * pane + origin;
        group = groups.get(start) ?? { start, watermark, runs: [], count: 0 };
        groups.set(start, group);
        earliest = Math.min(earliest, start);
        group.runs.push(to, to);
      }
      group.runs[group.runs.length - 1] = ++to;
      group.count++;
      if (time < most) continue;
      if (this.#endOf(this.#first(earliest)) <= time - disorder) break;
      watermark = time - disorder;
      most = disorder + this.#nextChange(watermark);
    }
    return { to, groups: [...groups.values()], passed: watermark };
  }

  /** To the sketches of all groups, or of none. */
  #add(groups: readonly Group[], values: Values): void {
    const found = groups.map(({ start }) => {
      const pane = this.#panes[lowerBound(this.#panes, start)];
      return pane?.start === start ? pane : undefined;
    });
    const more = groups.filter((_, at) => !found[at]).length;
    if (this.#panes.length + more > this.#shape.maxOpen) throw refuseMore('panes', this.#shape.maxOpen);
    const added: Part<State>[] = [];
    const copies: [Part<State>, State][] = [];
    let old = groups.length - more;
    try {
      for (const [at, { start, runs, count }] of groups.entries()) {
        if (found[at]) continue;
        const pane = { start, state: this.#states.create(), count };
        added.push(pane);
        this.#states.add(pane.state, gather(values, runs, count));
      }
      for (const [at, { runs, count }] of groups.entries()) {
        const pane = found[at];
        if (!pane) continue;
        // The last one needs no copy: what it refuses leaves it as it was.
        if (--old > 0) copies.push([pane, this.#states.copy(pane.state)]);
        this.#states.add(pane.state, gather(values, runs, count));
      }
    } catch (error) {
      for (const { state } of added) this.#states.release(state);
      for (const [pane, copy] of copies) {
        this.#states.release(pane.state);
        pane.state = copy;
      }
      throw error;
    }
    for (const [, copy] of copies) this.#states.release(copy);
    for (const pane of added) this.#panes.splice(lowerBound(this.#panes, pane.start), 0, pane);
    for (const [at, pane] of found.entries()) if (pane) pane.count += groups[at]!.count;
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
    else if (isNew && size > FEW_PANES * pane) whole = this.#merges.next(start, end);
    else whole = this.#merges.merge(from, to);
    if (lateness > 0) this.#fired.add(window);
    const replaces = isCorrection ? [{ start, end }] : [];
    return { start, end, state: this.#states.give(whole.state), count: whole.count, replaces };
  }
}
