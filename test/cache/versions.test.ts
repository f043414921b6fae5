import { Bitmap, Bm25Index, FlatIndex, HnswIndex, IvfIndex, LshIndex, Random } from 'lanewise';
import { expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';

const DIMENSIONS = 4;

function vectors(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count * DIMENSIONS }, () => 2 * random.uniform() - 1);
}

const INDEXES = {
  FlatIndex: () => FlatIndex.create({ dimensions: DIMENSIONS }),
  HnswIndex: () => HnswIndex.create({ dimensions: DIMENSIONS, m: 4 }),
  LshIndex: () => LshIndex.create({ dimensions: DIMENSIONS, tables: 2, bits: 3 }),
  IvfIndex: async () => {
    const index = await IvfIndex.create({ dimensions: DIMENSIONS, cells: 2 });
    return index.train(vectors(20, 9));
  },
};

test.each(Object.entries(INDEXES))(
  'the version of a %s moves with its rows, and with nothing else',
  async (_, make) => {
    using index = await make();
    let version = index.version;
    const moves = (change: () => unknown): void => {
      change();
      expect(index.version).toBeGreaterThan(version);
      version = index.version;
    };
    const stays = (call: () => unknown): void => {
      call();
      expect(index.version).toBe(version);
    };
    moves(() => index.add(vectors(30, 1)));
    moves(() => index.add(vectors(1, 2), { ids: [4], replace: true }));
    moves(() => index.remove([1, 2]));
    stays(() => index.remove([1, 2, 77]));
    stays(() => index.add([]));
    stays(() => index.search(vectors(2, 3)));
    stays(() => index.range(vectors(1, 3), { radius: 0.5 }));
    stays(() => index.memoryUsage());
    stays(() => errorOf(() => index.add(vectors(1, 2), { ids: [4] })));
    stays(() => errorOf(() => index.add([1, 2, 3, Number.NaN])));
    stays(() => errorOf(() => index.add([1, 1, 1, 1, 0, 0, 0, 0])));
    stays(() => errorOf(() => index.remove(-1)));
    index.compact();
    version = index.version;
    stays(() => index.compact()); // there is nothing left to do
    stays(() => index.toBytes());
    await index.build(vectors(3, 4));
    expect(index.version).toBeGreaterThan(version);
    version = index.version;
    const controller = new AbortController();
    controller.abort();
    await expect(index.build(vectors(3, 4), { signal: controller.signal })).rejects.toThrow();
    expect(index.version).toBe(version);
    index.dispose();
    expect(errorOf(() => index.version).code).toBe('DISPOSED');
  },
);

test.each([
  ['HnswIndex', 'ef'],
  ['LshIndex', 'probesPerTable'],
  ['IvfIndex', 'probes'],
] as const)('the version of a %s moves when it is tuned', async (kind, effort) => {
  using index = await INDEXES[kind]();
  index.add(vectors(30, 1));
  const { version } = index;
  const point = { effort: { [effort]: 1 }, recall: 1, p50: 1, p95: 1, p99: 1 };
  index.tuning = { ...point, reached: true, k: 1, queries: 1, recallInterval: [1, 1], curve: [point] };
  expect(index.version).toBeGreaterThan(version);
  expect(index.tuning.effort).toEqual(point.effort);
});

test('the version of an LshIndex moves when it is compacted, after which it may answer from all that is allowed', async () => {
  using index = await INDEXES.LshIndex();
  index.add(vectors(300, 1));
  index.remove(Array.from({ length: 120 }, (_, i) => 2 * i));
  const ask = () => index.search(vectors(20, 3), { filter: Bitmap.range(0, 80) }).ids;
  const before = ask();
  const { version } = index;
  index.toBytes(); // compacts
  expect(ask()).not.toEqual(before);
  expect(index.version).toBeGreaterThan(version);
});

test('the version of a Bm25Index moves with its documents, empty ones too', async () => {
  using index = await Bm25Index.create();
  const versions = [index.version];
  const change = (call: () => unknown): void => {
    call();
    versions.push(index.version);
  };
  change(() => index.add(['a b', 'b c']));
  change(() => index.add(['']));
  change(() => index.update([0], ['d']));
  change(() => index.remove(1));
  expect(versions).toEqual([...new Set(versions)]);
  const { version } = index;
  index.remove(1);
  index.search('d');
  index.compact();
  errorOf(() => index.add(['x'], { ids: [0] }));
  errorOf(() => index.add([1 as never]));
  expect(index.version).toBe(version);
});

test('the version of a Bitmap moves with its ids', () => {
  const bitmap = Bitmap.of([1]);
  const { version } = bitmap;
  bitmap.add(1).delete(2);
  expect(bitmap.version).toBe(version);
  expect(bitmap.add(2).version).toBe(version + 1);
  expect(bitmap.delete(2).version).toBe(version + 2);
});
