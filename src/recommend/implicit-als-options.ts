import { LanewiseError } from '../host/errors.ts';
import { checkInteger, checkNumber } from '../vectors/input.ts';
import type { ImplicitALSSolver } from './implicit-als-solver.ts';

const SOLVERS: readonly ImplicitALSSolver[] = ['cholesky', 'conjugateGradient'];
const MOST_FACTORS = 1024;
export const MOST_ITERATIONS = 100_000;
/** Beyond, float32 could not even hold the products. */
const LARGEST = 1e9;

/** What an {@link ImplicitALS} is made for. */
export interface ImplicitALSOptions {
  /** Numbers that describe a user, and an item, 1..1024. @default 64 */
  readonly factors?: number;
  /** Times that all users and then all items are solved. @default 15 */
  readonly iterations?: number;
  /** How much more an entry of rating r counts than none: its confidence is 1 + alpha r, above 0. @default 3 */
  readonly alpha?: number;
  /** L2 penalty of the factors. @default 0.008 */
  readonly regularization?: number;
  /**
   * Whether the penalty of a row is multiplied by the summed confidence of its entries, those that are not there included;
   * otherwise it is the same for all. @default true
   */
  readonly scaledRegularization?: boolean;
  /**
   * How the equations of a row are solved: exactly, or by some steps of conjugate gradients from the factors of the iteration
   * before, which come to rankings as good in half the time. @default 'conjugateGradient'
   */
  readonly solver?: ImplicitALSSolver;
  /** Of conjugate gradients. @default 3 */
  readonly steps?: number;
  /** Whether `losses` are told, for a few per cent of the time. @default false */
  readonly trackLosses?: boolean;
  /** Draws the items' factors to begin with. @default 0 */
  readonly seed?: number;
}

export type CheckedOptions = Required<ImplicitALSOptions>;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkOptions(options: ImplicitALSOptions | undefined): CheckedOptions {
  const { factors = 64, iterations = 15, alpha = 3, regularization = 0.008, ...rest } = options ?? {};
  const {
    scaledRegularization = true,
    solver = 'conjugateGradient',
    steps = 3,
    trackLosses = false,
    seed = 0,
  } = rest;
  if (!SOLVERS.includes(solver)) throw invalid('solver', SOLVERS, solver);
  for (const [name, value] of Object.entries({ scaledRegularization, trackLosses }))
    if (typeof value !== 'boolean') throw invalid(name, [true, false], value);
  return {
    factors: checkInteger('factors', factors, 1, MOST_FACTORS),
    iterations: checkInteger('iterations', iterations, 1, MOST_ITERATIONS),
    alpha: checkNumber('alpha', alpha, Number.MIN_VALUE, LARGEST),
    regularization: checkNumber('regularization', regularization, 0, LARGEST),
    scaledRegularization,
    solver,
    steps: checkInteger('steps', steps, 1, MOST_FACTORS),
    trackLosses,
    seed: checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  };
}

function invalid(name: string, expected: readonly unknown[], got: unknown): LanewiseError {
  return new LanewiseError(
    'INVALID_ARGUMENT',
    `${name} must be one of: ${expected.join(', ')}; got ${String(got)}.`,
    { expected, got },
  );
}
