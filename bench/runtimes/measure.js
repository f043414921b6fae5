// What is measured in every runtime: nothing is imported but the package, and nothing used but a clock.
import { capabilities, FlatIndex, HnswIndex, IvfIndex, readNpy, setup } from 'lanewise';

/** Each of these rows is a query, and not in an index. */
const QUERY_EVERY = 40;
const BATCH = 64;
/** Clocks may be as coarse as a millisecond: so much is timed at once. */
const SAMPLE_MILLISECONDS = 40;

/**
 * Milliseconds a call, the median of several samples, by the name of the job: exact search of one query and of 64,
 * loading, the same searches in 16 of 200 cells, a graph's search of one query with ef 64, and its building from 10 000
 * rows.
 *
 * @param npy word vectors, rows x dimensions
 */
export async function measure(npy, { tier, samples = 9 } = {}) {
  if (tier) setup({ tier });
  const { rows, queries, dimensions } = split(readNpy(new Uint8Array(npy)));
  const each = (search) => {
    let next = 0;
    const count = queries.length / dimensions;
    return () => {
      search(queries.subarray(next * dimensions, (next + 1) * dimensions));
      next = (next + 1) % count;
    };
  };
  const batch = queries.subarray(0, BATCH * dimensions);
  const times = {};

  const flat = await FlatIndex.create({ dimensions, metric: 'cosine' });
  flat.add(rows);
  times['one query'] = perCall(
    each((query) => flat.search(query, { k: 10 })),
    samples,
  );
  times['64 queries'] = perCall(() => flat.search(batch, { k: 10 }), samples);
  const bytes = flat.toBytes();
  flat.dispose();
  times.fromBytes = perCall(() => FlatIndex.fromBytes(bytes).dispose(), samples);

  const ivf = await IvfIndex.create({ dimensions, metric: 'cosine', cells: 200 });
  await ivf.build(rows, { seed: 1 });
  times.IVF = perCall(
    each((query) => ivf.search(query, { k: 10, probes: 16 })),
    samples,
  );
  times['IVF, 64'] = perCall(() => ivf.search(batch, { k: 10, probes: 16 }), samples);
  ivf.dispose();

  const some = rows.subarray(0, 10_000 * dimensions);
  const options = { dimensions, metric: 'cosine', m: 16, efConstruction: 100, seed: 1 };
  const hnsw = await HnswIndex.create(options);
  hnsw.add(some);
  times.HNSW = perCall(
    each((query) => hnsw.search(query, { k: 10, ef: 64 })),
    samples,
  );
  hnsw.dispose();
  times['HNSW build'] = await perBuild(options, some);
  return { times, tier: capabilities().tier };
}

function split({ shape: [count, dimensions], data }) {
  const queries = [];
  const rows = [];
  for (let row = 0; row < count; row++) {
    const vector = data.subarray(row * dimensions, (row + 1) * dimensions);
    (row % QUERY_EVERY === 0 ? queries : rows).push(vector);
  }
  return { rows: joined(rows, dimensions), queries: joined(queries, dimensions), dimensions };
}

function joined(vectors, dimensions) {
  const all = new Float32Array(vectors.length * dimensions);
  vectors.forEach((vector, i) => {
    all.set(vector, i * dimensions);
  });
  return all;
}

/** Finding out how many calls fill a sample is what warms the engine up. */
function perCall(run, samples) {
  let calls = 1;
  for (let runs = 0; runs < 3; ) {
    const milliseconds = duration(run, calls);
    if (milliseconds >= SAMPLE_MILLISECONDS) runs++;
    else calls *= 2;
  }
  return median(Array.from({ length: samples }, () => duration(run, calls) / calls));
}

async function perBuild(options, rows) {
  const times = [];
  for (let i = 0; i < 3; i++) {
    const index = await HnswIndex.create(options);
    times.push(duration(() => index.add(rows), 1));
    index.dispose();
  }
  return median(times);
}

function duration(run, calls) {
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return performance.now() - start;
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
