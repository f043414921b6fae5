import { LanewiseError } from '../../host/errors.ts';
import { checkChoice, checkFlag, given } from '../options.ts';
import { checkCount } from '../quantity.ts';
import { type AttentionHeads, checkHeads } from './attention.ts';

/** A transformer's numbers. */
export interface TransformerShape {
  readonly layers: number;
  /** Of a token's vector, d_model. */
  readonly width: number;
  /** Heads of queries. */
  readonly heads: number;
  /** Tokens that it knows; 0 leaves embeddings and logits out. */
  readonly vocabulary: number;
  /** Heads of keys and values, a divisor of `heads`. @default heads */
  readonly kvHeads?: number;
  /** @default width / heads, which must then be whole */
  readonly headDimension?: number;
  /** Hidden width of the feed-forward part. @default 4 x width */
  readonly feedForward?: number;
  /** The feed-forward part has three matrices (SwiGLU, GeGLU: Shazeer 2020) rather than two. @default false */
  readonly gated?: boolean;
  /** Linear layers and norms have biases; only parameters depend on it. @default false */
  readonly biases?: boolean;
  /** The logits take the embedding's matrix again (Press and Wolf 2017); only parameters depend on it. @default false */
  readonly tied?: boolean;
  /** Learned embeddings of positions and segments; only parameters depend on it. @default 0 */
  readonly positions?: number;
}

/** Models that are known by name. */
export type TransformerName =
  | 'BERT-base'
  | 'GPT-2 117M'
  | 'GPT-2 1.5B'
  | 'LLaMA-7B'
  | 'Llama 2 7B'
  | 'Llama 2 70B'
  | 'Mistral 7B';

/** A model by its numbers, or by its name with what is to differ. */
export type TransformerModel =
  | TransformerShape
  | ({ readonly model: TransformerName } & Partial<TransformerShape>);

/** A published model. */
export interface KnownTransformer extends TransformerShape {
  readonly source: string;
  readonly year: number;
}

/**
 * Models by name, as published. BERT's positions are 512 and two segments; its pooler and its language-model head are left out.
 * LLaMA-7B stands with the two matrices of 4 x width that its gated 2/3 of 4 x width amount to (section 2.2 there), as FLOPs of it
 * are mostly given; as shipped, rounded up to 11008 and of the same numbers, it is `Llama 2 7B`.
 */
export const models: Readonly<Record<TransformerName, KnownTransformer>> = {
  'BERT-base': {
    layers: 12,
    width: 768,
    heads: 12,
    vocabulary: 30522,
    biases: true,
    tied: true,
    positions: 514,
    source: 'Devlin et al., arXiv 1810.04805',
    year: 2018,
  },
  'GPT-2 117M': {
    layers: 12,
    width: 768,
    heads: 12,
    vocabulary: 50257,
    biases: true,
    tied: true,
    positions: 1024,
    source: 'Radford et al., Language Models are Unsupervised Multitask Learners',
    year: 2019,
  },
  'GPT-2 1.5B': {
    layers: 48,
    width: 1600,
    heads: 25,
    vocabulary: 50257,
    biases: true,
    tied: true,
    positions: 1024,
    source: 'Radford et al., Language Models are Unsupervised Multitask Learners',
    year: 2019,
  },
  'LLaMA-7B': {
    layers: 32,
    width: 4096,
    heads: 32,
    vocabulary: 32000,
    source: 'Touvron et al., arXiv 2302.13971',
    year: 2023,
  },
  'Llama 2 7B': {
    layers: 32,
    width: 4096,
    heads: 32,
    vocabulary: 32000,
    feedForward: 11008,
    gated: true,
    source: 'Touvron et al., arXiv 2307.09288',
    year: 2023,
  },
  'Llama 2 70B': {
    layers: 80,
    width: 8192,
    heads: 64,
    kvHeads: 8,
    vocabulary: 32000,
    feedForward: 28672,
    gated: true,
    source: 'Touvron et al., arXiv 2307.09288',
    year: 2023,
  },
  'Mistral 7B': {
    layers: 32,
    width: 4096,
    heads: 32,
    kvHeads: 8,
    vocabulary: 32000,
    feedForward: 14336,
    gated: true,
    source: 'Jiang et al., arXiv 2310.06825',
    year: 2023,
  },
};

/** Parameters of a transformer. */
export interface TransformerParameters {
  /** Of tokens, positions and segments. */
  readonly embedding: number;
  /** Of all layers: queries, keys, values, output. */
  readonly attention: number;
  readonly feedForward: number;
  /** Two a layer and one at an end. */
  readonly norms: number;
  /** 0 where tied to the embedding. */
  readonly logits: number;
  readonly total: number;
}

/** Every number of a transformer. */
export type CheckedTransformer = Required<TransformerShape> & AttentionHeads;

/** The numbers of a name under those of the options; undefined ones give way. */
export function named<Options extends object>(options: Options): Options {
  const { model } = given(options) as { model?: unknown };
  if (model === undefined) return options;
  const result: Record<string, unknown> = { ...models[checkChoice('model', model, models)] };
  for (const [name, value] of Object.entries(options)) if (value !== undefined) result[name] = value;
  return result as Options;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkTransformer(model: TransformerModel): CheckedTransformer {
  const { layers, width, heads, vocabulary, ...rest } = named(model) as TransformerShape;
  const { kvHeads = heads, headDimension = headOf(heads, width), feedForward = 4 * width } = rest;
  const { gated = false, biases = false, tied = false, positions = 0 } = rest;
  checkHeads(heads, kvHeads);
  return {
    layers: checkCount('layers', layers),
    width: checkCount('width', width),
    heads,
    kvHeads,
    headDimension: checkCount('headDimension', headDimension),
    vocabulary: checkCount('vocabulary', vocabulary, 0),
    feedForward: checkCount('feedForward', feedForward),
    gated: checkFlag('gated', gated),
    biases: checkFlag('biases', biases),
    tied: checkFlag('tied', tied),
    positions: checkCount('positions', positions, 0),
  };
}

/** The dimension of a head where heads share the width out. */
export function headOf(heads: number, width: number): number {
  const dimension = checkCount('width', width) / checkCount('heads', heads);
  if (Number.isInteger(dimension)) return dimension;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `${heads} heads do not share a width of ${width} out evenly. Give headDimension.`,
    { expected: `a divisor of ${width}`, got: heads },
  );
}
