import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import {
  Bitmap,
  FlatIndex,
  HnswIndex,
  IvfIndex,
  KMeans,
  LshIndex,
  type SearchResult,
  type Tuning,
  tune,
} from '../../dist/index.js';
import { openThread, type Remote, type Thread } from '../../dist/worker.js';
import { vectors } from './vectors.ts';

const DIMENSIONS = 12;
const rows = vectors(600, DIMENSIONS);
const queries = vectors(4, DIMENSIONS, 2);
const query = queries.slice(0, DIMENSIONS);
const filter = Bitmap.range(100, 400);

const CLASSES = { flat: FlatIndex, ivf: IvfIndex, hnsw: HnswIndex, lsh: LshIndex };
const OPTIONS = {
  flat: { dimensions: DIMENSIONS, metric: 'l2' },
  ivf: { dimensions: DIMENSIONS, cells: 6, codes: 'bits' },
  hnsw: { dimensions: DIMENSIONS, metric: 'ip', m: 6, efConstruction: 30 },
  lsh: { dimensions: DIMENSIONS, tables: 4, bits: 5 },
} as const;

/** Calls as they follow each other in the life of an index: twice, what must not use up anything. */
const CALLS: readonly (readonly [string, ...unknown[]])[] = [
  ['build', rows],
  ['add', Array.from(query), { ids: [5000] }],
  ['add', queries, { ids: Int32Array.of(0, 1, 2, 3), replace: true }],
  ['search', queries, { k: 7, stats: true }],
  ['search', queries, { k: 7, stats: true }],
  ['search', query, { k: 3, filter }],
  ['search', query],
  ['range', query, { radius: 0.5, filter }],
  ['remove', [7, 8, 123_456]],
  ['remove', 9],
  ['has', 7],
  ['get', 1],
  ['get', 1],
  ['get', 7],
  ['compact'],
  ['memoryUsage'],
  ['toBytes'],
  ['toBytes'],
];
const PROPERTIES = ['dimensions', 'metric', 'size'];

type AnyIndex = Record<string, (...args: readonly unknown[]) => unknown>;

let thread: Thread;
beforeAll(async () => {
  thread = await openThread();
});
afterAll(() => thread.close());

describe.each(['flat', 'ivf', 'hnsw', 'lsh'] as const)('a remote %s index', (kind) => {
  const create = (): Promise<unknown> => thread.create(kind, OPTIONS[kind]);

  test('has the public methods and properties of its class, and no more', async () => {
    const remote = (await create()) as object;
    const names = Object.getOwnPropertyNames(remote);
    const own = Object.getOwnPropertyNames(CLASSES[kind].prototype).filter((name) => name !== 'constructor');
    const fields = { flat: [], ivf: ['codes', 'rescore'], hnsw: [], lsh: [] };
    const beside = kind === 'flat' ? [] : ['tune'];
    expect(names.sort()).toEqual([...own, ...fields[kind], ...beside].sort());
    expect('then' in remote).toBe(false); // or `await` would call it
  });

  test('answers every call as an index of this thread does', async () => {
    const local = (await CLASSES[kind].create(OPTIONS[kind] as never)) as unknown as AnyIndex;
    const remote = (await create()) as AnyIndex;
    for (const [name, ...args] of CALLS)
      expect(await remote[name]!(...args), name).toEqual(await local[name]!(...args));
    for (const name of PROPERTIES) expect(await remote[name], name).toEqual(local[name]);
  });

  test('is loaded from bytes of this thread', async () => {
    const local = await CLASSES[kind].create(OPTIONS[kind] as never);
    await local.build(rows);
    const bytes = local.toBytes();
    for (const given of [bytes, bytes.slice().buffer]) {
      const remote = await thread.load(kind, given);
      expect(await remote.search(queries, { k: 9 })).toEqual(local.search(queries, { k: 9 }));
      expect(await remote.toBytes()).toEqual(bytes);
    }
  });
});

test('train and fit give the remote object itself', async () => {
  const index = await thread.create('ivf', { dimensions: DIMENSIONS, cells: 4 });
  expect(await index.isTrained).toBe(false);
  expect(await index.train(rows)).toBe(index);
  expect(await index.isTrained).toBe(true);
  const means = await thread.create('kmeans', { dimensions: DIMENSIONS, clusters: 5, seed: 3 });
  expect(await means.fit(rows)).toBe(means);
  const here = await (await KMeans.create({ dimensions: DIMENSIONS, clusters: 5, seed: 3 })).fit(rows);
  expect(await means.centroids).toEqual(here.centroids);
  expect(await means.centroids).toEqual(here.centroids);
  expect(await means.predict(queries)).toEqual(here.predict(queries));
});

test('an index is tuned in its thread, and searches with what was found', async () => {
  const local = await HnswIndex.create(OPTIONS.hnsw);
  await local.build(rows);
  const remote = await thread.load('hnsw', local.toBytes());
  expect(await remote.tuning).toBeUndefined();
  const steps: number[] = [];
  // The truth of other queries would be another recall: it crosses, arrays and all.
  const truth = local.search(queries, { k: 10, exact: true });
  const found = await remote.tune(queries, {
    recall: 0.9,
    truth,
    onProgress: ({ done }) => void steps.push(done),
  });
  expect(found.recall).toBe((await tune(local, queries, { recall: 0.9 })).recall);
  expect((await remote.tuning)?.effort).toEqual(found.effort);
  expect(steps.length).toBeGreaterThan(0);
});

test('progress comes as it does without a thread: from done to total', async () => {
  const index = await thread.create('hnsw', { dimensions: DIMENSIONS });
  const seen: { done: number; total: number }[] = [];
  await index.build(vectors(4000, DIMENSIONS), { onProgress: (progress) => void seen.push(progress) });
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.at(-1)).toEqual({ done: 4000, total: 4000 });
  expect(seen.map(({ done }) => done)).toEqual(seen.map(({ done }) => done).sort((a, b) => a - b));
});

test('the thread loads its kernels as setup says', async () => {
  await using own = await openThread({ setup: { tier: 'simd', maximumBytes: 8 << 20 } });
  expect(await own.capabilities()).toMatchObject({ tier: 'simd', memory: { maximumBytes: 8 << 20 } });
  const index = await own.create('flat', { dimensions: DIMENSIONS });
  await expect(index.add(vectors(200_000, DIMENSIONS))).rejects.toMatchObject({ code: 'MEMORY_EXHAUSTED' });
  expect(await index.size).toBe(0);
});

test('types say what crosses', () => {
  type RemoteFlat = Remote<FlatIndex>;
  expectTypeOf<RemoteFlat['search']>().returns.resolves.toEqualTypeOf<SearchResult>();
  expectTypeOf<RemoteFlat['size']>().toEqualTypeOf<Promise<number>>();
  expectTypeOf<RemoteFlat['has']>().toEqualTypeOf<(id: number) => Promise<boolean>>();
  expectTypeOf<Remote<IvfIndex>['train']>().returns.resolves.toEqualTypeOf<Remote<IvfIndex>>();
  expectTypeOf<Remote<IvfIndex>['tuning']>().toEqualTypeOf<Promise<Tuning | undefined>>();
  expectTypeOf<RemoteFlat['build']>()
    .parameter(1)
    .toExtend<{ readonly transfer?: boolean; readonly signal?: AbortSignal } | undefined>();
  expectTypeOf<RemoteFlat>().not.toHaveProperty('tune');
  // @ts-expect-error: k-means is not saved
  type _Load = Parameters<typeof thread.load<'kmeans'>>;
});
