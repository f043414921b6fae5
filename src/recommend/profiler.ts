import { checkNumber } from '../vectors/input.ts';
import { budgetOf, type LatencyBudget, type LatencyBudgetOptions } from './latency-budget.ts';
import type { LatencyHistogram, LatencyHistogramOptions } from './latency-histogram.ts';
import { damaged, fieldsOf, invalid } from './profile-json.ts';
import { ProfileReport } from './profile-report.ts';
import { Accounts, amdahl } from './stage-accounts.ts';
import { checkCandidates, type StageJson, StageProfile } from './stage-profile.ts';
import { timed } from './timed.ts';

/** How a {@link Profiler} measures. */
export interface ProfilerOptions extends LatencyHistogramOptions {
  /** The clock, milliseconds that do not run backwards. @default performance.now */
  readonly now?: () => number;
}

/** A {@link Profiler} as JSON carries it. */
export interface ProfilerJson {
  readonly requests: StageJson;
  readonly stages: readonly StageJson[];
}

/**
 * Where the time of requests goes, stage by stage: latencies in mergeable histograms, each stage's share of the whole, and
 * what speeding it up would bring. A {@link Pipeline} fills it; so do `measure` and `record` without one. A stage 'rank/features'
 * is a part of the stage 'rank'.
 *
 * Calls that fail take time too: it counts like that of others, so that times add up; they are counted as errors beside.
 * Percentiles do not add up: the 99th percentile of requests is not the sum of those of their stages, which are rarely slow
 * at once. Hence requests have a histogram of their own.
 *
 * Times are of the wall: what a stage waits counts. Browsers round their clock to 5 µs where a page is cross-origin isolated
 * and to 100 µs or more where not, so that shorter stages show as 0 or one step, and only their means tell something; the
 * clock of Cloudflare Workers stands still but for input and output. `now` takes another clock.
 *
 * @example
 * const profiler = new Profiler();
 * const found = profiler.measure('retrieve', () => index.search(query, { k: 100 }));
 * console.log(profiler.report().toTable());
 */
export class Profiler {
  /** The clock. */
  readonly now: () => number;
  readonly precision: number;
  readonly #requests: StageProfile;
  readonly #stages = new Map<string, StageProfile>();

  /** @throws LanewiseError `INVALID_ARGUMENT` */
  constructor({ now = () => performance.now(), precision = 7 }: ProfilerOptions = {}) {
    if (typeof now !== 'function' || !Number.isFinite(now()))
      throw invalid('now must be a function that gives milliseconds.', now);
    this.#requests = new StageProfile('', precision);
    this.now = now;
    this.precision = precision;
  }

