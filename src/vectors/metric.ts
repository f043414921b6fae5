import { LanewiseError } from '../host/errors.ts';

/**
 * How two vectors are compared.
 *
 * - `cosine`: inner product divided by both norms; larger is better, 1 for the same direction.
 * - `ip`: inner product; larger is better.
 * - `l2`: squared Euclidean distance; smaller is better.
 */
export type Metric = 'cosine' | 'ip' | 'l2';

/** The kernels' numbers of the metrics (assembly/query.ts). */
export const METRIC_CODES: Readonly<Record<Metric, number>> = { ip: 0, cosine: 1, l2: 2 };

/** The norms a metric accepts: above `least`, below `most`. */
export interface NormRange {
  readonly least: number;
  readonly most: number;
}

/**
 * Beyond these norms a score, or the bound of one, could leave float32 (docs/certified-search.md, "Range"); a cosine
 * divides |x| < 2^126 before it leaves. A zero vector has no direction.
 */
export function normRange(metric: Metric): NormRange {
  return metric === 'cosine' ? { least: 0, most: 2 ** 126 } : { least: -1, most: 2 ** 58 };
}

/** The error for a vector whose norm is out of the metric's range. */
export function normError(metric: Metric, what: string, norm: number): LanewiseError {
  const { most } = normRange(metric);
  if (norm === 0) {
    return new LanewiseError(
      'ZERO_VECTOR',
      `${what} is zero and has no direction. Leave it out, or use the metric 'ip' or 'l2'.`,
    );
  }
  const fault = Number.isFinite(norm)
    ? `has the norm ${norm}`
    : 'holds NaN, an infinity, or values beyond float32';
  return new LanewiseError(
    'INVALID_VALUE',
    `${what} ${fault}; norms below ${most} are accepted. Clean or scale the data.`,
    {
      expected: `norm < ${most}`,
      got: norm,
    },
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkMetric(metric: unknown): Metric {
  if (typeof metric === 'string' && Object.hasOwn(METRIC_CODES, metric)) return metric as Metric;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `There is no metric '${String(metric)}'. Take one of: cosine, ip, l2.`,
    {
      expected: Object.keys(METRIC_CODES),
      got: metric,
    },
  );
}
