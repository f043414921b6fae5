// The smoke of text: features, BM25, hybrid search, metrics. What smoke.js says holds here too.
import {
  Bm25Index,
  evaluateRankings,
  FlatIndex,
  HashingVectorizer,
  HybridIndex,
  Random,
  TfidfVectorizer,
  TruncatedSVD,
} from 'lanewise';
import { check, hash, hashAnswers } from './ground.js';

const DOCUMENTS = 400;
const SYLLABLES = ['ka', 'Lu', 'mi', 'ño', 'ß', 'té', 'ra', 'Ñi', 'дом', '海', '7', 'x'];
const QUERIES = ['kalu mi', 'Ñi ra té', '海 дом дом', 'unheard'];

/** Hashes of what text gives. */
export async function text() {
  const documents = drawn(new Random(8));
  const tfidf = await TfidfVectorizer.create({ minDocuments: 2, sublinear: true });
  const rows = await tfidf.fitTransform(documents);
  const hashing = await HashingVectorizer.create({ features: 512 });
  const hashed = hashing.transform(documents);
  const hashes = {
    tfidf: hashRows(rows) + hash(tfidf.idf),
    'tfidf file': hash(tfidf.toBytes()),
    hashing: hashRows(hashed),
  };

  const index = await Bm25Index.create();
  await index.build(documents);
  index.remove([3, 5, 8]);
  index.update([13], ['ka mi ra']);
  const answers = index.search(QUERIES, { k: 20 });
  const file = index.toBytes();
  const loaded = Bm25Index.fromBytes(file);
  check(
    hashAnswers(loaded.search(QUERIES, { k: 20 })) === hashAnswers(answers),
    'bm25: answers after loading are those before saving',
  );
  hashes.bm25 = hashAnswers(answers);
  hashes['bm25 file'] = hash(file);
  loaded.dispose();

  const found = await meanings(rows, tfidf, index);
  hashes.hybrid = found.map(hashAnswers).join('');
  const judgements = QUERIES.map(
    (_, query) => new Map(documents.map((_, id) => [id, (id * (query + 3)) % 4])),
  );
  const { ndcg, averagePrecision, reciprocalRank } = evaluateRankings(found[0], judgements);
  hashes.evaluate = [ndcg, averagePrecision, reciprocalRank].map(({ perQuery }) => hash(perQuery)).join('');
  for (const held of [rows, hashed, index]) held.dispose();
  return hashes;
}

/** Latent semantic analysis beside BM25, fused by ranks and by scores. */
async function meanings(rows, tfidf, index) {
  const svd = await TruncatedSVD.create({ components: 8 });
  const vectors = await FlatIndex.create({ dimensions: 8, metric: 'cosine' });
  vectors.add((await svd.fitTransform(rows)).map((value, i) => (i % 8 === 0 ? value + 1 : value)));
  const queries = tfidf.transform(QUERIES);
  const asked = { text: QUERIES, vectors: svd.transform(queries) };
  const hybrid = new HybridIndex({ text: index, vectors });
  const found = [
    hybrid.search(asked, { k: 20 }),
    hybrid.search(asked, { k: 20, fusion: 'weighted', alpha: 0.3 }),
    hybrid.search(asked, { k: 20, fusion: 'weighted', normalization: 'z' }),
  ];
  for (const held of [svd, vectors, queries]) held.dispose();
  return found;
}

/** Texts of words of a few syllables, some of them rare. */
function drawn(random) {
  const below = (count) => Math.min(random.integer(count), random.integer(count));
  const word = () => SYLLABLES[below(SYLLABLES.length)] + (random.integer(2) ? SYLLABLES[below(9)] : '');
  return Array.from({ length: DOCUMENTS }, () =>
    Array.from({ length: 1 + random.integer(30) }, word).join(random.integer(2) ? ' ' : ', '),
  );
}

function hashRows(matrix) {
  const { indptr, indices, values } = matrix.toArrays();
  return hash(indptr) + hash(indices) + hash(values);
}
