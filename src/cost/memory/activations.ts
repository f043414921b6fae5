import { type Checkpointing, segmentOf } from '../checkpointing.ts';
import { bytesOf, type ParameterDtype } from '../dtype.ts';
import { mlp } from '../flops/linear.ts';
import { checkTransformer, type TransformerModel, type TransformerShape } from '../flops/models.ts';
import { recomputedOf } from '../flops/training.ts';
import { partsOf, sum } from '../flops/transformer.ts';
import { checkFlag, given } from '../options.ts';
import { checkCount, finite } from '../quantity.ts';

/** A step of training, and what it keeps. */
export interface ActivationOptions {
  /** Examples, sequences. @default 1 */
  readonly batch?: number;
  /** @default 'float16' for a transformer, 'float32' for a perceptron */
  readonly dtype?: ParameterDtype;
  /** @default 'none' */
  readonly checkpointing?: Checkpointing;
}

/** A step of training a transformer. */
export interface TransformerActivationOptions extends ActivationOptions {
  /** Of each sequence. */
  readonly tokens: number;
  /** Dropout behind softmax, attention and feed-forward, whose masks are a byte a value. @default true */
  readonly dropout?: boolean;
}

/** A step of training a perceptron. */
export interface MlpActivationOptions extends ActivationOptions {
  /** Widths from the input to the output, at least two: [784, 100, 10]. */
  readonly layers: readonly number[];
}

/** What the backward pass needs of the forward one. */
export interface ActivationMemory {
  /** At most at once: what is kept, and what is computed again of one segment. */
  readonly bytes: number;
  /** Kept from the forward pass. */
  readonly kept: number;
  /** FLOPs of the layers that are done again. */
  readonly recomputed: number;
  /** Work of a step over what it is without checkpointing, for the layers: at most 4/3. */
  readonly slowdown: number;
}

/** What a transformer's layers keep. */
export interface TransformerActivationMemory extends ActivationMemory {
  /** Of one layer that keeps all. */
  readonly bytesPerLayer: number;
}

/**
 * Activations of a transformer's layers, bytes. A layer of width h and a heads over b sequences of s tokens keeps s b h (34 + 5 a s / h)
 * bytes at 16 bits: inputs of norms, products, softmax and GELU, 2 bytes each, and dropout masks of 1. With 'selective'
 * checkpointing s b h 34; with whole layers, 2 s b h for each kept input and one segment computed again at a time. Other
 * widths, dtypes and grouped queries are counted operand by operand in the same way; a gated feed-forward keeps both halves, the
 * activated one and their product. Embedding and logits are left out, as is fused attention, which is close to 'selective'.
 * Source: Korthikanti et al. 2022, sections 4.1 and 5, equation 1; Chen et al. 2016, section 4.1.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for an unknown model or checkpointing (the message lists those known); `OVERFLOW`
 * @example
 * memory.transformerActivations({ model: 'GPT-2 1.5B', tokens: 1024, batch: 32 }).bytes; // 286890393600
 */
export function transformerActivations(
  options: (TransformerModel | Omit<TransformerShape, 'vocabulary'>) & TransformerActivationOptions,
): TransformerActivationMemory {
  const shape = checkTransformer({ ...given(options), vocabulary: 0 });
  const { tokens, batch = 1, dtype = 'float16', checkpointing = 'none', dropout = true } = options;
  const rows = checkCount('tokens', tokens) * checkCount('batch', batch);
  const { layers, width, heads, kvHeads, headDimension, feedForward, gated } = shape;
  const mask = checkFlag('dropout', dropout) ? 1 : 0;
  const queries = heads * headDimension;
  const hidden = (gated ? 4 : 2) * feedForward;
  const linear = 4 * width + 2 * queries + 2 * kvHeads * headDimension + hidden;
  const weights = rows * tokens * heads;
  const selected = bytesOf(rows * linear, dtype) + mask * rows * 2 * width;
  const bytesPerLayer = finite('bytes', selected + bytesOf(2 * weights, dtype) + mask * weights);
  const input = bytesOf(rows * width, dtype);
  const parts = partsOf(shape, rows, rows * tokens);
  return {
    ...keep(segmentOf(checkpointing, layers)),
    ...recomputing(sum(parts), recomputedOf(parts, checkpointing)),
    bytesPerLayer,
  };

  // Of what is computed again, the segment's input is among what is kept.
  function keep(segment: number): Kept {
    if (segment > 0) return peak(Math.ceil(layers / segment) * input, segment * bytesPerLayer - input);
    if (checkpointing === 'selective') return peak(layers * selected, bytesPerLayer - selected);
    return peak(layers * bytesPerLayer, 0);
  }
}

/**
 * Activations of a perceptron, bytes: the input of each dense layer and of each activation function between two, a value an
 * example. With checkpointing only the input of each segment's first layer, and the largest segment computed again.
 * Source: arithmetic of back-propagation (Goodfellow, Bengio and Courville, algorithm 6.4); Chen et al. 2016, section 4.1.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * memory.mlpActivations({ layers: [784, 100, 10], batch: 32 }).bytes; // 32 (784 + 100 + 100) 4 = 125952
 */
export function mlpActivations(options: MlpActivationOptions): ActivationMemory {
  const { layers: widths, batch = 1, dtype = 'float32', checkpointing = 'none' } = given(options);
  const forward = mlp({ layers: widths, batch }).flops;
  const inputs = widths.slice(0, -1).map((width) => bytesOf(batch * width, dtype));
  // Behind the last layer there is no activation function.
  const saved = inputs.map((input, i) => input + (inputs[i + 1] ?? 0));
  const segment = segmentOf(checkpointing, inputs.length);
  if (segment === 0) return { ...peak(total(saved), 0), ...recomputing(forward, 0) };
  let kept = 0;
  let largest = 0;
  for (let first = 0; first < inputs.length; first += segment) {
    kept += inputs[first]!;
    largest = Math.max(largest, total(saved.slice(first, first + segment)) - inputs[first]!);
  }
  return { ...peak(kept, largest), ...recomputing(forward, forward) };
}

type Kept = Pick<ActivationMemory, 'bytes' | 'kept'>;

function peak(kept: number, again: number): Kept {
  return { bytes: finite('bytes', kept + again), kept };
}

function recomputing(forward: number, recomputed: number): Omit<ActivationMemory, keyof Kept> {
  return { recomputed: finite('flops', recomputed), slowdown: 1 + recomputed / (3 * forward) };
}

function total(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
