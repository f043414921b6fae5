import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MinHash, MinHashLsh, Random } from 'lanewise';
import { readPackages } from '../../demo/packages.ts';
import {
  type Case,
  type Figure,
  type Measurement,
  patience,
  type Setting,
  summarize,
  time,
} from '../harness.ts';

const HASHES = 128;
const KEYS = 200_000;
const THRESHOLD = 0.5;

type Report = { measurements: Measurement[]; figures: Figure[] };

/** Signatures of sets, near duplicates among many, and whether as many are found as the S-curve tells. */
export const likeness: Case = {
  name: 'likeness',
  async run(setting) {
    const report: Report = { measurements: [], figures: [] };
    for (const size of [100, 1000]) signing(setting, size, report);
    for (const { name, sets } of collections(setting)) await searching(setting, name, sets, report);
    return report;
  },
};

function signing(setting: Setting, size: number, { measurements, figures }: Report): void {
  const count = (setting.isQuick ? KEYS / 20 : KEYS) / size;
  const random = new Random(size);
  const integers = Array.from({ length: count }, () =>
    Uint32Array.from({ length: size }, () => random.uint32()),
  );
  const strings = integers.map((set) => Array.from(set, (key) => `key ${key}`));
  const plainly = new PlainMinHash(HASHES);
  const ways: [string, () => void][] = [
    ['integers', () => MinHash.signatures(integers, { hashes: HASHES })],
    ['strings', () => MinHash.signatures(strings, { hashes: HASHES })],
    [
      'integers, plain JavaScript, a hash function each',
      () => {
        for (const set of integers) plainly.signature(set);
      },
    ],
  ];
  const job = `MinHash of ${HASHES}, sets of ${size} keys`;
  const measured = ways.map(([method, run]) =>
    summarize(job, method, time(run, patience(setting)), { queries: count }),
  );
  measurements.push(...measured);
  for (const each of measured) {
    const text = `sets/s, ${each.method}`;
    figures.push({ job, text, ratio: (1000 * count) / each.median });
  }
  const ratio = measured[2]!.median / measured[0]!.median;
  figures.push({ job, text: 'plain JavaScript / integers', ratio, atLeast: 5 });
}

/** As it is written first: the least of each hash function over all keys. */
class PlainMinHash {
  readonly #factors: Uint32Array;
  readonly #terms: Uint32Array;

  constructor(hashes: number) {
    const random = new Random(1);
    this.#factors = Uint32Array.from({ length: hashes }, () => random.uint32() | 1);
    this.#terms = Uint32Array.from({ length: hashes }, () => random.uint32());
  }

  signature(keys: Uint32Array): Uint32Array {
    const least = new Uint32Array(this.#factors.length).fill(2 ** 32 - 1);
    for (const key of keys) {
      const mixed = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
      for (let i = 0; i < least.length; i++) {
        const product = Math.imul(mixed ^ (mixed >>> 13), this.#factors[i]!) + this.#terms[i]!;
        const hash = (product ^ (product >>> 15)) >>> 0;
        if (hash < least[i]!) least[i] = hash;
      }
    }
    return least;
  }
}

interface Collection {
  readonly name: string;
  readonly sets: readonly (readonly string[] | Uint32Array)[];
}

/** Runs of two words of packages' descriptions; families of sets; and market baskets, where LANEWISE_DATA is set. */
function* collections({ isQuick }: Setting): Generator<Collection> {
  const some = isQuick ? 2000 : Number.POSITIVE_INFINITY;
  const { synopses } = readPackages();
  const texts = synopses.slice(0, some).map((text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? []);
  const shingles = texts.map((words) => words.slice(1).map((word, i) => `${words[i]} ${word}`));
  yield { name: 'synopses, runs of two words', sets: shingles };
  const random = new Random(3);
  const families = Array.from({ length: Math.min(some, 100_000) }, (_, i) => {
    const first = 1000 * (i >> 2);
    return Uint32Array.from(
      { length: 100 },
      (_, j) => first + (random.integer(6) > 0 ? j : random.integer(1000)),
    );
  });
  yield { name: 'families of 4, 100 keys', sets: families };
  const baskets = join(process.env['LANEWISE_DATA'] ?? '', 'retail_baskets.dat');
  if (!process.env['LANEWISE_DATA'] || !existsSync(baskets)) return;
  const lines = readFileSync(baskets, 'latin1').trim().split('\n').slice(0, some);
  yield {
    name: 'market baskets',
    sets: lines.map((line) => Uint32Array.from(line.trim().split(' '), Number)),
  };
}

async function searching(
  setting: Setting,
  name: string,
  sets: Collection['sets'],
  { measurements, figures }: Report,
): Promise<void> {
  using lsh = await MinHashLsh.create({ hashes: HASHES, threshold: THRESHOLD });
  const job = `${sets.length} sets, ${name}`;
  const start = performance.now();
  lsh.add(
    sets.map((_, id) => id),
    sets,
  );
  measurements.push(summarize(job, 'add', [performance.now() - start], { queries: sets.length }));
  const random = new Random(2);
  const sample = Array.from({ length: setting.isQuick ? 50 : 1000 }, () => random.integer(sets.length));
  const ask = (): void => {
    for (const id of sample) lsh.query(sets[id]!, { k: 10, minSimilarity: THRESHOLD });
  };
  const queries = summarize(job, 'query, 10 best', time(ask, patience(setting)), { queries: sample.length });
  const before = performance.now();
  const { firsts } = await lsh.pairs({ minSimilarity: 0.8 });
  const pairs = summarize(job, 'pairs from .8 on', [performance.now() - before]);
  measurements.push(queries, pairs);
  const { found, expected, count } = compare(lsh, sets, sample.slice(0, 300));
  console.log(
    `${job}: ${lsh.bands} bands of ${lsh.rows}, ${(lsh.memoryUsage().total / sets.length).toFixed(0)} bytes a set; ` +
      `${firsts.length} pairs from .8 on; of ${count} pairs from .3 on ${found} found, ${expected.toFixed(0)} expected`,
  );
  figures.push(
    { job, text: 'queries/s', ratio: (1000 * sample.length) / queries.median },
    // Of one seed, and of pairs that share sets: the curve is an expectation over seeds.
    { job, text: 'found / expected', ratio: found / expected },
  );
}

/** Of all sets at least .3 alike to those of a sample, how many a query finds, and how many the S-curve tells. */
function compare(
  lsh: MinHashLsh,
  sets: Collection['sets'],
  sample: readonly number[],
): { found: number; expected: number; count: number } {
  const holders = new Map<string | number, number[]>();
  const distinct = sets.map((set) => new Set<string | number>(set));
  distinct.forEach((set, id) => {
    for (const key of set) {
      const ids = holders.get(key);
      if (ids) ids.push(id);
      else holders.set(key, [id]);
    }
  });
  let [found, expected, count] = [0, 0, 0];
  for (const id of sample) {
    const common = new Map<number, number>();
    for (const key of distinct[id]!)
      for (const other of holders.get(key)!) common.set(other, (common.get(other) ?? 0) + 1);
    const answers = new Set(lsh.query(sets[id]!, { k: sets.length, exclude: id }).ids);
    for (const [other, both] of common) {
      const similarity = both / (distinct[id]!.size + distinct[other]!.size - both);
      if (other === id || similarity < 0.3) continue;
      count++;
      expected += lsh.candidateProbability(similarity);
      if (answers.has(other)) found++;
    }
  }
  return { found, expected, count };
}
