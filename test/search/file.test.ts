import { FlatIndex, type Metric, readSafetensors } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { makeQueries, makeRows } from '../reference/data.ts';
import { expectSameAnswers, indexOf, sameBytes } from './answers.ts';
import { forge, headerBytes } from './forge.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];

describe.each(METRICS)('a saved index under %s', (metric) => {
  // Padded and unpadded rows, one segment and several, blocks of 16 rows full and part empty, no rows at all.
  test.each([
    [1, 8200],
    [3, 17],
    [4, 16],
    [7, 8193],
    [101, 4200],
    [256, 2050],
    [300, 1],
    [5, 0],
  ])(
    'of %i dimensions and %i rows answers as before, and is saved to the same bytes',
    async (dimensions, size) => {
      const shape = { distribution: 'clustered', metric, dimensions, size } as const;
      const rows = makeRows(shape, 1);
      using index = await indexOf(rows, dimensions, metric);
      const bytes = index.toBytes();
      using loaded = FlatIndex.fromBytes(bytes);
      expect([loaded.dimensions, loaded.metric, loaded.size]).toEqual([dimensions, metric, size]);
      expect(sameBytes(loaded.toBytes(), bytes)).toBe(true);
      if (size === 0) return;
      const queries = makeQueries(shape, rows, 2);
      for (const count of [1, 14]) {
        for (const exact of ['certified', 'scan'] as const) {
          const some = queries.slice(0, count * dimensions);
          expectSameAnswers(loaded.search(some, { exact }), index.search(some, { exact }));
        }
      }
      expect(loaded.get(size - 1)).toEqual(rows.slice((size - 1) * dimensions));
      expect(loaded.add(rows.slice(0, dimensions))).toEqual(Int32Array.of(size));
    },
  );

  test('is the same bytes whether rows came one by one, at once or by build', async () => {
    const rows = makeRows({ distribution: 'bell', metric, dimensions: 9, size: 8400 }, 3);
    using atOnce = await indexOf(rows, 9, metric);
    using built = await FlatIndex.create({ dimensions: 9, metric });
    using oneByOne = await FlatIndex.create({ dimensions: 9, metric });
    await built.build(rows);
    for (let i = 0; i < rows.length; i += 9) oneByOne.add(rows.subarray(i, i + 9));
    const bytes = atOnce.toBytes();
    expect(sameBytes(built.toBytes(), bytes)).toBe(true);
    expect(sameBytes(oneByOne.toBytes(), bytes)).toBe(true);
    expect(sameBytes(atOnce.toBytes(), bytes)).toBe(true);
  });

  test('holds no trace of removed and replaced rows', async () => {
    const rows = makeRows({ distribution: 'bell', metric, dimensions: 6, size: 8300 }, 4);
    const row = (id: number) => [...rows.subarray(6 * id, 6 * id + 6)];
    using index = await indexOf(rows, 6, metric);
    index.remove(Int32Array.from({ length: 8297 }, (_, i) => i)); // 8297, 8298 and 8299 are left
    index.add(row(5), { ids: [8298], replace: true });
    using never = await FlatIndex.create({ dimensions: 6, metric });
    // Compaction takes the last rows first: the replaced one came last of all.
    const kept = index.search(row(5), { k: 3 }).ids;
    expect([...kept].sort()).toEqual([8297, 8298, 8299]);
    const bytes = index.toBytes();
    const order = new Int32Array(readSafetensors(bytes).tensors.get('ids')!.data.slice().buffer);
    never.add(
      [...order].flatMap((id) => row(id === 8298 ? 5 : id)),
      { ids: order },
    );
    expect(sameBytes(bytes, never.toBytes())).toBe(true);
  });
});

describe('a saved index', () => {
  test('is read from an ArrayBuffer, a Buffer and a view at an odd offset alike', async () => {
    using index = await indexOf(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 'ip');
    const bytes = index.toBytes();
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    for (const source of [bytes.buffer, Buffer.from(bytes), shifted.subarray(1)]) {
      using loaded = FlatIndex.fromBytes(source);
      expect(sameBytes(loaded.toBytes(), bytes)).toBe(true);
    }
  });

  test('does not share memory with the bytes it came from', async () => {
    using index = await indexOf(Float32Array.of(1, 2), 2, 'ip');
    const bytes = index.toBytes();
    using loaded = FlatIndex.fromBytes(bytes);
    bytes.fill(0);
    expect([loaded.get(0), index.get(0)]).toEqual([Float32Array.of(1, 2), Float32Array.of(1, 2)]);
  });

  test('is a safetensors file that names its format, estimator and options, aligned to 64 bytes', async () => {
    using index = await indexOf(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 'l2');
    const bytes = index.toBytes();
    const { metadata, tensors } = readSafetensors(bytes);
    expect(metadata).toMatchObject({ format: 'lanewise', estimator: 'FlatIndex', version: '1' });
    expect(JSON.parse(metadata['options']!)).toEqual({ dimensions: 3, metric: 'l2' });
    expect(tensors.get('vectors')).toMatchObject({ dtype: 'F32', shape: [2, 3] });
    expect(tensors.get('ids')).toMatchObject({ dtype: 'I32', shape: [2] });
    expect(headerBytes(bytes) % 64).toBe(0);
  });

  test('carries the XXH64 of each tensor: computed by another implementation, it is read again', async () => {
    using index = await indexOf(
      makeRows({ distribution: 'bell', metric: 'ip', dimensions: 33, size: 3000 }, 5),
      33,
      'ip',
    );
    const bytes = index.toBytes();
    const forged = await forge(bytes, () => {});
    expect(JSON.parse(readSafetensors(forged).metadata['xxh64']!)).toEqual(
      JSON.parse(readSafetensors(bytes).metadata['xxh64']!),
    );
    using loaded = FlatIndex.fromBytes(forged);
    expect(sameBytes(loaded.toBytes(), bytes)).toBe(true);
  });
});
