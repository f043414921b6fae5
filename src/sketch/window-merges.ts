import type { States } from './window-states.ts';
import { lowerBound, type Part } from './windowing.ts';

/**
 * Merges of the panes of windows. Sketches cannot be subtracted, so that a sliding window is a queue of two stacks: merges of all
 * suffixes of its older panes, made at once when they are used up, and one merge of its newer panes. Some 4 merges a window instead
 * of size / pane, for as many sketches again as a window has panes.
 */
export class PaneMerges<State extends object, Values extends ArrayLike<unknown>> {
  readonly #states: States<State, Values>;
  readonly #panes: readonly Part<State>[];
  /** Merges of panes from `start` to `#boundary`, the earliest last. */
  #suffixes: Part<State>[] = [];
  #boundary = Number.NEGATIVE_INFINITY;
  /** The merge of panes from `#boundary` to `end`. */
  #newer: Part<State> | undefined;
  /** Panes before it are merged. */
  end: number = Number.NEGATIVE_INFINITY;

  /** @param panes by start, as they are at each call */
  constructor(states: States<State, Values>, panes: readonly Part<State>[]) {
    this.#states = states;
    this.#panes = panes;
  }

  /** Panes by their places. */
  merge(from: number, to: number): Part<State> {
    const whole = this.#copy(this.#panes[from]!);
    for (let at = from + 1; at < to; at++) this.#mergeInto(whole, this.#panes[at]!);
    return whole;
  }

  /** The panes of a window that neither starts nor ends before the last one that was asked for. */
  next(start: number, end: number): Part<State> {
    try {
      return this.#mergeCumulatively(start, end);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  #mergeCumulatively(start: number, end: number): Part<State> {
    if (start >= this.#boundary) this.#mergeSuffixes(start, end);
    while (this.#suffixes.length > 0 && this.#suffixes.at(-1)!.start < start) {
      this.#states.release(this.#suffixes.pop()!.state);
    }
    const to = lowerBound(this.#panes, end);
    for (let at = lowerBound(this.#panes, this.end); at < to; at++) {
      if (this.#newer) this.#mergeInto(this.#newer, this.#panes[at]!);
      else this.#newer = this.#copy(this.#panes[at]!);
    }
    this.end = end;
    const oldest = this.#suffixes.at(-1);
    if (!oldest) return this.#copy(this.#newer!);
    const whole = this.#copy(oldest);
    if (this.#newer) this.#mergeInto(whole, this.#newer);
    return whole;
  }

  #mergeSuffixes(start: number, end: number): void {
    this.forget();
    const from = lowerBound(this.#panes, start);
    for (let at = lowerBound(this.#panes, end) - 1; at >= from; at--) {
      const suffix = this.#copy(this.#panes[at]!);
      const later = this.#suffixes.at(-1);
      this.#suffixes.push(suffix);
      if (later) this.#mergeInto(suffix, later);
    }
    this.#boundary = end;
    this.end = end;
  }

  /** To be called when a pane before `end` has changed. */
  forget(): void {
    for (const { state } of this.#suffixes) this.#states.release(state);
    if (this.#newer) this.#states.release(this.#newer.state);
    this.#suffixes = [];
    this.#newer = undefined;
    this.#boundary = Number.NEGATIVE_INFINITY;
    this.end = Number.NEGATIVE_INFINITY;
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
