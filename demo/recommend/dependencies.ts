import { writeFileSync } from 'node:fs';
import {
  evaluateRecommender,
  ImplicitALS,
  type InteractionsPart,
  ItemKnn,
  Popularity,
  Profiler,
  Random,
  type Recommending,
} from 'lanewise';
import type { Options } from '../options.ts';
import { type Packages, readPackages, rowOfPackage } from '../packages.ts';
import { formatMilliseconds, formatNumber, renderTable, shorten } from '../table.ts';
import { UsageError } from '../usage-error.ts';
import { type Needs, readNeeds } from './needs.ts';
import { CANDIDATES, FEATURES, TwoStages } from './two-stages.ts';

const SHOWN_PACKAGES = ['gimp', 'calibre', 'postgresql-15'];
const FACTORS = { factors: 32, iterations: 6, alpha: 100, regularization: 0.001 } as const;
const NEIGHBOURS = { shrinkage: 5 } as const;
/** Users that recommendations are held against: enough for figures of two digits. */
const TESTED = 2000;
const REQUESTS = 600;
/** Candidates of requests that are profiled: they vary, so that what is fixed can be told from what each costs. */
const COUNTS = [50, 100, 200, 400];
const SYNOPSIS_LENGTH = 60;

async function timed<Result>(run: () => Promise<Result>): Promise<[Result, string]> {
  const start = performance.now();
  const result = await run();
  return [result, `${formatMilliseconds(performance.now() - start)} ms`];
}

/** Hit rate and nDCG of all ways to recommend, on what was left out. */
async function printComparison(
  methods: ReadonlyMap<string, readonly [Recommending, string]>,
  { known, test }: Needs,
): Promise<void> {
  const stride = Math.max(1, Math.floor(test.users.length / TESTED));
  const some = (list: Int32Array): Int32Array => list.filter((_, at) => at % stride === 0);
  const sample: InteractionsPart = { ...test, users: some(test.users), items: some(test.items) };
  const rows: string[][] = [];
  for (const [name, [recommender, learned]] of methods) {
    const [report, took] = await timed(() =>
      evaluateRecommender(recommender, { train: known, test: sample }),
    );
    const { hitRate, ndcg, coverage, queries } = report;
    const figures = [formatNumber(100 * hitRate.mean, 1), formatNumber(ndcg.mean, 3)];
    rows.push([
      name,
      learned,
      ...figures,
      formatNumber(100 * coverage, 1),
      `${took} for ${formatNumber(queries)}`,
    ]);
  }
  console.log('\nOne need of each package left out; is it among the first 10?');
  console.log(renderTable(['', 'learned in', 'hit rate %', 'nDCG@10', 'of all items %', 'took'], rows));
}

function printWeights({ ranker }: TwoStages): void {
  console.log('\nWhat the ranker learned, from needs that no model had seen: weight by feature');
  const rows = FEATURES.map((feature, f) => [feature, formatNumber(ranker.weights[f], 2)]);
  console.log(renderTable(['', ''], rows));
}

