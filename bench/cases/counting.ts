import { CountMinSketch, TopK } from 'lanewise';
import {
  type Case,
  type Figure,
  type Measurement,
  patience,
  type Setting,
  summarize,
  time,
} from '../harness.ts';
import { wordStream, zipfRanks } from '../streams.ts';

const SHAPE = { width: 10_000, depth: 7 };
/**
 * As many as the types of the Brown corpus. Of the tail depends how far estimates exceed, of any table of this shape: the error is
 * printed for twice and ten times as many, too, of which it is more than .002: .0023 and .0039.
 */
const DISTINCT = 50_000;
const MORE_DISTINCT = [100_000, 500_000];
const CAPACITY = 1000;

interface Report {
  readonly measurements: Measurement[];
  readonly figures: Figure[];
}

/** Sketches that count how often keys occur. */
export const counting: Case = {
  name: 'counting',
  async run(setting) {
    const keys = zipfKeys(setting, DISTINCT);
    const { name, words } = wordStream();
    const texts = setting.isQuick ? words.slice(0, 20_000) : words;
    const reports = [
      await countMinIntegers(setting, keys),
      await countMinTails(setting),
      await countMinTexts(setting, name, texts),
      await topKeys(setting, `SpaceSaving of ${CAPACITY}, ${keys.length} u32 keys (Zipf 1.2)`, keys),
      await topKeys(setting, `SpaceSaving of ${CAPACITY}, ${texts.length} ${name}`, texts),
    ];
    return {
      measurements: reports.flatMap(({ measurements }) => measurements),
      figures: reports.flatMap(({ figures }) => figures),
    };
  },
};

async function countMinIntegers(setting: Setting, keys: Uint32Array): Promise<Report> {
  const job = `Count-Min ${SHAPE.width} x ${SHAPE.depth}, ${keys.length} u32 keys (Zipf 1.2) of ${DISTINCT} distinct`;
  using sketch = await CountMinSketch.create(SHAPE);
  using conservative = await CountMinSketch.create({ ...SHAPE, conservative: true });
  const table = new Uint32Array(SHAPE.width * SHAPE.depth);
  const run = (method: string, add: () => void): Measurement =>
    summarize(job, method, time(add, patience(setting)), { queries: keys.length });
  const ours = run('lanewise', () => sketch.add(keys));
  const careful = run('lanewise, conservative', () => conservative.add(keys));
  const loop = run('JavaScript loop', () => {
    for (const key of keys) addNaively(table, mix(key), mix(key ^ 0x5bd1e995));
  });
  sketch.clear();
  conservative.clear();
  sketch.add(keys);
  conservative.add(keys);
  const truth = [...countsOf(keys)].sort((a, b) => b[1] - a[1]);
  const [error, under] = errorsOf(sketch, truth);
  const [carefulError] = errorsOf(conservative, truth);
  return {
    measurements: [ours, careful, loop],
    figures: [
      { job, text: 'adds/s', ratio: perSecond(ours), atLeast: 150e6 },
      { job, text: 'adds/s, conservative', ratio: perSecond(careful) },
      { job, text: 'lanewise / JavaScript loop', ratio: loop.median / ours.median },
      { job, text: 'median relative error of the 100 most frequent', ratio: error, atMost: 0.002 },
      { job, text: 'the same, conservative', ratio: carefulError, atMost: 0.002 },
      { job, text: 'estimates below the truth', ratio: under, atMost: 0 },
    ],
  };
}

function zipfKeys(setting: Setting, distinct: number): Uint32Array {
  const keys = zipfRanks(setting.isQuick ? 50_000 : 5_000_000, distinct, 1.2, 1);
  // So that a key does not tell its rank.
  return keys.map((key) => Math.imul(key, 0x9e3779b1));
}

/** The error with longer tails; of a quick run the keys are too few to have them. */
async function countMinTails(setting: Setting): Promise<Report> {
  const figures: Figure[] = [];
  for (const distinct of MORE_DISTINCT) {
    const keys = zipfKeys(setting, distinct);
    using sketch = await CountMinSketch.create(SHAPE);
    const [error] = errorsOf(
      sketch.add(keys),
      [...countsOf(keys)].sort((a, b) => b[1] - a[1]),
    );
    const job = `Count-Min ${SHAPE.width} x ${SHAPE.depth}, ${keys.length} u32 keys (Zipf 1.2) of ${distinct} distinct`;
    figures.push({ job, text: 'median relative error of the 100 most frequent', ratio: error });
  }
  return { measurements: [], figures };
}

