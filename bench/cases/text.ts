import { Bm25Index, Random, tokenize } from 'lanewise';
import { readPackages } from '../../demo/packages.ts';
import { type Case, summarize } from '../harness.ts';

const TERMS = 3;

/** Queries of three terms against the one-line descriptions of Debian's packages. */
export const text: Case = {
  name: 'text',
  async run({ isQuick }) {
    const { synopses } = readPackages();
    const documents = isQuick ? synopses.slice(0, 2000) : synopses;
    const job = `BM25, ${documents.length} synopses`;
    const index = await Bm25Index.create();
    const start = performance.now();
    await index.build(documents);
    const built = summarize(job, 'build', [performance.now() - start]);
    const measurements = [built];
    const figures = [];
    for (const [name, queries] of Object.entries(queriesOf(documents, isQuick ? 50 : 2000))) {
      for (const query of queries) index.search(query, { k: 10 });
      const times = queries.map((query) => {
        const before = performance.now();
        index.search(query, { k: 10 });
        return performance.now() - before;
      });
      const measured = summarize(
        job,
        `${TERMS} terms, ${name}`,
        times.sort((a, b) => a - b),
        { queries: 1 },
      );
      measurements.push(measured);
      figures.push(
        { job: measured.method, text: 'ms, median', ratio: measured.median, atMost: 0.2 },
        { job: measured.method, text: 'ms, p99', ratio: measured.p99, atMost: 1 },
      );
    }
    console.log(`${job}: ${(index.memoryUsage().total / documents.length).toFixed(0)} bytes a document`);
    index.dispose();
    return { measurements, figures };
  },
};

/** Terms of one document, as who looks for it would type; and the terms that most documents have, the costliest of all. */
function queriesOf(documents: readonly string[], count: number): Record<string, readonly string[]> {
  const random = new Random(1);
  const frequencies = new Map<string, number>();
  for (const document of documents)
    for (const term of new Set(tokenize(document))) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  const frequent = [...frequencies]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 50)
    .map(([term]) => term);
  const draw = (terms: readonly string[]): string => {
    const chosen = new Set<string>();
    while (chosen.size < TERMS) chosen.add(terms[random.integer(terms.length)]!);
    return [...chosen].join(' ');
  };
  const long = documents
    .map((document) => [...new Set(tokenize(document))])
    .filter(({ length }) => length >= TERMS);
  return {
    'of one document': Array.from({ length: count }, () => draw(long[random.integer(long.length)]!)),
    'of the 50 most frequent': Array.from({ length: count }, () => draw(frequent)),
  };
}
