import { amortizedCost, CachedIndex, capabilities, FlatIndex, Random, SemanticCache } from 'lanewise';
import { gloveCollection, randomUnitVectors } from '../data.ts';
import {
  type Case,
  type Figure,
  type Measurement,
  patience,
  type Setting,
  summarize,
  time,
} from '../harness.ts';

/** Calls of one run: a call alone is as short as reading the clock. */
const CALLS = 200;
const DIMENSIONS = 64;
const SOAK = 10_000_000;
const CHECKED_EVERY = 1000;

interface Part {
  readonly measurements: readonly Measurement[];
  readonly figures: readonly Figure[];
}

/** What answers from memory: indexes behind a cache, answers by likeness, and a cache that is never left alone. */
export const caching: Case = {
  name: 'caching',
  async run(setting) {
    const parts = [
      await cachedIndex(setting),
      await semantic(setting, 1000),
      await semantic(setting, 10_000),
      await soak(setting),
    ];
    return {
      measurements: parts.flatMap(({ measurements }) => measurements),
      figures: parts.flatMap(({ figures }) => figures),
    };
  },
};

/** Microseconds of a call of which a run makes `CALLS`. */
const perCall = ({ median }: Measurement): number => (1000 * median) / CALLS;

async function cachedIndex(setting: Setting): Promise<Part> {
  const { name, dimensions, vectors, queries } = gloveCollection();
  using index = await FlatIndex.create({ dimensions });
  index.add(setting.isQuick ? vectors.subarray(0, 2000 * dimensions) : vectors);
  const count = queries.length / dimensions;
  const query = (i: number): Float32Array =>
    queries.subarray((i % count) * dimensions, ((i % count) + 1) * dimensions);
  const job = `CachedIndex, FlatIndex of ${name}, k 10`;
  const run = (method: string, search: (i: number) => unknown): Measurement => {
    let next = 0;
    const times = time(() => {
      for (let i = 0; i < CALLS; i++) search(next++);
    }, patience(setting));
    return summarize(job, method, times, { queries: CALLS });
  };
  const known = new CachedIndex(index);
  const forgetful = new CachedIndex(index, { maxEntries: 1 });
  const options = { k: 10 };
  for (let i = 0; i < count; i++) known.search(query(i), options);
  const hit = run('hit', (i) => known.search(query(i), options));
  const uncached = run('without a cache', (i) => index.search(query(i), options));
  const miss = run('miss', (i) => forgetful.search(query(i), options));
  const overhead = perCall(miss) - perCall(uncached);
  console.log(
    `${job}: hit ${perCall(hit).toFixed(2)} us, search ${perCall(uncached).toFixed(1)} us, miss ` +
      `${perCall(miss).toFixed(1)} us, of which the cache takes ${overhead.toFixed(1)} us`,
  );
  reportStream(index, { query, count, isQuick: setting.isQuick });
  return {
    measurements: [hit, uncached, miss],
    figures: [
      { job, text: `us, hit of a query of ${dimensions} dimensions`, ratio: perCall(hit), atMost: 5 },
      { job, text: 'miss / without a cache', ratio: perCall(miss) / perCall(uncached), atMost: 1.1 },
    ],
  };
}

interface Stream {
  readonly query: (i: number) => Float32Array;
  readonly count: number;
  readonly isQuick: boolean;
}

/** A stream of queries, few of them often, through a cache for a fifth of them: what it took, and what the law says. */
function reportStream(index: FlatIndex, { query, count, isQuick }: Stream): void {
  const random = new Random(1);
  const asked = Array.from({ length: isQuick ? 500 : 20_000 }, () =>
    Math.floor(count * random.uniform() ** 4),
  );
  const cached = new CachedIndex(index, { maxEntries: Math.ceil(count / 5) });
  const spent = { hits: 0, misses: 0 };
  for (const i of asked) {
    const { hits } = cached.statistics();
    const start = performance.now();
    cached.search(query(i));
    const took = performance.now() - start;
    spent[cached.statistics().hits > hits ? 'hits' : 'misses'] += took;
  }
  const start = performance.now();
  for (const i of asked) index.search(query(i));
  const uncached = (performance.now() - start) / asked.length;
  const { hits, misses, hitRate } = cached.statistics();
  const hitCost = spent.hits / hits;
  const { amortized, breakEvenHitRate } = amortizedCost(hitRate, {
    hitCost,
    missCost: uncached,
    lookupCost: Math.max(0, spent.misses / misses - uncached),
  });
  const us = (milliseconds: number): string => `${(1000 * milliseconds).toFixed(1)} us`;
  console.log(
    `${asked.length} queries, ${count} distinct ones at most, room for ${Math.ceil(count / 5)}: ` +
      `${(100 * hitRate).toFixed(1)} % hits, ${us(amortized)} a query, ${us(uncached)} without; pays from ` +
      `${(100 * breakEvenHitRate).toFixed(1)} % on`,
  );
}

