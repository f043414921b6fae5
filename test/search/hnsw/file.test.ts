import { createHash } from 'node:crypto';
import { capabilities, type ErrorCode, FlatIndex, HnswIndex, type Metric, Random } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import { GOLDEN } from '../../golden/hnsw.ts';
import { errorOf } from '../../host/error-of.ts';
import { makeQueries, makeRows } from '../../reference/data.ts';
import { expectSameAnswers, sameBytes } from '../answers.ts';
import { forge, headerBytes, type Parts, tensorOf } from '../forge.ts';
import { TUNING } from './tuning.ts';

describe.each<Metric>(['cosine', 'ip', 'l2'])('a saved index under %s', (metric) => {
  test.each([
    [1, 9000],
    [7, 2500],
    [100, 1100],
    [300, 1],
    [5, 0],
  ])('of %i dimensions and %i rows answers as before, and grows on as before', async (dimensions, size) => {
    const shape = { distribution: 'clustered', metric, dimensions, size } as const;
    const rows = makeRows(shape, 1);
    using index = await HnswIndex.create({ dimensions, metric, m: 5, efConstruction: 40, seed: -3 });
    index.add(rows);
    const bytes = index.toBytes();
    using loaded = HnswIndex.fromBytes(bytes);
    expect([loaded.dimensions, loaded.metric, loaded.size]).toEqual([dimensions, metric, size]);
    expect([loaded.m, loaded.efConstruction]).toEqual([5, 40]);
    expect(sameBytes(loaded.toBytes(), bytes)).toBe(true);
    if (size === 0) return;
    const queries = makeQueries(shape, rows, 2);
    expectSameAnswers(loaded.search(queries, { ef: 12 }), index.search(queries, { ef: 12 }));
    expect(loaded.get(size - 1)).toEqual(rows.slice((size - 1) * dimensions));
    const more = makeRows({ ...shape, size: 50 }, 4);
    expect(loaded.add(more)).toEqual(index.add(more));
    expect(sameBytes(loaded.toBytes(), index.toBytes())).toBe(true);
  });
});

test('a saved index holds no trace of removed rows', async () => {
  const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 4, size: 3000 }, 1);
  using index = await HnswIndex.create({ dimensions: 4, metric: 'l2' });
  index.add(rows);
  index.remove([0, 5, 2999, 17]);
  using loaded = HnswIndex.fromBytes(index.toBytes());
  expect([loaded.size, loaded.has(5), loaded.get(6)]).toEqual([2996, false, rows.slice(24, 28)]);
  expect(index.get(6)).toEqual(rows.slice(24, 28));
  expectSameAnswers(loaded.search(rows.slice(0, 40), { ef: 9 }), index.search(rows.slice(0, 40), { ef: 9 }));
});

describe.each(GOLDEN)('$rows rows of $dimensions dimensions under $metric', (golden) => {
  test('are linked, answered and saved as in every tier and version', async () => {
    const { metric, dimensions, rows } = golden;
    const random = new Random(dimensions);
    const eighths = (count: number) =>
      Float32Array.from({ length: count }, () => (random.integer(257) - 128) / 8);
    using index = await HnswIndex.create({ dimensions, metric, m: 8, efConstruction: 60, seed: 4 });
    index.add(eighths(rows * dimensions));
    index.add(eighths(40 * dimensions));
    index.remove(Int32Array.from({ length: rows >> 5 }, (_, i) => 32 * i));
    const { ids, scores } = index.search(eighths(9 * dimensions), { k: 10, ef: 30 });
    const bytes = index.toBytes();
    const hash = (...arrays: ArrayBufferView[]) => {
      const sum = createHash('sha256');
      for (const { buffer, byteOffset, byteLength } of arrays)
        sum.update(new Uint8Array(buffer, byteOffset, byteLength));
      return sum.digest('hex');
    };
    expect([hash(ids, scores), bytes.length, hash(bytes)]).toEqual([
      golden.answers,
      golden.fileBytes,
      golden.file,
    ]);
  });
});

