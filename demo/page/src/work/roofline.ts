import { KMeans } from 'lanewise/cluster';
import { measureRoof } from 'lanewise/planner';
import { capabilities, FlatIndex, HnswIndex, IvfIndex, LshIndex } from 'lanewise/search';
import { formatCount } from '../numbers.ts';
import type { KernelPoint, Subject, Tell } from './protocol.ts';

const QUERIES = 64;
const MEMORY_BYTES = 64 << 20;
const PROBES = 32;
/** Queries whose probed rows are counted. */
const COUNTED = 16;
const EF = 100;
/** The graph takes long to build: some of the rows show as well what a search of it does. */
const GRAPH_ROWS = 12_000;
const TABLES = 24;
const BITS = 24;
const HASHED = 512;
const CENTROIDS = 256;
const ASSIGNED = 10_000;
const K = 10;
/** Calls, and milliseconds, before the clock counts: engines compile a kernel well only after some, and meanwhile. */
const WARM_UP = 12;
const WARM_UP_MILLISECONDS = 150;

/** Measures the roofs, then each kernel by a public call of which the operations and the bytes are known. */
export async function measureRoofline(subject: Subject, milliseconds: number, tell: Tell): Promise<void> {
  const rows = subject.data.length / subject.dimensions;
  const codes = rows * subject.dimensions;
  const fromMemory = measureRoof({ bytes: MEMORY_BYTES });
  const cacheBytes = Math.min(MEMORY_BYTES / 4, Math.max(1 << 16, codes / 2));
  const cache = measureRoof({ bytes: cacheBytes }).streaming;
  tell({
    kind: 'roofs',
    roofs: {
      memory: fromMemory.streaming,
      cache,
      cacheBytes,
      float32: fromMemory.float32,
      int8: 2 * fromMemory.int8,
    },
  });
  for (const measure of [exact, probing, hashing, assigning, graph]) {
    for await (const point of measure({ ...subject, rows, milliseconds })) tell({ kind: 'kernel', point });
  }
}

interface Setting extends Subject {
  readonly rows: number;
  readonly milliseconds: number;
}

type Points = AsyncGenerator<KernelPoint>;

/** Milliseconds of the median call. */
function medianOf(run: (turn: number) => void, milliseconds: number): number {
  const warm = performance.now() + WARM_UP_MILLISECONDS;
  for (let turn = 0; turn < WARM_UP || performance.now() < warm; turn++) run(turn);
  const times: number[] = [];
  for (let turn = 0, spent = 0; times.length < 5 || spent < milliseconds; turn++) {
    const start = performance.now();
    run(turn);
    times.push(performance.now() - start);
    spent += times.at(-1)!;
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

function sum(counts: Int32Array | undefined): number {
  return counts?.reduce((total, count) => total + count, 0) ?? 0;
}

/** So many rows at even steps, as queries. */
function sample({ data, dimensions, rows }: Setting, count: number): Float32Array {
  const queries = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * rows) / count);
    queries.set(data.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  }
  return queries;
}

async function* exact(setting: Setting): Points {
  const { data, dimensions: d, metric, rows: n, milliseconds } = setting;
  const index = await FlatIndex.create({ dimensions: d, metric });
  index.add(data);
  const queries = sample(setting, QUERIES);
  const query = (turn: number): Float32Array =>
    queries.subarray((turn % QUERIES) * d, ((turn % QUERIES) + 1) * d);
  yield {
    name: 'float32 scan',
    unit: 'float32',
    operations: 2 * n * d,
    bytes: 4 * n * d,
    milliseconds: medianOf((turn) => index.search(query(turn), { k: K, exact: 'scan' }), milliseconds),
    arithmetic: `${formatCount(n)} rows x ${d} float32 multiply-adds, each row of ${4 * d} bytes read once`,
  };
  const isRelaxed = capabilities().tier === 'relaxed';
  const width = isRelaxed ? 0.5 : 1;
  const rescored = Math.round(sum(index.search(queries, { k: K, stats: true }).rescored) / QUERIES);
  yield {
    name: `certified scan, ${isRelaxed ? 4 : 8}-bit`,
    unit: 'int8',
    operations: 2 * d * (n + rescored),
    bytes: d * (width * n + 4 * rescored),
    milliseconds: medianOf((turn) => index.search(query(turn), { k: K }), milliseconds),
    arithmetic: `${formatCount(n)} rows x ${d} integer multiply-adds on ${width * d} bytes of codes, and some ${formatCount(rescored)} rows rescored in float32`,
  };
  const all = sum(index.search(queries, { k: K, stats: true }).rescored);
  yield {
    name: `certified batch of ${QUERIES}`,
    unit: 'int8',
    operations: 2 * d * (n * QUERIES + all),
    bytes: d * (n + 4 * all),
    milliseconds: medianOf(() => index.search(queries, { k: K }), milliseconds),
    arithmetic: `${formatCount(n)} rows x ${d} x ${QUERIES} queries on 8-bit codes that are read once for all, and ${formatCount(all)} rows rescored`,
  };
  index.dispose();
}

