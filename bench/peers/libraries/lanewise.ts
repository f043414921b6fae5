import type { Data, Searcher } from '../measure.ts';

/** By its path, since this folder's own package.json hides the name: what the package ships is what is measured. */
const ENTRY = new URL('../../../dist/index.js', import.meta.url);

/** Ours: the certified search, and the plain float32 scan of the same index. */
export async function* searchers({ case: { dimensions, metric, k }, base }: Data): AsyncGenerator<Searcher> {
  const { capabilities, FlatIndex }: typeof import('lanewise') = await import(ENTRY.href);
  const index = await FlatIndex.create({ dimensions, metric });
  const start = performance.now();
  index.add(base);
  const buildSeconds = (performance.now() - start) / 1_000;
  const { total, codes } = index.memoryUsage();
  for (const exact of ['certified', 'scan'] as const) {
    const search = (queries: Float32Array): Int32Array => index.search(queries, { k, exact }).ids;
    yield {
      method: `lanewise ${exact}, ${capabilities().tier}`,
      buildSeconds,
      bytes: exact === 'certified' ? total : total - codes,
      search,
      searchBatch: search,
    };
  }
}
