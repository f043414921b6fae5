import { given } from '../options.ts';
import { type Operations, operations, product } from './operations.ts';

/** A recurrent layer at one step of a sequence. */
export interface RecurrentShape {
  /** Values that come in, of one step. */
  readonly inputs: number;
  /** Values of the state. */
  readonly hidden: number;
  /** Sequences. @default 1 */
  readonly batch?: number;
}

/**
 * One step of a plain recurrent layer, tanh(W x + U h + b): hidden (inputs + hidden) MACs; element-wise work is left out,
 * here and in the gated ones. Source: arithmetic of Elman 1990 (Goodfellow, Bengio and Courville, equation 10.8).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * flops.rnnStep({ inputs: 100, hidden: 128 }).macs; // 29184
 */
export function rnnStep(shape: RecurrentShape): Operations {
  return gates(shape, 1);
}

/**
 * One step of a long short-term memory: four times `rnnStep`, for three gates and the candidate. Source: Hochreiter and
 * Schmidhuber 1997 with the forget gate of Gers et al. 2000.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function lstmStep(shape: RecurrentShape): Operations {
  return gates(shape, 4);
}

/**
 * One step of a gated recurrent unit: three times `rnnStep`, for two gates and the candidate. Source: Cho et al. 2014, section 2.3.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function gruStep(shape: RecurrentShape): Operations {
  return gates(shape, 3);
}

function gates(shape: RecurrentShape, count: number): Operations {
  const { inputs, hidden, batch = 1 } = given(shape);
  return operations(count * product({ hidden, batch }) * (product({ inputs }) + hidden));
}
