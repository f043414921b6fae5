import { bytesOf, type ParameterDtype } from '../dtype.ts';
import { checkCount, finite } from '../quantity.ts';
import { checkTransformer, type TransformerModel } from './models.ts';
import { type Operations, operations } from './operations.ts';
import { parametersOf, partsOf, sum } from './transformer.ts';

/** One step of generating. */
export interface DecodeShape {
  /** Of each sequence, the one that is computed included. */
  readonly tokens: number;
  /** Sequences that take the step together. @default 1 */
  readonly batch?: number;
  /** Of the weights. @default 'float16' */
  readonly dtype?: ParameterDtype;
  /** Of the cached keys and values. @default dtype */
  readonly cacheDtype?: ParameterDtype;
}

/** The work of one step of generating, and what it moves. */
export interface DecodeOperations extends Operations {
  /** Read once, whatever the batch: layers and logits. */
  readonly weightBytes: number;
  /** Keys and values of all sequences: those before are read, the new ones written. */
  readonly cacheBytes: number;
  /** weightBytes + cacheBytes. */
  readonly bytes: number;
  /** FLOPs a byte: far below what machines balance until the batch is large. */
  readonly intensity: number;
}

/**
 * One more token for each of `batch` sequences, keys and values of those before cached: the forward pass of one token, which sees
 * `tokens`. All weights are read, whatever the batch, and each sequence's own cache; activations and the looked-up
 * rows of embeddings are left out. Steps of 1..n tokens add up to the causal forward pass of n. Source: Shazeer 2019, section
 * 2.4; Pope et al. 2022, section 2.
 *
 * @throws LanewiseError as `transformer`, and for an unknown dtype
 * @example
 * flops.decodeStep({ model: 'LLaMA-7B', tokens: 4096 }).intensity; // below 1: bound by memory
 */
export function decodeStep(options: TransformerModel & DecodeShape): DecodeOperations {
  const shape = checkTransformer(options);
  const { tokens, batch = 1, dtype = 'float16', cacheDtype = dtype } = options;
  checkCount('tokens', tokens);
  const parts = partsOf(shape, checkCount('batch', batch), batch * tokens);
  const work = operations(sum(parts) / 2);
  const { attention, feedForward, norms } = parametersOf(shape);
  const weights = attention + feedForward + norms + shape.vocabulary * shape.width;
  const weightBytes = bytesOf(weights, dtype);
  const cached = 2 * shape.layers * shape.kvHeads * shape.headDimension * tokens * batch;
  const cacheBytes = bytesOf(cached, cacheDtype);
  const bytes = finite('bytes', weightBytes + cacheBytes);
  return { ...work, weightBytes, cacheBytes, bytes, intensity: work.flops / bytes };
}
