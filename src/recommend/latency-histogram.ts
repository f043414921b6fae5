import { LanewiseError } from '../host/errors.ts';
import { checkNumber } from '../vectors/input.ts';
import { fieldsOf, type HistogramJson, IntegerHistogram } from './integer-histogram.ts';

/** How finely latencies are told apart. */
export interface LatencyHistogramOptions {
  /** Percentiles are right to 2^-precision of themselves, 1..14: 7 gives 0.8 %, 10 gives 0.1 %. @default 7 */
  readonly precision?: number;
}

/** A {@link LatencyHistogram} as JSON carries it. Values are whole nanoseconds. */
export type LatencyHistogramJson = HistogramJson;

const NANOSECONDS = 1e6;

/**
 * Latencies from 1 ns to 9.8 hours, of which any percentile is known to a stated relative error: one pass, fixed memory
 * (39 kB by default), and histograms of several threads or machines merge into what one would have recorded.
 *
 * A value is rounded to whole nanoseconds, then counted in a bucket whose width is at most 2^-precision of it (Tene,
 * HdrHistogram). `percentile` gives a bucket's largest value: never less than the true one, up to 2^-precision more.
 * `min`, `max`, `sum` and `mean` are those of the rounded values themselves; the sum loses digits beyond 104 days.
 *
 * @example
 * const latency = new LatencyHistogram();
 * latency.record(performance.now() - start);
 * latency.percentile(0.99); // milliseconds
 */
export class LatencyHistogram {
  #values: IntegerHistogram;

  /** @throws LanewiseError `INVALID_ARGUMENT` */
  constructor({ precision = 7 }: LatencyHistogramOptions = {}) {
    this.#values = new IntegerHistogram(precision);
  }

  get precision(): number {
    return this.#values.precision;
  }

  /** How many values were recorded. */
  get count(): number {
    return this.#values.count;
  }

  /** Values beyond the range, which count as its end, 2^45 - 1 ns. */
  get saturated(): number {
    return this.#values.saturated;
  }

  /** The sum of all values, milliseconds. */
  get sum(): number {
    return this.#values.sum / NANOSECONDS;
  }

  /** Milliseconds; NaN of nothing. */
  get mean(): number {
    return this.sum / this.count;
  }

  /** The least value, milliseconds; NaN of nothing. */
  get min(): number {
    return this.count === 0 ? Number.NaN : this.#values.least / NANOSECONDS;
  }

  /** The largest value, milliseconds; NaN of nothing. */
  get max(): number {
    return this.count === 0 ? Number.NaN : this.#values.most / NANOSECONDS;
  }

  /**
   * @param milliseconds 0 or more; what is beyond the range, even Infinity, counts as its end
   * @param count how many requests took that long
   * @throws LanewiseError `INVALID_ARGUMENT` for a negative number or NaN, and for a count that is no integer from 1 on
   */
  record(milliseconds: number, count = 1): void {
    if (!(milliseconds >= 0) || typeof milliseconds !== 'number')
      throw refused('A latency must be a number of milliseconds, 0 or more', milliseconds);
    if (!(count >= 1) || !Number.isSafeInteger(count))
      throw refused('A count must be an integer, 1 or more', count);
    this.#values.record(Math.round(milliseconds * NANOSECONDS), count);
  }

  /**
   * The latency that a share of the values does not exceed (nearest rank), in milliseconds; NaN of nothing. O(buckets).
   *
   * @param share 0..1: 0.5 gives the median, 0.99 the 99th percentile
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  percentile(share: number): number {
    return this.#values.percentile(checkNumber('A percentile', share, 0, 1)) / NANOSECONDS;
  }

  /**
   * Adds what another histogram recorded, as if it had been recorded here.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a histogram of another precision
   */
  merge(other: LatencyHistogram): this {
    if (!(other instanceof LatencyHistogram)) throw refused('A LatencyHistogram can be merged', other);
    this.#values.merge(other.#values);
    return this;
  }

  clone(): LatencyHistogram {
    return new LatencyHistogram(this).merge(this);
  }

  /** Forgets all values. */
  clear(): void {
    this.#values.clear();
  }

  /** Plain data for JSON.stringify() and postMessage(): the buckets that hold any. */
  toJSON(): LatencyHistogramJson {
    return this.#values.toJSON();
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` for what toJSON() never gives */
  static fromJSON(json: unknown): LatencyHistogram {
    const values = IntegerHistogram.fromJSON(fieldsOf('A histogram', json));
    const read = new LatencyHistogram(values);
    read.#values = values;
    return read;
  }
}

function refused(expected: string, got: unknown): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', `${expected}; got ${String(got)}.`, { got });
}
