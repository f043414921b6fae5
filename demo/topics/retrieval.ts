import { Bm25Index, HybridIndex, snippet } from 'lanewise';
import { LatentSemantics, type Step } from '../latent-semantics.ts';
import type { Options } from '../options.ts';
import { type Packages, readPackages } from '../packages.ts';
import { withProgress } from '../progress.ts';
import { formatMegabytes, formatMilliseconds, formatNumber, renderTable, shorten } from '../table.ts';
import { medianMilliseconds } from '../timing.ts';
import { UsageError } from '../usage-error.ts';

const SHOWN_QUERIES = ['python web framework', 'photo editor', 'play music', 'spell checker German'];
/** Letters of a column, marks of matches aside. */
const CELL = 36;

/** What is searched in three ways. */
interface Engines {
  readonly bm25: Bm25Index;
  readonly lsa: LatentSemantics;
  readonly hybrid: HybridIndex;
}

/** One result, as it stands in a column. */
interface Hit {
  readonly row: number;
  /** What else there is to say of it. */
  readonly note?: string;
}

interface Column {
  readonly title: string;
  readonly hits: readonly Hit[];
  readonly milliseconds: number;
}

async function build(texts: readonly string[]): Promise<Engines> {
  const bm25 = await Bm25Index.create();
  const terms = await withProgress(
    { title: 'BM25', counts: '{value}/{total} texts', total: texts.length },
    (onProgress) => bm25.build(texts, { onProgress }),
  );
  const { result: lsa } = await withProgress({ title: 'LSA ' }, (onProgress) =>
    LatentSemantics.of(texts, { onProgress }),
  );
  const steps: readonly Step[] = [
    {
      title: `BM25, ${bm25.terms} terms`,
      milliseconds: terms.milliseconds,
      bytes: bm25.memoryUsage().total,
    },
    ...lsa.steps,
    { title: 'hybrid of the two', milliseconds: 0, bytes: 0 },
  ];
  const rows = steps.map(({ title, milliseconds, bytes }) => [
    title.replace(/\d+/g, (digits) => formatNumber(Number(digits))),
    formatNumber(milliseconds),
    bytes === undefined ? '-' : formatMegabytes(bytes),
  ]);
  console.log(renderTable(['', 'built in ms', 'bytes'], rows));
  console.log(
    `The components keep ${formatNumber(100 * lsa.explained)} % of the variance: LSA forgets what only few texts say.`,
  );
  return { bm25, lsa, hybrid: new HybridIndex({ text: bm25, vectors: lsa.index }) };
}

function rowsOf({ ids }: { readonly ids: Int32Array }): Hit[] {
  return [...ids].filter((row) => row >= 0).map((row) => ({ row }));
}

/** The three answers to a query, each with all that it takes: LSA and hybrid make a vector of the query first. */
function columnsOf(query: string, { bm25, lsa, hybrid }: Engines, k: number): Column[] {
  const byVectors = () => {
    const vector = lsa.vectorOf(query);
    return vector && lsa.index.search(vector, { k });
  };
  const byBoth = () => {
    const vectors = lsa.vectorOf(query);
    return hybrid.search(vectors ? { text: query, vectors } : { text: query }, { k });
  };
  const found = byVectors();
  const fused = byBoth();
  const { text, vectors } = fused.parts;
  const rankIn = (ranks: Int32Array, place: number) => (ranks[place] > 0 ? ranks[place] : '-');
  return [
    {
      title: 'BM25',
      hits: rowsOf(bm25.search(query, { k })),
      milliseconds: medianMilliseconds(() => bm25.search(query, { k })),
    },
    { title: 'LSA', hits: found ? rowsOf(found) : [], milliseconds: medianMilliseconds(byVectors) },
    {
      title: 'hybrid (places in BM25, LSA)',
      hits: rowsOf(fused).map(({ row }, place) => ({
        row,
        note: `(${rankIn(text.ranks, place)}, ${rankIn(vectors.ranks, place)})`,
      })),
      milliseconds: medianMilliseconds(byBoth),
    },
  ];
}

function printAnswers(query: string, columns: readonly Column[], { names, synopses }: Packages): void {
  const lines = Math.max(...columns.map(({ hits }) => hits.length));
  if (lines === 0) {
    console.log(`\n"${query}": no synopsis has a term of it`);
    return;
  }
  const cell = (hit: Hit | undefined): string => {
    if (!hit) return '';
    const name = shorten(names[hit.row], CELL - (hit.note?.length ?? 0) - 1);
    const synopsis = synopses[hit.row];
    const { marked, from, to } = snippet(synopsis, query, { length: CELL - 6, before: '*', after: '*' });
    return `${name} ${hit.note ?? ''}\n  ${from > 0 ? '… ' : ''}${marked}${to < synopsis.length ? ' …' : ''}`;
  };
  const rows = Array.from({ length: lines }, (_, place) => columns.map(({ hits }) => cell(hits[place])));
  rows.push(columns.map(({ milliseconds }) => `${formatMilliseconds(milliseconds)} ms`));
  console.log(`\n"${query}"`);
  console.log(
    renderTable(
      columns.map(({ title }) => title),
      rows,
      { texts: [1, 2] },
    ),
  );
}

/** Retrieval of texts: the synopses of Debian's packages by words, by latent meaning, and by both. */
export async function showRetrieval({ query, k }: Options): Promise<void> {
  const packages = readPackages();
  const { synopses } = packages;
  if (k > synopses.length)
    throw new UsageError(`--k ${k} asks for more than the ${synopses.length} packages`);
  console.log(`Packages  ${formatNumber(synopses.length)} of Debian 12, by their synopses\n`);
  const engines = await build(synopses);
  for (const text of query.length > 0 ? query : SHOWN_QUERIES)
    printAnswers(text, columnsOf(text, engines, k), packages);
  console.log(
    '\nNo column is the best for every query, hybrid among them: it can be no better than what its parts bring. ' +
      'Judge\nanswers to queries of your own and compare (evaluateRankings).',
  );
  engines.lsa.dispose();
  engines.bm25.dispose();
}
