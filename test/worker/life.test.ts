import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openThread, type Thread } from '../../dist/worker.js';
import { vectors } from './vectors.ts';

const DIMENSIONS = 16;

const bytesInUse = async (thread: Thread) => (await thread.capabilities()).memory.bytesInUse;

test('disposing of a remote object frees its memory in the thread; later calls are refused', async () => {
  await using thread = await openThread();
  const base = await bytesInUse(thread);
  for (const kind of ['flat', 'hnsw'] as const) {
    await using index = await thread.create(kind, { dimensions: DIMENSIONS });
    await index.build(vectors(2000, DIMENSIONS));
    expect(await bytesInUse(thread)).toBeGreaterThan(base + 2000 * DIMENSIONS * 4);
  }
  expect(await bytesInUse(thread)).toBe(base);
  const index = await thread.create('flat', { dimensions: DIMENSIONS });
  await index.dispose();
  await index.dispose();
  await expect(index.size).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(index.add(vectors(1, DIMENSIONS))).rejects.toMatchObject({ code: 'DISPOSED' });
});

test('disposing of an index that is being built stops the build and frees all', async () => {
  await using thread = await openThread();
  const base = await bytesInUse(thread);
  const index = await thread.create('hnsw', { dimensions: DIMENSIONS });
  const building = index.build(vectors(50_000, DIMENSIONS));
  const stopped = expect(building).rejects.toMatchObject({ code: 'DISPOSED' });
  await index.dispose();
  await stopped;
  expect(await bytesInUse(thread)).toBe(base);
});

test('a remote object that is dropped frees its memory, but not while a call of it waits', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await using thread = await openThread();
  const base = await bytesInUse(thread);
  // Nothing but the call holds the object.
  const building = (async () =>
    (await thread.create('hnsw', { dimensions: DIMENSIONS })).build(vectors(3000, DIMENSIONS)))();
  let isBuilding = true;
  const ended = building.finally(() => {
    isBuilding = false;
  });
  while (isBuilding) {
    await bytesInUse(thread);
    collect();
  }
  expect(await ended).toHaveLength(3000);
  while ((await bytesInUse(thread)) > base) collect();
  expect(await bytesInUse(thread)).toBe(base);
});

test('calls are answered in the order in which they are made', async () => {
  await using thread = await openThread();
  const index = await thread.create('flat', { dimensions: DIMENSIONS });
  const order: string[] = [];
  const told = (name: string, call: Promise<unknown>) => call.then(() => order.push(name));
  await Promise.all([
    told('add', index.add(vectors(500, DIMENSIONS))),
    told('size', index.size),
    told('search', index.search(vectors(50, DIMENSIONS))),
    told('has', index.has(3)),
    told('remove', index.remove(3)),
  ]);
  expect(order).toEqual(['add', 'size', 'search', 'has', 'remove']);
});

test('a long build lets searches, other indexes and aborts through between its slices', async () => {
  await using thread = await openThread();
  const index = await thread.create('hnsw', { dimensions: DIMENSIONS });
  const rows = vectors(40, DIMENSIONS);
  await index.add(rows);
  const controller = new AbortController();
  let isBuilding = true;
  const building = index.build(vectors(60_000, DIMENSIONS), { signal: controller.signal }).finally(() => {
    isBuilding = false;
  });
  const aborted = expect(building).rejects.toThrow('enough');
  const other = await thread.create('flat', { dimensions: DIMENSIONS });
  await other.add(rows);
  for (let i = 0; i < 10; i++) {
    const query = rows.slice(i * DIMENSIONS, (i + 1) * DIMENSIONS);
    expect((await index.search(query, { k: 1 })).ids[0]).toBe(i);
    expect((await other.search(query, { k: 1 })).ids[0]).toBe(i);
  }
  expect(isBuilding).toBe(true);
  controller.abort(new Error('enough'));
  await aborted;
  expect(await index.size).toBe(40);
});

test('closing rejects what waits and what comes later, and may be done twice', async () => {
  const thread = await openThread();
  const index = await thread.create('hnsw', { dimensions: DIMENSIONS });
  const waiting = expect(index.build(vectors(50_000, DIMENSIONS))).rejects.toMatchObject({
    code: 'DISPOSED',
  });
  const signal = new AbortController().signal;
  const watched = expect(index.build(vectors(10, DIMENSIONS), { signal })).rejects.toMatchObject({
    code: 'DISPOSED',
  });
  await thread.close();
  await Promise.all([waiting, watched]);
  await thread.close();
  await expect(thread.create('flat', { dimensions: 2 })).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(thread.load('flat', new Uint8Array(8))).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(thread.capabilities()).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(index.size).rejects.toMatchObject({ code: 'DISPOSED' });
  await index.dispose();
});

test('threads have memories of their own', async () => {
  await using first = await openThread();
  await using second = await openThread();
  const index = await first.create('flat', { dimensions: DIMENSIONS });
  await index.add(vectors(100, DIMENSIONS));
  expect(await bytesInUse(second)).toBe(0);
});
