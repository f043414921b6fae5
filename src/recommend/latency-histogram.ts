import { checkInteger, checkNumber } from '../vectors/input.ts';
import { damaged, fieldsOf, invalid } from './profile-json.ts';

/** How finely latencies are told apart. */
export interface LatencyHistogramOptions {
  /** Percentiles are right to 2^-precision of themselves, 1..14: 7 gives 0.8 %, 10 gives 0.1 %. @default 7 */
  readonly precision?: number;
}

/** A {@link LatencyHistogram} as JSON carries it. */
export interface LatencyHistogramJson {
  readonly precision: number;
  /** The least and the largest value, nanoseconds; absent where there is none. */
  readonly least?: number;
  readonly most?: number;
  /** The sum of all values, nanoseconds. */
  readonly sum: number;
  /** Values beyond the range, which count as its end. */
  readonly saturated: number;
  /** Buckets that hold any, ascending, each with its count: `[bucket, count, bucket, count, ...]`. */
  readonly buckets: readonly number[];
}

const NANOSECONDS = 1e6;
/** Of the range, in nanoseconds: 9.8 hours. */
const END = 2 ** 45 - 1;
/** Of the range, in milliseconds. */
export const LONGEST: number = END / NANOSECONDS;

/**
 * Latencies from 1 ns to 9.8 hours, of which any percentile is known to a stated relative error: one pass, fixed memory
 * (39 kB by default), and histograms of several threads or machines merge into what one would have recorded.
 *
 * A value is rounded to whole nanoseconds and counted in a bucket whose width is at most 2^-precision of it: those below
 * 2^(precision+1) have a bucket each, every doubling beyond is cut into 2^precision buckets of one width. Integer arithmetic
 * alone finds a bucket, so it is the same everywhere. Tene, HdrHistogram, hdrhistogram.org.
 *
 * ```
 * values    0 .. 2n-1    2n .. 4n-1    4n .. 8n-1   ...      n = 2^precision
 * buckets   2n of 1      n of 2        n of 4       ...
 * ```
 *
 * `percentile` gives a bucket's largest value: never less than the true one, up to 2^-precision more. `min`, `max`, `sum`
 * and `mean` are those of the rounded values themselves; the sum loses digits beyond 104 days.
 *
 * @example
 * const latency = new LatencyHistogram();
 * latency.record(performance.now() - start);
 * latency.percentile(0.99); // milliseconds
 */
export class LatencyHistogram {
  readonly precision: number;
  readonly #buckets: Float64Array;
  #count = 0;
  #sum = 0;
  #saturated = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;

  /** @throws LanewiseError `INVALID_ARGUMENT` */
  constructor({ precision = 7 }: LatencyHistogramOptions = {}) {
    this.precision = checkInteger('precision', precision, 1, 14);
    this.#buckets = new Float64Array((46 - precision) << precision);
  }

  /** How many values were recorded. */
  get count(): number {
    return this.#count;
  }

  /** Values beyond the range, which count as its end, 2^45 - 1 ns. */
  get saturated(): number {
    return this.#saturated;
  }

  /** The sum of all values, milliseconds. */
  get sum(): number {
    return this.#sum / NANOSECONDS;
  }

  /** Milliseconds; NaN of nothing. */
  get mean(): number {
    return this.sum / this.#count;
  }

  /** The least value, milliseconds; NaN of nothing. */
  get min(): number {
    return this.percentile(0);
  }

