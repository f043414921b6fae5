// The smoke of recommenders: what they learn, recommend and save, rankers, latencies, files of ratings, splits and how
// well it all does. What smoke.js says holds here too.
import {
  Bitmap,
  evaluateRecommender,
  FlatIndex,
  GradientBoostedTrees,
  ImplicitALS,
  ItemKnn,
  LatencyHistogram,
  leaveOneOut,
  MatrixFactorization,
  MlpRanker,
  Popularity,
  Random,
  readRatings,
  splitByTime,
  splitRandomly,
} from 'lanewise';
import { check, hash, hashAnswers, uniform } from './ground.js';

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
  return Object.assign(hashes, {
    trees: await trees(),
    mlp: await networks(),
    latency: latencies(),
  });
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

/** Trees of depths on either side of what is padded to perfect ones, for one output and for classes. */
async function trees() {
  const random = new Random(13);
  const features = uniform(random, 8 * 37);
  for (let at = 0; at < features.length; at += 11) features[at] = Number.NaN;
  const hashes = [];
  for (const [objective, classes, depths] of [
    ['binary:logistic', 0, [3, 1, 5, 0, 4, 2, 3, 3, 6]],
    ['binary:logistic', 0, [3, 10, 2]],
    ['multi:softprob', 3, [2, 3, 4, 1, 5, 2]],
    ['count:poisson', 0, [4, 4]],
  ]) {
    const json = modelOf(objective, classes, depths, random);
    const model = await GradientBoostedTrees.fromJson(json);
    const alone = Float32Array.from(
      { length: 37 },
      (_, row) => model.predict(features.subarray(8 * row, 8 * row + 8), { margin: true })[0],
    );
    const margins = model.predict(features, { margin: true });
    check(
      alone.every((margin, row) => margin === margins[row * model.outputs]),
      `${objective}: a row by itself has the margin that it has in a batch`,
    );
    hashes.push(hash(margins), hash(model.predict(features)));
    model.dispose();
  }
  return hashes.join('');
}

/** JSON as XGBoost writes it: a tree is a chain with a leaf at every link. */
function modelOf(objective, classes, depths, random) {
  const draw = () => random.integer(2 ** 20) / 2 ** 20 - 0.5;
  const treeOf = (depth) => {
    const nodes = Array.from({ length: 2 * depth + 1 }, (_, i) => i);
    const isLink = (i) => i < 2 * depth && (i === 0 || i % 2 === 0);
    return {
      tree_param: { num_nodes: String(nodes.length), size_leaf_vector: '1' },
      left_children: nodes.map((i) => (isLink(i) ? i + 1 : -1)),
      right_children: nodes.map((i) => (isLink(i) ? i + 2 : -1)),
      split_indices: nodes.map((i) => (isLink(i) ? random.integer(8) : 0)),
      split_conditions: nodes.map(draw),
      default_left: nodes.map(() => random.integer(2)),
    };
  };
  return JSON.stringify({
    version: [1, 7, 4],
    learner: {
      learner_model_param: { base_score: '3E-1', num_class: String(classes), num_feature: '8' },
      objective: { name: objective },
      gradient_booster: {
        name: 'gbtree',
        model: {
          gbtree_model_param: { num_trees: String(depths.length), num_parallel_tree: '1' },
          trees: depths.map(treeOf),
          tree_info: depths.map((_, i) => (classes > 0 ? i % classes : 0)),
        },
      },
    },
  });
}

async function networks() {
  const random = new Random(14);
  const layers = [
    { inputs: 9, outputs: 13, weights: uniform(random, 9 * 13), bias: uniform(random, 13) },
    { inputs: 13, outputs: 6, weights: uniform(random, 13 * 6).map((weight) => 8 * weight) },
    { inputs: 6, outputs: 3, weights: uniform(random, 18), bias: uniform(random, 3) },
  ];
  const features = uniform(random, 9 * 35).map((value) => 6 * value);
  const hashes = [];
  for (const options of [
    { activation: 'relu' },
    { activation: 'gelu', output: 'sigmoid' },
    { activation: 'gelu-tanh', output: 'sigmoid' },
  ]) {
    const network = await MlpRanker.fromLayers(layers, options);
    const answers = network.predict(features);
    const file = network.toBytes();
    const loaded = await MlpRanker.fromBytes(file);
    check(
      hash(loaded.predict(features)) === hash(answers),
      `${options.activation}: a network answers after loading as before saving`,
    );
    hashes.push(hash(answers), hash(file));
    loaded.dispose();
    network.dispose();
  }
  return hashes.join('');
}

function latencies() {
  const random = new Random(15);
  const parts = Array.from({ length: 3 }, () => new LatencyHistogram({ precision: 6 }));
  for (let i = 0; i < 600; i++) parts[i % 3].record(2 ** random.integer(30) / (1 + random.integer(2 ** 20)));
  const [whole, ...others] = parts;
  for (const part of others) whole.merge(LatencyHistogram.fromJSON(JSON.parse(JSON.stringify(part))));
  const { min, max, sum, mean } = whole;
  const shares = [0.1, 0.5, 0.9, 0.99, 0.999];
  return hash(Float64Array.of(min, max, sum, mean, ...shares.map((share) => whole.percentile(share))));
}
