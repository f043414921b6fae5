// The same work in every runtime: nothing is imported but the package, and nothing used but the language. What every
// runtime must agree on comes back as hashes; what may differ, as capabilities.
import { capabilities, FlatIndex, HnswIndex, IvfIndex, KMeans, LshIndex, Random } from 'lanewise';
import { check, hash, hashAnswers, uniform } from './ground.js';
import { planned } from './smoke-plan.js';
import { rank } from './smoke-rank.js';
import { recommend } from './smoke-recommend.js';
import { sketch } from './smoke-sketch.js';
import { canInflate, sparse } from './smoke-sparse.js';
import { strings } from './smoke-strings.js';
import { text } from './smoke-text.js';

const ROWS = 3000;
const DIMENSIONS = 24;
const QUERIES = 9;
const K = 10;

const CREATE = {
  flat: () => FlatIndex.create({ dimensions: DIMENSIONS, metric: 'cosine' }),
  flatL2: () => FlatIndex.create({ dimensions: DIMENSIONS, metric: 'l2' }),
  ivf: () => IvfIndex.create({ dimensions: DIMENSIONS, metric: 'l2', cells: 16 }),
  ivfPq4: () => IvfIndex.create({ dimensions: DIMENSIONS, metric: 'ip', cells: 16, codes: 'pq4' }),
  hnsw: () =>
    HnswIndex.create({ dimensions: DIMENSIONS, metric: 'cosine', m: 8, efConstruction: 60, seed: 3 }),
  lsh: () => LshIndex.create({ dimensions: DIMENSIONS, tables: 6, bits: 8, seed: 4 }),
};

/** Builds, searches, saves and loads every index; throws where one contradicts itself. */
export async function smoke() {
  const vectors = uniform(new Random(1), ROWS * DIMENSIONS);
  const queries = uniform(new Random(2), QUERIES * DIMENSIONS);
  const hashes = { vectors: hash(vectors) };
  for (const [name, create] of Object.entries(CREATE)) {
    const index = await create();
    await index.build(vectors);
    const answers = index.search(queries, { k: K });
    check(sameAlone(index, queries, answers), `${name}: a query by itself answers as in a batch`);
    if (index instanceof FlatIndex)
      check(sameScan(index, queries, answers), `${name}: certified search answers as a scan of every row`);
    const bytes = index.toBytes();
    const loaded = index.constructor.fromBytes(bytes);
    const again = loaded.search(queries, { k: K });
    check(
      hashAnswers(again) === hashAnswers(answers),
      `${name}: answers after loading are those before saving`,
    );
    hashes[name] = hashAnswers(answers);
    hashes[`${name} file`] = hash(bytes);
    loaded.dispose();
    index.dispose();
  }
  hashes.kMeans = await clusters(vectors);
  for (const part of [sparse, text, recommend, rank, sketch, strings, planned])
    Object.assign(hashes, await part());
  return { hashes, capabilities: capabilities(), inflates: await canInflate() };
}

function sameAlone(index, queries, { ids, scores }) {
  const alone = index.search(queries.subarray(0, DIMENSIONS), { k: K });
  return hashAnswers(alone) === hashAnswers({ ids: ids.subarray(0, K), scores: scores.subarray(0, K) });
}

function sameScan(index, queries, answers) {
  return hashAnswers(index.search(queries, { k: K, exact: 'scan' })) === hashAnswers(answers);
}

async function clusters(vectors) {
  const kMeans = await KMeans.create({ dimensions: DIMENSIONS, clusters: 12, seed: 5 });
  await kMeans.fit(vectors);
  const learned = hash(kMeans.centroids) + hash(kMeans.predict(vectors));
  kMeans.dispose();
  return learned;
}
