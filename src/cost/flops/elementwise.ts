import { checkChoice, checkFlag, given } from '../options.ts';
import { type ElementwiseOperations, elementwise, product } from './operations.ts';

/** Rows that are each turned into probabilities. */
export interface SoftmaxShape {
  /** Values of a row. */
  readonly length: number;
  /** @default 1 */
  readonly rows?: number;
}

/** Rows that are normalized. */
export interface NormShape {
  /** Values of a row: features, channels. */
  readonly width: number;
  /** Tokens, examples, pixels. @default 1 */
  readonly rows?: number;
  /** Count the learned gain (and shift) as well. @default false */
  readonly affine?: boolean;
}

/** Rows of which each feature is normalized over the batch. */
export interface BatchNormShape extends NormShape {
  /** Statistics are taken from the batch, rather than fixed. @default false */
  readonly training?: boolean;
}

/** Activation functions. */
export type ActivationName = 'relu' | 'leakyRelu' | 'sigmoid' | 'tanh' | 'silu' | 'gelu';

/** Values that go through an activation function. */
export interface ActivationShape {
  readonly kind: ActivationName;
  readonly elements: number;
}

/**
 * relu max(0, x); leakyRelu max(x, a x); sigmoid 1 / (1 + exp(-x)); tanh 1 - 2 / (1 + exp(2x)); silu x sigmoid(x);
 * gelu x / 2 (1 + tanh(s (x + c x x x))), with s and c constants, 8 operations around its tanh.
 */
const ACTIVATIONS: Readonly<Record<ActivationName, number>> = {
  relu: 1,
  leakyRelu: 2,
  sigmoid: 4,
  tanh: 5,
  silu: 5,
  gelu: 13,
};

/**
 * Softmax of rows of n: 5n FLOPs a row, one pass each for the largest, the difference, the exponential, the sum and the
 * division. Source: arithmetic of the stable form (Goodfellow, Bengio and Courville, Deep Learning, section 4.1).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * flops.softmax({ length: 2048, rows: 32 }).flops; // 327680
 */
export function softmax(shape: SoftmaxShape): ElementwiseOperations {
  const { length, rows = 1 } = given(shape);
  return elementwise(5 * product({ length, rows }));
}

/**
 * Layer normalization of rows of d: 5d FLOPs a row (sum, difference, square, sum, scale), 7d with gain and shift. What is
 * done once a row (root, reciprocal) is left out. Source: arithmetic of Ba, Kiros and Hinton 2016, equation 3.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function layerNorm(shape: NormShape): ElementwiseOperations {
  return norm(shape, 5, 2);
}

/**
 * Root mean square normalization of rows of d: 3d FLOPs a row (square, sum, scale), 4d with its gain. Source: arithmetic of
 * Zhang and Sennrich 2019, equation 4.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function rmsNorm(shape: NormShape): ElementwiseOperations {
  return norm(shape, 3, 1);
}

/**
 * Batch normalization of rows x width values. In use, its statistics, gain and shift fold into one multiply-add a value: 2 FLOPs,
 * `affine` or not. In training 5 a value, as of `layerNorm`, and 7 with gain and shift. Source: arithmetic of Ioffe and
 * Szegedy 2015, algorithms 1 and 2.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function batchNorm(shape: BatchNormShape): ElementwiseOperations {
  const { training = false } = given(shape);
  return checkFlag('training', training) ? norm(shape, 5, 2) : norm(shape, 2, 0);
}

function norm(shape: NormShape, plain: number, learned: number): ElementwiseOperations {
  const { width, rows = 1, affine = false } = given(shape);
  return elementwise((plain + (checkFlag('affine', affine) ? learned : 0)) * product({ width, rows }));
}

/**
 * An activation function of many values, FLOPs a value: relu 1, leakyRelu 2, sigmoid 4, tanh 5, silu 5, gelu (its tanh form) 13.
 * Source: arithmetic of the forms with one exponential; gelu of Hendrycks and Gimpel 2016, section 2.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for an unknown one (the message lists them), `OVERFLOW`
 */
export function activation(shape: ActivationShape): ElementwiseOperations {
  const { kind, elements } = given(shape);
  return elementwise(ACTIVATIONS[checkChoice('activation', kind, ACTIVATIONS)] * product({ elements }));
}