describe('a forged file whose checksums fit', () => {
  let file: Uint8Array;

  // 21 rows with m = 2: half of them are on layers above the bottom.
  beforeAll(async () => {
    using index = await HnswIndex.create({ dimensions: 3, m: 2, seed: 5 });
    index.add(makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 3, size: 21 }, 1));
    index.tuning = TUNING;
    file = index.toBytes();
  });

  function codeOf(bytes: Uint8Array): ErrorCode {
    const before = capabilities().memory.bytesInUse;
    const { code } = errorOf(() => HnswIndex.fromBytes(bytes));
    expect(capabilities().memory.bytesInUse).toBe(before);
    return code;
  }

  const view = (parts: Parts, name: string) => {
    const { data } = tensorOf(parts, name);
    return new DataView(data.buffer, data.byteOffset, data.byteLength);
  };
  const put = (name: string, element: number, value: number) => (parts: Parts) =>
    view(parts, name).setUint32(4 * element, value, true);
  const putFloat = (name: string, element: number, value: number) => (parts: Parts) =>
    view(parts, name).setFloat32(4 * element, value, true);
  const layer = (row: number, change: (layer: number) => number) => (parts: Parts) => {
    const { data } = tensorOf(parts, 'layers');
    data[row] = change(data[row]!);
  };
  const options = (change: object) => (parts: Parts) => {
    parts.metadata['options'] = JSON.stringify({ ...JSON.parse(parts.metadata['options']!), ...change });
  };
  const metadata = (key: string, value: string) => (parts: Parts) => {
    parts.metadata[key] = value;
  };
  /** Lets the first link above the bottom lead to a row of the bottom only. */
  const linkDown = (parts: Parts) => {
    const bottom = tensorOf(parts, 'layers').data.indexOf(0);
    put('upper_links', 0, bottom)(parts);
  };

  test('holds what is forged below, and its tuning', async () => {
    await forge(file, (parts) => {
      expect(parts.tensors.map(({ name }) => name).sort()).toEqual(
        ['vectors', 'norms', 'ids', 'layers', 'links', 'upper_links'].sort(),
      );
      const { data } = tensorOf(parts, 'layers');
      expect([data.includes(0), data.some((layer) => layer > 1)]).toEqual([true, true]);
    });
    using index = HnswIndex.fromBytes(file);
    expect(index.tuning).toEqual(TUNING);
  });

  test.each<[string, ErrorCode, (parts: Parts) => void]>([
    ['of another estimator', 'FILE_FORMAT', metadata('estimator', 'FlatIndex')],
    ['of a newer version', 'FILE_VERSION', metadata('version', '2')],
    ['of m 3, with links of 2', 'FILE_CORRUPT', options({ m: 3 })],
    ['of m 0', 'FILE_CORRUPT', options({ m: 0 })],
    ['of m 1 000 000', 'FILE_CORRUPT', options({ m: 1e6 })],
    ['of no efConstruction', 'FILE_CORRUPT', options({ efConstruction: null })],
    ['of a seed that is none', 'FILE_CORRUPT', metadata('seed', 'x')],
    ['with a tuning that is no JSON', 'FILE_CORRUPT', metadata('tuning', '{')],
    [
      'with a tuning of ef 0',
      'FILE_CORRUPT',
      metadata('tuning', JSON.stringify({ ...TUNING, effort: { ef: 0 } })),
    ],
    ['with a link beyond the rows', 'FILE_CORRUPT', put('links', 0, 21)],
    ['with a link to 4 294 967 294', 'FILE_CORRUPT', put('links', 40, 0xffff_fffe)],
    ['with a link behind the last', 'FILE_CORRUPT', put('links', 0, 0xffff_ffff)],
    ['with a link above the rows of its layer', 'FILE_CORRUPT', linkDown],
    ['with an upper link beyond the rows', 'FILE_CORRUPT', put('upper_links', 0, 21)],
    ['with a row on one more layer', 'FILE_CORRUPT', layer(0, (own) => own + 1)],
    ['with a row on 255 layers', 'FILE_CORRUPT', layer(20, () => 255)],
    ['with a row on no upper layer', 'FILE_CORRUPT', (parts) => tensorOf(parts, 'layers').data.fill(0)],
    ['with an id twice', 'FILE_CORRUPT', put('ids', 20, 3)],
    ['with a value of NaN', 'FILE_CORRUPT', putFloat('vectors', 62, Number.NaN)],
    ['with an infinite value', 'FILE_CORRUPT', putFloat('vectors', 0, Number.POSITIVE_INFINITY)],
    ['with a norm of NaN', 'FILE_CORRUPT', putFloat('norms', 20, Number.NaN)],
    ['with signed links', 'FILE_DTYPE', (parts) => (tensorOf(parts, 'links').dtype = 'I32')],
    ['with flat links', 'FILE_CORRUPT', (parts) => (tensorOf(parts, 'links').shape = [84])],
  ])('%s is %s', async (_, code, change) => {
    expect(codeOf(await forge(file, change))).toBe(code);
  });

  test.each(['vectors', 'norms', 'ids', 'layers', 'links', 'upper_links'])(
    'without the tensor %s is FILE_CORRUPT',
    async (name) => {
      const forged = await forge(file, ({ tensors }) => {
        tensors.splice(
          tensors.findIndex((tensor) => tensor.name === name),
          1,
        );
      });
      expect(codeOf(forged)).toBe('FILE_CORRUPT');
    },
  );

  test('of random links is refused, or searched to an end', async () => {
    const random = new Random(1);
    for (let run = 0; run < 40; run++) {
      const forged = await forge(file, (parts) => {
        const links = view(parts, 'links');
        for (let i = 0; i < links.byteLength; i += 4) links.setUint32(i, random.integer(21), true);
      });
      using index = HnswIndex.fromBytes(forged);
      index.search([1, 2, 3], { k: 1, ef: 1 });
      index.add([3, 2, 1]);
      index.remove([0, 1, 2]);
      index.compact();
      expect(index.search([1, 2, 3], { k: 3 }).ids.every((id) => id > 2)).toBe(true);
    }
  });

  test('with a byte of a tensor changed, and no checksum, is FILE_CORRUPT', () => {
    for (let at = headerBytes(file); at < file.length; at += 37) {
      const damaged = file.slice();
      damaged[at]! ^= 1;
      expect(errorOf(() => HnswIndex.fromBytes(damaged)).code).toBe('FILE_CORRUPT');
    }
  });

  test('of a FlatIndex is refused', async () => {
    using flat = await FlatIndex.create({ dimensions: 3 });
    expect(codeOf(flat.toBytes())).toBe('FILE_FORMAT');
  });
});
