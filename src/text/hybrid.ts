import { LanewiseError } from '../host/errors.ts';
import { checkFilter } from '../search/options.ts';
import type { Searchable } from '../search/tuning.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import { checkInteger, checkNumber, LARGEST_ID, toVectors, type VectorInput } from '../vectors/input.ts';
import { checkMetric, type Metric } from '../vectors/metric.ts';
import {
  checkFusion,
  type FusedRanking,
  type FusionOptions,
  type FusionResult,
  fuseRankings,
  noScores,
  type PartScores,
} from './fusion.ts';

/** What answers texts: a `Bm25Index`, or anything that searches alike. Larger scores are better. */
export interface TextSearchable {
  search(
    queries: string | readonly string[],
    options: { readonly k: number; readonly filter?: Bitmap },
  ): Pick<FusedRanking, 'ids' | 'scores' | 'k'>;
}

/** What answers vectors: any index of this package, or anything that searches alike. */
export interface VectorSearchable extends Searchable {
  readonly metric: Metric;
}

/** The two parts of a hybrid index. They name the same things by the same ids. */
export interface HybridParts {
  readonly text: TextSearchable;
  readonly vectors: VectorSearchable;
}

/** One query or several: texts, vectors, row-major, or both of as many. */
export interface HybridQueries {
  readonly text?: string | readonly string[];
  readonly vectors?: VectorInput;
}

/** How a search is done. */
export interface HybridOptions extends FusionOptions {
  /** What vectors count beside text, 0..1: 0 is the text alone, 1 the vectors alone. @default 0.5 */
  readonly alpha?: number;
  /** Results that are asked of each part, k at least. @default 100, or k where that is more */
  readonly candidates?: number;
  /** Only these ids qualify. */
  readonly filter?: Bitmap;
  /** Search options of the part for texts, beside `k` and `filter`. */
  readonly text?: Readonly<Record<string, unknown>>;
  /** Search options of the part for vectors, beside `k` and `filter`: `{ probes: 32 }`, `{ ef: 64 }`. */
  readonly vectors?: Readonly<Record<string, unknown>>;
}

/** What a search found, and what each part said of it. */
export interface HybridResult extends Omit<FusionResult, 'parts'> {
  /** Of the results, `queries x k`: scores as the parts give them, NaN, and ranks from 1, -1, where one did not find a result. */
  readonly parts: { readonly text: PartScores; readonly vectors: PartScores };
}

/**
 * Text and vectors searched together: words that must occur, and neighbours in meaning.
 *
 * Each part answers with its best `candidates`, which are fused by ranks or by normalised scores (`fuseRankings` tells how).
 * In `weighted`, vectors count `alpha` and text `1 - alpha`; in `rrf` twice that, so that both count 1 unless `alpha` is
 * given. A query without one part is answered by the other alone, whatever `alpha` is. A text of no known term finds
 * nothing, which leaves what the vectors find; so does a vector of zeros by cosine, which is what `TruncatedSVD` makes of
 * such a text, and leaves what the text finds. Fusion is not always better than its better part: measure each (`evaluateRankings`).
 *
 * It holds nothing but the parts, which stay yours: change, save and dispose of them yourself. Cost: that of both
 * searches, and O(candidates log candidates) a query.
 *
 * @example
 * const hybrid = new HybridIndex({ text: bm25, vectors: index });
 * const { ids, scores, parts } = hybrid.search({ text: 'lift of a wing', vectors: embedding }, { k: 10 });
 */
export class HybridIndex {
  readonly text: TextSearchable;
  readonly vectors: VectorSearchable;

