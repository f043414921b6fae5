/**
 * Sketches of distinct keys beside bloom-filters: the same keys, one thread, in alternate rounds, since a machine's speed drifts;
 * medians. LANEWISE_DATA, where it is set, gives the words. ../README.md says how to install the peer.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderTable } from '../../../demo/table.ts';
import { percentile } from '../../../src/evaluate/percentile.ts';
import { BloomFilter, HyperLogLog } from '../../../src/sketch/index.ts';
import { importPeer } from '../libraries/import-peer.ts';

const RATE = 0.01;
const PRECISION = 14;
const ROUNDS = 5;
/** Its hash is slow, and its time proportional to the keys. */
const PEER_KEYS = 20_000;
/** Of its HyperLogLog, which is slower still. */
const FEWEST_KEYS = 500;
/** Rounds before those that count, in which the engine compiles. */
const WARM_UP = 3;

interface PeerFilter {
  add(key: string): void;
  has(key: string): boolean;
}

interface PeerLogLog {
  update(key: string): void;
  count(): number;
}

interface BloomFilters {
  readonly BloomFilter: { create(items: number, rate: number): PeerFilter };
  readonly HyperLogLog: new (registers: number) => PeerLogLog;
}

/** A way of doing a job: milliseconds of each round, and keys of a round. */
interface Contender {
  readonly job: string;
  readonly name: string;
  readonly keys: number;
  readonly run: () => void;
  readonly times: number[];
}

const peers = await importPeer<BloomFilters>('bloom-filters');
const words = [...new Set(wordsOfCorpus())];
const others = words.map((word) => `${word}·`);
const [few, fewOthers] = [words.slice(0, PEER_KEYS), others.slice(0, PEER_KEYS)];
using filter = await BloomFilter.create({ capacity: words.length, falsePositiveRate: RATE });
using sketch = await HyperLogLog.create({ precision: PRECISION });
const peerFilter = peers.BloomFilter.create(few.length, RATE);
const peerSketch = new peers.HyperLogLog(2 ** PRECISION);
const contenders: Contender[] = [];

function enter(job: string, name: string, keys: readonly string[], run: () => void): void {
  contenders.push({ job, name, keys: keys.length, run, times: [] });
}

const jobs = ['Bloom, add strings', 'Bloom, hits', 'Bloom, misses', 'HyperLogLog, add strings'] as const;
enter(jobs[0], 'lanewise', words, () => filter.add(words));
enter(jobs[0], 'bloom-filters', few, () => {
  for (const word of few) peerFilter.add(word);
});
enter(jobs[1], 'lanewise', words, () => filter.has(words));
enter(jobs[1], 'bloom-filters', few, () => {
  for (const word of few) peerFilter.has(word);
});
enter(jobs[2], 'lanewise', words, () => filter.has(others));
enter(jobs[2], 'bloom-filters', few, () => {
  for (const word of fewOthers) peerFilter.has(word);
});
enter(jobs[3], 'lanewise', words, () => sketch.add(words));
const fewest = words.slice(0, FEWEST_KEYS);
enter(jobs[3], 'bloom-filters', fewest, () => {
  for (const word of fewest) peerSketch.update(word);
});

for (let round = -WARM_UP; round < ROUNDS; round++) {
  for (const { run, times } of contenders) {
    const start = performance.now();
    run();
    const end = performance.now();
    if (round >= 0) times.push(end - start);
  }
}

const speedOf = ({ keys, times }: Contender): number =>
  keys /
  percentile(
    times.sort((a, b) => a - b),
    0.5,
  ) /
  1000;
const rows = jobs.map((job) => {
  const [own, peer] = contenders.filter((contender) => contender.job === job).map(speedOf) as [
    number,
    number,
  ];
  return [job, own.toFixed(2), peer.toFixed(4), `${(own / peer).toFixed(0)}x`];
});
console.log(renderTable(['job', 'lanewise, M keys/s', 'bloom-filters', 'ratio'], rows));

const rateOf = (found: number, asked: number): string => `${((100 * found) / asked).toFixed(2)} %`;
const ownWrong = filter.has(others).reduce((total, one) => total + one, 0);
const peerWrong = fewOthers.filter((word) => peerFilter.has(word)).length;
console.log(
  `Asked for ${100 * RATE} %: ${rateOf(ownWrong, words.length)}, ${rateOf(peerWrong, few.length)}.`,
);
console.log(
  `Distinct words: ${sketch.estimate().toFixed(0)} of ${words.length}, ${peerSketch.count().toFixed(0)} of ${fewest.length}.`,
);

function wordsOfCorpus(): readonly string[] {
  const file = join(process.env['LANEWISE_DATA'] ?? '', 'brown_words.txt');
  if (process.env['LANEWISE_DATA'] && existsSync(file)) return readFileSync(file, 'utf8').split('\n');
  return Array.from({ length: 50_000 }, (_, i) => `word${i * 7919}`);
}
