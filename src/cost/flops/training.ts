import { type Checkpointing, segmentOf } from '../checkpointing.ts';
import { given } from '../options.ts';
import type { TransformerModel } from './models.ts';
import { type Operations, operations, product } from './operations.ts';
import { type SequenceShape, sum, type TransformerParts, transformer } from './transformer.ts';

/** What is trained, and on how much. */
export interface TrainingShape {
  /** Of the network. */
  readonly parameters: number;
  /** That it sees in all. */
  readonly tokens: number;
}

/** How a step is trained. */
export interface TrainingStepShape extends SequenceShape {
  /** @default 'none' */
  readonly checkpointing?: Checkpointing;
}

/** One step of training a transformer, FLOPs by pass. */
export interface TrainingStepOperations extends Operations {
  readonly forward: number;
  /** Twice the forward pass: towards the inputs and towards the weights. */
  readonly backward: number;
  /** Done again for activations that were not kept. */
  readonly recomputed: number;
}

/**
 * Training by the rule of thumb: 6 FLOPs a parameter and token, 2 forward and 4 backward. It leaves the scores out: see `trainingStep`
 * for long sequences. Source: Kaplan et al. 2020, section 2.1; Hoffmann et al. 2022, appendix F.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * flops.training({ parameters: 70e9, tokens: 1.4e12 }).flops; // 5.88e23, Chinchilla
 */
export function training(shape: TrainingShape): Operations {
  const { parameters, tokens } = given(shape);
  return operations(3 * product({ parameters, tokens }));
}

/**
 * One step of training a transformer: three times its forward pass, and what is recomputed: nothing, the scores and weighted values
 * ('selective'), or the layers' whole forward pass (any other checkpointing). Source: Hoffmann et al. 2022, appendix F;
 * Korthikanti et al. 2022, section 5 (recomputation). The optimizer's few FLOPs a parameter are left out.
 *
 * @throws LanewiseError as `transformer`
 */
export function trainingStep(options: TransformerModel & TrainingStepShape): TrainingStepOperations {
  const { flops: forward, parts } = transformer(options);
  const { checkpointing = 'none' } = options;
  const recomputed = recomputedOf(parts, checkpointing);
  return { ...operations((3 * forward + recomputed) / 2), forward, backward: 2 * forward, recomputed };
}

/** FLOPs that a backward pass spends on activations that were not kept; the logits' input is kept by all. */
export function recomputedOf(parts: TransformerParts, checkpointing: Checkpointing): number {
  if (segmentOf(checkpointing, 1) > 0) return sum(parts) - parts.logits;
  return checkpointing === 'selective' ? parts.scores + parts.weighted : 0;
}