/** Rows in the cells that a query probes: the most results that need no further cells. */
function rowsProbed(index: IvfIndex, query: Float32Array): number {
  let [least, most] = [1, index.size];
  while (least < most) {
    const k = Math.ceil((least + most) / 2);
    const [probed] = index.search(query, { k, probes: PROBES, stats: true }).probed!;
    if (probed! > PROBES) most = k - 1;
    else least = k;
  }
  return least;
}

async function* probing(setting: Setting): Points {
  const { data, dimensions: d, metric, rows: n, milliseconds } = setting;
  const cells = Math.max(1, Math.min(Math.round(2 * Math.sqrt(n)), n));
  const queries = sample(setting, QUERIES);
  const index = await IvfIndex.create({ dimensions: d, metric, cells });
  await index.build(data, { seed: 1 });
  const counted = Array.from({ length: COUNTED }, (_, i) =>
    rowsProbed(index, queries.subarray(i * d, (i + 1) * d)),
  );
  const compared = counted.reduce((total, rows) => total + rows, 0) / COUNTED;
  const rescored = sum(index.search(queries, { k: K, probes: PROBES, stats: true }).rescored) / QUERIES;
  const query = (turn: number): Float32Array =>
    queries.subarray((turn % QUERIES) * d, ((turn % QUERIES) + 1) * d);
  yield {
    name: `IVF, ${Math.min(PROBES, cells)} of ${cells} cells`,
    unit: 'int8',
    operations: 2 * d * (cells + compared + rescored),
    bytes: d * (cells + compared + 4 * rescored),
    milliseconds: medianOf((turn) => index.search(query(turn), { k: K, probes: PROBES }), milliseconds),
    arithmetic: `${formatCount(cells)} centroids and some ${formatCount(compared)} rows x ${d} on 8-bit codes, ${formatCount(rescored)} rows rescored`,
  };
  index.dispose();
}

async function* hashing(setting: Setting): Points {
  const { data, dimensions: d, metric, rows: n, milliseconds } = setting;
  if (metric !== 'cosine') return;
  const index = await LshIndex.create({ dimensions: d, tables: TABLES, bits: BITS, seed: 1 });
  // Few rows, so that hashing the queries is nearly all there is to do.
  index.add(data.subarray(0, Math.min(n, 256) * d));
  const queries = sample(setting, HASHED);
  const scored = sum(index.search(queries, { k: 1 }).candidates);
  const planes = TABLES * BITS;
  yield {
    name: 'LSH hashing',
    unit: 'int8',
    operations: 2 * d * (planes * HASHED + scored),
    // Sixteen queries at a time pass the hyperplanes.
    bytes: d * (planes * (HASHED / 16) + 4 * HASHED + 4 * scored),
    milliseconds: medianOf(() => index.search(queries, { k: 1 }), milliseconds),
    arithmetic: `${HASHED} queries x ${formatCount(planes)} hyperplanes x ${d}, the hyperplanes' bytes read once for 16 queries; ${formatCount(scored)} rows scored`,
  };
  index.dispose();
}

async function* assigning(setting: Setting): Points {
  const { data, dimensions: d, metric, rows: n, milliseconds } = setting;
  const clusters = Math.min(CENTROIDS, n);
  const rows = Math.min(ASSIGNED, n);
  const values = data.subarray(0, rows * d);
  const kmeans = await KMeans.create({
    dimensions: d,
    clusters,
    maxIterations: 2,
    seed: 1,
    spherical: metric === 'cosine',
  });
  await kmeans.fit(values);
  yield {
    name: 'k-means assignment',
    unit: 'int8',
    operations: 2 * d * rows * clusters,
    bytes: 4 * d * (rows + clusters),
    milliseconds: medianOf(() => kmeans.predict(values), milliseconds),
    arithmetic: `${formatCount(rows)} rows x ${formatCount(clusters)} centroids x ${d}; rows and centroids read once as float32 (encoding them is in the time)`,
  };
  kmeans.dispose();
}

async function* graph(setting: Setting): Points {
  const { data, dimensions: d, metric, rows: n, milliseconds } = setting;
  const rows = Math.min(GRAPH_ROWS, n);
  const index = await HnswIndex.create({ dimensions: d, metric, m: 16, efConstruction: 100, seed: 1 });
  await index.build(data.subarray(0, rows * d));
  const queries = sample(setting, QUERIES);
  const visited = sum(index.search(queries, { k: K, ef: EF, stats: true }).visited) / QUERIES;
  const query = (turn: number): Float32Array =>
    queries.subarray((turn % QUERIES) * d, ((turn % QUERIES) + 1) * d);
  const record = 16 * Math.ceil(d / 16) + 16;
  yield {
    name: `HNSW, ef ${EF}`,
    unit: 'int8',
    operations: 2 * d * (visited + K),
    // Each of the ef nodes that are looked at has its 32 links read.
    bytes: record * visited + EF * 32 * 4 + 4 * d * K,
    milliseconds: medianOf((turn) => index.search(query(turn), { k: K, ef: EF }), milliseconds),
    arithmetic: `${formatCount(visited)} of ${formatCount(rows)} rows compared on the way x ${d}, a record of ${record} bytes each, and ${EF} lists of 32 links`,
  };
  index.dispose();
}
