import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  evaluateRecommender,
  type Interactions,
  ItemKnn,
  type ItemKnnOptions,
  leaveOneOut,
  meanAbsoluteError,
  Popularity,
  Random,
  readRatings,
  rootMeanSquaredError,
  type Split,
  splitRandomly,
} from 'lanewise';
import {
  type Case,
  type Figure,
  type Measurement,
  patience,
  type Setting,
  summarize,
  time,
} from '../harness.ts';

type Rated = Required<Pick<Interactions, 'users' | 'items' | 'ratings'>>;

/** Neighbourhoods of items beside the most popular: how long they take, and what they find and predict. */
export const neighbours: Case = {
  name: 'neighbours',
  async run(setting) {
    const { name, rated } = read(setting);
    const measurements: Measurement[] = [];
    const figures: Figure[] = [];
    const liked = leaveOneOut(likedOf(rated), { seed: 1 });
    using popularity = await (await Popularity.create()).fit(liked.train);
    const least = await reportRanking(`${name}: Popularity`, popularity, liked);
    for (const options of [{ neighbors: 20 }, { neighbors: 100 }, { neighbors: 100, shrinkage: 20 }]) {
      using knn = await (await ItemKnn.create(options)).fit(liked.train);
      const ndcg = await reportRanking(`${name}: ItemKnn ${JSON.stringify(options)}`, knn, liked);
      const text = `nDCG@10 to that of Popularity, ${options.neighbors} neighbours, shrinkage ${options.shrinkage ?? 0}`;
      figures.push({ job: name, text, ratio: ndcg / least, atLeast: 1.3 });
    }
    const held = splitRandomly(rated, { testShare: 0.1, seed: 1 });
    for (const similarity of ['cosine', 'pearson'] as const) {
      await reportPredictions(name, { similarity }, held);
      measurements.push(await measureFit(name, { similarity }, rated, setting, figures));
    }
    using knn = await (await ItemKnn.create()).fit(rated);
    using popular = await (await Popularity.create()).fit(rated);
    const users = knn.userCount;
    const job = `${name}, recommend 10`;
    const timed = (recommender: ItemKnn | Popularity): number[] =>
      time((i) => recommender.recommend(i % users, { k: 10 }), patience(setting));
    measurements.push(
      summarize(job, 'ItemKnn', timed(knn), { queries: 1 }),
      summarize(job, 'Popularity', timed(popular), { queries: 1 }),
    );
    return { measurements, figures };
  },
};

async function reportRanking(name: string, recommender: ItemKnn | Popularity, split: Split): Promise<number> {
  const report = await evaluateRecommender(recommender, split, { k: 10 });
  const { ndcg, hitRate, reciprocalRank, coverage } = report;
  console.log(
    `${name}: nDCG@10 ${ndcg.mean.toFixed(4)}, hit rate ${hitRate.mean.toFixed(4)}, MRR ` +
      `${reciprocalRank.mean.toFixed(4)}, coverage ${(100 * coverage).toFixed(1)} %`,
  );
  return ndcg.mean;
}

async function reportPredictions(
  name: string,
  options: ItemKnnOptions,
  { train, test }: Split,
): Promise<void> {
  using knn = await (await ItemKnn.create(options)).fit(train);
  const predicted = knn.predict(test.users, test.items);
  const errors = [rootMeanSquaredError, meanAbsoluteError].map((error) =>
    error(predicted, test.ratings!).toFixed(4),
  );
  console.log(`${name}, a tenth held out: ItemKnn ${options.similarity} RMSE ${errors[0]}, MAE ${errors[1]}`);
}

async function measureFit(
  name: string,
  options: ItemKnnOptions,
  rated: Rated,
  { isQuick }: Setting,
  figures: Figure[],
): Promise<Measurement> {
  using knn = await ItemKnn.create(options);
  const times: number[] = [];
  for (let run = 0; run < (isQuick ? 2 : 6); run++) {
    const start = performance.now();
    await knn.fit(rated);
    times.push(performance.now() - start);
  }
  times.shift(); // the compiler's
  times.sort((a, b) => a - b);
  const job = `${name}, fit ${rated.users.length} ratings`;
  const measured = summarize(job, `ItemKnn ${options.similarity}`, times);
  figures.push({ job, text: `seconds, ${options.similarity}`, ratio: measured.median / 1000, atMost: 3 });
  return measured;
}

function likedOf({ users, items, ratings }: Rated): Interactions {
  const isLiked = (_: number, i: number): boolean => ratings[i]! >= 4;
  return { users: [...users].filter(isLiked), items: [...items].filter(isLiked) };
}

/** MovieLens where there is one; or ratings of users of eight tastes, of which some items suit more people than others. */
function read({ isQuick }: Setting): { name: string; rated: Rated } {
  const folder = process.env['LANEWISE_DATA'];
  const file = folder && join(folder, 'ml1m.csv');
  if (file && existsSync(file) && !isQuick) {
    const { users, items, ratings } = readRatings(readFileSync(file));
    return { name: 'ML-1M', rated: { users, items, ratings: ratings! } };
  }
  if (!isQuick) console.log('Set LANEWISE_DATA for MovieLens.');
  const random = new Random(1);
  const [userCount, itemCount, count] = isQuick ? [200, 160, 5_000] : [6040, 3704, 1_000_000];
  const users = Int32Array.from({ length: count }, () => random.integer(userCount));
  const items = users.map((user) => {
    const item = random.integer(random.integer(itemCount) + 1);
    return random.integer(2) === 0 ? item : item - (item % 8) + (user % 8);
  });
  const ratings = Float32Array.from(
    users,
    (user, i) => 1 + random.integer(user % 8 === items[i]! % 8 ? 5 : 4),
  );
  return { name: 'made', rated: { users, items, ratings } };
}
