/**
 * Count-Min of the words of a text beside npm `bloom-filters`: from an array of strings, the same table, one thread, in alternate
 * rounds, since a machine's speed drifts. Hold it to one processor: taskset -c 1 node --import tsx bench/peers/sketches/counting.ts.
 */
import { formatNumber, renderTable } from '../../../demo/table.ts';
import { percentile } from '../../../src/evaluate/percentile.ts';
import { CountMinSketch } from '../../../src/sketch/count-min-sketch.ts';
import { wordStream } from '../../streams.ts';
import { importPeer } from '../libraries/import-peer.ts';

interface PeerSketch {
  update(key: string, count?: number): void;
  count(key: string): number;
}

interface BloomFilters {
  readonly CountMinSketch: new (columns: number, rows: number) => PeerSketch;
}

const SHAPE = { width: 10_000, depth: 7 };
const ROUNDS = 7;
/** What it takes, in its own array of arrays, some 10 us a key: a part of the words must do. */
const PEER_WORDS = 20_000;
const WANTED = 20;

const peers = await importPeer<BloomFilters>('bloom-filters');
const { name, words } = wordStream();
const some = words.slice(0, PEER_WORDS);
const truth = new Map<string, number>();
for (const word of some) truth.set(word, (truth.get(word) ?? 0) + 1);

const times: Readonly<Record<'lanewise' | 'bloom-filters', number[]>> = { lanewise: [], 'bloom-filters': [] };
const errors: Record<string, number> = {};
using sketch = await CountMinSketch.create(SHAPE);
for (let round = 0; round < ROUNDS; round++) {
  process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`);
  sketch.clear();
  times.lanewise.push(nanosecondsOf(words.length, () => sketch.add(words)));
  sketch.clear();
  sketch.add(some);
  errors['lanewise'] = errorOf((word) => sketch.estimate(word));
  const peer = new peers.CountMinSketch(SHAPE.width, SHAPE.depth);
  times['bloom-filters'].push(
    nanosecondsOf(some.length, () => {
      for (const word of some) peer.update(word);
    }),
  );
  errors['bloom-filters'] = errorOf((word) => peer.count(word));
}

const median = (method: keyof typeof times): number =>
  percentile(
    times[method].sort((a, b) => a - b),
    0.5,
  );
const ratio = median('bloom-filters') / median('lanewise');
console.log(
  `${words.length} ${name}, ${SHAPE.width} x ${SHAPE.depth}; bloom-filters adds the first ${some.length}`,
);
console.log(
  renderTable(
    ['method', 'ns a word', 'adds/s', 'lanewise is', 'wanted', '', 'mean excess'],
    (['lanewise', 'bloom-filters'] as const).map((method) => [
      method,
      formatNumber(median(method), 1),
      formatNumber(1e9 / median(method)),
      ...(method === 'lanewise'
        ? ['', '', '']
        : [`${formatNumber(ratio, 1)}x as fast`, `${WANTED}x`, ratio >= WANTED ? 'reached' : 'MISSED']),
      formatNumber(errors[method]!, 3),
    ]),
  ),
);

function nanosecondsOf(count: number, run: () => void): number {
  const start = performance.now();
  run();
  return (1e6 * (performance.now() - start)) / count;
}

/** By how much estimates of the first words exceed the truth, in the mean over the distinct ones. */
function errorOf(estimate: (word: string) => number): number {
  let sum = 0;
  for (const [word, count] of truth) sum += estimate(word) - count;
  return sum / truth.size;
}
