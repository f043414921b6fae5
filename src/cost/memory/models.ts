import { bytesOf, type ParameterDtype } from '../dtype.ts';
import { checkChoice, checkFlag, given } from '../options.ts';
import { checkCount, finite } from '../quantity.ts';

/** Values kept for each parameter: sgd none; momentum, adagrad and rmsprop one; adam and adamw two moments. */
export type OptimizerName = 'sgd' | 'momentum' | 'adagrad' | 'rmsprop' | 'adam' | 'adamw';

const STATES: Readonly<Record<OptimizerName, number>> = {
  sgd: 0,
  momentum: 1,
  adagrad: 1,
  rmsprop: 1,
  adam: 2,
  adamw: 2,
};

/** Parameters as they are used. */
export interface ParameterMemoryOptions {
  /** How many: `flops.parameters(model).total`. */
  readonly parameters: number;
  /** @default 'float32' */
  readonly dtype?: ParameterDtype;
}

/** Parameters as they are trained. */
export interface TrainingMemoryOptions extends ParameterMemoryOptions {
  /** @default 'adam' */
  readonly optimizer?: OptimizerName;
  /** @default dtype */
  readonly gradientDtype?: ParameterDtype;
  /** Mixed precision: the optimizer keeps the weights once more, as float32. @default false */
  readonly masterWeights?: boolean;
  /** Of the optimizer's states. @default 'float32' with masterWeights, else dtype */
  readonly stateDtype?: ParameterDtype;
}

/** What training holds beside activations, bytes. */
export interface TrainingMemory {
  readonly weights: number;
  readonly gradients: number;
  /** float32 weights of mixed precision. */
  readonly masterWeights: number;
  /** Momenta, moments. */
  readonly optimizerStates: number;
  /** All of them. */
  readonly bytes: number;
  readonly bytesPerParameter: number;
  /** What a checkpoint file holds: all but gradients. */
  readonly checkpoint: number;
}

/** Rows that are looked up. */
export interface EmbeddingMemoryOptions {
  /** Rows of one table. */
  readonly entries: number;
  readonly dimensions: number;
  /** @default 1 */
  readonly tables?: number;
  /** @default 'float32' */
  readonly dtype?: ParameterDtype;
}

/** Batches that are loaded ahead. */
export interface LoaderMemoryOptions {
  readonly workers: number;
  /** Batches that each worker keeps ready. @default 2 */
  readonly prefetch?: number;
  /** Bytes of one batch. */
  readonly batchBytes: number;
}

/** What loading ahead holds. */
export interface LoaderMemory {
  readonly batches: number;
  readonly bytes: number;
}

/**
 * Bytes of a network's parameters: 4 each as float32, 2 as float16 or bfloat16, 1 as int8, a half as int4 (scales of quantized groups
 * not included). Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * memory.parameters({ parameters: 1e9, dtype: 'float16' }); // 2000000000
 */
export function parameters(options: ParameterMemoryOptions): number {
  const { parameters, dtype = 'float32' } = given(options);
  return bytesOf(checkCount('parameters', parameters), dtype);
}

/**
 * Weights, gradients and optimizer states, bytes; activations are counted by `transformerActivations`. All float32 with Adam is four
 * times the weights. Mixed precision with Adam is 16 bytes a parameter: 2 + 2, and 12 of float32 for weights and two
 * moments. Source: Rajbhandari et al. 2020 (ZeRO), section 3.1; Kingma and Ba 2015, algorithm 1.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * memory.training({ parameters: 1.5e9, dtype: 'float16', masterWeights: true }).bytes; // 24e9: GPT-2
 */
export function training(options: TrainingMemoryOptions): TrainingMemory {
  const { parameters, dtype = 'float32', optimizer = 'adam', masterWeights = false } = given(options);
  const { gradientDtype = dtype, stateDtype = masterWeights ? 'float32' : dtype } = options;
  checkCount('parameters', parameters);
  const weights = bytesOf(parameters, dtype);
  const gradients = bytesOf(parameters, gradientDtype);
  const master = checkFlag('masterWeights', masterWeights) ? bytesOf(parameters, 'float32') : 0;
  const states = STATES[checkChoice('optimizer', optimizer, STATES)];
  const optimizerStates = states * bytesOf(parameters, stateDtype);
  const checkpoint = weights + master + optimizerStates;
  const bytes = finite('bytes', checkpoint + gradients);
  return {
    weights,
    gradients,
    masterWeights: master,
    optimizerStates,
    bytes,
    bytesPerParameter: bytes / parameters,
    checkpoint,
  };
}

/**
 * Bytes of a checkpoint from which training goes on: weights, master weights and optimizer states, no gradients. 7e9 parameters of float16
 * with both of Adam's moments are 42e9. Source: arithmetic of `training`.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function checkpoint(options: TrainingMemoryOptions): number {
  return training(options).checkpoint;
}

/**
 * Bytes of embedding tables: entries x dimensions values each. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function embeddingTable(options: EmbeddingMemoryOptions): number {
  const { entries, dimensions, tables = 1, dtype = 'float32' } = given(options);
  const rows = checkCount('tables', tables) * checkCount('entries', entries);
  return bytesOf(rows * checkCount('dimensions', dimensions), dtype);
}

/**
 * Batches that workers hold ready while a model trains: workers x prefetch. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * memory.loaderBuffer({ workers: 4, batchBytes: 32 * 3 * 224 * 224 * 4 }).batches; // 8
 */
export function loaderBuffer(options: LoaderMemoryOptions): LoaderMemory {
  const { workers, prefetch = 2, batchBytes } = given(options);
  const batches = checkCount('workers', workers, 0) * checkCount('prefetch', prefetch);
  return { batches, bytes: finite('bytes', batches * checkCount('batchBytes', batchBytes, 0)) };
}
