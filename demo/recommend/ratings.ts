import { readFileSync, writeFileSync } from 'node:fs';
import {
  MatrixFactorization,
  meanAbsoluteError,
  type RatingsTable,
  readRatings,
  rootMeanSquaredError,
  splitRandomly,
} from 'lanewise';
import type { Options } from '../options.ts';
import { formatMilliseconds, formatNumber, renderTable } from '../table.ts';
import { medianMilliseconds } from '../timing.ts';
import { UsageError } from '../usage-error.ts';
import { drawLosses, plotLosses } from './losses.ts';

const MODEL = { factors: 64, epochs: 30, seed: 1 } as const;
const TEST_SHARE = 0.1;
const SHOWN_LIKED = 5;

function read(path: string): RatingsTable {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${code === 'ENOENT' ? 'no such file or directory' : message}`);
  }
  const table = readRatings(bytes);
  if (table.ratings) return table;
  throw new UsageError(`${path} has users and items, but no ratings`);
}

/** The number of a user, by what the file calls it; the one with the most ratings if none is asked for. */
function userOf({ userNames, users, userCount }: RatingsTable, name: string | undefined): number {
  if (name === undefined) {
    const counts = new Uint32Array(userCount);
    for (const user of users) counts[user]++;
    return counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
  }
  const user = userNames.findIndex((known) => String(known) === name);
  if (user >= 0) return user;
  throw new UsageError(`no user "${name}" among the ${userCount}`);
}

/** A user's own file of ratings: factors are learned, errors told, and items recommended. */
export async function showRatings(options: Options, path: string): Promise<void> {
  const table = read(path);
  const { userNames, itemNames, userCount, itemCount } = table;
  const user = userOf(table, options.user);
  const entries = table.users.length;
  console.log(
    `Ratings   ${formatNumber(entries)} by ${formatNumber(userCount)} users of ${formatNumber(itemCount)} items, ` +
      `${formatNumber((100 * entries) / (userCount * itemCount), 2)} % of all pairs`,
  );
  const { train: rest, test } = splitRandomly(table, { testShare: TEST_SHARE, seed: 1 });
  const { train, test: validation } = splitRandomly(rest, { testShare: TEST_SHARE, seed: 2 });
  const model = await MatrixFactorization.create(MODEL);
  const start = performance.now();
  await model.fit(train, { validation });
  const milliseconds = performance.now() - start;
  const losses = { train: model.losses.train, validation: model.losses.validation ?? [] };
  const epochs = losses.train.length;
  console.log(
    `Learned   ${MODEL.factors} factors and biases from ${formatNumber(train.users.length)} of them, ` +
      `${epochs} epochs in ${formatMilliseconds(milliseconds)} ms`,
  );
  const actual = test.ratings!;
  const mean = train.ratings!.reduce((sum, rating) => sum + rating, 0) / train.users.length;
  const methods: [string, Float32Array][] = [
    ['the mean of all ratings', new Float32Array(actual.length).fill(mean)],
    ['MatrixFactorization', model.predict(test.users, test.items)],
  ];
  const rows = methods.map(([name, predicted]) => [
    name,
    formatNumber(rootMeanSquaredError(predicted, actual), 3),
    formatNumber(meanAbsoluteError(predicted, actual), 3),
  ]);
  console.log(`\nErrors on ${formatNumber(actual.length)} ratings that nothing had seen`);
  console.log(renderTable(['', 'RMSE', 'MAE'], rows));
  console.log('\nRMSE epoch by epoch: * of ratings as they are learned, o of others');
  console.log(plotLosses(losses));
  if (options.plot !== undefined) {
    const subtitle = `${formatNumber(train.users.length)} ratings, ${MODEL.factors} factors`;
    writeFileSync(options.plot, await drawLosses(losses, subtitle));
    console.log(`\nPlot      ${options.plot}`);
  }
  printUser(model, table, user, options.k);
  console.log(
    `\nUsers and items are called as in the file: user ${userNames[user]}, items ${itemNames[0]} and others.`,
  );
  model.dispose();
}

function printUser(model: MatrixFactorization, table: RatingsTable, user: number, k: number): void {
  const { users, items, ratings, userNames, itemNames } = table;
  const own = [...users.keys()].filter((at) => users[at] === user);
  const liked = own.toSorted((a, b) => ratings![b] - ratings![a]).slice(0, SHOWN_LIKED);
  const exclude = Int32Array.from(own, (at) => items[at]);
  const { ids, scores } = model.recommend(user, { k, exclude });
  const median = medianMilliseconds(() => model.recommend(user, { k, exclude }));
  const given = liked.map((at) => `${itemNames[items[at]]} (${ratings![at]})`).join(', ');
  console.log(`\nUser ${userNames[user]} rated ${formatNumber(own.length)} items, highest ${given}`);
  console.log(`Recommended, of all others, in ${formatMilliseconds(median)} ms`);
  const rows = [...ids].flatMap((item, at) =>
    item < 0 ? [] : [[`item ${itemNames[item]}`, formatNumber(scores[at], 2)]],
  );
  console.log(renderTable(['', 'predicted'], rows));
}