  /** @throws LanewiseError `INVALID_ARGUMENT` where a part cannot be searched */
  constructor({ text, vectors }: HybridParts) {
    for (const [name, part] of Object.entries({ text, vectors })) {
      if (typeof part?.search === 'function') continue;
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        `The part '${name}' must be an index, with a search method.`,
      );
    }
    checkMetric(vectors.metric);
    this.text = text;
    this.vectors = vectors;
  }

  /**
   * The k best of each query.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`; `DIMENSION_MISMATCH`, also where there are more texts than vectors or fewer;
   *   and what the parts throw
   */
  search(queries: HybridQueries, options: HybridOptions = {}): HybridResult {
    const fusion = checkFusion(options);
    const alpha = checkNumber('alpha', options.alpha ?? 0.5, 0, 1);
    const filter = checkFilter(options.filter);
    const candidates = options.candidates ?? Math.max(100, fusion.k);
    checkInteger('candidates', candidates, fusion.k, LARGEST_ID);
    const common = filter ? { k: candidates, filter } : { k: candidates };
    const { text, vectors } = checkQueries(queries, this.vectors.dimensions);
    const isBoth = text !== undefined && vectors !== undefined;
    const share = fusion.fusion === 'rrf' ? 2 : 1;
    const rankings: FusedRanking[] = [];
    if (text !== undefined) {
      const found = this.text.search(text, { ...options.text, ...common });
      rankings.push({ ...rankingOf(found), weight: isBoth ? share * (1 - alpha) : 1 });
    }
    if (vectors !== undefined) {
      const found = this.#searchVectors(vectors, { ...options.vectors, ...common });
      const isDistance = this.vectors.metric === 'l2';
      rankings.push({ ...rankingOf(found), weight: isBoth ? share * alpha : 1, isDistance });
    }
    const { parts, ...fused } = fuseRankings(rankings, fusion);
    const none = isBoth ? undefined : noScores(fused.ids.length);
    return {
      ...fused,
      parts: {
        text: text === undefined ? none! : parts[0]!,
        vectors: vectors === undefined ? none! : parts.at(-1)!,
      },
    };
  }

  /** Rows of zeros have no direction, which an index refuses by cosine: it searches others for them, and they find nothing. */
  #searchVectors(
    vectors: Float32Array,
    options: { readonly k: number },
  ): Pick<FusedRanking, 'ids' | 'scores' | 'k'> {
    const { dimensions, metric } = this.vectors;
    const zeros = metric === 'cosine' ? zeroRows(vectors, dimensions) : [];
    if (zeros.length === 0) return this.vectors.search(vectors, options);
    const directed = vectors.slice();
    for (const row of zeros) directed[row * dimensions] = 1;
    const { k, ...found } = this.vectors.search(directed, options);
    const [ids, scores] = [found.ids.slice(), found.scores.slice()];
    for (const row of zeros) {
      ids.fill(-1, row * k, (row + 1) * k);
      scores.fill(Number.NEGATIVE_INFINITY, row * k, (row + 1) * k);
    }
    return { ids, scores, k };
  }
}

function zeroRows(vectors: Float32Array, dimensions: number): number[] {
  const zeros: number[] = [];
  for (let row = 0; row * dimensions < vectors.length; row++) {
    const end = (row + 1) * dimensions;
    let at = row * dimensions;
    while (at < end && vectors[at] === 0) at++;
    if (at === end) zeros.push(row);
  }
  return zeros;
}

function rankingOf({ ids, scores, k }: Pick<FusedRanking, 'ids' | 'scores' | 'k'>): FusedRanking {
  return { ids, scores, k };
}

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` */
function checkQueries(
  { text, vectors }: HybridQueries,
  dimensions: number,
): { readonly text: string | readonly string[] | undefined; readonly vectors: Float32Array | undefined } {
  const texts = typeof text === 'string' ? [text] : text;
  const isText = Array.isArray(texts) && texts.every((one) => typeof one === 'string');
  if (!(isText || texts === undefined) || (texts ?? vectors) === undefined) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'A query is { text, vectors } or one of them: a string or an array of strings, and as many vectors.',
    );
  }
  const values = vectors === undefined ? undefined : toVectors('vectors', vectors, dimensions);
  const rows = values ? values.length / dimensions : undefined;
  if (texts && rows !== undefined && rows !== texts.length) {
    throw new LanewiseError(
      'DIMENSION_MISMATCH',
      `${texts.length} texts need as many vectors; got ${rows}. Search what has one part alone by itself.`,
      { expected: texts.length, got: rows },
    );
  }
  return { text, vectors: values };
}
