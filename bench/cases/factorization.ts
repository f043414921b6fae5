import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  FlatIndex,
  type Interactions,
  MatrixFactorization,
  type MatrixFactorizationOptions,
  Random,
  type Recommendations,
  readRatings,
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

interface Ratings {
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly ratings: Float32Array;
}

/** Ratings to learn from, and others to predict. */
interface Split {
  readonly name: string;
  readonly train: Ratings;
  readonly test: Ratings;
  readonly userCount: number;
  readonly itemCount: number;
}

/** Factors from ratings: how long an epoch takes, how well what was held out is predicted, how fast items are found. */
export const factorization: Case = {
  name: 'factorization',
  async run(setting) {
    const epochs = [await measureEpoch(setting, true), await measureEpoch(setting, false)];
    const measurements = [...epochs];
    const { job, median } = epochs[1]!;
    const text = 'milliseconds, the order of the ratings kept';
    const figures: Figure[] = [{ job, text, ratio: median, atMost: 16 }];
    const folder = process.env['LANEWISE_DATA'];
    if (folder && existsSync(join(folder, 'ml1m.csv')) && !setting.isQuick) {
      await reportRatings(readSplit100k(folder), { biases: true }, 0.945, figures);
      await reportRatings(readSplit100k(folder), { biases: false }, undefined, figures);
      const million = readSplit1m(folder);
      await reportRatings(million, { biases: false }, undefined, figures);
      using mf = await reportRatings(million, { biases: true }, 0.865, figures);
      measurements.push(...(await measureRecommend(mf, million, setting, figures)));
    } else {
      if (!setting.isQuick) console.log('Set LANEWISE_DATA for MovieLens.');
      const split = splitOf('made', makeRatings(4000, 3706, setting.isQuick ? 20_000 : 200_000), 0.1);
      using mf = await learn(split, {});
      measurements.push(...(await measureRecommend(mf, split, setting, figures)));
    }
    return { measurements, figures };
  },
};

/** With all that goes with it: a new order, the check that factors are finite, and their copy. */
async function measureEpoch(setting: Setting, shuffle: boolean): Promise<Measurement> {
  const count = setting.isQuick ? 20_000 : 200_000;
  const made = { ...makeRatings(10_000, 5_000, count), userCount: 10_000, itemCount: 5_000 };
  const epochs = setting.isQuick ? 3 : 20;
  using many = await MatrixFactorization.create({ factors: 64, epochs, shuffle });
  using one = await MatrixFactorization.create({ factors: 64, epochs: 1, shuffle });
  const times: number[] = [];
  for (let run = 0; run < (setting.isQuick ? 2 : 9); run++) {
    // The first epoch pays for checking, copying and drawing.
    const first = await milliseconds(() => one.fit(made));
    times.push(((await milliseconds(() => many.fit(made))) - first) / (epochs - 1));
  }
  times.sort((a, b) => a - b);
  const job = `SGD epoch, ${count} ratings x 64 factors, 10000 x 5000`;
  return summarize(job, shuffle ? 'shuffled' : 'in order', times, { multiplyAdds: 4 * 64 * count });
}

async function learn(split: Split, options: MatrixFactorizationOptions): Promise<MatrixFactorization> {
  const mf = await MatrixFactorization.create({ factors: 64, epochs: 20, ...options });
  const { userCount, itemCount } = split;
  return mf.fit({ ...split.train, userCount, itemCount });
}

async function reportRatings(
  split: Split,
  options: MatrixFactorizationOptions,
  atMost: number | undefined,
  figures: Figure[],
): Promise<MatrixFactorization> {
  const start = performance.now();
  const mf = await learn(split, options);
  const seconds = (performance.now() - start) / 1000;
  const { users, items, ratings } = split.test;
  const squares = mf.predict(users, items).map((value, i) => (value - ratings[i]!) ** 2);
  const ratio = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / ratings.length);
  const text = `RMSE ${options.biases ? 'with' : 'without'} biases, 20 epochs in ${seconds.toFixed(2)} s`;
  if (atMost !== undefined) figures.push({ job: split.name, text, ratio, atMost });
  else console.log(`${split.name}: ${text}: ${ratio.toFixed(4)}`);
  return mf;
}

/** Ten items for each user, without those that were rated: by a scan of all, and through an exact index. */
async function measureRecommend(
  mf: MatrixFactorization,
  { train, name }: Split,
  setting: Setting,
  figures: Figure[],
): Promise<Measurement[]> {
  const seen: number[][] = Array.from({ length: mf.userCount }, () => []);
  train.users.forEach((user, i) => {
    seen[user]!.push(train.items[i]!);
  });
  const exclude = seen.map((items) => Int32Array.from(items));
  using index = await mf.toIndex(FlatIndex);
  const scan = (user: number) => mf.recommend(user, { k: 10, exclude: exclude[user]! });
  const flat = (user: number) => mf.recommend(user, { k: 10, exclude: exclude[user]!, index });
  let same = 0;
  for (let user = 0; user < mf.userCount; user++) same += isSame(scan(user), flat(user)) ? 1 : 0;
  figures.push({
    ...{ job: name, text: 'users for whom the index gives what the scan gives' },
    ...{ ratio: same / mf.userCount, atLeast: 1 },
  });
  return [scan, flat].map((run, i) => {
    const times = time((i) => run((i * 37) % mf.userCount), patience(setting));
    const method = ['scan of all items', 'through FlatIndex'][i]!;
    return summarize(`recommend 10 of ${mf.itemCount} items`, method, times, { queries: 1 });
  });
}

function isSame(a: Recommendations, b: Recommendations): boolean {
  return a.ids.every((id, i) => id === b.ids[i] && a.scores[i] === b.scores[i]);
}

async function milliseconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Users and items drawn evenly, so that no row stays in a cache; ratings 1..5. */
function makeRatings(userCount: number, itemCount: number, count: number): Ratings {
  const random = new Random(1);
  return {
    users: Int32Array.from({ length: count }, () => random.integer(userCount)),
    items: Int32Array.from({ length: count }, () => random.integer(itemCount)),
    ratings: Float32Array.from({ length: count }, () => 1 + random.integer(5)),
  };
}

function readSplit100k(folder: string): Split {
  const [train, test] = ['base', 'test'].map((part) =>
    readFileSync(join(folder, `ml100k_u1_${part}.csv`), 'utf8')
      .trim()
      .split('\n'),
  ) as [string[], string[]];
  const all = readRatings([...train, ...test.slice(1)].join('\n'));
  const part = (from: number, to?: number) => ({
    users: all.users.subarray(from, to),
    items: all.items.subarray(from, to),
    ratings: all.ratings!.subarray(from, to),
  });
  const learned = train.length - 1;
  const { userCount, itemCount } = all;
  return { name: 'ML-100K u1', train: part(0, learned), test: part(learned), userCount, itemCount };
}

function readSplit1m(folder: string): Split {
  return splitOf('ML-1M, nine tenths', readRatings(readFileSync(join(folder, 'ml1m.csv'))), 0.1);
}

/** A seeded share of the ratings is held out. */
function splitOf(name: string, all: Interactions, share: number): Split {
  const { train, test } = splitRandomly(all, { testShare: share, seed: 1 });
  const { userCount, itemCount } = train;
  return {
    name,
    train: { ...train, ratings: train.ratings! },
    test: { ...test, ratings: test.ratings! },
    userCount,
    itemCount,
  };
}
