import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FlatIndex, LanewiseError } from '../../dist/index.js';
import { openThread, type Thread } from '../../dist/worker.js';
import { vectors } from './vectors.ts';

const DIMENSIONS = 16;
/** Fills the heap of a worker; what a build holds lies outside of it. */
const HEAP = 'const held = []; for (;;) held.push(new Array(1000).fill(held.length));';

/** What a promise, or a call, is rejected with. */
async function errorOf(run: () => unknown): Promise<LanewiseError> {
  try {
    await run();
  } catch (error) {
    return error as LanewiseError;
  }
  throw new Error('It was not rejected.');
}

/** A worker that serves a thread, later than it begins to listen itself, and does what else its source says when it is told to `go`. */
function workerThat(does: string): Worker {
  const serve = new URL('../../dist/worker/thread.js', import.meta.url);
  const source = `
    import(${JSON.stringify(serve.href)});
    require('node:worker_threads').parentPort.on('message', (message) => { if (message === 'go') { ${does} } });`;
  return new Worker(source, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 64 } });
}

describe('an error in the thread', () => {
  let thread: Thread;
  beforeAll(async () => {
    thread = await openThread();
  });
  afterAll(() => thread.close());

  test('comes as the error that the same call throws here', async () => {
    const local = await FlatIndex.create({ dimensions: DIMENSIONS });
    const remote = await thread.create('flat', { dimensions: DIMENSIONS });
    const bad = vectors(1, DIMENSIONS);
    bad[3] = Number.NaN;
    const calls: ((index: never) => unknown)[] = [
      (index: FlatIndex) => index.add([1, 2]),
      (index: FlatIndex) => index.add(bad),
      (index: FlatIndex) => index.add(new Float32Array(DIMENSIONS)),
      (index: FlatIndex) => index.search(vectors(1, DIMENSIONS), { k: 0 }),
      (index: FlatIndex) => index.search(vectors(1, DIMENSIONS), { filter: [1] as never }),
      (index: FlatIndex) => index.range(vectors(1, DIMENSIONS), {} as never),
      (index: FlatIndex) => index.remove([-1]),
      (index: FlatIndex) => index.add('text' as never),
    ];
    for (const call of calls) {
      const there = await errorOf(() => call(remote as never));
      const here = await errorOf(() => call(local as never));
      expect(there).toBeInstanceOf(LanewiseError);
      expect({ ...there }).toEqual({ ...here });
      expect(there.message).toBe(here.message);
    }
    expect(await remote.size).toBe(0);
  });

  test('comes from create and load, too', async () => {
    const { code, expected, got } = await errorOf(() => thread.create('trie' as 'flat', { dimensions: 2 }));
    expect({ code, expected, got }).toEqual({
      code: 'INVALID_ARGUMENT',
      expected: ['flat', 'ivf', 'hnsw', 'lsh', 'kmeans'],
      got: 'trie',
    });
    expect(await errorOf(() => thread.create('flat', { dimensions: 0 }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      got: 0,
    });
    const bytes = (await FlatIndex.create({ dimensions: 2 })).toBytes();
    bytes[bytes.length - 1]! ^= 1;
    expect(await errorOf(() => thread.load('flat', bytes))).toMatchObject({ code: 'FILE_CORRUPT' });
    expect(await errorOf(() => thread.load('flat', new Uint8Array(3)))).toMatchObject({
      code: 'FILE_TRUNCATED',
    });
  });
});

describe('an abort', () => {
  test("rejects with the signal's own reason, and the index is as it was", async () => {
    await using thread = await openThread();
    const index = await thread.create('hnsw', { dimensions: DIMENSIONS });
    await index.add(vectors(10, DIMENSIONS));
    const before = await index.toBytes();
    const controller = new AbortController();
    const reason = { whatever: 'it is' };
    const building = index.build(vectors(20_000, DIMENSIONS), {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(building).rejects.toBe(reason);
    expect(await index.toBytes()).toEqual(before);
  });

  test('comes by an error of onProgress as well', async () => {
    await using thread = await openThread();
    const index = await thread.create('hnsw', { dimensions: DIMENSIONS });
    const error = new Error('of the listener');
    const building = index.build(vectors(20_000, DIMENSIONS), {
      onProgress: () => {
        throw error;
      },
    });
    await expect(building).rejects.toBe(error);
    expect(await index.size).toBe(0);
  });

  test('that comes when all is done changes nothing', async () => {
    await using thread = await openThread();
    const index = await thread.create('flat', { dimensions: DIMENSIONS });
    const controller = new AbortController();
    await index.build(vectors(3, DIMENSIONS), { signal: controller.signal });
    controller.abort();
    expect(await index.size).toBe(3);
  });
});

describe('a worker that fails', () => {
  /** A thread in such a worker, and a build that waits in it. */
  async function openIn(worker: Worker) {
    const thread = await openThread({ worker });
    const index = await thread.create('hnsw', { dimensions: DIMENSIONS });
    const building = errorOf(() => index.build(vectors(50_000, DIMENSIONS)));
    const another = await thread.create('hnsw', { dimensions: DIMENSIONS });
    const asking = errorOf(() => another.build(vectors(50_000, DIMENSIONS)));
    return { thread, index, rejected: Promise.all([building, asking]) };
  }

  test.each([
    ['leaves', (worker: Worker) => worker.postMessage('go'), 'process.exit(0)', 'left'],
    ['throws', (worker: Worker) => worker.postMessage('go'), "throw new Error('of its own')", 'of its own'],
    ['is terminated', (worker: Worker) => void worker.terminate(), '', 'left'],
    ['runs out of memory', (worker: Worker) => worker.postMessage('go'), HEAP, 'memory'],
  ])('and %s rejects every call, and later ones', async (_, fail, does, reason) => {
    const worker = workerThat(does);
    const { thread, index, rejected } = await openIn(worker);
    fail(worker);
    for (const error of await rejected) {
      expect(error).toBeInstanceOf(LanewiseError);
      expect(error.code).toBe('WORKER_FAILED');
      expect(error.message).toContain(reason);
      expect(error.message).toContain('open a new thread');
    }
    expect((await errorOf(() => index.size)).code).toBe('WORKER_FAILED');
    expect((await errorOf(() => thread.create('flat', { dimensions: 2 }))).code).toBe('WORKER_FAILED');
    // Nothing is left that could be given back.
    await index.dispose();
    await thread.close();
  });

  test('cannot be loaded, and says where the file should be', async () => {
    const worker = new Worker(new URL('missing.js', import.meta.url));
    const error = await errorOf(() => openThread({ worker }));
    expect(error.code).toBe('WORKER_FAILED');
    expect(error.message).toContain('missing.js');
    expect(error.message).toContain('dist/worker/thread.js');
  });

  test('answers nothing, and is given up when the signal says so', async () => {
    const worker = new Worker("require('node:worker_threads').parentPort.on('message', () => {})", {
      eval: true,
    });
    const left = new Promise((resolve) => worker.once('exit', resolve));
    const error = await errorOf(() => openThread({ worker, signal: AbortSignal.timeout(50) }));
    expect((error as Error).name).toBe('TimeoutError');
    await left;
  });
});

test('setup that the thread refuses rejects opening it', async () => {
  const error = await errorOf(() => openThread({ setup: { tier: 'scalar' as never } }));
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', got: 'scalar' });
});

test('one worker has one thread', async () => {
  const worker = workerThat('');
  await using _thread = await openThread({ worker });
  expect(await errorOf(() => openThread({ worker }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('serve() outside of a worker is refused', async () => {
  const { serve } = await import('../../dist/worker/serve.js');
  const error = await errorOf(() => serve());
  expect(error).toMatchObject({ code: 'WORKER_FAILED' });
  expect(error.message).toContain('openThread()');
});
