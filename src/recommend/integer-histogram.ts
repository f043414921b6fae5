import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';

/** What an {@link IntegerHistogram} holds, as JSON carries it. */
export interface HistogramJson {
  readonly precision: number;
  /** The least and the largest value; absent where there is none. */
  readonly least?: number;
  readonly most?: number;
  /** The sum of all values. */
  readonly sum: number;
  /** Values beyond the range, which count as its end. */
  readonly saturated: number;
  /** Buckets that hold any, ascending, each with its count: `[bucket, count, bucket, count, ...]`. */
  readonly buckets: readonly number[];
}

/** The largest value, 2^45 - 1: as nanoseconds 9.8 hours. */
export const LARGEST_VALUE: number = 2 ** 45 - 1;
const MOST_PRECISION = 14;

/**
 * Counts of integers in 0..2^45-1, in buckets whose width is at most 2^-precision of the values in them: values below
 * 2^(precision+1) have a bucket each, every doubling beyond is cut into 2^precision buckets of one width. Integer arithmetic
 * alone finds a bucket, so it is the same everywhere. Tene, HdrHistogram, hdrhistogram.org.
 *
 * ```
 * values    0 .. 2n-1    2n .. 4n-1    4n .. 8n-1   ...      n = 2^precision
 * buckets   2n of 1      n of 2        n of 4       ...
 * ```
 *
 * Memory: 8 bytes x (46 - precision) x 2^precision, 39 kB at a precision of 7.
 */
export class IntegerHistogram {
  readonly precision: number;
  count = 0;
  sum = 0;
  saturated = 0;
  least: number = Number.POSITIVE_INFINITY;
  most: number = Number.NEGATIVE_INFINITY;
  readonly #counts: Float64Array;

  /** @throws LanewiseError `INVALID_ARGUMENT` */
  constructor(precision: number) {
    this.precision = checkInteger('precision', precision, 1, MOST_PRECISION);
    this.#counts = new Float64Array((46 - precision) << precision);
  }

  /** @param value an integer from 0 on, or Infinity */
  record(value: number, times: number): void {
    let kept = value;
    if (value > LARGEST_VALUE) {
      kept = LARGEST_VALUE;
      this.saturated += times;
    }
    this.#counts[bucketOf(kept, this.precision)]! += times;
    this.count += times;
    this.sum += kept * times;
    if (kept < this.least) this.least = kept;
    if (kept > this.most) this.most = kept;
  }

  /** The nearest-rank percentile: never below the true one, and above it by at most 2^-precision of it. NaN of nothing. */
  percentile(share: number): number {
    const rank = Math.ceil(share * this.count);
    if (this.count === 0) return Number.NaN;
    if (rank <= 1) return this.least;
    let seen = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= rank) return Math.min(lastOf(bucket, this.precision), this.most);
    }
    return this.most;
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` for another precision */
  merge(other: IntegerHistogram): void {
    this.checkMergeable(other);
    for (let bucket = 0; bucket < this.#counts.length; bucket++)
      this.#counts[bucket]! += other.#counts[bucket]!;
    this.count += other.count;
    this.sum += other.sum;
    this.saturated += other.saturated;
    this.least = Math.min(this.least, other.least);
    this.most = Math.max(this.most, other.most);
  }

  checkMergeable({ precision }: { readonly precision: number }): void {
    if (precision === this.precision) return;
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `Histograms of one precision can be merged: ${this.precision} here; got ${precision}. Create both with the same.`,
      { expected: this.precision, got: precision },
    );
  }

  clear(): void {
    this.#counts.fill(0);
    this.count = this.sum = this.saturated = 0;
    this.least = Number.POSITIVE_INFINITY;
    this.most = Number.NEGATIVE_INFINITY;
  }

  toJSON(): HistogramJson {
    const { precision, least, most, sum, saturated } = this;
    const buckets: number[] = [];
    for (const [bucket, count] of this.#counts.entries()) if (count > 0) buckets.push(bucket, count);
    return { precision, ...(this.count > 0 && { least, most }), sum, saturated, buckets };
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` for what toJSON() never gives */
  static fromJSON(json: unknown): IntegerHistogram {
    const { precision, least, most, sum, saturated, buckets } = fieldsOf<HistogramJson>('A histogram', json);
    const read = new IntegerHistogram(precision);
    if (!Array.isArray(buckets) || buckets.length % 2 !== 0) throw damaged('buckets', buckets);
    const last = read.#counts.length - 1;
    let [leastSum, mostSum] = [0, 0];
    for (let i = 0; i < buckets.length; i += 2) {
      const bucket = checkInteger('A bucket', buckets[i], i === 0 ? 0 : buckets[i - 2] + 1, last);
      const count = checkInteger('A count', buckets[i + 1], 1, Number.MAX_SAFE_INTEGER - read.count);
      read.#counts[bucket] = count;
      read.count += count;
      mostSum += count * lastOf(bucket, precision);
      leastSum += count * (bucket === 0 ? 0 : lastOf(bucket - 1, precision) + 1);
    }
    // Sums beyond 2^53 were rounded at every addition.
    read.sum = checkSum(sum, leastSum * (1 - 1e-6), mostSum * (1 + 1e-6));
    if (read.count > 0) {
      read.least = checkInteger('least', least, 0, LARGEST_VALUE);
      read.most = checkInteger('most', most, read.least, LARGEST_VALUE);
      if (bucketOf(read.least, precision) !== buckets[0]) throw damaged('least', least);
      if (bucketOf(read.most, precision) !== buckets.at(-2)) throw damaged('most', most);
    }
    const atTheEnd = read.most === LARGEST_VALUE ? (buckets.at(-1) as number) : 0;
    read.saturated = checkInteger('saturated', saturated, 0, atTheEnd);
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

function checkSum(sum: unknown, least: number, most: number): number {
  if (typeof sum === 'number' && sum >= least && sum <= most) return sum;
  throw damaged('sum', sum);
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless JSON gave an object */
export function fieldsOf<Fields>(
  subject: string,
  json: unknown,
): Partial<Record<keyof Fields, unknown>> & Fields {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Fields;
  throw damaged(subject, json);
}

/** The error of JSON that was not written here, or has been changed since. */
export function damaged(subject: string, got: unknown): LanewiseError {
  return new LanewiseError(
    'INVALID_ARGUMENT',
    `${subject} cannot be what toJSON() gave. Send the JSON as it was written.`,
    { got },
  );
}
