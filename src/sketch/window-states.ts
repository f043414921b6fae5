import { LanewiseError } from '../host/errors.ts';

/** What windows need of a sketch; all but what they call may be missing. */
interface Stateful {
  add?(values: unknown): unknown;
  merge?(other: unknown): unknown;
  clone?(): unknown;
  clear?(): void;
  dispose?(): void;
  memoryUsage?(): { readonly total: number };
}

/** The batches that a sketch's own `add()` takes. */
export type ValuesOf<State> = State extends { add(values: infer Values, ...more: never): unknown }
  ? Exclude<Extract<Values, ArrayLike<unknown>>, string>
  : ArrayLike<unknown>;

/** Where the sketches or counters of windows come from, and what is done with them. */
export interface StateOptions<State extends object, Values extends ArrayLike<unknown>> {
  /** A sketch that is cloned for each pane, without what it has seen; it stays the caller's. Or give `create`. */
  readonly prototype?: State;
  /** An empty sketch or counter, made at once: an object that `add` and `merge` change. */
  readonly create?: () => State;
  /** Adds values of successive events, at once; by default `state.add(values)`. It must add all of them, or throw and none. */
  readonly add?: (state: State, values: Values) => unknown;
  /** Puts what `from` has seen into `into`; by default `into.merge(from)`. */
  readonly merge?: (into: State, from: State) => unknown;
}

/** Spare sketches that are kept for the next panes. */
const MOST_SPARE = 64;

/** Makes, fills, copies and merges the sketches of windows, and knows all that are inside. */
export class States<State extends object, Values extends ArrayLike<unknown>> {
  readonly add: (state: State, values: Values) => unknown;
  readonly merge: (into: State, from: State) => unknown;
  readonly #make: () => State;
  readonly #own: State | undefined;
  readonly #inside = new Set<State>();
  readonly #spare: State[] = [];

  /** @throws LanewiseError `INVALID_ARGUMENT`, `MERGE_MISMATCH` where sketches must be merged and cannot be */
  constructor({ prototype, create, add, merge }: StateOptions<State, Values>, isMerging: boolean) {
    if (!prototype === !create) throw invalid('Give either prototype or create');
    this.#own = prototype && cleared(prototype);
    const own = this.#own;
    this.#make = create ?? (() => (own as Stateful).clone?.() as State);
    this.add = add ?? ((state, values) => (state as Stateful).add?.(values));
    this.merge = merge ?? ((into, from) => (into as Stateful).merge?.(from));
    try {
      const first = this.create();
      if (!add && !isFunction(first, 'add')) throw invalid('Without an add() of its sketches, give add');
      if (!merge && !isFunction(first, 'merge'))
        throw invalid('Without a merge() of its sketches, give merge');
      if (isMerging) this.merge(first, this.create());
    } catch (error) {
      this.dispose();
      throw error;
    }
    for (const state of [...this.#inside]) this.release(state);
  }

  /** An empty one. */
  create(): State {
    const state = this.#spare.pop() ?? this.#make();
    if (typeof state !== 'object' || state === null || this.#inside.has(state) || 'then' in state) {
      throw invalid(
        'create must return an object, another one at each call and no promise: of a sketch that is made asynchronously give one as prototype',
        state,
      );
    }
    this.#inside.add(state);
    return state;
  }

  copy(of: State): State {
    const clone = (of as Stateful).clone?.() as State | undefined;
    if (clone) {
      this.#inside.add(clone);
      return clone;
    }
    const state = this.create();
    try {
      this.merge(state, of);
      return state;
    } catch (error) {
      this.release(state);
      throw error;
    }
  }

  /** Lets it go to whoever gets the window. */
  give(state: State): State {
    this.#inside.delete(state);
    return state;
  }

  release(state: State): void {
    if (!this.#inside.delete(state)) return;
    if (this.#spare.length < MOST_SPARE && isFunction(state, 'clear')) {
      (state as Stateful).clear?.();
      this.#spare.push(state);
    } else disposeOf(state);
  }

  /** The bytes of all sketches inside, as far as they tell. */
  get bytes(): number {
    let bytes = 0;
    for (const state of this.#all()) bytes += bytesOf(state);
    return bytes;
  }

  dispose(): void {
    for (const state of this.#all()) disposeOf(state);
    this.#inside.clear();
    this.#spare.length = 0;
  }

  #all(): State[] {
    return [...this.#inside, ...this.#spare, ...(this.#own ? [this.#own] : [])];
  }
}

export function bytesOf(state: object): number {
  return (state as Stateful).memoryUsage?.().total ?? 0;
}

export function disposeOf(state: object): void {
  (state as Stateful).dispose?.();
}

export function invalid(problem: string, got?: unknown): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', `${problem}.`, got === undefined ? {} : { got });
}

function cleared<State extends object>(prototype: State): State {
  if (!isFunction(prototype, 'clone') || !isFunction(prototype, 'clear')) {
    throw invalid(
      'A prototype must have clone() and clear(), and be no promise of one that has; or give create instead',
    );
  }
  const own = (prototype as Stateful).clone?.() as State;
  (own as Stateful).clear?.();
  return own;
}

function isFunction(state: unknown, name: keyof Stateful): boolean {
  return typeof (state as Stateful | undefined)?.[name] === 'function';
}
