// The smoke of recommenders: what they learn, recommend and save, files of ratings, splits, and how well it all does. What
// smoke.js says holds here too.
import {
  Bitmap,
  evaluateRecommender,
  FlatIndex,
  ImplicitALS,
  ItemKnn,
  leaveOneOut,
  MatrixFactorization,
  Popularity,
  Random,
  readRatings,
  splitByTime,
  splitRandomly,
} from 'lanewise';
import { check, hash, hashAnswers } from './ground.js';

const USERS = 60;
const ITEMS = 90;
const RATINGS = 1500;

/** Hashes of what recommenders give. */
export async function recommend() {
  const data = drawn(new Random(9), RATINGS, USERS, ITEMS);
  const split = leaveOneOut(data, { seed: 3 });
  const hashes = { splits: splits(data, split), ratings: ratings() };
  for (const [name, options] of [
    ['factorization', { factors: 16, epochs: 4, seed: 1 }],
    ['factorization odd', { factors: 7, epochs: 3, seed: 2, schedule: 'exponential' }],
    ['factorization pure', { factors: 5, epochs: 3, biases: false, shuffle: false, schedule: 'constant' }],
  ])
    Object.assign(hashes, await factorization(name, options, split));
  for (const [name, options] of [
    ['als', { factors: 8, iterations: 3, solver: 'conjugateGradient', trackLosses: true }],
    ['als cholesky', { factors: 11, iterations: 2, solver: 'cholesky', trackLosses: true, alpha: 0.7 }],
  ])
    Object.assign(hashes, await alternating(name, options, split));
  for (const similarity of ['cosine', 'pearson'])
    Object.assign(hashes, await neighbourhoods(similarity, split));
  Object.assign(hashes, await popularity(split));
  return hashes;
}

/** Ratings in halves, of popular items more often than of others; some pairs stand twice. */
function drawn(random, count, users, items) {
  const draw = (next) => Array.from({ length: count }, next);
  return {
    ...{ users: draw(() => random.integer(users)), userCount: users },
    ...{ items: draw(() => Math.min(random.integer(items), random.integer(items))), itemCount: items },
    ratings: draw(() => (1 + random.integer(10)) / 2),
  };
}

async function factorization(name, options, { train, test }) {
  const mf = await MatrixFactorization.create(options);
  await mf.fit(train, { validation: test });
  const fitted = learnedBy(mf) + hash(Float64Array.from(mf.losses.validation));
  await mf.partialFit(drawn(new Random(11), 90, USERS + 3, ITEMS + 4), { epochs: 2 });
  const folded = mf.foldIn({ items: [3, 1, 40, 7], ratings: [5, 1.5, 3, 4] });
  const index = await mf.toIndex(FlatIndex);
  const own = hashAnswers(mf.recommend(folded, { k: 9 }));
  check(hashAnswers(mf.recommend(folded, { k: 9, index })) === own, `${name}: an index finds the same items`);
  const hashes = {
    [name]: fitted,
    [`${name} partial`]: learnedBy(mf) + hash(Float64Array.of(mf.mean, ...mf.losses.train)),
    [`${name} folded`]: hash(folded.factors) + hash(Float64Array.of(folded.bias)) + own,
    ...(await saved(name, mf)),
  };
  index.dispose();
  return hashes;
}

async function alternating(name, options, { train }) {
  const als = await ImplicitALS.create(options);
  await als.fit(train);
  const folded = als.foldIn({ items: [8, 2, 33], ratings: [1, 4, 2.5] });
  return {
    [name]: learnedBy(als) + hash(Float64Array.from(als.losses)),
    [`${name} folded`]: hash(folded.factors) + hashAnswers(als.recommend(folded, { k: 9 })),
    ...(await saved(name, als)),
  };
}

async function neighbourhoods(similarity, split) {
  const knn = await ItemKnn.create({ similarity, neighbors: 20, shrinkage: 2.5 });
  await knn.fit(split.train);
  const pairs = [split.test.users, split.test.items];
  const folded = knn.recommend({ items: [9, 4, 30], ratings: [5, 2, 3.5] }, { k: 9 });
  const report = await evaluateRecommender(knn, split, { k: 20, relevantFrom: 2 });
  return {
    [`knn ${similarity}`]: hash(knn.predict(...pairs)) + hashAnswers(folded) + hashReport(report),
    ...(await saved(`knn ${similarity}`, knn)),
  };
}

async function popularity(split) {
  const popular = await Popularity.create({ by: 'ratings' });
  await popular.fit(split.train);
  const report = await evaluateRecommender(popular, split);
  return { popularity: hashReport(report), ...(await saved('popularity', popular)) };
}

function learnedBy(model) {
  return hash(model.userFactors) + hash(model.itemFactors) + hash(model.predict([1, 5, 8], [2, 80, 4]));
}

/** The file of a recommender, and its answers: those of one that is loaded from it must be the same. Disposes of both. */
async function saved(name, model) {
  const answers = (recommender) =>
    [
      recommender.recommend(4, { k: 12 }),
      recommender.recommend(7, { k: 12, exclude: [1, 2, 3, 60] }),
      recommender.recommend(9, { k: 5, filter: Bitmap.range(20, 70) }),
      recommender.similarItems(6, { k: 12 }),
    ]
      .map(hashAnswers)
      .join('');
  const file = model.toBytes();
  const loaded = model.constructor.fromBytes(file);
  const own = answers(model);
  check(answers(loaded) === own, `${name}: answers after loading are those before saving`);
  check(hash(loaded.toBytes()) === hash(file), `${name}: what was loaded is saved as it was`);
  loaded.dispose();
  model.dispose();
  return { [`${name} answers`]: own, [`${name} file`]: hash(file) };
}

function hashReport({ ndcg, averagePrecision, reciprocalRank, hitRate, coverage, users }) {
  const metrics = [ndcg, averagePrecision, reciprocalRank, hitRate];
  const means = Float64Array.of(coverage, ...metrics.map(({ mean }) => mean));
  return hash(users) + hash(means) + metrics.map(({ perQuery }) => hash(perQuery)).join('');
}

function splits(data, left) {
  const times = data.users.map((user, i) => (user * 7919 + i * 104_729) % 997);
  return [
    left,
    leaveOneOut(data, { timestamps: times }),
    splitByTime(data, times, { testShare: 0.25 }),
    splitRandomly(data, { seed: 4 }),
  ]
    .map(({ test }) => hash(test.users) + hash(test.items) + hash(test.ratings))
    .join('');
}

/** Files with numbers of many spellings. */
function ratings() {
  const random = new Random(12);
  const spellings = ['4', '2.5', '.75', '1e-3', '+3.0E0', '0.1', '1.7976931348623157e-30', '33333333.3'];
  const lines = Array.from({ length: 200 }, (_, i) => {
    const fields = [`u${random.integer(40)}`, random.integer(50), spellings[i % 8], 978_300_760 + i / 8];
    return fields.join('::');
  });
  const table = readRatings(`${lines.join('\n')}\n`);
  const quoted = readRatings('movieId,rating,userId\n"7, ""ä""",3.5,é\n海,.1,é\n');
  check(quoted.itemNames.join('|') === '7, "ä"|海', 'names are read as they were written');
  check(table.userNames[0] === lines[0].split('::')[0], 'users are numbered as they first appear');
  return (
    ['users', 'items', 'ratings', 'timestamps'].map((key) => hash(table[key])).join('') + hash(quoted.ratings)
  );
}
