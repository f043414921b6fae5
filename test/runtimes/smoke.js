// The same work in every runtime: nothing is imported but the package, and nothing used but the language. What every
// runtime must agree on comes back as hashes; what may differ, as capabilities.
import { CsrMatrix, capabilities, FlatIndex, HnswIndex, IvfIndex, KMeans, LshIndex, Random } from 'lanewise';

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
  const vectors = uniform(new Random(1), ROWS);
  const queries = uniform(new Random(2), QUERIES);
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
  hashes.csrMatrix = await products();
  return { hashes, capabilities: capabilities() };
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

async function products() {
  const random = new Random(6);
  const draw = (count, below) => Float64Array.from({ length: count }, () => random.integer(below));
  const matrix = await CsrMatrix.fromCoo({
    ...{ rows: 300, columns: 200, rowIndex: Uint32Array.from(draw(5000, 300)) },
    ...{ columnIndex: Uint32Array.from(draw(5000, 200)), values: uniform(random, 250).subarray(0, 5000) },
  });
  const x = uniform(random, 300);
  const answers = [
    matrix.multiply(x.subarray(0, 200)),
    matrix.multiplyTransposed(x.subarray(0, 300)),
    matrix.multiplyMatrix(x.subarray(0, 200 * 7), 7),
  ];
  const again = await CsrMatrix.fromNpz(matrix.toNpz());
  check(
    hash(again.multiply(x.subarray(0, 200))) === hash(answers[0]),
    'a matrix multiplies after loading as before saving',
  );
  again.dispose();
  matrix.dispose();
  return answers.map(hash).join('');
}

/** Multiples of 2^-24 in -0.5..0.5: float32 carries them exactly. */
function uniform(random, rows) {
  return Float32Array.from({ length: rows * DIMENSIONS }, () => random.integer(2 ** 24) / 2 ** 24 - 0.5);
}

function hashAnswers({ ids, scores }) {
  return hash(ids) + hash(scores);
}

/** FNV-1a, and a second lane with another multiplier: 64 bits of the bytes of an array. */
function hash({ buffer, byteOffset, byteLength }) {
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
    first = Math.imul(first ^ byte, 0x01000193);
    second = Math.imul(second ^ byte, 0x5bd1e995);
  }
  return [first, second].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

function check(holds, sentence) {
  if (!holds) throw new Error(`It does not hold that ${sentence}.`);
}
