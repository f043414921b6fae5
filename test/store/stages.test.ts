import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { FlatIndex, IvfIndex, type Rescore, readSafetensors, type Tuning, writeSafetensors } from 'lanewise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileStore, HttpStore, loadInStages, openSafetensors } from '../../src/store/index.ts';
import { makeQueries, makeRows } from '../reference/data.ts';
import { type Server, serve } from '../runtimes/server.ts';

const SHAPE = { distribution: 'clustered', metric: 'cosine', dimensions: 32, size: 2000 } as const;
const ROWS = makeRows(SHAPE, 1);
const QUERIES = makeQueries(SHAPE, ROWS, 2);

const POINT = { effort: { probes: 5 }, recall: 0.97, p50: 0.1, p95: 0.2, p99: 0.3 };
const TUNING: Tuning = {
  ...{ ...POINT, k: 10, recallInterval: [0.96, 0.98], queries: 100 },
  ...{ curve: [POINT], reached: true },
};

let directory: string;
let files: FileStore;
let server: Server;
let store: HttpStore;
let ranges: (string | undefined)[];

beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/lanewise-stages-`);
  files = await FileStore.open(directory);
  ranges = [];
  server = await serve({
    roots: [directory],
    handler({ headers }) {
      ranges.push(headers.range);
      return false;
    },
  });
  store = new HttpStore(server.url);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** Saves a file old enough for its time to name its version. */
async function publish(name: string, bytes: Uint8Array): Promise<void> {
  await files.save(name, bytes);
  await utimes(`${directory}/${name}`, 1e9, 1e9);
}

async function indexOf(codes: 'pq4' | 'bits', rescore?: Rescore): Promise<IvfIndex> {
  const options = { dimensions: SHAPE.dimensions, metric: SHAPE.metric, cells: 16, codes };
  const index = await IvfIndex.create(rescore === undefined ? options : { ...options, rescore });
  await index.build(ROWS, { seed: 3 });
  index.remove([5, 17, 1999]);
  return index;
}

describe.each(['pq4', 'bits'] as const)('an index of %s codes', (codes) => {
  test('answers by its codes before its rows are asked for, and is then the one that was saved', async () => {
    using index = await indexOf(codes);
    using codesOnly = await indexOf(codes, false);
    // What was measured of the index with its rows is not true of its codes alone.
    index.tuning = TUNING;
    const bytes = index.toBytes({ sketches: true });
    await publish('index', bytes);

    const staged = await loadInStages(await store.open('index'));
    using early = IvfIndex.fromBytes(staged.codes);
    const { entries, head } = await openSafetensors(await files.open('index'));
    const place = (name: string) => {
      const { begin, end } = entries.find((entry) => entry.name === name)!;
      return { from: head.length + begin, to: head.length + end };
    };
    const rows = place('vectors');
    const asked = [
      'bytes=0-16383',
      // What is before the rows came with the opening, or is asked for first; what is behind them comes next.
      ...(rows.from > 16_384 ? [`bytes=16384-${rows.from - 1}`] : []),
      `bytes=${rows.to}-${bytes.length - 1}`,
    ];
    expect(ranges).toEqual(asked);
    expect(early.search(QUERIES, { k: 10 })).toEqual(codesOnly.search(QUERIES, { k: 10 }));
    expect([early.rescore, early.tuning]).toEqual([false, undefined]);
    expect(Buffer.compare(staged.codes, codesOnly.toBytes())).toBe(0);

    const full = await staged.full();
    expect(ranges).toEqual([...asked, `bytes=${Math.max(rows.from, 16_384)}-${rows.to - 1}`]);
    expect(Buffer.compare(full, bytes)).toBe(0);
    using late = IvfIndex.fromBytes(full);
    expect(late.tuning).toEqual(TUNING);
    expect(late.search(QUERIES, { k: 10 })).toEqual(index.search(QUERIES, { k: 10 }));
    expect(Buffer.compare(late.toBytes(), index.toBytes())).toBe(0);
  });

  test('has the same rows and codes in its file with and without sketches', async () => {
    using index = await indexOf(codes);
    const { tensors } = readSafetensors(index.toBytes());
    const { tensors: more } = readSafetensors(index.toBytes({ sketches: true }));
    expect(tensors.has('sketches')).toBe(false);
    for (const [name, tensor] of tensors) expect(more.get(name)).toEqual(tensor);
    expect(more.size).toBe(tensors.size + 1);
    expect(more.get('sketches')!.shape).toEqual([1997, codes === 'pq4' ? 32 / 4 + 3 : 32 / 8 + 3]);
  });

  test('damaged on its way is not loaded, in neither stage', async () => {
    using index = await indexOf(codes);
    const bytes = index.toBytes({ sketches: true });
    const { data: sketches } = readSafetensors(bytes).tensors.get('sketches')!;
    const { data: rows } = readSafetensors(bytes).tensors.get('vectors')!;
    sketches[100]! ^= 1;
    rows[100]! ^= 1;
    await publish('index', bytes);
    const { codes: early, full } = await loadInStages(await store.open('index'));
    expect(() => IvfIndex.fromBytes(early)).toThrow(/checksum of tensor 'sketches'/);
    const late = await full();
    expect(() => IvfIndex.fromBytes(late)).toThrow(/checksum of tensor 'vectors'/);
  });

  test('replaced between the stages is FILE_CHANGED, and its codes go on answering', async () => {
    using index = await indexOf(codes);
    await publish('index', index.toBytes({ sketches: true }));
    const { codes: early, full } = await loadInStages(await store.open('index'));
    index.remove([1]);
    await files.save('index', index.toBytes({ sketches: true }));
    await expect(full()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    using answering = IvfIndex.fromBytes(early);
    expect(answering.size).toBe(1997);
  });
});

test('stages need an IvfIndex saved with its sketches, and the error says how', async () => {
  using flat = await FlatIndex.create({ dimensions: SHAPE.dimensions });
  flat.add(ROWS);
  using plain = await indexOf('pq4');
  using codesOnly = await indexOf('pq4', false);
  for (const index of [flat, plain, codesOnly]) {
    await files.save('index', index.toBytes());
    const error = await loadInStages(await files.open('index')).catch((error) => error);
    expect(error).toMatchObject({ code: 'FILE_FORMAT' });
    expect(error.message).toContain('toBytes({ sketches: true })');
  }
  using exact = await IvfIndex.create({ dimensions: 4, cells: 2 });
  expect(() => exact.toBytes({ sketches: true })).toThrow(/'int8' codes has no sketches/);
});

test('a stage can be aborted, and asked for again', async () => {
  using index = await indexOf('pq4');
  const bytes = index.toBytes({ sketches: true });
  await publish('index', bytes);
  const { full } = await loadInStages(await store.open('index'));
  const reason = new Error('enough');
  await expect(full({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  let last = { done: 0, total: 1 };
  const onProgress = (progress: typeof last) => {
    last = progress;
  };
  expect(Buffer.compare(await full({ onProgress }), bytes)).toBe(0);
  expect(last.total).toBeGreaterThan(4 * 32 * 1900);
});

describe('single tensors of a file', () => {
  const tensor = (length: number) => ({
    dtype: 'U8' as const,
    shape: [length],
    data: Uint8Array.from({ length }, (_, i) => i % 251),
  });
  const TENSORS = { a: tensor(20_000), b: tensor(30_000), c: tensor(40_000), d: tensor(50_000) };

  test('are read by their ranges, neighbours by one request', async () => {
    await publish('file', writeSafetensors(TENSORS, { key: 'value' }));
    const { metadata, entries, head, read } = await openSafetensors(await store.open('file'));
    expect(metadata['key']).toBe('value');
    expect(entries.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    const at = (bytes: number) => head.length + bytes;
    const tensors = await read(['d', 'b', 'c']);
    expect(ranges).toEqual(['bytes=0-16383', `bytes=${at(20_000)}-${at(139_999)}`]);
    for (const name of ['b', 'c', 'd'] as const) expect(tensors.get(name)).toEqual(TENSORS[name]);
    expect((await read(['b', 'd'])).size).toBe(2);
    expect(ranges.slice(2)).toEqual([
      `bytes=${at(20_000)}-${at(49_999)}`,
      `bytes=${at(90_000)}-${at(139_999)}`,
    ]);
    await expect(read(['e'])).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  });

  test('are found behind a header of any length', async () => {
    for (const length of [0, 16_000, 17_000, 100_000]) {
      await publish('file', writeSafetensors(TENSORS, { long: 'x'.repeat(length) }));
      const { read } = await openSafetensors(await store.open('file'));
      expect((await read(['c'])).get('c')).toEqual(TENSORS.c);
    }
  });

  test('are not looked for in another file, or in one that was cut', async () => {
    const bytes = writeSafetensors(TENSORS);
    for (const [cut, code] of [
      [0, 'FILE_TRUNCATED'],
      [5, 'FILE_TRUNCATED'],
      [100, 'FILE_TRUNCATED'],
      [bytes.length - 1, 'FILE_TRUNCATED'],
    ] as const) {
      await files.save('file', bytes.subarray(0, cut));
      await expect(openSafetensors(await files.open('file')), `${cut}`).rejects.toMatchObject({ code });
    }
    await files.save('file', new Uint8Array(100));
    await expect(openSafetensors(await files.open('file'))).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });
});
