import type { TextSearchable } from 'lanewise';

/** Scores by id. */
type Scored = Readonly<Record<number, number>>;

/** A part for texts whose answers are known: of each text, the scores of the ids it finds. Keeps the options it was given. */
export class PreparedText implements TextSearchable {
  readonly asked: unknown[] = [];
  readonly #scores: Readonly<Record<string, Scored>>;

  constructor(scores: Readonly<Record<string, Scored>>) {
    this.#scores = scores;
  }

  search(
    queries: string | readonly string[],
    options: Parameters<TextSearchable['search']>[1],
  ): ReturnType<TextSearchable['search']> {
    this.asked.push(options);
    const { k, filter } = options;
    const texts = typeof queries === 'string' ? [queries] : queries;
    const ids = new Int32Array(texts.length * k).fill(-1);
    const scores = new Float32Array(texts.length * k).fill(Number.NEGATIVE_INFINITY);
    for (const [query, text] of texts.entries()) {
      const found = Object.entries(this.#scores[text] ?? {})
        .map(([id, score]) => [Number(id), score] as const)
        .filter(([id]) => filter?.has(id) ?? true)
        .sort(([a, x], [b, y]) => y - x || a - b)
        .slice(0, k);
      for (const [i, [id, score]] of found.entries()) {
        ids[query * k + i] = id;
        scores[query * k + i] = score;
      }
    }
    return { ids, scores, k };
  }
}
