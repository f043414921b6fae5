import { exp } from '../../host/exponential.ts';
import { ln } from '../../host/logarithm.ts';
import { checkNumber } from '../../vectors/input.ts';
import { checkCount, checkPositive } from '../quantity.ts';
import { attainable, type RooflineBound, type RunsOn, ridge } from './roofs.ts';

/** A stretch of the roofline. */
export interface RooflineCurveOptions extends RunsOn {
  /** The least intensity, FLOP a byte. @default a hundredth of the ridge */
  readonly from?: number;
  /** The greatest. @default a hundred times the ridge */
  readonly to?: number;
  /** 2..100 000. @default 64 */
  readonly points?: number;
}

/** A point of the roofline. */
export interface RooflineCurvePoint {
  /** FLOP a byte. */
  readonly intensity: number;
  /** FLOP/s. */
  readonly attainable: number;
  readonly bound: RooflineBound;
}

/**
 * Points of the roofline, FLOP/s over FLOP a byte (Williams and others, 2009), for a plot on two logarithmic axes: evenly spaced there, the ends exact, and the one between them
 * that lies next to the ridge moved onto it, so that a line through them shows the bend.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, also unless from < to
 */
export function curve(options: RooflineCurveOptions): RooflineCurvePoint[] {
  const bend = ridge(options?.hardware, options?.dtype);
  const from = checkPositive('from', options.from ?? bend / 100);
  const to = checkNumber('to', options.to ?? bend * 100, from * (1 + Number.EPSILON), Number.MAX_VALUE);
  const points = checkNumber('points', checkCount('points', options.points ?? 64, 2), 2, 100_000);
  const start = ln(from);
  const step = (ln(to) - start) / (points - 1);
  const at = Array.from({ length: points }, (_, i) => exp(start + step * i));
  at[0] = from;
  at[points - 1] = to;
  if (points > 2 && bend > from && bend < to) {
    at[Math.min(points - 2, Math.max(1, Math.round((ln(bend) - start) / step)))] = bend;
  }
  const { hardware, dtype } = options;
  return at.map((intensity) => ({
    intensity,
    attainable: attainable({ intensity, hardware, ...(dtype !== undefined && { dtype }) }),
    bound: intensity < bend ? 'memory' : 'compute',
  }));
}
