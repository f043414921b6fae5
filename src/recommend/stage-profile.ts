import { checkInteger } from '../vectors/input.ts';
import { damaged, fieldsOf, type HistogramJson, IntegerHistogram } from './integer-histogram.ts';
import { LatencyHistogram } from './latency-histogram.ts';

/** A stage of a {@link ProfilerJson}. */
export interface StageJson {
  readonly name: string;
  readonly errors: number;
  /** Nanoseconds. */
  readonly times: HistogramJson;
  /** How many candidates calls had, and how their times went with it; absent where no call told. */
  readonly counted?: CountedJson;
}

/** What a line of time over candidates is fitted to. */
export interface CountedJson {
  readonly counts: HistogramJson;
  /** Of those calls, milliseconds. */
  readonly meanTime: number;
  /** The sum of squared deviations of counts from their mean. */
  readonly spread: number;
  /** The sum of products of deviations of counts and times from their means. */
  readonly product: number;
}

/** Time of a call by its candidates: fixed + perCandidate x candidates, milliseconds. */
export interface CostLine {
  readonly fixed: number;
  readonly perCandidate: number;
  /** `fit`: least squares. `mean`: mean time by mean count, since counts never varied or time did not grow with them. */
  readonly basis: 'fit' | 'mean';
}

/**
 * What is kept of the calls of one stage: a histogram of their times, and where they told how many candidates they had, one
 * of those, with the co-moments of both (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing
 * sample variances", 1979), which merge and do not cancel as plain sums of squares do.
 */
export class StageProfile {
  readonly name: string;
  readonly times: LatencyHistogram;
  counts: IntegerHistogram | undefined;
  errors = 0;
  #meanTime = 0;
  #spread = 0;
  #product = 0;

  constructor(name: string, precision: number) {
    this.name = name;
    this.times = new LatencyHistogram({ precision });
  }

  /** A call that went well. */
  record(milliseconds: number, candidates: number | undefined): void {
    if (candidates !== undefined) checkInteger('A count of candidates', candidates, 0, 2 ** 45 - 1);
    this.times.record(milliseconds);
    if (candidates === undefined) return;
    this.counts ??= new IntegerHistogram(this.times.precision);
    const { counts } = this;
    const deviation = candidates - (counts.count === 0 ? candidates : counts.sum / counts.count);
    counts.record(candidates, 1);
    this.#meanTime += (milliseconds - this.#meanTime) / counts.count;
    this.#spread += deviation * (candidates - counts.sum / counts.count);
    this.#product += deviation * (milliseconds - this.#meanTime);
  }

  /** A call that threw. Its time counts, its candidates do not: it need not have come to them. */
  recordError(milliseconds: number): void {
    this.times.record(milliseconds);
    this.errors++;
  }

  /** Undefined where no call told how many candidates it had. */
  costLine(): CostLine | undefined {
    const { counts } = this;
    if (!counts || counts.sum === 0) return undefined;
    const meanCount = counts.sum / counts.count;
    const perCandidate = this.#product / this.#spread;
    const fixed = this.#meanTime - perCandidate * meanCount;
    if (this.#spread > 0 && perCandidate > 0 && fixed >= 0) return { fixed, perCandidate, basis: 'fit' };
    // No call takes less than nothing: a line that says so is turned about its middle until it starts at 0.
    const basis = this.#spread > 0 && perCandidate > 0 ? 'fit' : 'mean';
    return { fixed: 0, perCandidate: this.#meanTime / meanCount, basis };
  }

  /** @param other of the same precision */
  merge(other: StageProfile): void {
    this.times.merge(other.times);
    this.errors += other.errors;
    if (!other.counts) return;
    this.counts ??= new IntegerHistogram(this.times.precision);
    const [here, there] = [this.counts.count, other.counts.count];
    const all = here + there;
    if (there === 0) return;
    const apart = other.counts.sum / there - (here === 0 ? 0 : this.counts.sum / here);
    const timeApart = other.#meanTime - this.#meanTime;
    const weight = (here / all) * there;
    this.#spread += other.#spread + apart * apart * weight;
    this.#product += other.#product + apart * timeApart * weight;
    this.#meanTime += (timeApart * there) / all;
    this.counts.merge(other.counts);
  }

  clear(): void {
    this.times.clear();
    this.counts = undefined;
    this.errors = this.#meanTime = this.#spread = this.#product = 0;
  }

  toJSON(): StageJson {
    const counted = this.counts && {
      counts: this.counts.toJSON(),
      meanTime: this.#meanTime,
      spread: this.#spread,
      product: this.#product,
    };
    return { name: this.name, errors: this.errors, times: this.times.toJSON(), ...(counted && { counted }) };
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` for what toJSON() never gives */
  static fromJSON(name: string, json: StageJson, precision: number): StageProfile {
    const read = new StageProfile(name, precision);
    read.times.merge(LatencyHistogram.fromJSON(json.times));
    read.errors = checkInteger('errors', json.errors, 0, read.times.count);
    if (json.counted === undefined) return read;
    const { counts, meanTime, spread, product } = fieldsOf<CountedJson>('counted', json.counted);
    read.counts = IntegerHistogram.fromJSON(counts);
    read.counts.checkMergeable(read.times);
    checkInteger('Calls with a count', read.counts.count, 0, read.times.count - read.errors);
    if (!(meanTime >= 0 && spread >= 0) || ![meanTime, spread, product].every(Number.isFinite))
      throw damaged('counted', json.counted);
    [read.#meanTime, read.#spread, read.#product] = [meanTime, spread, product];
    return read;
  }
}