async function semantic(setting: Setting, most: number): Promise<Part> {
  const entries = setting.isQuick ? most / 10 : most;
  const job = `SemanticCache, ${entries} entries x ${DIMENSIONS}`;
  const pool = randomUnitVectors(2 * entries, DIMENSIONS, 3);
  const embedding = (i: number): Float32Array => {
    const at = (i % (2 * entries)) * DIMENSIONS;
    return pool.subarray(at, at + DIMENSIONS);
  };
  using cache = await SemanticCache.create<number>({
    ...{ dimensions: DIMENSIONS, threshold: 0.92, maxBytes: 2 ** 30, maxEntries: entries },
  });
  const run = (method: string, call: (i: number) => unknown): Measurement => {
    let next = 0;
    const times = time(() => {
      for (let i = 0; i < CALLS; i++) call(next++);
    }, patience(setting));
    return summarize(job, method, times, { queries: CALLS });
  };
  for (let i = 0; i < entries; i++) cache.set(embedding(i), i, { bytes: 8 });
  const hit = run('get, hit', (i) => cache.get(embedding(i % entries)));
  const miss = run('get, miss', (i) => cache.get(embedding(entries + (i % entries))));
  const set = run('set into a full cache', (i) => cache.set(embedding(entries + i), i, { bytes: 8 }));
  const { embeddings } = cache.memoryUsage();
  const us = (measurement: Measurement): string => `${perCall(measurement).toFixed(1)} us`;
  console.log(
    `${job}: hit ${us(hit)}, miss ${us(miss)}, set ${us(set)}; ${(embeddings / entries).toFixed(0)} bytes of linear ` +
      'memory an entry',
  );
  const figures: Figure[] = [{ job, text: 'set / get', ratio: perCall(set) / perCall(miss), atMost: 2 }];
  return { measurements: [hit, miss, set], figures };
}

/** Look-ups, and sets where they find nothing, for as long as it takes; the budget is looked at every thousand. */
async function soak({ isQuick }: Setting): Promise<Part> {
  const operations = isQuick ? 100_000 : SOAK;
  const maxBytes = 1_500_000;
  const job = `${operations} operations, 1 000 entries x ${DIMENSIONS}`;
  let now = 0;
  const other = capabilities().memory.bytesInUse;
  using cache = await SemanticCache.create<number>({
    ...{ dimensions: DIMENSIONS, threshold: 0.92, maxBytes, maxEntries: 1000, now: () => now },
  });
  const pool = randomUnitVectors(4000, DIMENSIONS, 4);
  const random = new Random(5);
  let worst = 0;
  const heapBefore = process.memoryUsage().heapUsed;
  const start = performance.now();
  while (now < operations) {
    const at = DIMENSIONS * Math.floor(4000 * random.uniform() ** 2);
    const embedding = pool.subarray(at, at + DIMENSIONS);
    now++;
    if (!cache.get(embedding)) {
      cache.set(embedding, now, { bytes: random.integer(2000), ttl: 1 + random.integer(20_000) });
      now++;
    }
    if (now % CHECKED_EVERY > 1) continue;
    const { total, embeddings } = cache.memoryUsage();
    if (capabilities().memory.bytesInUse !== other + embeddings) throw new Error('Linear memory is lost.');
    worst = Math.max(worst, total);
  }
  const seconds = (performance.now() - start) / 1000;
  const heap = (process.memoryUsage().heapUsed - heapBefore) / 1e6;
  const { hitRate, evictions, expirations, entries } = cache.statistics();
  console.log(
    `${job}: ${seconds.toFixed(1)} s, ${((1e6 * seconds) / operations).toFixed(2)} us each; ` +
      `${(100 * hitRate).toFixed(1)} % hits, ${evictions} evictions, ${expirations} expirations, ${entries} entries; at most ` +
      `${worst} of ${maxBytes} bytes; heap ${heap.toFixed(1)} MB more than before`,
  );
  const figures: Figure[] = [
    { job, text: 'most bytes held / budget', ratio: worst / maxBytes, atMost: 1 },
    { job, text: 's in all', ratio: seconds, atMost: 300 },
  ];
  return { measurements: [], figures };
}
