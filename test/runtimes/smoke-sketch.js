// The smoke of streams: what sketches answer and save, alone and merged, and in windows. What smoke.js says holds here too.
import {
  BloomFilter,
  CountMinSketch,
  DDSketch,
  EventWindows,
  HyperLogLog,
  KllSketch,
  MinHash,
  MinHashLsh,
  Random,
  TopK,
} from 'lanewise';
import { check, hash, hashAnswers } from './ground.js';

const KEYS = 5000;
const WORDS = ['ka', 'Lu', 'ño', 'дом', '海', '\u{1f600}', '\ud800', '', 'x'.repeat(70)];

/** Hashes of what sketches give. */
export async function sketch() {
  const random = new Random(21);
  const numbers = Float64Array.from({ length: KEYS }, () => random.integer(700) / 4 - 20);
  const keys = {
    strings: Array.from(numbers, (value, i) => WORDS[i % WORDS.length] + Math.abs(value)),
    numbers,
    integers: Uint32Array.from({ length: KEYS }, () => Math.min(random.uint32(), random.uint32())),
    longs: BigInt64Array.from({ length: KEYS }, () => BigInt(random.integer(99)) - 2n ** 62n),
    bytes: Array.from({ length: 300 }, () => Uint8Array.from({ length: 40 }, () => random.integer(3))),
  };
  const hashes = {};
  for (const [name, create] of [
    ['count-min', () => CountMinSketch.create({ epsilon: 0.01, delta: 0.001, seed: 5 })],
    ['hyperloglog', () => HyperLogLog.create({ precision: 11, seed: -3 })],
    ['bloom', () => BloomFilter.create({ capacity: 3000, falsePositiveRate: 0.02 })],
    ['minhash', () => MinHash.create({ hashes: 64, seed: 2 })],
  ])
    hashes[name] = await counted(name, create, Object.values(keys));
  hashes['top-k'] = await frequent(keys);
  const values = Array.from(numbers, (value) => value * value * (value < 0 ? -1e-3 : 1e3));
  for (const [name, create] of [
    ['kll', () => KllSketch.create({ k: 60, seed: 4 })],
    ['ddsketch', () => DDSketch.create({ alpha: 0.02 })],
  ])
    hashes[name] = await ordered(name, create, Float64Array.from(values));
  hashes['minhash-lsh'] = await near(keys.strings);
  hashes.windows = await windows(keys.strings);
  return hashes;
}

/** A sketch of all keys, which is the one merged from two. */
async function counted(name, create, batches) {
  const [whole, half, rest] = [await create(), await create(), await create()];
  batches.forEach((keys, i) => {
    whole.add(keys);
    (i % 2 ? half : rest).add(keys);
  });
  const file = hash(whole.toBytes());
  const merged = half.merge(rest);
  if (name === 'bloom')
    check(
      batches.every((keys) => merged.has(keys).every(Boolean)),
      'all keys are there',
    );
  else check(hash(merged.toBytes()) === file, `${name}: a sketch of two halves is that of the whole`);
  const loaded = whole.constructor.fromBytes(whole.toBytes());
  check(hash(loaded.toBytes()) === file, `${name}: what was loaded is saved as it was`);
  const asked = batches[0].slice(0, 200);
  const answers = [whole, loaded].map((sketch) => {
    if (name === 'count-min') return hash(sketch.estimate(asked));
    if (name === 'minhash') return hash(sketch.signature());
    return hash(Float64Array.of(sketch.estimate())) + (name === 'bloom' ? hash(sketch.has(asked)) : '');
  });
  check(answers[0] === answers[1], `${name}: answers after loading are those before saving`);
  for (const held of [whole, half, rest, loaded]) held.dispose();
  return file + answers[0];
}

async function frequent({ strings, integers }) {
  let hashes = '';
  for (const keys of [strings, integers.map((key) => key >>> 22)]) {
    const [top, other] = [await TopK.create({ capacity: 60 }), await TopK.create({ capacity: 60 })];
    top.add(keys);
    other.add(keys.slice(0, 900), 3);
    top.merge(other);
    const loaded = TopK.fromBytes(top.toBytes());
    check(hash(loaded.toBytes()) === hash(top.toBytes()), 'top-k: what was loaded is saved as it was');
    const found = loaded
      .top(20)
      .map(({ count, error, isGuaranteed }) => [count, error, Number(isGuaranteed)]);
    hashes += hash(top.toBytes()) + hash(Float64Array.from(found.flat()));
    for (const held of [top, other, loaded]) held.dispose();
  }
  return hashes;
}

async function ordered(name, create, values) {
  const [whole, other] = [await create(), await create()];
  whole.add(values);
  other.add(values.subarray(0, 777).map((value) => -value));
  whole.merge(other);
  const shares = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1];
  const points = [-1e4, -1, 0, 1, 1e4, 1e6, 1e9];
  const answers = (sketch) => hash(sketch.quantiles(shares)) + hash(sketch.cdf(points));
  const loaded = whole.constructor.fromBytes(whole.toBytes());
  check(answers(loaded) === answers(whole), `${name}: answers after loading are those before saving`);
  const hashes = answers(whole) + hash(whole.toBytes());
  for (const held of [whole, other, loaded]) held.dispose();
  return hashes;
}

async function near(strings) {
  const lsh = await MinHashLsh.create({ hashes: 64, bands: 32, seed: 6 });
  const sets = Array.from({ length: 120 }, (_, i) => strings.slice(7 * i, 7 * i + 40));
  lsh.add(
    sets.map((_, id) => id),
    sets,
  );
  lsh.remove([4, 50]);
  const { ids, similarities } = lsh.query(strings.slice(300, 340), { k: 8 });
  const pairs = await lsh.pairs({ minSimilarity: 0.5 });
  const loaded = MinHashLsh.fromBytes(lsh.toBytes());
  const again = loaded.query(strings.slice(300, 340), { k: 8 });
  check(hash(again.ids) === hash(ids), 'minhash-lsh: answers after loading are those before saving');
  const hashes = [ids, similarities, pairs.similarities, lsh.toBytes()].map(hash).join('');
  for (const held of [lsh, loaded]) held.dispose();
  return hashes;
}

/** Distinct words of a minute, every ten seconds, of events that come out of order. */
async function windows(strings) {
  const prototype = await HyperLogLog.create({ precision: 10 });
  const random = new Random(22);
  const events = strings.map((word, i) => ({ word, at: 100 * i + random.integer(4000) }));
  const visits = EventWindows.sliding({
    ...{ size: 60_000, slide: 10_000, disorder: 4000, prototype },
    time: ({ at }) => at,
    value: ({ word }) => word,
  });
  const found = [];
  for await (const { start, count, sketch } of visits.over(events)) {
    found.push(start, count, sketch.estimate());
    sketch.dispose();
  }
  visits.dispose();
  prototype.dispose();
  return hashAnswers({ ids: Float64Array.from(found), scores: Uint8Array.of(found.length) });
}
