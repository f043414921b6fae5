import { checkFlag } from '../options.ts';
import { checkCount, finite } from '../quantity.ts';
import { attentionMacs, pairsOf } from './attention.ts';
import {
  type CheckedTransformer,
  checkTransformer,
  type TransformerModel,
  type TransformerParameters,
} from './models.ts';
import { type Operations, operations } from './operations.ts';

/** Sequences that go through a transformer. */
export interface SequenceShape {
  /** Of each sequence. */
  readonly tokens: number;
  /** Sequences. @default 1 */
  readonly batch?: number;
  /** Count only the scores that a causal mask leaves, rather than all of them as most published figures. @default false */
  readonly causal?: boolean;
}

/** Parts of a transformer's work, FLOPs of all layers together. */
export interface TransformerParts {
  /** Rows are looked up: 0. */
  readonly embedding: number;
  /** Queries, keys and values. */
  readonly projections: number;
  /** Queries times keys. */
  readonly scores: number;
  /** Weights times values. */
  readonly weighted: number;
  readonly output: number;
  readonly feedForward: number;
  /** 0 without a vocabulary. */
  readonly logits: number;
}

/** A transformer's forward pass. */
export interface TransformerOperations extends Operations {
  /** FLOPs; they sum to `flops`. */
  readonly parts: TransformerParts;
  /** Of all FLOPs: projections, scores, weighted values and output. */
  readonly attentionShare: number;
  /** Of all FLOPs: what grows with the square of the tokens, scores and weighted values. */
  readonly quadraticShare: number;
  readonly parameters: TransformerParameters;
}

/** Lengths from which on one part of a forward pass outweighs another, tokens; 0 where it always does. */
export interface CrossoverLengths {
  /** All of attention outweighs the feed-forward part: 2 x width in a plain model. */
  readonly attention: number;
  /** Scores and weighted values outweigh the rest of a layer: 6 x width in a plain model. */
  readonly quadratic: number;
  /** Scores and weighted values outweigh all the rest of the model, logits included. */
  readonly model: number;
}

/**
 * The forward pass of a transformer, FLOPs. A layer of width d over n tokens: 6nd^2 for queries, keys and values, 2n^2d each for
 * scores and weighted values, 2nd^2 for the output, 16nd^2 for a feed-forward of 4d; logits 2nd x vocabulary. Softmax, norms,
 * activations, positions and biases, together a few percent, are left out as in published counts: see `softmax`,
 * `layerNorm`, `activation`. Source: Kaplan et al. 2020, section 2.1, table 1; Hoffmann et al. 2022, appendix F.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for an unknown model (the message lists those known) or heads that do not divide;
 *   `OVERFLOW`
 * @example
 * flops.transformer({ model: 'BERT-base', tokens: 512 }).flops; // 120640241664
 */
export function transformer(options: TransformerModel & SequenceShape): TransformerOperations {
  const shape = checkTransformer(options);
  const { tokens, batch = 1, causal = false } = options;
  const pairs = pairsOf(checkCount('tokens', tokens), checkFlag('causal', causal));
  checkCount('batch', batch);
  const parts = partsOf(shape, batch * tokens, batch * pairs);
  const work = operations(sum(parts) / 2);
  const { projections, scores, weighted, output } = parts;
  return {
    ...work,
    parts,
    attentionShare: (projections + scores + weighted + output) / work.flops,
    quadraticShare: (scores + weighted) / work.flops,
    parameters: parametersOf(shape),
  };
}

/**
 * Every parameter of a transformer: matrices, and by its options biases, norms and positions. A norm has a gain, and a shift where there
 * are biases. Source: arithmetic; it gives the published models' numbers to the last.
 *
 * @throws LanewiseError as `transformer`
 * @example
 * flops.parameters({ model: 'GPT-2 117M' }).total; // 124439808: the published 117M is an error of its authors
 */
export function parameters(model: TransformerModel): TransformerParameters {
  return parametersOf(checkTransformer(model));
}

/**
 * Where attention takes over as sequences grow. For a plain model scores and weighted values, 4n^2d a layer, outweigh the other
 * 24nd^2 where n > 6d; all of attention outweighs the feed-forward part where n > 2d. With a causal mask it is twice as
 * far, less one. Source: arithmetic of `transformer`.
 *
 * @throws LanewiseError as `transformer`
 * @example
 * flops.crossover({ model: 'LLaMA-7B' }).quadratic; // 24576
 */
export function crossover(
  options: TransformerModel & { readonly causal?: boolean | undefined },
): CrossoverLengths {
  const shape = checkTransformer(options);
  const causal = checkFlag('causal', options.causal ?? false);
  const { projections, scores, weighted, output, feedForward, logits } = partsOf(shape, 1, 1);
  const linear = projections + output;
  const lengthOf = (rest: number): number => {
    const length = Math.max(0, finite('tokens', rest / (scores + weighted)));
    return causal && length > 0 ? 2 * length - 1 : length;
  };
  return {
    attention: lengthOf(feedForward - linear),
    quadratic: lengthOf(feedForward + linear),
    model: lengthOf(feedForward + linear + logits),
  };
}

/** FLOPs of all layers over `tokens`, of which `pairs` see one another. */
export function partsOf(shape: CheckedTransformer, tokens: number, pairs: number): TransformerParts {
  const { layers, width, feedForward, gated, vocabulary } = shape;
  const macs = attentionMacs(shape, tokens, pairs);
  const each = 2 * layers;
  return {
    embedding: 0,
    projections: each * (macs.query + macs.key + macs.value),
    scores: each * macs.scores,
    weighted: each * macs.weighted,
    output: each * macs.output,
    feedForward: each * (gated ? 3 : 2) * tokens * width * feedForward,
    logits: 2 * tokens * width * vocabulary,
  };
}

export function sum(parts: TransformerParts): number {
  return Object.values(parts).reduce((total, part) => total + part, 0);
}

export function parametersOf(shape: CheckedTransformer): TransformerParameters {
  const { layers, width, heads, kvHeads, headDimension, vocabulary, positions } = shape;
  const { feedForward, gated, biases, tied } = shape;
  const queries = heads * headDimension;
  const keys = kvHeads * headDimension;
  const inward = gated ? 2 : 1;
  const bias = biases ? 1 : 0;
  const parts = {
    embedding: (vocabulary + positions) * width,
    attention: layers * (2 * width * (queries + keys) + bias * (queries + 2 * keys + width)),
    feedForward: layers * ((inward + 1) * width * feedForward + bias * (inward * feedForward + width)),
    norms: (2 * layers + 1) * (1 + bias) * width,
    logits: tied ? 0 : vocabulary * width,
  };
  const total = Object.values(parts).reduce((all, part) => all + part, 0);
  return { ...parts, total: finite('parameters', total) };
}
