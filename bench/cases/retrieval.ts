import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Bm25Index,
  evaluateRankings,
  FlatIndex,
  HybridIndex,
  type Rankings,
  TfidfVectorizer,
  TruncatedSVD,
} from 'lanewise';
import { type Case, type Figure, type Measurement, summarize } from '../harness.ts';

/** MAP and nDCG@10, computed by others' code from the same files (BM25 of k1 1.2 and b .75; LSA of 128 components). */
const REFERENCES = {
  cranfield: { BM25: [0.273, 0.358], LSA: [0.334, 0.408] },
  cacm: { BM25: [0.275, 0.409] },
} as const;
const TOLERANCE = { BM25: 0.002, LSA: 0.02 };
const COMPONENTS = 128;

interface TestCollection {
  readonly documents: readonly string[];
  readonly ids: readonly number[];
  readonly queries: readonly string[];
  /** For each query the relevant documents. */
  readonly relevant: readonly (readonly number[])[];
}

/** How good rankings are on Cranfield and CACM, beside published code; with LANEWISE_DATA alone. */
export const retrieval: Case = {
  name: 'retrieval',
  async run() {
    const measurements: Measurement[] = [];
    const figures: Figure[] = [];
    const folder = process.env['LANEWISE_DATA'];
    for (const name of ['cranfield', 'cacm'] as const) {
      const collection = folder && read(folder, name);
      if (!collection) {
        console.error(`${name}: its files are needed, set LANEWISE_DATA`);
        continue;
      }
      const { measured, rankings } = await rank(name, collection);
      measurements.push(...measured);
      for (const [method, ranking] of Object.entries(rankings)) {
        const { averagePrecision, ndcg } = evaluateRankings(ranking, collection.relevant, { k: 10 });
        console.log(
          `${name}: ${method} MAP ${averagePrecision.mean.toFixed(4)}, nDCG@10 ${ndcg.mean.toFixed(4)}`,
        );
        const reference = (REFERENCES[name] as Record<string, readonly [number, number]>)[method];
        if (!reference) continue;
        const atMost = TOLERANCE[method as keyof typeof TOLERANCE];
        const job = `${name}, ${method}`;
        const off = (value: number, expected: number): number => Math.abs(value - expected);
        figures.push(
          {
            job,
            text: `MAP off ${reference[0]} by`,
            ratio: off(averagePrecision.mean, reference[0]),
            atMost,
          },
          { job, text: `nDCG@10 off ${reference[1]} by`, ratio: off(ndcg.mean, reference[1]), atMost },
        );
      }
    }
    return { measurements, figures };
  },
};

async function rank(
  name: string,
  { documents, ids, queries }: TestCollection,
): Promise<{ measured: Measurement[]; rankings: Record<string, Rankings> }> {
  const k = documents.length;
  const measured: Measurement[] = [];
  const timed = async <Result>(method: string, run: () => Promise<Result>): Promise<Result> => {
    const start = performance.now();
    const result = await run();
    measured.push(summarize(name, method, [performance.now() - start]));
    return result;
  };
  const text = await Bm25Index.create();
  await timed('BM25, build', () => text.build(documents, { ids }));
  const vectorizer = await TfidfVectorizer.create({ sublinear: true, minDocuments: 2 });
  const rows = await timed('TF-IDF, fit and transform', () => vectorizer.fitTransform(documents));
  const svd = await TruncatedSVD.create({ components: COMPONENTS, seed: 1 });
  const vectors = await timed(`TruncatedSVD ${COMPONENTS}`, () => svd.fitTransform(rows));
  const index = await FlatIndex.create({ dimensions: COMPONENTS, metric: 'cosine' });
  const known = ids.filter((_, row) =>
    vectors.subarray(row * COMPONENTS, (row + 1) * COMPONENTS).some(Boolean),
  );
  index.add(
    known.flatMap((_, place) => [...vectorAt(vectors, ids.indexOf(known[place]!))]),
    { ids: known },
  );
  const queryVectors = svd.transform(vectorizer.transform(queries));
  const hybrid = new HybridIndex({ text, vectors: index });
  const rankings = {
    BM25: text.search(queries, { k }),
    LSA: index.search(queryVectors, { k }),
    'RRF of the two': hybrid.search({ text: queries, vectors: queryVectors }, { k, candidates: k }),
  };
  for (const owned of [text, svd, index, rows]) owned.dispose();
  return { measured, rankings };
}

function vectorAt(vectors: Float32Array, row: number): Float32Array {
  return vectors.subarray(row * COMPONENTS, (row + 1) * COMPONENTS);
}

function read(folder: string, name: string): TestCollection | undefined {
  const path = (part: string): string => join(folder, `ir_${name}_${part}`);
  if (!existsSync(path('qrels.csv'))) return undefined;
  const lines = (part: string): string[] => readFileSync(path(part), 'utf8').trimEnd().split('\n');
  const documents = lines('docs.jsonl').map(
    (line) => JSON.parse(line) as { id: number; title: string; text: string },
  );
  const queries = lines('queries.jsonl').map((line) => JSON.parse(line) as { id: number; text: string });
  const relevant = new Map<number, number[]>();
  for (const line of lines('qrels.csv').slice(1)) {
    const [query, document, code] = line.split(',').map(Number) as [number, number, number];
    if (code >= 1) relevant.set(query, [...(relevant.get(query) ?? []), document]);
  }
  const asked = queries
    .map(({ id, text }) => ({ text, relevant: relevant.get(id) ?? [] }))
    .filter((query) => query.relevant.length > 0);
  return {
    documents: documents.map(({ title, text }) => `${title} ${text}`),
    ids: documents.map(({ id }) => id),
    queries: asked.map(({ text }) => text),
    relevant: asked.map((query) => query.relevant),
  };
}
