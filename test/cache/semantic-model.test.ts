import {
  type Arbitrary,
  array,
  asyncProperty,
  assert as check,
  constant,
  integer,
  oneof,
  record,
} from 'fast-check';
import { FlatIndex, SemanticCache } from 'lanewise';
import { expect, test } from 'vitest';

// Embeddings are vectors of a plane, ten degrees apart, at two lengths that give the same bits under cosine: ties are
// exact. No angle lies near the threshold, cos 25, or near that of near misses, cos 35.
const THRESHOLD = Math.cos((25 * Math.PI) / 180);
const MARGIN = THRESHOLD - Math.cos((35 * Math.PI) / 180);
const MOST = 5;
const BUDGET_OF_VALUES = 3000;
const ENTRY_BYTES = 256;

type Step =
  | { readonly kind: 'get' | 'compute'; readonly angle: number; readonly length: number }
  | {
      readonly kind: 'set';
      readonly angle: number;
      readonly length: number;
      readonly bytes: number;
      readonly ttl: number;
    }
  | { readonly kind: 'delete' | 'wait' | 'invalidate'; readonly amount: number };

const angle = integer({ min: 0, max: 35 });
const length = integer({ min: 0, max: 1 });
const step: Arbitrary<Step> = oneof(
  { weight: 20, arbitrary: record({ kind: constant('get' as const), angle, length }) },
  { weight: 5, arbitrary: record({ kind: constant('compute' as const), angle, length }) },
  {
    weight: 20,
    arbitrary: record({
      ...{ kind: constant('set' as const), angle, length },
      bytes: integer({ min: 0, max: 1500 }),
      ttl: integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 5,
    arbitrary: record({ kind: constant('delete' as const), amount: integer({ min: 0, max: 8 }) }),
  },
  {
    weight: 10,
    arbitrary: record({ kind: constant('wait' as const), amount: integer({ min: 0, max: 10 }) }),
  },
  {
    weight: 1,
    arbitrary: record({ kind: constant('invalidate' as const), amount: integer({ min: 0, max: 2 }) }),
  },
);

interface ModelEntry {
  readonly key: number;
  readonly angle: number;
  readonly length: number;
  readonly value: number;
  readonly bytes: number;
  readonly expires: number;
}

/** What a cache must be: a list, least recently used first, gone through from end to end at each call. */
class Model {
  entries: ModelEntry[] = [];
  counts = { hits: 0, misses: 0, nearMisses: 0, evictions: 0, expirations: 0, invalidations: 0, refused: 0 };
  version = 0;
  now = 0;
  nextKey = 1;
  readonly similarities: readonly Float32Array[];

  constructor(similarities: readonly Float32Array[]) {
    this.similarities = similarities;
  }

  expire(): void {
    const live = this.entries.filter(({ expires }) => expires > this.now);
    this.counts.expirations += this.entries.length - live.length;
    this.entries = live;
  }

  get(asked: Point): number | undefined {
    this.expire();
    const similarity = (entry: ModelEntry): number => this.similarities[idOf(asked)]![idOf(entry)]!;
    const [best] = this.entries.toSorted((a, b) => similarity(b) - similarity(a) || b.key - a.key);
    if (best && similarity(best) >= THRESHOLD) {
      this.counts.hits++;
      this.entries = [...this.entries.filter((entry) => entry !== best), best];
      return best.value;
    }
    this.counts.misses++;
    if (best && similarity(best) >= THRESHOLD - MARGIN) this.counts.nearMisses++;
    return undefined;
  }

  set(entry: Omit<ModelEntry, 'key'>): number | undefined {
    this.expire();
    this.entries = this.entries.filter(
      (other) => other.angle !== entry.angle || other.length !== entry.length,
    );
    if (entry.bytes > BUDGET_OF_VALUES) {
      this.counts.refused++;
      return undefined;
    }
    const bytes = (): number =>
      this.entries.reduce((sum, other) => sum + other.bytes + ENTRY_BYTES, entry.bytes);
    while (this.entries.length >= MOST || bytes() > BUDGET_OF_VALUES) {
      this.entries.shift();
      this.counts.evictions++;
    }
    const key = this.nextKey++;
    this.entries.push({ ...entry, key });
    return key;
  }

  delete(key: number): boolean {
    this.expire();
    const { length } = this.entries;
    this.entries = this.entries.filter((entry) => entry.key !== key);
    return this.entries.length < length;
  }

  invalidate(version: number): number {
    if (version === this.version) return 0;
    this.expire();
    this.version = version;
    const { length } = this.entries;
    this.counts.invalidations += length;
    this.entries = [];
    return length;
  }
}

interface Point {
  readonly angle: number;
  readonly length: number;
}

const idOf = ({ angle, length }: Point): number => 2 * angle + length;
const POINTS: readonly Point[] = Array.from({ length: 72 }, (_, id) => ({ angle: id >> 1, length: id & 1 }));

/** The similarity of every point with every other, as a `FlatIndex` scores it. */
async function similaritiesOf(points: readonly Point[]): Promise<Float32Array[]> {
  using index = await FlatIndex.create({ dimensions: 3 });
  index.add(points.flatMap((point) => [...embeddingOf(point)]));
  return points.map((point) => {
    const { ids, scores } = index.search(embeddingOf(point), { k: points.length, exact: 'scan' });
    const byId = new Float32Array(points.length);
    for (const [i, id] of ids.entries()) byId[id] = scores[i]!;
    return byId;
  });
}

function embeddingOf({ angle, length }: Point): Float32Array {
  const radians = (angle * Math.PI) / 18;
  return Float32Array.of(Math.cos(radians), Math.sin(radians), 0).map((x) => 2 ** length * x);
}

/** Bytes of a budget in which values and entries may take `BUDGET_OF_VALUES`, beside the one segment of embeddings. */
async function budget(): Promise<number> {
  using probe = await SemanticCache.create({
    dimensions: 3,
    threshold: 0,
    maxBytes: 2 ** 20,
    maxEntries: MOST,
  });
  probe.set([1, 0, 0], 0, { bytes: 0 });
  return probe.memoryUsage().embeddings + BUDGET_OF_VALUES + ENTRY_BYTES;
}

test('a cache answers, counts and drops as a list does that is gone through from end to end', async () => {
  const maxBytes = await budget();
  const similarities = await similaritiesOf(POINTS);
  await check(
    asyncProperty(array(step, { minLength: 20, maxLength: 150 }), async (steps) => {
      const model = new Model(similarities);
      using cache = await SemanticCache.create<number>({
        ...{ dimensions: 3, threshold: THRESHOLD, nearMissMargin: MARGIN, maxBytes, maxEntries: MOST },
        now: () => model.now,
      });
      for (const [i, step] of steps.entries()) {
        if (step.kind === 'get') expect(cache.get(embeddingOf(step))?.value).toBe(model.get(step));
        else if (step.kind === 'wait') model.now += step.amount;
        else if (step.kind === 'delete') {
          const key = model.nextKey - step.amount;
          expect(cache.delete(key)).toBe(model.delete(key));
        } else if (step.kind === 'invalidate') {
          expect(cache.invalidate(step.amount)).toBe(model.invalidate(step.amount));
        } else if (step.kind === 'set') {
          const { angle, length, ttl } = step;
          const bytes = step.bytes > 1400 ? 5000 : step.bytes;
          const key = cache.set(embeddingOf(step), i, { bytes, ttl });
          expect(key).toBe(model.set({ angle, length, value: i, bytes, expires: model.now + ttl }));
        } else if (step.kind === 'compute') {
          const { angle, length } = step;
          const expected = model.get(step);
          const value = await cache.getOrCompute(embeddingOf(step), () => i, { ttl: 7 });
          expect(value).toBe(expected ?? i);
          if (expected === undefined)
            model.set({ angle, length, value: i, bytes: 8, expires: model.now + 7 });
        }
        model.expire();
        expect(cache.statistics()).toMatchObject({ ...model.counts, entries: model.entries.length });
        expect(cache.memoryUsage()).toMatchObject({
          values: model.entries.reduce((sum, { bytes }) => sum + bytes, 0),
          entries: ENTRY_BYTES * model.entries.length,
        });
        expect(cache.memoryUsage().total).toBeLessThanOrEqual(maxBytes);
      }
    }),
    { seed: 7, numRuns: 100 },
  );
});
