import type { Data, Searcher } from '../measure.ts';

/** By its path, since this folder's own package.json hides the name: what the package ships is what is measured. */
const ENTRY = new URL('../../../dist/index.js', import.meta.url);

/** Ours: exact indexes or approximate ones, as the case asks. */
export function searchers(data: Data): AsyncGenerator<Searcher> {
  return data.case.approximate ? approximate(data) : exact(data);
}

/** Probes worth a place on the curve, for each number of cells. */
const PROBES: Readonly<Record<number, readonly number[]>> = {
  256: [32, 48, 64, 96, 128],
  512: [16, 24, 32, 48, 64, 96, 128],
  1024: [32, 64, 128, 256],
};

/** The graph that hnswlib builds by default, and one of more links, which needs shorter beams. */
const GRAPHS = [
  { m: 16, efConstruction: 200, beams: [20, 40, 60, 80, 112, 120, 160, 240, 320, 640] },
  { m: 24, efConstruction: 300, beams: [60, 80, 120, 170, 180] },
];
const TABLE_PROBES = [1, 8, 32];

/** Every approximate index along its curve. */
async function* approximate({ case: { dimensions, metric, k }, base }: Data): AsyncGenerator<Searcher> {
  const { HnswIndex, IvfIndex, LshIndex }: typeof import('lanewise') = await import(ENTRY.href);
  for (const [cells, probeCounts] of Object.entries(PROBES)) {
    const index = await IvfIndex.create({ dimensions, metric, cells: Number(cells) });
    const start = performance.now();
    await index.train(base, { seed: 1 });
    index.add(base);
    const buildSeconds = (performance.now() - start) / 1_000;
    const bytes = index.memoryUsage().total;
    for (const probes of probeCounts) {
      const search = (queries: Float32Array): Int32Array => index.search(queries, { k, probes }).ids;
      yield {
        method: `lanewise IVF${cells} int8, ${probes} probes`,
        ...{ buildSeconds, bytes, search, searchBatch: search },
      };
    }
    index.dispose();
  }
  for (const { m, efConstruction, beams } of GRAPHS) {
    const graph = await HnswIndex.create({ dimensions, metric, m, efConstruction, seed: 1 });
    const start = performance.now();
    await graph.build(base);
    const buildSeconds = (performance.now() - start) / 1_000;
    const bytes = graph.memoryUsage().total;
    for (const ef of beams) {
      const search = (queries: Float32Array): Int32Array => graph.search(queries, { k, ef }).ids;
      yield {
        method: `lanewise HNSW m ${m}, ef ${ef}`,
        ...{ buildSeconds, bytes, search, searchBatch: search },
      };
    }
    graph.dispose();
  }
  if (metric !== 'cosine') return;
  for (const shape of [
    { tables: 12, bits: 18 },
    LshIndex.suggest({ angle: 0.9, recall: 0.9, rows: base.length / dimensions }),
  ]) {
    const lsh = await LshIndex.create({ dimensions, ...shape, seed: 1 });
    const from = performance.now();
    lsh.add(base);
    const seconds = (performance.now() - from) / 1_000;
    for (const probesPerTable of TABLE_PROBES) {
      const search = (queries: Float32Array): Int32Array => lsh.search(queries, { k, probesPerTable }).ids;
      const bytes = lsh.memoryUsage().total;
      yield {
        method: `lanewise LSH ${shape.tables} x ${shape.bits}, ${probesPerTable} a table`,
        ...{ buildSeconds: seconds, bytes, search, searchBatch: search },
      };
    }
    lsh.dispose();
  }
}

/** The certified search, and the plain float32 scan of the same index. */
async function* exact({ case: { dimensions, metric, k }, base }: Data): AsyncGenerator<Searcher> {
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