async function countMinTexts(setting: Setting, name: string, texts: readonly string[]): Promise<Report> {
  const job = `Count-Min ${SHAPE.width} x ${SHAPE.depth}, ${texts.length} ${name}`;
  using sketch = await CountMinSketch.create(SHAPE);
  const table = new Uint32Array(SHAPE.width * SHAPE.depth);
  const run = (method: string, add: () => void): Measurement =>
    summarize(job, method, time(add, patience(setting)), { queries: texts.length });
  const ours = run('lanewise', () => sketch.add(texts));
  const loop = run('JavaScript loop', () => {
    for (const text of texts) {
      const hash = hashNaively(text);
      addNaively(table, hash, mix(hash));
    }
  });
  return {
    measurements: [ours, loop],
    figures: [
      { job, text: 'adds/s, from string[]', ratio: perSecond(ours), atLeast: 10e6 },
      { job, text: 'lanewise / JavaScript loop', ratio: loop.median / ours.median },
    ],
  };
}

async function topKeys(
  setting: Setting,
  job: string,
  keys: Uint32Array | readonly string[],
): Promise<Report> {
  using summary = await TopK.create({ capacity: CAPACITY });
  const run = (method: string, add: () => void): Measurement =>
    summarize(job, method, time(add, patience(setting)), { queries: keys.length });
  const ours = run('lanewise', () => summary.add(keys));
  const exact = run('JavaScript, Map of every key', () => void countsOf<number | string>(keys));
  const loop = run('JavaScript, Map and heap', () => void summarizeNaively<number | string>(keys));
  return {
    measurements: [ours, exact, loop],
    figures: [
      { job, text: 'adds/s', ratio: perSecond(ours) },
      { job, text: 'lanewise / JavaScript, Map and heap', ratio: loop.median / ours.median },
      { job, text: 'lanewise / JavaScript, Map of every key', ratio: exact.median / ours.median },
    ],
  };
}

function perSecond({ median, queries = 1 }: Measurement): number {
  return (1000 * queries) / median;
}

function countsOf<Key>(keys: Iterable<Key>): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The median relative error of the 100 most frequent, and how many estimates are below the truth. */
function errorsOf(sketch: CountMinSketch, truth: readonly (readonly [number, number])[]): [number, number] {
  const estimates = sketch.estimate(truth.map(([key]) => key));
  const errors = truth.slice(0, 100).map(([, count], i) => (estimates[i]! - count) / count);
  errors.sort((a, b) => a - b);
  const middle = errors.length >> 1;
  return [errors[middle]!, truth.filter(([, count], i) => estimates[i]! < count).length];
}

function addNaively(table: Uint32Array, first: number, step: number): void {
  let value = first;
  for (let row = 0; row < table.length; row += SHAPE.width) {
    table[row + ((value >>> 0) % SHAPE.width)]!++;
    value = (value + step) | 0;
  }
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function hashNaively(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** SpaceSaving as one writes it in JavaScript: places in a heap by key. */
function summarizeNaively<Key>(keys: Iterable<Key>): number[] {
  const places = new Map<Key, number>();
  const kept: Key[] = [];
  const counts: number[] = [];
  for (const key of keys) {
    let place = places.get(key) ?? -1;
    if (place < 0 && kept.length < CAPACITY) {
      // Nothing counts less than the 1 that it gets: those at the front are shifted behind it.
      place = kept.length;
      kept.push(key);
      counts.push(0);
      while (place > 0) {
        const parent = (place - 1) >> 1;
        kept[place] = kept[parent]!;
        counts[place] = counts[parent]!;
        places.set(kept[place]!, place);
        place = parent;
      }
      counts[0] = 0;
    } else if (place < 0) {
      place = 0;
      places.delete(kept[0]!);
    }
    const count = counts[place]! + 1;
    for (let child = 2 * place + 1; child < kept.length; child = 2 * place + 1) {
      if (child + 1 < kept.length && counts[child + 1]! < counts[child]!) child++;
      if (counts[child]! >= count) break;
      kept[place] = kept[child]!;
      counts[place] = counts[child]!;
      places.set(kept[place]!, place);
      place = child;
    }
    kept[place] = key;
    counts[place] = count;
    places.set(key, place);
  }
  return counts;
}
