import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openThread, type Thread } from '../../dist/worker.js';
import { vectors } from './vectors.ts';

const DIMENSIONS = 8;

/** Bytes of the buffers of every message to the thread, and of those that went along instead of being copied. */
let posted: { message: Call; buffers: readonly ArrayBuffer[] }[];
let thread: Thread;

interface Call {
  readonly args: readonly unknown[];
  readonly options?: { readonly ids?: Int32Array };
}

beforeAll(async () => {
  const worker = new Worker(new URL('../../dist/worker/thread.js', import.meta.url));
  const post = worker.postMessage.bind(worker);
  posted = [];
  worker.postMessage = (message: Call, buffers: ArrayBuffer[]) => {
    post(message, buffers);
    posted.push({ message, buffers });
  };
  thread = await openThread({ worker });
});
beforeEach(() => {
  posted.length = 0;
});
afterAll(() => thread.close());

const create = async () => {
  const index = await thread.create('flat', { dimensions: DIMENSIONS });
  posted.length = 0;
  return index;
};

test('an array is copied once, and stays: the copy of just its part of the buffer goes along', async () => {
  const index = await create();
  const buffer = vectors(10_000, DIMENSIONS);
  const part = buffer.subarray(80, 96);
  const before = part.slice();
  await index.add(part);
  expect(part).toEqual(before);
  expect(await index.get(1)).toEqual(before.slice(8));
  // What was posted has been detached by going along: nothing of it was copied a second time.
  const [{ message, buffers }] = posted as [(typeof posted)[0]];
  expect(buffers).toHaveLength(1);
  expect(buffers[0]!.byteLength).toBe(0);
  expect((message.args[0] as Float32Array).byteLength).toBe(0);
});

test('a copy is as long as the array, not as its buffer', async () => {
  const index = await create();
  let copied: number | undefined;
  const slice = Uint8Array.prototype.slice;
  const part = new Float32Array(new ArrayBuffer(1 << 20), 64, DIMENSIONS).fill(1);
  const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as { slice: unknown };
  TypedArray.slice = function (this: Uint8Array, ...args: [number?, number?]) {
    const copy = slice.apply(this, args) as Uint8Array;
    copied = copy.buffer.byteLength;
    return copy;
  };
  try {
    await index.add(part);
  } finally {
    TypedArray.slice = slice;
  }
  expect(copied).toBe(4 * DIMENSIONS);
});

test('with transfer, an array goes along with its buffer and is empty afterwards, its ids too', async () => {
  const index = await create();
  const rows = vectors(3, DIMENSIONS);
  const [first] = [rows.slice(0, DIMENSIONS)];
  const ids = Int32Array.of(7, 8, 9);
  const building = index.build(rows, { ids, transfer: true });
  expect([rows.byteLength, rows.buffer.byteLength, ids.byteLength]).toEqual([0, 0, 0]);
  expect(posted[0]!.buffers).toContain(rows.buffer);
  expect(await building).toEqual(Int32Array.of(7, 8, 9));
  expect(await index.get(7)).toEqual(first);
});

test('a part of a buffer takes all of it along', async () => {
  const index = await create();
  const rows = vectors(3, DIMENSIONS);
  const second = rows.slice(DIMENSIONS, 2 * DIMENSIONS);
  await index.add(rows.subarray(DIMENSIONS, 2 * DIMENSIONS), { transfer: true });
  expect(rows.byteLength).toBe(0);
  expect(await index.get(0)).toEqual(second);
});

test('what cannot go along is copied: memory that is shared', async () => {
  const index = await create();
  const shared = new Float32Array(new SharedArrayBuffer(4 * DIMENSIONS)).fill(0.5);
  await index.add(shared as never, { transfer: true });
  expect(shared[0]).toBe(0.5);
  expect(await index.get(0)).toEqual(Float32Array.from(shared));
});

test("the bytes of Node's Buffers are copied, whatever pool they lie in, and go along when they are not in one", async () => {
  const index = await create();
  await index.add(vectors(2, DIMENSIONS));
  const bytes = await index.toBytes();
  const pooled = Buffer.from(bytes);
  const again = await thread.load('flat', pooled);
  expect(await again.size).toBe(2);
  expect(pooled.equals(bytes)).toBe(true);
  await thread.load('flat', bytes, { transfer: true });
  expect(bytes.byteLength).toBe(0);
});

test('an array that has gone is refused, and so is what no message carries; the index is as it was', async () => {
  const index = await create();
  const rows = vectors(1, DIMENSIONS);
  await index.add(rows, { transfer: true });
  for (const transfer of [true, false]) {
    await expect(index.add(rows, { transfer, replace: true })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  }
  await expect(index.search((() => 1) as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(await index.size).toBe(1);
});

test('a call that was aborted before it is made keeps its arrays', async () => {
  const index = await create();
  const rows = vectors(1, DIMENSIONS);
  const signal = AbortSignal.abort('no longer wanted');
  await expect(index.build(rows, { signal, transfer: true })).rejects.toBe('no longer wanted');
  expect(rows.byteLength).toBe(4 * DIMENSIONS);
  expect(posted).toEqual([]);
});
