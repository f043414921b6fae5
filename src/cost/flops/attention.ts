import { checkDivides, checkFlag, given } from '../options.ts';
import { checkCount } from '../quantity.ts';
import { type Operations, operations, product } from './operations.ts';

/** Self-attention over a sequence. */
export interface AttentionShape {
  readonly tokens: number;
  /** Heads of queries. */
  readonly heads: number;
  /** Heads of keys and values, a divisor of `heads`: 1 is multi-query, fewer than `heads` grouped-query. @default heads */
  readonly kvHeads?: number;
  readonly headDimension: number;
  /** Of the model, which goes into the projections and comes out of the last. @default heads x headDimension */
  readonly width?: number;
  /** Sequences. @default 1 */
  readonly batch?: number;
  /** Count only what each token may see: itself and those before it. @default false */
  readonly causal?: boolean;
}

/** Work of attention, in all and part by part. */
export interface AttentionOperations extends Operations {
  /** Of one head and one sequence. */
  readonly perHead: { readonly scores: Operations; readonly weighted: Operations };
  readonly query: Operations;
  readonly key: Operations;
  readonly value: Operations;
  /** Queries times keys. */
  readonly scores: Operations;
  /** Weights times values. */
  readonly weighted: Operations;
  /** The projection of all heads back to the model's width. */
  readonly output: Operations;
}

/** Numbers of a model that attention depends on, checked. */
export interface AttentionHeads {
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDimension: number;
}

/**
 * Attention of n tokens, h heads of d and g heads of keys and values, in MACs a sequence: queries n w h d, keys and values
 * n w g d each, scores and weighted values n n h d each (n (n + 1) / 2 where causal), output n h d w. Grouped queries
 * shrink projections and cache, never the scores. The softmax, 5n FLOPs a token and head, is left out: see `softmax`.
 * Source: Vaswani et al. 2017, section 3.2; Ainslie et al. 2023, section 2.2 (groups).
 *
 * @throws LanewiseError `INVALID_ARGUMENT` also where kvHeads do not divide heads; `OVERFLOW`
 * @example
 * flops.attention({ tokens: 512, heads: 12, headDimension: 64 }).perHead.scores.macs; // 16777216
 */
export function attention(shape: AttentionShape): AttentionOperations {
  const { tokens, heads, headDimension, batch = 1, causal = false } = given(shape);
  const { kvHeads = heads, width = heads * headDimension } = shape;
  checkHeads(heads, kvHeads);
  product({ tokens, headDimension, width, batch });
  const pairs = pairsOf(tokens, checkFlag('causal', causal));
  const { query, key, value, scores, weighted, output } = attentionMacs(
    { width, heads, kvHeads, headDimension },
    batch * tokens,
    batch * pairs,
  );
  const one = operations(pairs * headDimension);
  return {
    ...operations(query + key + value + scores + weighted + output),
    perHead: { scores: one, weighted: one },
    query: operations(query),
    key: operations(key),
    value: operations(value),
    scores: operations(scores),
    weighted: operations(weighted),
    output: operations(output),
  };
}

/** MACs of attention's parts; `tokens` and `pairs` of all sequences together. */
export interface AttentionMacs {
  readonly query: number;
  readonly key: number;
  readonly value: number;
  readonly scores: number;
  readonly weighted: number;
  readonly output: number;
}

export function attentionMacs(
  { width, heads, kvHeads, headDimension }: AttentionHeads,
  tokens: number,
  pairs: number,
): AttentionMacs {
  const projected = tokens * width * heads * headDimension;
  const shared = tokens * width * kvHeads * headDimension;
  const seen = pairs * heads * headDimension;
  return {
    query: projected,
    key: shared,
    value: shared,
    scores: seen,
    weighted: seen,
    output: projected,
  };
}

/** Pairs of tokens of which one sees the other. */
export function pairsOf(tokens: number, causal: boolean): number {
  return causal ? (tokens * (tokens + 1)) / 2 : tokens * tokens;
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless keys and values have whole groups of heads */
export function checkHeads(heads: number, kvHeads: number): void {
  checkCount('heads', heads);
  checkDivides('kvHeads', checkCount('kvHeads', kvHeads), 'heads', heads);
}
