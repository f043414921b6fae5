import type { States } from './window-states.ts';
import {
  type Fired,
  type Part,
  refuseMore,
  slice,
  type Taken,
  type TimeSpan,
  type Windowing,
} from './windowing.ts';

export interface SessionShape {
  readonly gap: number;
  readonly lateness: number;
  readonly maxOpen: number;
}

interface Session<State> extends Part<State> {
  /** The last event and the gap. */
  end: number;
  /** What was fired of it. */
  fired: TimeSpan[];
  /** Whether it has got events since. */
  isChanged: boolean;
}

/** Windows of activity: each event is [time, time + gap), and events that overlap are one session. */
export class Sessions<State extends object, Values extends ArrayLike<unknown>>
  implements Windowing<State, Values>
{
  readonly #states: States<State, Values>;
  readonly #shape: SessionShape;
  /** Disjoint, by start. */
  readonly #sessions: Session<State>[] = [];
  /** Nothing is to be done before the watermark gets here. */
  #due = Number.POSITIVE_INFINITY;

  constructor(states: States<State, Values>, shape: SessionShape) {
    this.#states = states;
    this.#shape = shape;
  }

  get open(): number {
    return this.#sessions.length;
  }

  isLate(time: number, watermark: number): boolean {
    const { gap, lateness } = this.#shape;
    if (time + gap + lateness > watermark) return false;
    const session = this.#sessions[this.#firstEndingAfter(time)];
    return !session || session.start >= time + gap;
  }

  take(times: Float64Array, values: Values, from: number, limit: number): Taken {
    const { gap } = this.#shape;
    const at = this.#firstEndingAfter(times[from]!);
    let next = at;
    while (next < this.#sessions.length && this.#sessions[next]!.start < times[from]! + gap) next++;
    const bridged = this.#sessions.slice(at, next);
    const end = Math.max(times[from]! + gap, bridged.at(-1)?.end ?? Number.NEGATIVE_INFINITY);
    const span = { start: Math.min(times[from]!, bridged[0]?.start ?? Number.POSITIVE_INFINITY), end };
    // Not before, and not after: what touches a neighbour bridges it.
    const [least, most] = [
      this.#sessions[at - 1]?.end ?? Number.NEGATIVE_INFINITY,
      this.#sessions[next]?.start,
    ];
    let to = from + 1;
    for (; to < times.length; to++) {
      const time = times[to]!;
      const isOwn = time > span.start - gap && time < span.end;
      if (!isOwn || time > limit || time < least || time + gap > (most ?? Number.POSITIVE_INFINITY)) break;
      span.start = Math.min(span.start, time);
      span.end = Math.max(span.end, time + gap);
    }
    const session = this.#add(at, bridged, slice(values, from, to));
    session.start = span.start;
    session.end = span.end;
    session.count += to - from;
    session.isChanged = true;
    this.#due = Math.min(this.#due, span.end);
    return { to, partlyLate: 0 };
  }

  isDue(watermark: number): boolean {
    return watermark >= this.#due;
  }

  *fire(watermark: number, isEnd: boolean): Generator<Fired<State>> {
    for (let at = 0; at < this.#sessions.length; ) {
      const session = this.#sessions[at]!;
      const isOver = session.end + this.#shape.lateness <= watermark;
      const isFired =
        session.isChanged && session.end <= watermark && (isEnd || isOver || session.fired.length === 0);
      const state = isFired ? (isOver ? session.state : this.#states.copy(session.state)) : undefined;
      if (isOver) this.#sessions.splice(at, 1);
      else at++;
      if (state) {
        const { start, end, count, fired } = session;
        session.fired = [{ start, end }];
        session.isChanged = false;
        yield { start, end, state: this.#states.give(state), count, replaces: fired };
      } else if (isOver) this.#states.release(session.state);
    }
    this.#due = Number.POSITIVE_INFINITY;
    for (const { end, isChanged } of this.#sessions) {
      this.#due = Math.min(this.#due, isChanged ? end : end + this.#shape.lateness);
    }
  }

  /** The first session that ends after a time; ends ascend as starts do. */
  #firstEndingAfter(time: number): number {
    let [low, high] = [0, this.#sessions.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sessions[middle]!.end <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** To the one session that they are in, that of all that they bridge, or a new one. */
  #add(at: number, [session, ...later]: readonly Session<State>[], values: Values): Session<State> {
    if (session) {
      if (later.length > 0) this.#bridge(session, later, values);
      else this.#states.add(session.state, values);
      return session;
    }
    if (this.#sessions.length >= this.#shape.maxOpen) throw refuseMore('sessions', this.#shape.maxOpen);
    const state = this.#states.create();
    try {
      this.#states.add(state, values);
    } catch (error) {
      this.#states.release(state);
      throw error;
    }
    const added = { start: 0, end: 0, state, count: 0, fired: [], isChanged: true };
    this.#sessions.splice(at, 0, added);
    return added;
  }

  /** In a copy, so that what throws leaves all sessions as they were. */
  #bridge(session: Session<State>, later: readonly Session<State>[], values: Values): void {
    const whole = this.#states.copy(session.state);
    try {
      for (const { state } of later) this.#states.merge(whole, state);
      this.#states.add(whole, values);
    } catch (error) {
      this.#states.release(whole);
      throw error;
    }
    this.#states.release(session.state);
    session.state = whole;
    for (const other of later) {
      session.count += other.count;
      session.fired.push(...other.fired);
      this.#sessions.splice(this.#sessions.indexOf(other), 1);
      this.#states.release(other.state);
    }
  }
}
