import type { Random } from 'lanewise';

/** A document as a test knows it. */
export interface Doc {
  readonly id: number;
  readonly text: string;
}

export interface Hit {
  readonly id: number;
  readonly score: number;
}

/** ASCII words, by a rule of the reference's own. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9_]+/g) ?? [];
}

/** BM25 in float64 as its formula reads, document by document: all that have a term of the query, best first. */
export function rankByFormula(docs: readonly Doc[], query: string, k1 = 1.2, b = 0.75): Hit[] {
  const lists = docs.map(({ text }) => wordsOf(text));
  const average = lists.reduce((sum, { length }) => sum + length, 0) / docs.length;
  const hits: Hit[] = [];
  docs.forEach(({ id }, i) => {
    const list = lists[i]!;
    let score = 0;
    for (const term of new Set(wordsOf(query))) {
      const f = list.filter((word) => word === term).length;
      const n = lists.filter((words) => words.includes(term)).length;
      const idf = Math.log(1 + (docs.length - n + 0.5) / (n + 0.5));
      if (f > 0) score += (idf * f * (k1 + 1)) / (f + k1 * (1 - b + (b * list.length) / average));
    }
    if (score > 0) hits.push({ id, score });
  });
  return hits.sort((left, right) => right.score - left.score || left.id - right.id);
}

/** A text of up to `most` words of `vocabulary`: w0 is the most frequent, and each later one less so. */
export function skewedText(random: Random, most: number, vocabulary: number): string {
  const words = [];
  for (let length = random.integer(most + 1); length > 0; length--) {
    const bound = 1 + random.integer(vocabulary);
    words.push(`w${random.integer(1 + random.integer(bound))}`);
  }
  return words.join(' ');
}
