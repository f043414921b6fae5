import { checkInteger } from '../vectors/input.ts';
import { LatencyHistogram, type LatencyHistogramJson, LONGEST } from './latency-histogram.ts';
import { damaged, fieldsOf } from './profile-json.ts';

/** A stage of a {@link ProfilerJson}. */
export interface StageJson {
  readonly name: string;
  readonly errors: number;
  /** Nanoseconds. */
  readonly times: LatencyHistogramJson;
  /** How many candidates calls had, and how their times went with it; absent where no call told. */
  readonly counted?: CountedJson;
}

/** What a line of time over candidates is fitted to. */
export interface CountedJson {
  /** Calls that told their candidates, all of those, and the most of one call. */
  readonly calls: number;
  readonly candidates: number;
  readonly most: number;
  /** Milliseconds. */
  readonly meanTime: number;
  /** The sum of squared deviations of counts from their mean. */
  readonly spread: number;
  /** The sum of products of deviations of counts and times from their means. */
  readonly product: number;
  /** How many millionths of what the line before it foretold each call took. */
  readonly slowness: LatencyHistogramJson;
}

/** Time of a call by its candidates: fixed + perCandidate x candidates, milliseconds. */
export interface CostLine {
  readonly fixed: number;
  readonly perCandidate: number;
  /** `fit`: least squares. `mean`: mean time by mean count, since counts never varied or time did not grow with them. */
  readonly basis: 'fit' | 'mean';
}

const MOST_CANDIDATES = 2 ** 32;
/** Calls before the line is asked what the next one takes. */
const LEARNING = 20;

/**
 * What is kept of the calls of one stage: a histogram of their times and, where they told how many candidates they had, the
 * co-moments of both (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances",
 * 1979), which merge, and do not cancel as plain sums of squares do.
 */
export class StageProfile {
  readonly name: string;
  readonly times: LatencyHistogram;
  errors = 0;
  /** Calls that told their candidates, all of those, and the most of one call. */
  calls = 0;
  candidates = 0;
  most = 0;
  /**
   * How many times as long calls took as the line through all calls before them foretold: what it does not explain. Forecasts
   * are judged by what came after them (Dawid, "The prequential approach", 1984), so no call needs to be kept.
   */
  #slowness: LatencyHistogram | undefined;
  #meanTime = 0;
  #spread = 0;
  #product = 0;

  constructor(name: string, precision: number) {
    this.name = name;
    this.times = new LatencyHistogram({ precision });
  }

  /** A call that went well. */
  record(milliseconds: number, candidates: number | undefined): void {
    checkCandidates(candidates);
    this.times.record(milliseconds);
    if (candidates === undefined) return;
    const time = Math.min(milliseconds, LONGEST);
    if (this.calls >= LEARNING) this.#judge(time, candidates);
    const deviation = this.calls === 0 ? 0 : candidates - this.candidates / this.calls;
    this.calls++;
    this.candidates += candidates;
    if (candidates > this.most) this.most = candidates;
    this.#meanTime += (time - this.#meanTime) / this.calls;
    this.#spread += deviation * (candidates - this.candidates / this.calls);
    this.#product += deviation * (time - this.#meanTime);
  }

  /** A call that threw. Its time counts, its candidates do not: it need not have come to them. */
  recordError(milliseconds: number): void {
    this.times.record(milliseconds);
    this.errors++;
  }

  /** Undefined where no call told of any candidates. */
  costLine(): CostLine | undefined {
    if (this.candidates === 0) return undefined;
    const meanCount = this.candidates / this.calls;
    const perCandidate = this.#spread > 0 ? this.#product / this.#spread : 0;
    const fixed = this.#meanTime - perCandidate * meanCount;
    if (perCandidate > 0 && fixed >= 0) return { fixed, perCandidate, basis: 'fit' };
    // No call takes less than nothing: a line that says so is turned about its middle until it starts at 0.
    return { fixed: 0, perCandidate: this.#meanTime / meanCount, basis: perCandidate > 0 ? 'fit' : 'mean' };
  }

  /** How many times as long as the line foretold a share of the calls took at most; 1 where too few have told, or the clock saw none of it. */
  slowness(share: number): number {
    return this.#slowness?.percentile(share) || 1;
  }

  /** @param other of the same precision */
  merge(other: StageProfile): void {
    this.times.merge(other.times);
    this.errors += other.errors;
    if (other.calls === 0) return;
    const all = this.calls + other.calls;
    if (this.calls > 0) {
      const apart = other.candidates / other.calls - this.candidates / this.calls;
      const weight = (this.calls / all) * other.calls;
      this.#spread += apart * apart * weight;
      this.#product += apart * (other.#meanTime - this.#meanTime) * weight;
    }
    this.#spread += other.#spread;
    this.#product += other.#product;
    this.#meanTime += ((other.#meanTime - this.#meanTime) * other.calls) / all;
    this.calls = all;
    this.candidates += other.candidates;
    this.most = Math.max(this.most, other.most);
    if (other.#slowness) this.#judged().merge(other.#slowness);
  }

  clear(): void {
    this.times.clear();
    this.#slowness = undefined;
    this.errors = this.calls = this.candidates = this.most = 0;
    this.#meanTime = this.#spread = this.#product = 0;
  }

  toJSON(): StageJson {
    const { name, errors, times, calls, candidates, most } = this;
    const counted = {
      ...{ calls, candidates, most, meanTime: this.#meanTime, spread: this.#spread, product: this.#product },
      slowness: (this.#slowness ?? this.#emptyHistogram()).toJSON(),
    };
    return { name, errors, times: times.toJSON(), ...(calls > 0 && { counted }) };
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` for what toJSON() never gives */
  static fromJSON(name: string, json: StageJson, precision: number): StageProfile {
    const read = new StageProfile(name, precision);
    const { times } = read;
    times.merge(LatencyHistogram.fromJSON(json.times));
    read.errors = checkInteger('errors', json.errors, 0, times.count);
    if (json.counted === undefined) return read;
    const counted = fieldsOf<CountedJson>('counted', json.counted);
    const { meanTime, spread, product } = counted;
    read.calls = checkInteger('calls', counted.calls, 1, times.count - read.errors);
    read.most = checkInteger('most', counted.most, 0, MOST_CANDIDATES);
    read.candidates = checkInteger('candidates', counted.candidates, read.most, read.most * read.calls);
    if (!(meanTime >= 0 && spread >= 0) || ![meanTime, spread, product].every(Number.isFinite))
      throw damaged('counted', counted);
    [read.#meanTime, read.#spread, read.#product] = [meanTime, spread, product];
    const slowness = read.#emptyHistogram().merge(LatencyHistogram.fromJSON(counted.slowness));
    checkInteger('slowness', slowness.count, 0, read.calls);
    if (slowness.count > 0) read.#slowness = slowness;
    return read;
  }

  #judge(milliseconds: number, candidates: number): void {
    const line = this.costLine();
    const foretold = line ? line.fixed + line.perCandidate * candidates : 0;
    if (foretold > 0) this.#judged().record(milliseconds / foretold);
  }

  #judged(): LatencyHistogram {
    this.#slowness ??= this.#emptyHistogram();
    return this.#slowness;
  }

  #emptyHistogram(): LatencyHistogram {
    return new LatencyHistogram(this.times);
  }
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless it is a count, or none was told */
export function checkCandidates(candidates: number | undefined): number | undefined {
  return candidates === undefined
    ? undefined
    : checkInteger('A count of candidates', candidates, 0, MOST_CANDIDATES);
}
