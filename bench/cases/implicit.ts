import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  evaluateRecommender,
  ImplicitALS,
  type ImplicitALSOptions,
  type Interactions,
  leaveOneOut,
  Popularity,
  Random,
  readRatings,
  type Split,
} from 'lanewise';
import { type Case, type Figure, type Measurement, type Setting, summarize } from '../harness.ts';

const FACTORS = 64;
const ITERATIONS = 15;
const SOLVERS = ['conjugateGradient', 'cholesky'] as const;

/** Factors from what users liked: how long learning takes, and how often what was left out is among the first ten. */
export const implicit: Case = {
  name: 'implicit',
  async run(setting) {
    const measurements: Measurement[] = [];
    const figures: Figure[] = [];
    const { name, liked } = readLiked(setting);
    const split = leaveOneOut(liked, { seed: 1 });
    const entries = split.train.users.length;
    const job = `${name}, ${entries} entries x ${FACTORS} factors, ${ITERATIONS} iterations`;
    using popularity = await (await Popularity.create()).fit(split.train);
    const least = await ndcgOf(popularity, split);
    console.log(`${name}: Popularity nDCG@10 ${least.toFixed(4)}`);
    for (const solver of SOLVERS) {
      const times: number[] = [];
      let ndcg = 0;
      for (let run = 0; run < (setting.isQuick ? 1 : 3); run++) {
        const { milliseconds, als } = await learn(split, { solver, iterations: ITERATIONS });
        times.push(milliseconds);
        if (run === 0) ndcg = await ndcgOf(als, split);
        als.dispose();
      }
      times.sort((a, b) => a - b);
      console.log(`${name}: ${solver} nDCG@10 ${ndcg.toFixed(4)}`);
      measurements.push(summarize(job, solver, times, { multiplyAdds: ITERATIONS * workOf(split, solver) }));
      figures.push(
        { job, text: `seconds to fit, by ${solver}`, ratio: times[times.length >> 1]! / 1000, atMost: 15 },
        { job, text: `nDCG@10 to that of Popularity, by ${solver}`, ratio: ndcg / least, atLeast: 1.3 },
      );
    }
    if (!setting.isQuick) await compareSolvers(name, split);
    return { measurements, figures };
  },
};

/** How good each solver is after how long. */
async function compareSolvers(name: string, split: Split): Promise<void> {
  for (const solver of SOLVERS) {
    const points: string[] = [];
    for (const iterations of [1, 2, 3, 4, 6, 8]) {
      const { milliseconds, als } = await learn(split, { solver, iterations });
      points.push(`${(await ndcgOf(als, split)).toFixed(4)} in ${(milliseconds / 1000).toFixed(2)} s`);
      als.dispose();
    }
    console.log(`${name}: ${solver}, nDCG@10 after 1, 2, 3, 4, 6, 8 iterations: ${points.join(', ')}`);
  }
}

async function learn(split: Split, options: ImplicitALSOptions) {
  const als = await ImplicitALS.create({ factors: FACTORS, ...options });
  const start = performance.now();
  await als.fit(split.train);
  return { als, milliseconds: performance.now() - start };
}

async function ndcgOf(recommender: ImplicitALS | Popularity, split: Split): Promise<number> {
  return (await evaluateRecommender(recommender, split, { k: 10 })).ndcg.mean;
}

/** Multiply-adds of an iteration: sums of entries, and a solution a row. */
function workOf({ train }: Split, solver: (typeof SOLVERS)[number]): number {
  const rows = new Set(train.users).size + new Set(train.items).size;
  const entries = 2 * train.users.length;
  const products = 4; // a residual and three steps
  return solver === 'cholesky'
    ? (entries * FACTORS * (FACTORS + 1)) / 2 + (rows * FACTORS ** 3) / 6
    : products * (entries * 2 * FACTORS + rows * FACTORS ** 2);
}

/** Films that were rated 4 or 5; or what is made so that users have tastes. */
function readLiked({ isQuick }: Setting): { name: string; liked: Interactions } {
  const file = join(process.env['LANEWISE_DATA'] ?? '', 'ml1m.csv');
  if (!isQuick && process.env['LANEWISE_DATA'] && existsSync(file)) {
    const { users, items, ratings } = readRatings(readFileSync(file));
    const isLiked = (_: number, i: number) => ratings![i]! >= 4;
    return { name: 'ML-1M', liked: { users: users.filter(isLiked), items: items.filter(isLiked) } };
  }
  if (!isQuick) console.log('Set LANEWISE_DATA for MovieLens.');
  const random = new Random(1);
  const [userCount, itemCount, count] = isQuick ? [200, 150, 5_000] : [6040, 3706, 575_000];
  const users = Int32Array.from({ length: count }, () => random.integer(userCount));
  const items = users.map((user) => {
    const item = random.integer(random.integer(itemCount) + 1);
    return item - (item % 8) + (user % 8) < itemCount ? item - (item % 8) + (user % 8) : item;
  });
  return { name: 'made', liked: { users, items } };
}
