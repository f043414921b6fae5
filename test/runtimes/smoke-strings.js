// The smoke of distances between texts, of what is remembered by likeness, and of experiments. What smoke.js says holds here
// too.
import {
  alignment,
  benjaminiHochberg,
  CachedIndex,
  chiSquare,
  closest,
  distances,
  EditDictionary,
  FlatIndex,
  jensenShannon,
  kolmogorovSmirnov,
  levenshtein,
  ngramJaccard,
  optimalStringAlignment,
  populationStabilityIndex,
  Random,
  SemanticCache,
  sampleSize,
  TrafficSplit,
  tTest,
  twoProportionTest,
  wasserstein1,
} from 'lanewise';
import { check, hash, hashAnswers, uniform } from './ground.js';

const LETTERS = [...'abcdeñ海дß\u{1f600}', '\ud800'];

/** Hashes of what these give. */
export async function strings() {
  const random = new Random(31);
  const draw = (length) => Array.from({ length }, () => LETTERS[random.integer(LETTERS.length)]).join('');
  const words = Array.from({ length: 900 }, () => draw(random.integer(random.integer(8) ? 20 : 150)));
  const queries = words.slice(0, 12).map((word) => word.replace('a', 'b'));
  const dictionary = await EditDictionary.create(words);
  const all = distances(queries, dictionary);
  const single = queries.flatMap((query) => words.map((word) => levenshtein(query, word)));
  check(hash(all) === hash(Int32Array.from(single)), 'a word by itself is as far as among others');
  const { ids, distances: near } = closest(queries, dictionary, { k: 5, max: 4 });
  dictionary.dispose();
  const pairs = queries.map((query, i) => [query, words[i + 100]]);
  const others = pairs.flatMap(([a, b]) => [
    optimalStringAlignment(a, b),
    ngramJaccard(a, b),
    levenshtein(a, b, { unit: 'bytes' }),
    alignment(a, b).edits.length,
  ]);
  return {
    edit: [all, ids, near, Float64Array.from(others)].map(hash).join(''),
    drift: drift(random),
    experiments: experiments(random),
    caches: await caches(random),
  };
}

function drift(random) {
  const [a, b] = [400, 600].map((length) => Array.from({ length }, () => random.uniform() + length / 1e4));
  const { statistic, p } = kolmogorovSmirnov(a, b);
  return hash(
    Float64Array.of(
      populationStabilityIndex(a, b),
      jensenShannon(a, b),
      wasserstein1(a, b),
      statistic,
      p,
      chiSquare([
        [20, 30, 9],
        [31, 18, 12],
      ]).p,
    ),
  );
}

function experiments(random) {
  const [a, b] = [50, 61].map((length) => Array.from({ length }, () => random.uniform() * 3));
  const welch = tTest(a, b);
  const rates = twoProportionTest({ successes: 120, trials: 1000 }, { successes: 151, trials: 1010 });
  const adjusted = benjaminiHochberg([welch.p, rates.p, 0.2, 0.001]).adjusted;
  const split = new TrafficSplit({ a: 1, b: 2, c: 0.5 }, { seed: 'smoke' });
  const variants = Array.from({ length: 500 }, (_, user) => split.assign(`user ${user}`).charCodeAt(0));
  const users = sampleSize({ rates: [0.1, 0.12] });
  const numbers = [welch.statistic, welch.p, welch.low, welch.high, rates.p, rates.low, users, ...adjusted];
  return hash(Float64Array.from(numbers)) + hash(Uint8Array.from(variants));
}

async function caches(random) {
  const rows = uniform(random, 40 * 16);
  const index = await FlatIndex.create({ dimensions: 16 });
  index.add(rows);
  const cached = new CachedIndex(index);
  const answers = [0, 1, 2].map(() => hashAnswers(cached.search(rows.subarray(0, 16 * 9), { k: 4 })));
  check(
    answers.every((answer) => answer === answers[0]),
    'a cached answer is that of the index',
  );
  index.dispose();

  let clock = 0;
  const cache = await SemanticCache.create({
    ...{ dimensions: 16, threshold: 0.9, maxBytes: 2 ** 20, maxEntries: 20, ttl: 30, now: () => clock },
  });
  const similarities = [];
  for (; clock < 60; clock++) {
    const row = rows.subarray(16 * random.integer(40)).subarray(0, 16);
    const hit = cache.get(row.map((value, i) => value + (i === clock % 16 ? 0.1 : 0)));
    similarities.push(hit?.similarity ?? -2);
    if (!hit) cache.set(row, clock);
  }
  const { hits, misses, evictions } = cache.statistics();
  cache.dispose();
  return answers[0] + hash(Float32Array.from(similarities)) + hash(Int32Array.of(hits, misses, evictions));
}
