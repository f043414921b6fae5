import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BloomFilter, HyperLogLog, type KeyBatch } from 'lanewise/sketch';
import {
  type Case,
  type Figure,
  type Measurement,
  patience,
  type Setting,
  summarize,
  time,
} from '../harness.ts';

const PRECISION = 14;
const RATE = 0.01;

/** Sketches of distinct keys: how many there were, and which. */
export const distinct: Case = {
  name: 'distinct',
  async run(setting) {
    const reports = [
      await counting(setting),
      await merging(setting),
      await membership(setting, setting.isQuick ? 10_000 : 1_000_000),
      await membership(setting, setting.isQuick ? 20_000 : 10_000_000),
      await membershipOfWords(setting),
    ];
    await accuracy(setting);
    return {
      measurements: reports.flatMap(({ measurements }) => measurements),
      figures: reports.flatMap(({ figures }) => figures),
    };
  },
};

interface Report {
  readonly measurements: readonly Measurement[];
  readonly figures: readonly Figure[];
}

/** `count` distinct keys without order, from the one numbered `first` on. */
function longs(count: number, first = 0): BigUint64Array {
  return BigUint64Array.from({ length: count }, (_, i) => BigInt(first + i) * 0x9e3779b97f4a7c15n);
}

function millionsPerSecond({ median, queries = 0 }: Measurement): number {
  return queries / median / 1000;
}

async function counting(setting: Setting): Promise<Report> {
  const count = setting.isQuick ? 10_000 : 1 << 20;
  const job = `HyperLogLog, precision ${PRECISION}`;
  using sketch = await HyperLogLog.create({ precision: PRECISION });
  const run = (method: string, keys: KeyBatch): Measurement =>
    summarize(
      job,
      method,
      time(() => sketch.add(keys), patience(setting)),
      { queries: keys.length },
    );
  const all = longs(count);
  const u64 = run('add, u64', all);
  const u32 = run('add, u32', new Uint32Array(all.buffer, 0, count));
  const numbers = run(
    'add, number[]',
    Array.from({ length: count }, (_, i) => i * 7),
  );
  const words = run('add, words', wordsFor(setting));
  const singly = summarize(
    job,
    'add, one number a call',
    time(() => {
      for (let i = 0; i < 10_000; i++) sketch.add(i);
    }, patience(setting)),
    { queries: 10_000 },
  );
  const figures = [u64, u32, numbers, words, singly].map(
    (measured): Figure => ({
      job,
      text: `M keys/s, ${measured.method}`,
      ratio: millionsPerSecond(measured),
      ...(measured === u64 ? { atLeast: 200 } : {}),
    }),
  );
  return { measurements: [u64, u32, numbers, words, singly], figures };
}

async function merging(setting: Setting): Promise<Report> {
  const job = `HyperLogLog, precision ${PRECISION}`;
  const sketches = await Promise.all(
    Array.from({ length: setting.isQuick ? 10 : 1000 }, async (_, i) =>
      (await HyperLogLog.create({ precision: PRECISION })).add(longs(100, 100 * i)),
    ),
  );
  using union = await HyperLogLog.create({ precision: PRECISION });
  const times = time(() => {
    for (const sketch of sketches) union.merge(sketch);
  }, patience(setting));
  for (const sketch of sketches) sketch.dispose();
  const merged = summarize(job, `merge of ${sketches.length}`, times);
  return {
    measurements: [merged],
    figures: [{ job, text: `ms, ${merged.method}`, ratio: merged.median, atMost: 5 }],
  };
}

async function membership(setting: Setting, capacity: number): Promise<Report> {
  using filter = await BloomFilter.create({ capacity, falsePositiveRate: RATE });
  const bits = (8 * filter.memoryUsage().total) / capacity;
  const job = `BloomFilter, ${RATE}, ${capacity} keys of ${bits.toFixed(1)} bits`;
  const keys = longs(capacity);
  const others = longs(capacity, capacity);
  const run = (method: string, call: () => unknown): Measurement =>
    summarize(job, method, time(call, patience(setting)), { queries: capacity });
  const measurements = [
    run('add, u64', () => filter.add(keys)),
    run('has, u64, hits', () => filter.has(keys)),
    run('has, u64, misses', () => filter.has(others)),
  ];
  const measured = sum(filter.has(others)) / capacity;
  const figures = measurements.map(
    (measurement): Figure => ({
      job,
      text: `M keys/s, ${measurement.method}`,
      ratio: millionsPerSecond(measurement),
      ...(capacity <= 1_000_000 ? { atLeast: 100 } : {}),
    }),
  );
  figures.push(
    { job, text: 'measured rate / asked', ratio: measured / RATE, atMost: 1.15 },
    { job, text: 'measured rate / that of errorBound()', ratio: measured / filter.errorBound().bound },
    { job, text: 'keys estimated / added', ratio: filter.estimate() / capacity },
  );
  return { measurements, figures };
}

async function membershipOfWords(setting: Setting): Promise<Report> {
  const words = wordsFor(setting);
  const others = words.map((word) => `${word}·`);
  const job = `BloomFilter, ${RATE}, ${words.length} words`;
  using filter = await BloomFilter.create({ capacity: words.length, falsePositiveRate: RATE });
  const run = (method: string, call: () => unknown): Measurement =>
    summarize(job, method, time(call, patience(setting)), { queries: words.length });
  const measurements = [
    run('add, strings', () => filter.add(words)),
    run('has, strings, hits', () => filter.has(words)),
    run('has, strings, misses', () => filter.has(others)),
  ];
  const figures = measurements.map((measurement) => ({
    job,
    text: `M keys/s, ${measurement.method}`,
    ratio: millionsPerSecond(measurement),
  }));
  return { measurements, figures };
}

/** Relative errors of 100 seeds at every power of ten, beside what is stated. */
async function accuracy({ isQuick }: Setting): Promise<void> {
  const seeds = isQuick ? 3 : 100;
  const most = isQuick ? 1000 : 1e7;
  for (let count = 1; count <= most; count *= 10) {
    const keys = Uint32Array.from({ length: count }, (_, i) => i);
    let [squares, worst] = [0, 0];
    for (let seed = 0; seed < seeds; seed++) {
      using sketch = (await HyperLogLog.create({ precision: PRECISION, seed })).add(keys);
      const error = Math.abs(sketch.estimate() / count - 1);
      squares += error * error;
      worst = Math.max(worst, error);
    }
    const stated = 1.04 / Math.sqrt(2 ** PRECISION);
    console.log(
      `HyperLogLog, ${count} distinct keys, ${seeds} seeds: relative error ${percent(Math.sqrt(squares / seeds))}, ` +
        `largest ${percent(worst)} = ${(worst / stated).toFixed(2)} deviations of ${percent(stated)}`,
    );
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(3)} %`;
}

/** The words of a corpus where there is one, and made ones elsewhere. */
function wordsFor({ isQuick }: Setting): readonly string[] {
  const file = join(process.env['LANEWISE_DATA'] ?? '', 'brown_words.txt');
  if (!isQuick && process.env['LANEWISE_DATA'] && existsSync(file))
    return readFileSync(file, 'utf8').split('\n');
  return Array.from({ length: isQuick ? 10_000 : 1_000_000 }, (_, i) => `word${(i * 7919) % 50_000}`);
}

function sum(found: Uint8Array): number {
  return found.reduce((total, one) => total + one, 0);
}