  /** Names of the stages in the order in which they were first heard of. */
  get stages(): string[] {
    return [...this.#stages.keys()];
  }

  /**
   * A call of a stage.
   *
   * @param count how many candidates it had: what `latencyBudget` needs to know
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  record(stage: string, milliseconds: number, count?: number): void {
    const profile = this.#stages.get(stage) ?? new StageProfile(checkName(stage), this.precision);
    profile.record(milliseconds, count);
    this.#stages.set(stage, profile);
  }

  /** A whole request. Where none is recorded, what stages took together is the whole. @throws LanewiseError `INVALID_ARGUMENT` */
  recordRequest(milliseconds: number): void {
    this.#requests.record(milliseconds, undefined);
  }

  /**
   * Runs a stage and records its time, to the end of what it promises if it gives a promise. What it throws is passed on.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  measure<Result>(stage: string, run: () => Result, count?: number): Result {
    return timed(this.now, this.profileOf(stage), checkRun(run), checkCandidates(count));
  }

  /** Runs a whole request and records its time, as `measure` does of a stage. @throws LanewiseError `INVALID_ARGUMENT` */
  measureRequest<Result>(run: () => Result): Result {
    return timed(this.now, this.#requests, checkRun(run), undefined);
  }

  /**
   * What is kept of a stage, known or new, or of whole requests: to record many calls without looking for its name.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  profileOf(stage?: string): StageProfile {
    if (stage === undefined) return this.#requests;
    const profile = this.#stages.get(stage) ?? new StageProfile(checkName(stage), this.precision);
    this.#stages.set(stage, profile);
    return profile;
  }

  /** The latencies of a stage, or of whole requests: a copy. @throws LanewiseError `INVALID_ARGUMENT` for an unknown stage */
  histogram(stage?: string): LatencyHistogram {
    return (stage === undefined ? this.#requests : this.#known(stage)).times.clone();
  }

  /**
   * How many times as fast requests would be, in the mean, if a stage were `factor` times as fast: 1 / (1 - f + f / factor),
   * f its share of the total (Amdahl, "Validity of the single processor approach", 1967). Infinity gives the bound.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for an unknown stage and a factor of 0 or less
   */
  speedup(stage: string, factor: number): number {
    this.#known(stage);
    if (!(checkNumber('The speed-up of a stage', factor, 0, Number.POSITIVE_INFINITY) > 0))
      throw invalid('The speed-up of a stage must be above 0.', factor);
    return amdahl(this.#accounts().all.get(stage)!.share, factor);
  }

  /** What was measured, as it is now. */
  report(): ProfileReport {
    return new ProfileReport(this.#accounts());
  }

  /**
   * How many candidates a stage can take within a budget: a line of its time over its candidates is fitted, and the
   * percentiles of the other stages are taken off the budget. The sum of percentiles is what requests take whose stages
   * are slow all at once: a careful figure. The line gives a mean, so it is stretched by how much slower
   * calls were, at the percentile, than it foretold. Of stages that stages are nested in, what is outside of those counts by its mean.
   * Every stage is taken to be called once a request, as those of a Pipeline are.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for an unknown stage, a budget or a percentile out of range; `UNTRAINED` if no call
   *   of the stage told how many candidates it had, or the clock was too coarse to see any time
   */
  latencyBudget(options: LatencyBudgetOptions): LatencyBudget {
    const { milliseconds, stage, percentile = 0.99 } = options;
    checkNumber('milliseconds', milliseconds, 0, Number.MAX_VALUE);
    checkNumber('percentile', percentile, 0, 1);
    const profile = this.#known(stage);
    const others = this.#accounts().beside(stage, percentile);
    return budgetOf(profile, { milliseconds, percentile, others });
  }

  /**
   * Adds what another profiler measured, of the same stages or others, as if it had been measured here; but how slow calls
   * were against what was foretold, each was judged by its own line.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a profiler of another precision
   */
  merge(other: Profiler): this {
    if (!(other instanceof Profiler)) throw invalid('A Profiler can be merged.', other);
    this.#requests.merge(other.#requests);
    for (const stage of other.#stages.values()) this.profileOf(stage.name).merge(stage);
    return this;
  }

  /** Forgets all measurements; the names of stages stay. */
  clear(): void {
    for (const stage of [this.#requests, ...this.#stages.values()]) stage.clear();
  }

  /** Plain data for JSON.stringify() and postMessage(). */
  toJSON(): ProfilerJson {
    return {
      requests: this.#requests.toJSON(),
      stages: [...this.#stages.values()].map((stage) => stage.toJSON()),
    };
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` for what toJSON() never gives, and for options that it does not fit */
  static fromJSON(json: unknown, { now }: Pick<ProfilerOptions, 'now'> = {}): Profiler {
    const { requests, stages } = fieldsOf<ProfilerJson>('A profile', json);
    const whole = fieldsOf<StageJson>('requests', requests);
    const { precision } = fieldsOf<LatencyHistogramOptions>('times', whole.times);
    const read = new Profiler({ precision: precision as number, ...(now && { now }) });
    read.#requests.merge(StageProfile.fromJSON('', whole, read.precision));
    if (!Array.isArray(stages)) throw damaged('stages', stages);
    for (const stage of stages) {
      const fields = fieldsOf<StageJson>('A stage', stage);
      if (read.#stages.has(fields.name)) throw damaged('stages', fields.name);
      read.#stages.set(checkName(fields.name), StageProfile.fromJSON(fields.name, fields, read.precision));
    }
    return read;
  }

  #accounts(): Accounts {
    return new Accounts(this.#requests, this.#stages);
  }

  #known(stage: string): StageProfile {
    const profile = this.#stages.get(stage);
    if (profile) return profile;
    throw invalid(
      `No stage is called '${String(stage)}'; there are ${this.stages.join(', ') || 'none'}.`,
      stage,
    );
  }
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless it names a stage */
export function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '') return name;
  throw invalid(`A stage needs a name; got ${typeof name}.`, name);
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless it is a function */
export function checkRun<Run>(run: Run): Run {
  if (typeof run === 'function') return run;
  throw invalid(`A function must be given to run; got ${typeof run}.`, run);
}
