import {
  Bitmap,
  FlatIndex,
  HybridIndex,
  type HybridOptions,
  type HybridQueries,
  IvfIndex,
  LshIndex,
  Random,
} from 'lanewise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../golden/recipe.ts';
import { errorOf } from '../host/error-of.ts';
import { PreparedText } from './prepared-text.ts';

const float = Math.fround;
/** Four rows on a line: (0, 0), (1, 0), (2, 0), (4, 0). */
const ROWS = [0, 0, 1, 0, 2, 0, 4, 0];
const TEXTS = { wing: { 2: 8, 3: 4 }, flow: { 0: 1 }, heat: { 9: 2, 3: 1 } };
/** Distances 1, 0, 1, 9: the order is 1, 0, 2, 3. */
const AT_ROW_1 = [1, 0];

let vectors: FlatIndex;
let hybrid: HybridIndex;
const text = new PreparedText(TEXTS);

beforeAll(async () => {
  vectors = await FlatIndex.create({ dimensions: 2, metric: 'l2' });
  vectors.add(ROWS);
  hybrid = new HybridIndex({ text, vectors });
});

afterAll(() => vectors.dispose());

describe('a hybrid index', () => {
  test('fuses by ranks, and keeps what each part said', () => {
    const { ids, scores, k, parts } = hybrid.search({ text: 'wing', vectors: AT_ROW_1 }, { k: 4 });
    expect(k).toBe(4);
    // 2: 1/61 + 1/63; 3: 1/62 + 1/64; 1: 1/61; 0: 1/62.
    expect([...ids]).toEqual([2, 3, 1, 0]);
    expect([...scores]).toEqual([1 / 61 + 1 / 63, 1 / 62 + 1 / 64, 1 / 61, 1 / 62].map(float));
    expect([...parts.text.ranks]).toEqual([1, 2, -1, -1]);
    expect([...parts.text.scores]).toEqual([8, 4, Number.NaN, Number.NaN]);
    expect([...parts.vectors.ranks]).toEqual([3, 4, 1, 2]);
    expect([...parts.vectors.scores]).toEqual([1, 9, 0, 1]);
  });

  test('fuses by scores, where a distance is the better the smaller it is', () => {
    const options = { k: 4, fusion: 'weighted', alpha: 0.75 } as const;
    const { ids, scores } = hybrid.search({ text: 'wing', vectors: AT_ROW_1 }, options);
    // Text 2: 1, 3: 0. Vectors 1: 1, 0 and 2: 8/9, 3: 0. So 2: .25 + .75 x 8/9, 1: .75, 0: .75 x 8/9, 3: 0.
    expect([...ids]).toEqual([2, 1, 0, 3]);
    expect([...scores]).toEqual([0.25 + 0.75 * (8 / 9), 0.75, 0.75 * (8 / 9), 0].map(float));
  });

  test('fuses z-scores, where vectors alone find the mean of a part to be 0', () => {
    const options = { k: 4, fusion: 'weighted', normalization: 'z', alpha: 1 } as const;
    const { ids, scores } = hybrid.search({ text: 'wing', vectors: AT_ROW_1 }, options);
    // Distances 0, 1, 1, 9 of mean 11/4 and variance (121 + 49 + 49 + 625) / 16 / 4 = 211/16.
    const deviation = Math.sqrt(211 / 16);
    expect([...ids]).toEqual([1, 0, 2, 3]);
    const expected = [11 / 4, 7 / 4, 7 / 4, -25 / 4].map((value) => value / deviation);
    for (const [i, score] of expected.entries()) expect(scores[i]).toBeCloseTo(score, 6);
  });

  test.each<HybridOptions>([
    { fusion: 'rrf' },
    { fusion: 'weighted' },
    { fusion: 'weighted', normalization: 'z' },
  ])('answers as the text alone at alpha 0, and as the vectors alone at alpha 1: %o', (options) => {
    const query = { text: 'wing', vectors: AT_ROW_1 };
    expect([...hybrid.search(query, { ...options, alpha: 0, k: 4 }).ids]).toEqual([2, 3, -1, -1]);
    expect([...hybrid.search(query, { ...options, alpha: 1, k: 4 }).ids]).toEqual([1, 0, 2, 3]);
  });

  test.each<HybridOptions>([
    { alpha: 0 },
    { alpha: 1 },
    { fusion: 'weighted', alpha: 0 },
    { fusion: 'weighted' },
  ])('answers a query without one part by the other, whatever alpha is: %o', (options) => {
    const byVectors = hybrid.search({ vectors: AT_ROW_1 }, { ...options, k: 2 });
    expect([...byVectors.ids]).toEqual([1, 0]);
    expect([...byVectors.parts.vectors.ranks]).toEqual([1, 2]);
    expect([...byVectors.parts.text.ranks]).toEqual([-1, -1]);
    expect([...byVectors.parts.text.scores]).toEqual([Number.NaN, Number.NaN]);
    const byText = hybrid.search({ text: 'wing' }, { ...options, k: 2 });
    expect([...byText.ids]).toEqual([2, 3]);
    expect([...byText.parts.text.scores]).toEqual([8, 4]);
    expect([...byText.parts.vectors.ranks]).toEqual([-1, -1]);
  });

  test('leaves the vectors where no term is known', () => {
    const { ids, parts } = hybrid.search({ text: 'unheard', vectors: AT_ROW_1 }, { k: 3 });
    expect([...ids]).toEqual([1, 0, 2]);
    expect([...parts.text.ranks]).toEqual([-1, -1, -1]);
    expect([...hybrid.search({ text: 'unheard' }, { k: 1 }).ids]).toEqual([-1]);
  });

  describe('by cosine', () => {
    /** At (1, 0): 1 and 2, equally near, then 0. */
    let directions: FlatIndex;
    let angles: HybridIndex;

    beforeAll(async () => {
      directions = await FlatIndex.create({ dimensions: 2, metric: 'cosine' });
      directions.add([0, 1, 1, 0, 2, 0]);
      angles = new HybridIndex({ text, vectors: directions });
    });

    afterAll(() => directions.dispose());

    test.each<HybridOptions>([
      { fusion: 'rrf' },
      { fusion: 'weighted' },
      { fusion: 'weighted', normalization: 'z' },
    ])('leaves the text where the vector is zero: %o', (options) => {
      const query = { text: 'wing', vectors: [0, -0] };
      const { ids, parts } = angles.search(query, { ...options, k: 3 });
      expect([...ids]).toEqual([2, 3, -1]);
      expect([...parts.vectors.ranks]).toEqual([-1, -1, -1]);
      expect([...parts.vectors.scores]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      expect([...angles.search(query, { ...options, alpha: 1, k: 2 }).ids]).toEqual([-1, -1]);
    });

    test('finds nothing where nothing but a vector of zeros is asked', () => {
      const { ids, scores } = angles.search({ vectors: [0, 0] }, { k: 2 });
      expect([...ids, ...scores]).toEqual([-1, -1, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    });

    test('answers zeros among other vectors as it answers each by itself, and leaves them as they were', () => {
      const texts = ['wing', 'heat', 'unheard', 'wing'];
      const rows = Float32Array.of(0, 0, 1, 0, 0, 0, 0, 1);
      const before = rows.slice();
      const batch = angles.search({ text: texts, vectors: rows }, { k: 4 });
      expect(rows).toEqual(before);
      for (const [i, one] of texts.entries()) {
        const alone = angles.search({ text: one, vectors: rows.slice(2 * i, 2 * i + 2) }, { k: 4 });
        expect(batch.ids.slice(4 * i, 4 * i + 4)).toEqual(alone.ids);
        expect(batch.scores.slice(4 * i, 4 * i + 4)).toEqual(alone.scores);
        expect(batch.parts.vectors.ranks.slice(4 * i, 4 * i + 4)).toEqual(alone.parts.vectors.ranks);
      }
      // 1 and 2 by the vector (1, 0); 0 by (0, 1), which has no part in the others.
      expect([...batch.parts.vectors.ranks.subarray(8, 12)]).toEqual([-1, -1, -1, -1]);
      expect([...batch.ids.subarray(8, 12)]).toEqual([-1, -1, -1, -1]);
    });

    test('names the query of a bad vector behind one of zeros', () => {
      const bad = errorOf(() => angles.search({ vectors: [0, 0, 1e38, 1e38] }, { k: 1 }));
      expect([bad.code, bad.message]).toEqual(['INVALID_VALUE', expect.stringContaining('Query 1')]);
    });
  });

  test('leaves a vector of zeros to metrics by which it is a place', () => {
    const { ids, parts } = hybrid.search({ text: 'unheard', vectors: [0, 0] }, { k: 2 });
    expect([...ids, ...parts.vectors.ranks]).toEqual([0, 1, 1, 2]);
  });

  test('finds what one part alone knows', () => {
    const { ids } = hybrid.search({ text: 'heat', vectors: AT_ROW_1 }, { k: 5 });
    // 3: 1/62 + 1/64; 1 and 9: 1/61, the lower id first.
    expect([...ids]).toEqual([3, 1, 9, 0, 2]);
  });

  test('answers several queries as it answers them one by one', () => {
    const texts = ['wing', 'unheard', 'heat'];
    const rows = [1, 0, 4, 0, 0, 0];
    const batch = hybrid.search({ text: texts, vectors: rows }, { k: 3 });
    expect(batch.ids.length).toBe(9);
    for (const [i, one] of texts.entries()) {
      const alone = hybrid.search({ text: one, vectors: rows.slice(2 * i, 2 * i + 2) }, { k: 3 });
      const part = <T extends Int32Array | Float32Array>(values: T) => values.slice(3 * i, 3 * i + 3);
      expect(part(batch.ids)).toEqual(alone.ids);
      expect(part(batch.scores)).toEqual(alone.scores);
      expect(part(batch.parts.text.scores)).toEqual(alone.parts.text.scores);
      expect(part(batch.parts.vectors.ranks)).toEqual(alone.parts.vectors.ranks);
    }
    expect(hybrid.search({ text: [], vectors: [] }).ids.length).toBe(0);
  });

  test('lets a filter through to both parts', () => {
    const { ids } = hybrid.search({ text: 'wing', vectors: AT_ROW_1 }, { k: 4, filter: Bitmap.of([0, 3]) });
    // 3: 1/61 + 1/62; 0: 1/61.
    expect([...ids]).toEqual([3, 0, -1, -1]);
  });

  test('asks each part for its candidates, with its own options', () => {
    const asked: unknown[] = [];
    const watched = {
      ...{ dimensions: 2, metric: 'cosine' as const },
      search: (_: Float32Array, options: unknown) => {
        asked.push(options);
        return { ids: Int32Array.of(5), scores: Float32Array.of(1), k: 1 };
      },
    };
    const parted = new HybridIndex({ text, vectors: watched });
    parted.search(
      { text: 'wing', vectors: [1, 1] },
      { vectors: { probes: 32, k: 1 }, text: { pruned: true } },
    );
    expect(asked.pop()).toEqual({ k: 100, probes: 32 });
    expect(text.asked.at(-1)).toEqual({ k: 100, pruned: true });
    parted.search({ text: 'wing', vectors: [1, 1] }, { k: 3, candidates: 7 });
    expect([asked.pop(), text.asked.at(-1)]).toEqual([{ k: 7 }, { k: 7 }]);
    parted.search({ text: 'wing', vectors: [1, 1] }, { k: 300 });
    expect(asked.pop()).toEqual({ k: 300 });
  });

  test('lets a candidate of lower rank in, or not', () => {
    // Of one candidate each, 2 by text and 1 by vectors; 2 is the third by vectors, and is not told of.
    const { ids, parts } = hybrid.search({ text: 'wing', vectors: AT_ROW_1 }, { k: 1, candidates: 1 });
    expect([...ids]).toEqual([1]);
    expect([...parts.text.ranks]).toEqual([-1]);
    expect([...hybrid.search({ text: 'wing', vectors: AT_ROW_1 }, { k: 1, candidates: 3 }).ids]).toEqual([2]);
  });

  test('takes any index, with its own effort', async () => {
    const random = new Random(4);
    const rows = Float32Array.from({ length: 64 * 4 }, () => (random.integer(257) - 128) / 64);
    const query = rows.slice(8, 12);
    const cells = await IvfIndex.create({ dimensions: 4, metric: 'cosine', cells: 4 });
    await cells.train(rows, { seed: 1 });
    cells.add(rows);
    const tables = await LshIndex.create({ dimensions: 4, tables: 8, bits: 4, seed: 1 });
    tables.add(rows);
    const few = { wing: { 2: 3, 40: 1 } };
    for (const [index, effort] of [
      [cells, { probes: 4 }],
      [tables, { probesPerTable: 16 }],
    ] as const) {
      const both = new HybridIndex({ text: new PreparedText(few), vectors: index });
      const { ids, parts } = both.search({ text: 'wing', vectors: query }, { k: 3, vectors: effort });
      expect(ids[0]).toBe(2);
      expect([parts.text.ranks[0], parts.vectors.ranks[0]]).toEqual([1, 1]);
      expect(ids).toContain(40);
      index.dispose();
    }
  });

  test('has the same bits in every runtime', async () => {
    const random = new Random(7);
    const eighths = (count: number) =>
      Float32Array.from({ length: count }, () => (random.integer(257) - 128) / 8);
    const scores = () =>
      Object.fromEntries(Array.from({ length: 40 }, () => [random.integer(200), random.uniform() * 9]));
    const index = await FlatIndex.create({ dimensions: 8, metric: 'cosine' });
    index.add(eighths(200 * 8));
    const both = new HybridIndex({ text: new PreparedText({ a: scores(), b: scores() }), vectors: index });
    const queries: HybridQueries = { text: ['a', 'b'], vectors: eighths(16) };
    const answers = [
      both.search(queries, { k: 20 }),
      both.search(queries, { k: 20, fusion: 'weighted', alpha: 0.3 }),
      both.search(queries, { k: 20, fusion: 'weighted', alpha: 0.3, normalization: 'z' }),
    ].flatMap(({ ids, scores, parts }) => [ids, scores, parts.text.ranks, parts.vectors.ranks]);
    index.dispose();
    expect(sha256(...answers).slice(0, 16)).toBe('5797096e21af6e9a');
  });
});

test.each<[string, () => unknown, string]>([
  ['no query', () => hybrid.search({}), 'INVALID_ARGUMENT'],
  ['a text that is none', () => hybrid.search({ text: 5 as never }), 'INVALID_ARGUMENT'],
  ['texts of which one is none', () => hybrid.search({ text: ['a', 1 as never] }), 'INVALID_ARGUMENT'],
  ['vectors of other dimensions', () => hybrid.search({ vectors: [1, 2, 3] }), 'DIMENSION_MISMATCH'],
  [
    'fewer texts than vectors',
    () => hybrid.search({ text: 'a', vectors: [1, 2, 3, 4] }),
    'DIMENSION_MISMATCH',
  ],
  [
    'more texts than vectors',
    () => hybrid.search({ text: ['a', 'b'], vectors: [1, 2] }),
    'DIMENSION_MISMATCH',
  ],
  ['a vector of NaN', () => hybrid.search({ vectors: [Number.NaN, 0] }), 'INVALID_VALUE'],
  ['k below 1', () => hybrid.search({ text: 'a' }, { k: 0 }), 'INVALID_ARGUMENT'],
  [
    'fewer candidates than results',
    () => hybrid.search({ text: 'a' }, { k: 5, candidates: 4 }),
    'INVALID_ARGUMENT',
  ],
  ['alpha beyond 1', () => hybrid.search({ text: 'a' }, { alpha: 1.5 }), 'INVALID_ARGUMENT'],
  ['alpha of NaN', () => hybrid.search({ text: 'a' }, { alpha: Number.NaN }), 'INVALID_ARGUMENT'],
  ['a filter that is none', () => hybrid.search({ text: 'a' }, { filter: [1] as never }), 'INVALID_ARGUMENT'],
  ['an unknown fusion', () => hybrid.search({ text: 'a' }, { fusion: 'sum' as never }), 'INVALID_ARGUMENT'],
  ['a missing part', () => new HybridIndex({ text } as never), 'INVALID_ARGUMENT'],
  [
    'a part without a metric',
    () => new HybridIndex({ text, vectors: { dimensions: 2, search: () => null } as never }),
    'INVALID_ARGUMENT',
  ],
])('%s are refused', (_, run, code) => {
  expect(errorOf(run).code).toBe(code);
});