  /** The largest value, milliseconds; NaN of nothing. */
  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#most / NANOSECONDS;
  }

  /**
   * @param milliseconds 0 or more; what is beyond the range, even Infinity, counts as its end
   * @param count how many requests took that long
   * @throws LanewiseError `INVALID_ARGUMENT` for a negative number or NaN, and for a count that is no integer from 1 on, or
   *   takes the count of all beyond 2^53 - 1
   */
  record(milliseconds: number, count = 1): void {
    if (typeof milliseconds !== 'number' || !(milliseconds >= 0))
      throw invalid(`A latency must be 0 ms or more; got ${String(milliseconds)}.`, milliseconds);
    if (count !== 1) checkInteger('A count', count, 1, Number.MAX_SAFE_INTEGER - this.#count);
    let value = Math.round(milliseconds * NANOSECONDS);
    if (value > END) {
      value = END;
      this.#saturated += count;
    }
    this.#buckets[bucketOf(value, this.precision)]! += count;
    this.#count += count;
    this.#sum += value * count;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
  }

  /**
   * The latency that a share of the values does not exceed (nearest rank), in milliseconds; NaN of nothing. The least and the
   * largest value are exact. O(buckets).
   *
   * @param share 0..1: 0.5 gives the median, 0.99 the 99th percentile
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  percentile(share: number): number {
    const rank = Math.ceil(checkNumber('A percentile', share, 0, 1) * this.#count);
    if (this.#count === 0) return Number.NaN;
    if (rank <= 1) return this.#least / NANOSECONDS;
    let bucket = 0;
    for (let seen = this.#buckets[0]!; seen < rank; seen += this.#buckets[bucket]!) bucket++;
    return Math.min(lastOf(bucket, this.precision), this.#most) / NANOSECONDS;
  }

  /**
   * Adds what another histogram recorded, as if it had been recorded here.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a histogram of another precision
   */
  merge(other: LatencyHistogram): this {
    if (!(other instanceof LatencyHistogram) || other.precision !== this.precision)
      throw invalid(
        `A LatencyHistogram of precision ${this.precision} can be merged with another of it.`,
        other,
      );
    for (let i = 0; i < this.#buckets.length; i++) this.#buckets[i]! += other.#buckets[i]!;
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#saturated += other.#saturated;
    this.#least = Math.min(this.#least, other.#least);
    this.#most = Math.max(this.#most, other.#most);
    return this;
  }

  clone(): LatencyHistogram {
    return new LatencyHistogram(this).merge(this);
  }

  /** Forgets all values. */
  clear(): void {
    this.#buckets.fill(0);
    this.#count = this.#sum = this.#saturated = 0;
    this.#least = Number.POSITIVE_INFINITY;
    this.#most = Number.NEGATIVE_INFINITY;
  }

  /** Plain data for JSON.stringify() and postMessage(): the buckets that hold any. */
  toJSON(): LatencyHistogramJson {
    const buckets: number[] = [];
    for (const [bucket, count] of this.#buckets.entries()) if (count > 0) buckets.push(bucket, count);
    const ends = this.#count > 0 && { least: this.#least, most: this.#most };
    return { precision: this.precision, ...ends, sum: this.#sum, saturated: this.#saturated, buckets };
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` for what toJSON() never gives */
  static fromJSON(json: unknown): LatencyHistogram {
    const { precision, least, most, sum, saturated, buckets } = fieldsOf<LatencyHistogramJson>(
      'A histogram',
      json,
    );
    const read = new LatencyHistogram({ precision: precision ?? 0 });
    if (!Array.isArray(buckets) || buckets.length % 2 !== 0) throw damaged('buckets', buckets);
    let [leastSum, mostSum] = [0, 0];
    let next = 0;
    for (let i = 0; i < buckets.length; i += 2) {
      const bucket = checkInteger('A bucket', buckets[i], next, read.#buckets.length - 1);
      const count = checkInteger('A count', buckets[i + 1], 1, Number.MAX_SAFE_INTEGER - read.#count);
      next = bucket + 1;
      read.#buckets[bucket] = count;
      read.#count += count;
      mostSum += count * lastOf(bucket, precision);
      leastSum += bucket && count * (lastOf(bucket - 1, precision) + 1);
    }
    // Sums beyond 2^53 were rounded at every addition.
    read.#sum = checkNumber('sum', sum, leastSum * (1 - 1e-6), mostSum * (1 + 1e-6));
    if (read.#count > 0) {
      read.#least = checkInteger('least', least, 0, END);
      read.#most = checkInteger('most', most, read.#least, END);
      if (bucketOf(read.#least, precision) !== buckets[0]) throw damaged('least', least);
      if (bucketOf(read.#most, precision) !== next - 1) throw damaged('most', most);
    }
    const atTheEnd = read.#most === END ? read.#buckets.at(-1)! : 0;
    read.#saturated = checkInteger('saturated', saturated, 0, atTheEnd);
    return read;
  }
}

/** Of values below 2^45. Beyond 31 bits, the lowest 16 are below any precision. */
function bucketOf(value: number, precision: number): number {
  const dropped = value < 2 ** 31 ? 0 : 16;
  const kept = dropped === 0 ? value : Math.floor(value / 65_536);
  const doublings = Math.max(0, 31 - Math.clz32(kept) + dropped - precision);
  return (doublings << precision) + (kept >>> (doublings - dropped));
}

/** The largest value of a bucket. */
function lastOf(bucket: number, precision: number): number {
  let doublings = Math.max(0, (bucket >>> precision) - 1);
  let end = bucket - (doublings << precision) + 1;
  for (; doublings > 0; doublings--) end *= 2;
  return end - 1;
}
