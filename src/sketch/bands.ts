import { LanewiseError } from '../host/errors.ts';
import { checkInteger, checkNumber } from '../vectors/input.ts';

/** How signatures are cut: `bands` runs of `rows` hashes each. Sets that agree in a whole band are candidates. */
export interface Bands {
  readonly bands: number;
  readonly rows: number;
}

/** What bands are asked for. */
export interface BandOptions {
  /** Runs of hashes that are looked up, each by itself. Excludes `threshold`. */
  readonly bands?: number;
  /** Hashes a band; bands x rows is at most hashes. @default hashes / bands, which must be whole */
  readonly rows?: number;
  /**
   * The similarity from which on sets should be found, 0..1: bands and rows are those whose probability comes nearest to a step
   * there. @default .8
   */
  readonly threshold?: number;
}

/** Similarities at which a curve is looked at, on either side of the threshold. */
const POINTS = 64;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkBands({ bands, rows, threshold }: BandOptions, hashes: number): Bands {
  if (bands === undefined) {
    if (rows === undefined) return bandsFor(checkNumber('threshold', threshold ?? 0.8, 0, 1), hashes);
    throw new LanewiseError('INVALID_ARGUMENT', 'rows are those of bands: give bands, too.', { got: rows });
  }
  if (threshold !== undefined) {
    throw new LanewiseError('INVALID_ARGUMENT', 'bands and threshold exclude each other: give one of them.', {
      got: { bands, threshold },
    });
  }
  checkInteger('bands', bands, 1, hashes);
  if (rows === undefined && hashes % bands !== 0) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `bands must divide hashes, ${hashes}; got ${bands}. Give rows, too, and what is left over is not looked up.`,
      { expected: hashes, got: bands },
    );
  }
  return { bands, rows: checkInteger('rows', rows ?? hashes / bands, 1, Math.floor(hashes / bands)) };
}

/** 1 - (1 - similarity^rows)^bands, by multiplication: engines round Math.pow differently. */
export function candidateProbability(similarity: number, { bands, rows }: Bands): number {
  return 1 - power(1 - power(similarity, rows), bands);
}

/**
 * The bands for which the area of what is found below the threshold and that of what is missed above it are smallest together
 * (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3rd edition, section 3.4.2, on the S-curve).
 */
function bandsFor(threshold: number, hashes: number): Bands {
  const below = Array.from({ length: POINTS }, (_, i) => (threshold * (i + 0.5)) / POINTS);
  const above = below.map((_, i) => threshold + ((1 - threshold) * (i + 0.5)) / POINTS);
  const similarities = Float64Array.of(...below, ...above);
  const powers = new Float64Array(2 * POINTS).fill(1);
  let best: Bands = { bands: 1, rows: 1 };
  let least = Number.POSITIVE_INFINITY;
  for (let rows = 1; rows <= hashes; rows++) {
    similarities.forEach((similarity, i) => {
      powers[i]! *= similarity;
    });
    const missed = new Float64Array(2 * POINTS).fill(1);
    for (let bands = 1; bands * rows <= hashes; bands++) {
      let wrong = 0;
      for (let i = 0; i < POINTS; i++) {
        missed[i]! *= 1 - powers[i]!;
        missed[i + POINTS]! *= 1 - powers[i + POINTS]!;
        wrong += threshold * (1 - missed[i]!) + (1 - threshold) * missed[i + POINTS]!;
      }
      if (wrong < least) [best, least] = [{ bands, rows }, wrong];
    }
  }
  return best;
}

function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}
