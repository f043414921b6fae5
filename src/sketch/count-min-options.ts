import { LanewiseError } from '../host/errors.ts';
import { exp } from '../host/exponential.ts';
import { ln } from '../host/logarithm.ts';
import { checkInteger, checkNumber } from '../vectors/input.ts';
import { checkSeed } from './seed.ts';

export const MOST_WIDTH: number = 2 ** 28;
export const MOST_DEPTH = 64;

/** What a {@link CountMinSketch} is made for, beside its shape. */
export interface CountMinBehaviour {
  /**
   * Raises counters no farther than the new estimate of the key (Estan and Varghese, 2002): estimates are closer, most of all
   * those of rare keys, at about half the speed, and such sketches cannot be merged. @default false
   */
  readonly conservative?: boolean;
  /** Of the hash; sketches that are merged have the same. @default 0 */
  readonly seed?: number;
}

/** By its counters, 4 bytes each. */
export interface CountMinShape extends CountMinBehaviour {
  /** Counters of a row, 1..2^28. */
  readonly width: number;
  /** Rows, 1..64. */
  readonly depth: number;
}

/** By its guarantee: estimates exceed the truth by more than epsilon x total with a probability of at most delta. */
export interface CountMinGuarantee extends CountMinBehaviour {
  /** Of which the width is ceil(e / epsilon). */
  readonly epsilon: number;
  /** Of which the depth is ceil(ln 1 / delta); below 1. */
  readonly delta: number;
}

export type CountMinOptions = CountMinShape | CountMinGuarantee;

/** Width and depth, whichever way they were asked for. */
export type CountMinMade = Required<CountMinShape>;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkCountMin(options: CountMinOptions): CountMinMade {
  const {
    width,
    depth,
    epsilon,
    delta,
    conservative = false,
    seed,
  } = (options ?? {}) as Partial<CountMinShape & CountMinGuarantee>;
  const hasShape = width !== undefined || depth !== undefined;
  if (hasShape === (epsilon !== undefined || delta !== undefined)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `A CountMinSketch is made with either width and depth, or epsilon and delta; got ${hasShape ? 'both' : 'neither'}.`,
      {
        expected: [
          ['width', 'depth'],
          ['epsilon', 'delta'],
        ],
        got: options,
      },
    );
  }
  if (typeof conservative !== 'boolean') {
    throw new LanewiseError('INVALID_ARGUMENT', `conservative must be true or false; got ${conservative}.`, {
      expected: [true, false],
      got: conservative,
    });
  }
  const rest = { conservative, seed: checkSeed(seed) };
  if (hasShape) {
    return {
      width: checkInteger('width', width, 1, MOST_WIDTH),
      depth: checkInteger('depth', depth, 1, MOST_DEPTH),
      ...rest,
    };
  }
  const checkedEpsilon = checkNumber('epsilon', epsilon, Math.E / MOST_WIDTH, 1);
  const checkedDelta = checkNumber('delta', delta, exp(-MOST_DEPTH), 1 - Number.EPSILON);
  return {
    width: Math.min(Math.ceil(Math.E / checkedEpsilon), MOST_WIDTH),
    depth: Math.min(Math.ceil(ln(1 / checkedDelta)), MOST_DEPTH),
    ...rest,
  };
}
