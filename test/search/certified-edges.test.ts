import {
  type Arbitrary,
  array,
  assert as check,
  constantFrom,
  float,
  integer,
  oneof,
  property,
  tuple,
} from 'fast-check';
import { Bitmap, FlatIndex, type Metric, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { bell, type DataShape, type Distribution, makeQueries, makeRows } from '../reference/data.ts';
import { expectSameAnswers, indexOf } from './answers.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];

/** Any float32 whose rows of up to 12 dimensions have an accepted norm: 12 * (2^56)^2 < (2^58)^2. */
function component(metric: Metric): Arbitrary<number> {
  const largest = metric === 'cosine' ? 2 ** 124 : 2 ** 56;
  const any = float({ min: -largest, max: largest, noNaN: true, noDefaultInfinity: true });
  return oneof(any, constantFrom(0, -0, 1, 2 ** -149, -(2 ** -126), 2 ** -75, largest, -largest));
}

/** Rows x dimensions of any floats; under cosine a zero row gets a direction. */
function vectors(metric: Metric, rows: number, dimensions: number): Arbitrary<Float32Array> {
  const row = array(component(metric), { minLength: dimensions, maxLength: dimensions });
  return array(row, { minLength: 1, maxLength: rows }).map((all) => {
    if (metric === 'cosine')
      for (const values of all) if (!values.some((value) => value !== 0)) values.fill(1);
    return Float32Array.from(all.flat());
  });
}

/** Bounds and scan answer alike while the rows are in the index. */
function agreeWith(index: FlatIndex, rows: Float32Array, queries: Float32Array, k: number): void {
  const ids = index.add(rows);
  try {
    expectSameAnswers(index.search(queries, { k }), index.search(queries, { k, exact: 'scan' }));
  } finally {
    index.remove(ids);
    index.compact();
  }
}

describe.each(METRICS)('%s', (metric) => {
  test('any rows and queries: bounds and scan answer alike, to the bit', async () => {
    for (const dimensions of [1, 2, 3, 4, 7, 12]) {
      using index = await FlatIndex.create({ dimensions, metric });
      const cases = tuple(
        vectors(metric, 60, dimensions),
        vectors(metric, 7, dimensions),
        integer({ min: 1, max: 5 }),
      );
      const holds = property(cases, ([rows, queries, k]) => agreeWith(index, rows, queries, k));
      check(holds, { numRuns: 120, seed: dimensions });
    }
  });

  // The second segment is where the relaxed tier bounds a single query by 4-bit codes.
  test('any rows behind a full segment: bounds and scan answer alike, to the bit', async () => {
    const dimensions = 6;
    using index = await indexOf(new Float32Array(8192 * dimensions).fill(2 ** -140), dimensions, metric);
    const cases = tuple(
      vectors(metric, 40, dimensions),
      vectors(metric, 1, dimensions),
      integer({ min: 1, max: 9 }),
    );
    const holds = property(cases, ([rows, query, k]) => agreeWith(index, rows, query, k));
    check(holds, { numRuns: 150, seed: 6 });
  });

  // 65 536 dimensions make segments of 16 rows and the largest integer products that codes can give.
  test('the longest vectors of one sign: bounds and scan answer alike, to the bit', async () => {
    const dimensions = 65_536;
    const random = new Random(3);
    const rows = Float32Array.from({ length: 37 * dimensions }, () => 1 + 2 ** -12 * bell(random));
    using index = await indexOf(rows, dimensions, metric);
    for (const query of [
      rows.slice(5 * dimensions, 6 * dimensions),
      rows.slice(0, dimensions).map((value) => -value),
    ]) {
      expectSameAnswers(index.search(query, { k: 2 }), index.search(query, { k: 2, exact: 'scan' }));
    }
    const three = rows.slice(20 * dimensions, 23 * dimensions);
    expectSameAnswers(index.search(three, { k: 2 }), index.search(three, { k: 2, exact: 'scan' }));
  });

  test.each(['bell', 'clustered', 'nearly tied', 'duplicated'] as const)(
    'rows %s: filters of any width leave bounds and scan alike',
    async (distribution: Distribution) => {
      const shape: DataShape = { distribution, metric, dimensions: 24, size: 8700 };
      const rows = makeRows(shape, 21);
      const queries = makeQueries(shape, rows, 22);
      using index = await indexOf(rows, 24, metric);
      for (const every of [1, 2, 7, 33, 500, 8000]) {
        const filter = Bitmap.of(Array.from({ length: Math.ceil(8700 / every) }, (_, i) => i * every));
        for (const count of [1, 2, 5, 14]) {
          const some = queries.slice(0, count * 24);
          const expected = index.search(some, { k: 10, filter, exact: 'scan' });
          expectSameAnswers(
            index.search(some, { k: 10, filter }),
            expected,
            `every ${every}th, ${count} queries`,
          );
          expect(expected.ids.every((id) => id < 0 || id % every === 0)).toBe(true);
        }
      }
    },
  );

  test('tombstones, compaction and replaced rows leave bounds and scan alike', async () => {
    const shape: DataShape = { distribution: 'clustered', metric, dimensions: 10, size: 9000 };
    const rows = makeRows(shape, 31);
    const queries = makeQueries(shape, rows, 32);
    using index = await indexOf(rows, 10, metric);
    const agree = (what: string) => {
      for (const count of [1, 14]) {
        const some = queries.slice(0, 10 * count);
        const expected = index.search(some, { k: 10, exact: 'scan' });
        expectSameAnswers(index.search(some, { k: 10 }), expected, what);
      }
    };
    const best = index.search(queries, { k: 10 }).ids;
    index.remove(best);
    expect(index.search(queries, { k: 10 }).ids.some((id) => best.includes(id))).toBe(false);
    agree('after removing the best');
    index.remove(Int32Array.from({ length: 2000 }, (_, i) => 4 * i));
    agree('after removing every fourth');
    index.compact();
    agree('after compaction');
    index.add(makeRows({ ...shape, size: 500 }, 33), {
      ids: Int32Array.from({ length: 500 }, (_, i) => 17 * i),
      replace: true,
    });
    agree('after replacing');
  });
});
