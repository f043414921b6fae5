/**
 * KllSketch beside tdigest and DDSketch beside @datadog/sketches-js: the same values, one thread, in alternate rounds of one
 * process. ../README.md says how to install them.
 */
import { Command } from 'commander';
import { formatNumber, renderTable } from '../../../demo/table.ts';
import { percentile } from '../../../src/evaluate/percentile.ts';
import { Random } from '../../../src/host/random.ts';
import { DDSketch, KllSketch } from '../../../src/sketch/index.ts';
import { importPeer } from '../libraries/import-peer.ts';

/** What is used of the peers, which are not among the types of the project. */
interface TDigest {
  push(value: number): void;
  compress(): void;
}
interface DatadogSketch {
  accept(value: number): void;
}

const { default: tdigest } = await importPeer<{ default: { TDigest: new () => TDigest } }>('tdigest');
const datadog = await importPeer<{
  DDSketch: new (options: { relativeAccuracy: number }) => DatadogSketch;
}>('@datadog/sketches-js');

/** Rounds in which the engine compiles. */
const WARMING = 4;

const { rounds, count } = new Command('node --import tsx bench/peers/sketches/quantiles.ts')
  .option('--rounds <count>', 'times that every method has its turn', '9')
  .option('--count <values>', 'values added in a turn', '1000000')
  .parse()
  .opts<{ readonly rounds: string; readonly count: string }>();

const random = new Random(1);
const values = Float64Array.from({ length: Number(count) }, () => 5 + 2 / (random.uniform() + 1e-4));

const kll = await KllSketch.create();
const ddsketch = await DDSketch.create();
const METHODS = {
  KllSketch: () => void kll.add(values),
  tdigest: () => {
    const digest = new tdigest.TDigest();
    for (const value of values) digest.push(value);
    digest.compress();
  },
  DDSketch: () => void ddsketch.add(values),
  '@datadog/sketches-js': () => {
    const sketch = new datadog.DDSketch({ relativeAccuracy: 0.01 });
    for (const value of values) sketch.accept(value);
  },
} as const;
type Method = keyof typeof METHODS;
const PAIRS: readonly (readonly [Method, Method])[] = [
  ['KllSketch', 'tdigest'],
  ['DDSketch', '@datadog/sketches-js'],
];

const times: Record<Method, number[]> = {
  KllSketch: [],
  tdigest: [],
  DDSketch: [],
  '@datadog/sketches-js': [],
};
for (let round = -WARMING; round < Number(rounds); round++) {
  for (const method of Object.keys(METHODS) as Method[]) {
    const start = performance.now();
    METHODS[method]();
    if (round >= 0) times[method].push(performance.now() - start);
  }
}
const speed = (method: Method) =>
  values.length / percentile(Float64Array.from(times[method]).sort(), 0.5) / 1000;
console.log(
  renderTable(
    ['ours', 'M adds/s', 'peer', 'theirs', 'ratio', 'wanted', ''],
    PAIRS.map(([ours, peer]) => {
      const ratio = speed(ours) / speed(peer);
      const cells = [ours, formatNumber(speed(ours), 1), peer, formatNumber(speed(peer), 2)];
      return [...cells, `${formatNumber(ratio, 1)}x`, '5x', ratio >= 5 ? 'reached' : 'MISSED'];
    }),
  ),
);
