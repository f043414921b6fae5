import { LanewiseError } from '../host/errors.ts';
import type { Progress } from '../host/progress.ts';
import type { CommonSearchOptions } from '../search/options.ts';
import type { CurvePoint, Effort, TunableIndex, Tuning } from '../search/tuning.ts';
import { recallInterval } from './interval.ts';
import { measureSingle } from './measure.ts';
import { type Answers, mean } from './recall.ts';
import { exactAnswers, type Sample } from './sample.ts';

/** Time for one effort; every query is asked once at least. */
const MILLISECONDS = 200;
/** Queries whose right answers are found in one go. */
const TRUTH_QUERIES = 16;
/** Halvings of the gap between two efforts of the ladder. */
const REFINEMENTS = 4;
/** What a mean of tenths may have lost. */
const ROUNDING = 1e-9;

/** An effort that was measured, and where it stands on the ladder: between two rungs where it is none of them. */
interface Measured {
  readonly position: number;
  readonly point: CurvePoint;
  readonly interval: readonly [number, number];
}

/** Two neighbours, of which only the upper one is enough; where there is none, the ladder ends. */
interface Bracket {
  readonly lower: Measured | undefined;
  readonly upper: Measured | undefined;
}

/** Measures efforts of an index until it knows which one is enough. */
export class Tuner {
  /** Efforts that are measured at most. */
  readonly most: number;
  readonly #index: TunableIndex;
  readonly #ladder: readonly Effort[];
  readonly #queries: Float32Array;
  readonly #common: CommonSearchOptions;
  readonly #truth: Answers | undefined;
  readonly #measured = new Map<number, Measured>();

  constructor(
    index: TunableIndex,
    queries: Float32Array,
    common: CommonSearchOptions,
    truth: Answers | undefined,
  ) {
    this.#truth = truth;
    this.#index = index;
    this.#queries = queries;
    this.#common = common;
    this.#ladder = index.efforts();
    if (this.#ladder.length === 0) {
      throw new LanewiseError('INVALID_ARGUMENT', 'The index names no efforts to choose from.');
    }
    this.most = 2 * (Math.ceil(Math.log2(this.#ladder.length + 1)) + REFINEMENTS);
  }

  *tune(recall: number, p95: number): Generator<Progress, Tuning> {
    const truth = this.#truth ?? (yield* this.#findTruth());
    const sample = { queries: this.#queries, dimensions: this.#index.dimensions, truth };
    const isAccurate = ({ point }: Measured) => point.recall >= recall - ROUNDING;
    const isSlow = ({ point }: Measured) => point.p95 > p95;
    let { upper: chosen } = yield* this.#bracket(sample, isAccurate);
    const isReached = chosen !== undefined && !isSlow(chosen);
    if (!isReached && p95 < Number.POSITIVE_INFINITY) {
      const { lower: within } = yield* this.#bracket(sample, isSlow);
      chosen = within ?? this.#curve()[0];
    }
    const { point, interval } = chosen ?? this.#mostAccurate();
    return {
      ...point,
      reached: isReached,
      k: this.#common.k!,
      recallInterval: interval,
      queries: this.#queries.length / this.#index.dimensions,
      curve: this.#curve().map((measured) => measured.point),
    };
  }

  *#findTruth(): Generator<Progress, Answers> {
    const { dimensions } = this.#index;
    const k = this.#common.k!;
    const count = this.#queries.length / dimensions;
    const ids = new Int32Array(count * k);
    const scores = new Float32Array(count * k);
    for (let first = 0; first < count; first += TRUTH_QUERIES) {
      yield this.#progress;
      const some = this.#queries.subarray(first * dimensions, (first + TRUTH_QUERIES) * dimensions);
      const found = exactAnswers(this.#index, some, this.#common);
      ids.set(found.ids, first * k);
      scores.set(found.scores!, first * k);
    }
    return { ids, scores, k };
  }

  /** The cheapest effort that is enough, and the one below it: rungs first, then what lies between two of them. */
  *#bracket(sample: Sample, isEnough: (measured: Measured) => boolean): Generator<Progress, Bracket> {
    let lower: Measured | undefined;
    let upper: Measured | undefined;
    for (let from = 0, to = this.#ladder.length; from < to; ) {
      const rung = (from + to) >> 1;
      const measured = yield* this.#measure(sample, this.#ladder[rung]!, rung);
      if (isEnough(measured)) {
        upper = measured;
        to = rung;
      } else {
        lower = measured;
        from = rung + 1;
      }
    }
    for (let i = 0; i < REFINEMENTS && lower && upper; i++) {
      const effort = between(lower.point.effort, upper.point.effort);
      if (!effort) break;
      const measured = yield* this.#measure(sample, effort, (lower.position + upper.position) / 2);
      if (isEnough(measured)) upper = measured;
      else lower = measured;
    }
    return { lower, upper };
  }

  *#measure(sample: Sample, effort: Effort, position: number): Generator<Progress, Measured> {
    const known = this.#measured.get(position);
    if (known) return known;
    const options = { ...effort, ...this.#common };
    const search = (query: Float32Array) => this.#index.search(query, options);
    const { latency, recalls } = yield* measureSingle(search, sample, MILLISECONDS, this.#progress);
    const { median, p95, p99 } = latency;
    const measured = {
      position,
      point: { effort, recall: mean(recalls), p50: median, p95, p99 },
      interval: recallInterval(recalls, this.#common.k!),
    };
    this.#measured.set(position, measured);
    return measured;
  }

  get #progress(): Progress {
    return { done: this.#measured.size, total: this.most };
  }

  /** What was measured, cheapest first. */
  #curve(): Measured[] {
    return [...this.#measured.values()].sort((a, b) => a.position - b.position);
  }

  #mostAccurate(): Measured {
    return this.#curve().reduce((best, next) => (next.point.recall > best.point.recall ? next : best));
  }
}

/** The effort in the middle, in whole numbers; none where the two are next to each other, or of other options. */
function between(lower: Effort, upper: Effort): Effort | undefined {
  const names = Object.keys(upper);
  if (!names.every((name) => name in lower)) return undefined;
  const middle = Object.fromEntries(
    names.map((name) => [name, Math.floor((lower[name]! + upper[name]!) / 2)]),
  );
  return names.some((name) => middle[name] !== lower[name]) ? middle : undefined;
}
