import { FlatIndex, type LongCallOptions, TfidfVectorizer, TruncatedSVD } from 'lanewise';

/** Directions that are kept of as many as there are terms. */
const COMPONENTS = 128;
/** Terms of a single text can bring no two together. */
const LEAST_DOCUMENTS = 2;
/** Shares of the time: terms, components, vectors. */
const STEPS = { terms: 0.2, components: 0.9 };

/** Work that was done on the way to an index. */
export interface Step {
  readonly title: string;
  readonly milliseconds: number;
  /** Bytes of what is left of it; nothing of what only led to the next step. */
  readonly bytes?: number;
}

/**
 * Latent semantic analysis (Deerwester et al. 1990): texts as TF-IDF rows, these as coordinates along the strongest
 * directions of all of them, and an exact index of the cosines of these vectors.
 */
export class LatentSemantics {
  readonly index: FlatIndex;
  readonly steps: readonly Step[];
  /** The share of the variance of the TF-IDF rows that the vectors keep, 0..1. */
  readonly explained: number;
  readonly #vectorizer: TfidfVectorizer;
  readonly #svd: TruncatedSVD;

  private constructor(
    parts: { vectorizer: TfidfVectorizer; svd: TruncatedSVD; index: FlatIndex },
    steps: readonly Step[],
  ) {
    this.index = parts.index;
    this.#vectorizer = parts.vectorizer;
    this.#svd = parts.svd;
    this.steps = steps;
    this.explained = parts.svd.explainedVarianceRatio.reduce((sum, ratio) => sum + ratio, 0);
  }

  static async of(texts: readonly string[], { onProgress }: LongCallOptions): Promise<LatentSemantics> {
    /** A step's own progress as the part of the whole that it is. */
    const part = (from: number, to: number): LongCallOptions => ({
      onProgress: ({ done, total }) => onProgress?.({ done: from + ((to - from) * done) / total, total: 1 }),
    });
    const vectorizer = await TfidfVectorizer.create({ minDocuments: LEAST_DOCUMENTS, sublinear: true });
    const svd = await TruncatedSVD.create({ components: COMPONENTS, seed: 1 });
    const index = await FlatIndex.create({ dimensions: COMPONENTS, metric: 'cosine' });

    const start = performance.now();
    const rows = await vectorizer.fitTransform(texts, part(0, STEPS.terms));
    const weighed = performance.now();
    const vectors = await svd.fitTransform(rows, part(STEPS.terms, STEPS.components));
    const decomposed = performance.now();
    const known = withDirection(vectors, texts.length);
    await index.build(known.vectors, { ids: known.ids, ...part(STEPS.components, 1) });
    const steps: readonly Step[] = [
      {
        title: `LSA: TF-IDF, ${rows.rows} x ${rows.columns}, ${rows.nonzeros} nonzeros`,
        milliseconds: weighed - start,
      },
      {
        title: `LSA: ${COMPONENTS} components by TruncatedSVD`,
        milliseconds: decomposed - weighed,
        bytes: svd.memoryUsage().total,
      },
      {
        title: `LSA: vectors in a FlatIndex`,
        milliseconds: performance.now() - decomposed,
        bytes: index.memoryUsage().total,
      },
    ];
    rows.dispose();
    return new LatentSemantics({ vectorizer, svd, index }, steps);
  }

  /** The vector of a query; none where no text has a term of it, and so no direction is near. */
  vectorOf(query: string): Float32Array | undefined {
    const row = this.#vectorizer.transform([query]);
    const vector = this.#svd.transform(row);
    row.dispose();
    return vector.some((component) => component !== 0) ? vector : undefined;
  }

  dispose(): void {
    this.index.dispose();
    this.#svd.dispose();
  }
}

/** The vectors that point anywhere: a text without a term in common with another has none. */
function withDirection(vectors: Float32Array, rows: number): { ids: Int32Array; vectors: Float32Array } {
  const rowOf = (id: number): Float32Array => vectors.subarray(id * COMPONENTS, (id + 1) * COMPONENTS);
  const ids = Int32Array.from({ length: rows }, (_, id) => id).filter((id) =>
    rowOf(id).some((component) => component !== 0),
  );
  const kept = new Float32Array(ids.length * COMPONENTS);
  for (const [place, id] of ids.entries()) kept.set(rowOf(id), place * COMPONENTS);
  return { ids, vectors: kept };
}
