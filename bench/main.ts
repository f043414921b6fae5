import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { capabilities, measureRoof, type SetupOptions, setup } from 'lanewise';
import { caching } from './cases/caching.ts';
import { cluster } from './cases/cluster.ts';
import { cold } from './cases/cold.ts';
import { counting } from './cases/counting.ts';
import { distinct } from './cases/distinct.ts';
import { edit } from './cases/edit.ts';
import { factorization } from './cases/factorization.ts';
import { filter as filterCase } from './cases/filter.ts';
import { hashing } from './cases/hashing.ts';
import { implicit } from './cases/implicit.ts';
import { likeness } from './cases/likeness.ts';
import { mlp } from './cases/mlp.ts';
import { neighbours } from './cases/neighbours.ts';
import { pipeline } from './cases/pipeline.ts';
import { quantiles } from './cases/quantiles.ts';
import { ranking } from './cases/ranking.ts';
import { retrieval } from './cases/retrieval.ts';
import { scale } from './cases/scale.ts';
import { searchCases } from './cases/search.ts';
import { size } from './cases/size.ts';
import { sparse } from './cases/sparse.ts';
import { storageCases } from './cases/storage.ts';
import { text } from './cases/text.ts';
import type { Figure, Measurement } from './harness.ts';
import { comparePredictions } from './predictions/main.ts';
import { verifyPlans } from './predictions/plans.ts';
import { figureTable, measurementTable } from './report.ts';

interface Options {
  readonly tier?: NonNullable<SetupOptions['tier']>;
  readonly filter: string;
  readonly json: string;
  readonly quick: boolean;
  readonly predictions: boolean;
  readonly plans: boolean;
  readonly measured?: string;
}

const results = fileURLToPath(new URL('results/latest.json', import.meta.url));

const { tier, filter, json, quick, predictions, plans, measured } = new Command('bench')
  .description('Measures lanewise against the limits of this machine; one thread, medians.')
  .addOption(new Option('--tier <tier>', 'kernels to measure').choices(['simd', 'relaxed']))
  .option('--filter <text>', 'only cases whose name contains this', '')
  .option('--json <file>', 'where the figures are written', results)
  .option('--predictions', 'what predict() says of 30 configurations, beside what they take', false)
  .option(
    '--measured <file>',
    'with --predictions: the JSON of an earlier run, predicted anew and not measured again',
  )
  .option('--plans', 'what plan() says of the textbook cases, and whether verify() confirms it', false)
  .option('--quick', 'small data, few repetitions: whether it runs, not how fast', false)
  .parse()
  .opts<Options>();

if (tier) setup({ tier });
try {
  capabilities();
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
const roof = measureRoof();
console.log(
  `Node ${process.version}, ${capabilities().tier} tier. Roof: ${roof.streaming.toFixed(1)} GB/s streaming 64 MiB, ` +
    `${roof.float32.toFixed(1)} GFLOP/s float32, ${roof.int8.toFixed(1)} GMAC/s 8-bit.`,
);

if (predictions) {
  await comparePredictions({ isQuick: quick, json, ...(tier && { tier }), ...(measured && { measured }) });
  process.exit();
}
if (plans) {
  await verifyPlans({ isQuick: quick });
  process.exit();
}

const cases = [
  ...searchCases,
  ...storageCases,
  cluster,
  hashing,
  filterCase,
  sparse,
  text,
  retrieval,
  edit,
  factorization,
  implicit,
  neighbours,
  likeness,
  mlp,
  pipeline,
  ranking,
  quantiles,
  counting,
  distinct,
  caching,
  scale,
  cold,
  size,
].filter(({ name }) => name.includes(filter));
if (cases.length === 0) {
  console.error(`No case contains '${filter}'.`);
  process.exit(2);
}
const measurements: Measurement[] = [];
const figures: Figure[] = [];
for (const { name, run } of cases) {
  process.stderr.write(`${name} ...\n`);
  const report = await run({ isQuick: quick });
  measurements.push(...report.measurements);
  figures.push(...report.figures);
}
if (measurements.length > 0) console.log(measurementTable(measurements, roof));
console.log(quick ? 'Quick run: too little data for the figures to mean anything.' : figureTable(figures));
mkdirSync(dirname(json), { recursive: true });
writeFileSync(
  json,
  `${JSON.stringify({ node: process.version, tier: capabilities().tier, roof, measurements, figures }, null, 2)}\n`,
);