/** Requests of many users, one at a time; where their time goes, and what fits the budget. */
async function printProfile(stages: TwoStages, { users }: InteractionsPart, options: Options): Promise<void> {
  const random = new Random(3);
  const profiler = new Profiler();
  const pipeline = stages.pipeline(profiler);
  for (let i = -REQUESTS / 4; i < REQUESTS; i++) {
    if (i === 0) profiler.clear(); // those before let the engine compile
    const candidates = COUNTS[random.integer(COUNTS.length)];
    await pipeline.run({ user: users[random.integer(users.length)], candidates, k: options.k });
  }
  const report = profiler.report();
  console.log(`\nRetrieve, then rank: ${REQUESTS} requests of ${COUNTS.join(', ')} candidates, milliseconds`);
  console.log(report.toTable());
  console.log(
    'at most: what requests would gain if the stage took no time, 1 / (1 - share) (Amdahl). Percentiles do not add up.',
  );
  const { candidates, others, fixed, perCandidate, slowness, isExtrapolated, most, missing } =
    profiler.latencyBudget({ milliseconds: options.budget, stage: 'rank' });
  const allowance =
    candidates > 0
      ? `${formatNumber(candidates)} candidates can be ranked`
      : `no candidate can be ranked: ${formatMilliseconds(missing)} ms are missing`;
  console.log(
    `\nBudget    ${formatNumber(options.budget)} ms for 99 % of requests: ${allowance}\n` +
      `          ${formatMilliseconds(others)} ms for all else, ${formatMilliseconds(fixed)} ms fixed, ` +
      `${formatNumber(1000 * perCandidate, 2)} µs a candidate, ${formatNumber(slowness, 2)}x of that at the 99th percentile` +
      (isExtrapolated
        ? `;\n          no more than ${formatNumber(most)} were measured, so this is foretold`
        : ''),
  );
  if (options.plot !== undefined) {
    writeFileSync(
      options.plot,
      report.toSVG({ title: 'Packages that need what you need: retrieve, then rank' }),
    );
    console.log(`\nPlot      ${options.plot}`);
  }
}

function printRecommendations(
  stages: TwoStages,
  user: number,
  { userRows, itemRows, test }: Needs,
  { names, synopses }: Packages,
  k: number,
): void {
  const leftOut = test.items[test.users.indexOf(user)];
  const rows = Array.from(stages.recommend(user, { k }).ids, (item) => {
    const row = itemRows[item];
    return [names[row], item === leftOut ? 'yes' : '', shorten(synopses[row], SYNOPSIS_LENGTH)];
  });
  console.log(`\nPackages that need what ${names[userRows[user]]} needs also need`);
  console.log(renderTable(['', 'left out', ''], rows, { texts: [1, 2] }));
}

/** Recommendations from what packages need, an implicit feedback: learned, compared, profiled, and shown. */
export async function showDependencies(options: Options): Promise<void> {
  const packages = readPackages();
  const asked = (options.package.length > 0 ? options.package : SHOWN_PACKAGES).map((name) => ({
    name,
    row: rowOfPackage(packages, name),
  }));
  const needs = await readNeeds(packages);
  const users = asked.map(({ name, row }) => {
    const user = needs.userRows.indexOf(row);
    if (user >= 0) return user;
    throw new UsageError(`package "${name}" has fewer than 3 dependencies that others share`);
  });
  const { known, train, userRows, itemRows } = needs;
  if (options.k > itemRows.length)
    throw new UsageError(`--k ${options.k} asks for more than the ${itemRows.length} packages`);
  console.log(
    `Needs     ${formatNumber(known.users.length)} of ${formatNumber(userRows.length)} packages of Debian 12, ` +
      `of ${formatNumber(itemRows.length)} others`,
  );
  const popularity = await Popularity.create();
  const knn = await ItemKnn.create(NEIGHBOURS);
  const als = await ImplicitALS.create(FACTORS);
  const [, popularityTook] = await timed(() => popularity.fit(train));
  const [, knnTook] = await timed(() => knn.fit(train));
  const [, alsTook] = await timed(() => als.fit(train));
  const [stages, rankerTook] = await timed(async () => new TwoStages(knn, als, needs, packages.names));
  const isMeasured = options.package.length === 0;
  if (isMeasured) {
    const methods = new Map<string, readonly [Recommending, string]>([
      ['Popularity', [popularity, popularityTook]],
      ['ItemKnn', [knn, knnTook]],
      ['ImplicitALS', [als, alsTook]],
      [`${CANDIDATES} of ItemKnn, ranked`, [stages, rankerTook]],
    ]);
    await printComparison(methods, needs);
    printWeights(stages);
    await printProfile(stages, needs.test, options);
  }
  for (const user of users) printRecommendations(stages, user, needs, packages, options.k);
  for (const model of [popularity, knn, als]) model.dispose();
}
