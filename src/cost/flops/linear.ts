import { LanewiseError } from '../../host/errors.ts';
import { given } from '../options.ts';
import { checkCount } from '../quantity.ts';
import { type Operations, operations, product } from './operations.ts';

/** Two vectors. */
export interface DotShape {
  readonly dimensions: number;
}

/** A matrix of rows x columns, times a vector. */
export interface MatvecShape {
  readonly rows: number;
  readonly columns: number;
}

/** rows x inner, times inner x columns. */
export interface MatmulShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Such products, one after the other. @default 1 */
  readonly batch?: number;
}

/** A dense (fully connected) layer. */
export interface DenseShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Examples. @default 1 */
  readonly batch?: number;
}

/** Dense layers, each fed by the one before it. */
export interface MlpShape {
  /** Widths from the input to the output, at least two: [784, 100, 10]. */
  readonly layers: readonly number[];
  /** Examples. @default 1 */
  readonly batch?: number;
}

/** A dense layer's work and what it learns. */
export interface DenseOperations extends Operations {
  /** inputs x outputs weights and a bias an output. */
  readonly parameters: number;
}

/** A perceptron's work, in all and layer by layer. */
export interface MlpOperations extends DenseOperations {
  readonly layers: readonly DenseOperations[];
}

/**
 * An inner product of d dimensions: d MACs, 2d FLOPs (the first addition, to 0, is counted, as everywhere here).
 * Source: Golub and Van Loan, Matrix Computations, 4th edition, section 1.1.15.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * flops.dot({ dimensions: 768 }); // { macs: 768, flops: 1536 }
 */
export function dot(shape: DotShape): Operations {
  const { dimensions } = given(shape);
  return operations(product({ dimensions }));
}

/**
 * A matrix of m x d times a vector: m inner products, 2md FLOPs. Source: Golub and Van Loan, section 1.1.15.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function matvec(shape: MatvecShape): Operations {
  const { rows, columns } = given(shape);
  return operations(product({ rows, columns }));
}

/**
 * m x k times k x d: m d inner products of k, 2mkd FLOPs. Source: Golub and Van Loan, section 1.1.15.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * flops.matmul({ rows: 4096, inner: 4096, columns: 4096 }).flops; // 137438953472
 */
export function matmul(shape: MatmulShape): Operations {
  const { rows, inner, columns, batch = 1 } = given(shape);
  return operations(product({ rows, inner, columns, batch }));
}

/**
 * A dense layer: batch x inputs x outputs MACs. Its biases start the sums, which costs nothing, and its activation is
 * counted by `activation`. Source: arithmetic of Goodfellow, Bengio and Courville, chapter 6.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function dense(shape: DenseShape): DenseOperations {
  const { inputs, outputs, batch = 1 } = given(shape);
  const macs = product({ inputs, outputs, batch });
  return { ...operations(macs), parameters: inputs * outputs + outputs };
}

/**
 * A multilayer perceptron: the MACs of its dense layers, forward. Source: arithmetic of `dense`.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * flops.mlp({ layers: [784, 100, 10] }); // macs: 79400, parameters: 79510
 */
export function mlp(shape: MlpShape): MlpOperations {
  const { layers: widths, batch = 1 } = given(shape);
  checkWidths(widths);
  const layers = widths.slice(1).map((outputs, i) => dense({ inputs: widths[i]!, outputs, batch }));
  return {
    ...operations(layers.reduce((sum, layer) => sum + layer.macs, 0)),
    parameters: layers.reduce((sum, layer) => sum + layer.parameters, 0),
    layers,
  };
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless there are at least two, integers above 0 */
function checkWidths(widths: readonly number[]): void {
  if (!Array.isArray(widths) || widths.length < 2) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `layers must be the widths from the input to the output, at least two; got ${Array.isArray(widths) ? `[${widths.join()}]` : String(widths)}.`,
      { expected: 2, got: widths },
    );
  }
  widths.forEach((width, i) => {
    checkCount(`layers[${i}]`, width);
  });
}
