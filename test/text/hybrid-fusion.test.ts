import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FusedRanking, type FusionOptions, fuseRankings } from '../../src/text/fusion.ts';
import { errorOf } from '../host/error-of.ts';

const ranking = (ids: number[], scores: number[], more: Partial<FusedRanking> = {}): FusedRanking => ({
  ids: Int32Array.from(ids),
  scores: Float32Array.from(scores),
  k: ids.length,
  ...more,
});

const float = Math.fround;
const { NaN: none, NEGATIVE_INFINITY: empty } = Number;

describe('reciprocal rank fusion', () => {
  const first = ranking([5, 2, 9], [3, 2, 1]);
  const second = ranking([2, 7, -1], [0.9, 0.8, empty]);

  test('sums 1 / (60 + rank) over the rankings that found an id', () => {
    const { ids, scores, k } = fuseRankings([first, second], { k: 5 });
    expect(k).toBe(5);
    // 2: 1/62 + 1/61; 5: 1/61; 7: 1/62; 9: 1/63.
    expect([...ids]).toEqual([2, 5, 7, 9, -1]);
    expect([...scores]).toEqual([float(1 / 62 + 1 / 61), float(1 / 61), float(1 / 62), float(1 / 63), empty]);
  });

  test('keeps what each ranking said', () => {
    const { parts } = fuseRankings([first, second], { k: 3 });
    expect([...parts[0]!.ranks]).toEqual([2, 1, -1]);
    expect([...parts[0]!.scores]).toEqual([2, 3, none]);
    expect([...parts[1]!.ranks]).toEqual([1, -1, 2]);
    expect([...parts[1]!.scores]).toEqual([float(0.9), none, float(0.8)]);
  });

  test('breaks ties by the lower id', () => {
    expect([...fuseRankings([ranking([8, 3], [2, 1]), ranking([3, 8], [2, 1])], { k: 2 }).ids]).toEqual([
      3, 8,
    ]);
  });

  test('weighs rankings, and takes another constant', () => {
    const heavy = { ...second, weight: 3 };
    const { ids, scores } = fuseRankings([first, heavy], { k: 3, rrfK: 1 });
    // 2: 1/3 + 3/2; 7: 3/3; 5: 1/2.
    expect([...ids]).toEqual([2, 7, 5]);
    expect([...scores]).toEqual([float(1 / 3 + 3 / 2), 1, 1 / 2]);
  });

  test('fuses any number of rankings, of several queries each', () => {
    const of = (...ids: number[]) => ({
      ...ranking(
        ids,
        ids.map(() => 1),
      ),
      k: 2,
    });
    const { ids, parts } = fuseRankings([of(1, 2, 4, -1), of(2, 3, -1, -1), of(3, 2, 5, 4)], { k: 2 });
    // Of the first query 2 has ranks 2, 1, 2 and 3 has 2, 1; of the second 4 has 1, 2 and 5 has 1.
    expect([...ids]).toEqual([2, 3, 4, 5]);
    expect(parts.map(({ ranks }) => [...ranks])).toEqual([
      [2, -1, 1, -1],
      [1, 2, -1, -1],
      [2, 1, 2, 1],
    ]);
  });
});

describe('weighted fusion', () => {
  const weighted = { fusion: 'weighted' } as const;
  const text = ranking([1, 2, 3], [12, 6, 2]);
  const vectors = ranking([3, 4, 1], [0.75, 0.5, 0.25]);

  test('sums min-max normalised scores, 0 for who was not found', () => {
    const { ids, scores } = fuseRankings([text, vectors], { ...weighted, k: 4 });
    // text 1, .4, 0; vectors 3: 1, 4: .5, 1: 0. So 1: 1 + 0, 3: 0 + 1, 4: .5, 2: .4; 1 and 3 tie.
    expect([...ids]).toEqual([1, 3, 4, 2]);
    expect([...scores]).toEqual([1, 1, 0.5, float(0.4)]);
  });

  test('sums z-scores, the least of a ranking for who was not found', () => {
    const { ids, scores } = fuseRankings([text, { ...vectors, weight: 2 }], {
      ...{ ...weighted, normalization: 'z', k: 4 },
    });
    // text: mean 20/3, variance (16/3)^2 + (2/3)^2 + (14/3)^2 over 3 = 152/9; vectors: mean 1/2, variance (1/16 + 1/16) / 3.
    const [s, v] = [Math.sqrt(152 / 9), Math.sqrt(1 / 24)];
    const expected = [
      [3, -14 / 3 / s + (2 * 0.25) / v],
      [1, 16 / 3 / s - (2 * 0.25) / v],
      [4, -14 / 3 / s],
      [2, -2 / 3 / s - (2 * 0.25) / v],
    ].sort(([, x], [, y]) => y! - x!);
    expect([...ids]).toEqual(expected.map(([id]) => id));
    for (const [i, [, score]] of expected.entries()) expect(scores[i]).toBeCloseTo(score!, 6);
  });

  test('turns distances around', () => {
    const distances = ranking([3, 4, 1], [1, 2, 5], { isDistance: true });
    const { ids, scores, parts } = fuseRankings([distances], { ...weighted, k: 3 });
    expect([...ids]).toEqual([3, 4, 1]);
    expect([...scores]).toEqual([1, 0.75, 0]);
    expect([...parts[0]!.scores]).toEqual([1, 2, 5]);
  });

  test('finds all of equal scores the best there is by min-max, and ordinary by z', () => {
    const equal = ranking([7, 8], [0.3, 0.3]);
    const other = ranking([9, 8], [2, 1]);
    expect(fused([equal, other], { ...weighted })).toEqual([
      [7, 1],
      [8, 1],
      [9, 1],
    ]);
    expect(fused([equal, other], { ...weighted, normalization: 'z' })).toEqual([
      [9, 1],
      [7, -1],
      [8, -1],
    ]);
  });

  test('lets a ranking decide alone where the others found nothing', () => {
    const nothing = ranking([-1, -1], [empty, empty]);
    for (const normalization of ['min-max', 'z'] as const) {
      const { ids } = fuseRankings([nothing, vectors], { ...weighted, normalization, k: 3 });
      expect([...ids]).toEqual([3, 4, 1]);
    }
    expect([...fuseRankings([nothing], { ...weighted, k: 1 }).ids]).toEqual([-1]);
  });
});

test('a ranking of weight 0 is reported and decides nothing, not even who takes part', () => {
  const silent = ranking([1, 9], [5, 4], { weight: 0 });
  const { ids, parts } = fuseRankings([silent, ranking([4, 9], [2, 1])], { k: 4 });
  expect([...ids]).toEqual([4, 9, -1, -1]);
  expect([...parts[0]!.ranks]).toEqual([-1, 2, -1, -1]);
});

describe('of any rankings', () => {
  /** Distinct ids with scores in eighths, best first, the lower id first among equals, with an empty place behind them. */
  const anyRanking = fc
    .uniqueArray(fc.tuple(fc.nat(40), fc.integer({ min: -64, max: 64 })), { selector: ([id]) => id })
    .map((entries) => {
      const sorted = entries.sort(([a, x], [b, y]) => y - x || a - b);
      return ranking([...sorted.map(([id]) => id), -1], [...sorted.map(([, score]) => score / 8), empty]);
    });
  const anyOptions = fc.record<Required<Omit<FusionOptions, 'k'>>>({
    fusion: fc.constantFrom('rrf', 'weighted'),
    normalization: fc.constantFrom('min-max', 'z'),
    rrfK: fc.integer({ min: 0, max: 100 }),
  });

  test('fusing a ranking with itself, or alone, keeps its order', () => {
    fc.assert(
      fc.property(anyRanking, anyOptions, fc.integer({ min: 1, max: 3 }), (one, options, count) => {
        const { ids } = fuseRankings(new Array(count).fill(one), { ...options, k: one.k });
        expect(ids).toEqual(one.ids);
      }),
      { seed: 5 },
    );
  });

  test('the result holds who was found, once each, by falling scores, whatever the order of the rankings', () => {
    fc.assert(
      fc.property(anyRanking, anyRanking, anyOptions, (a, b, options) => {
        const { ids, scores } = fuseRankings([a, b], { ...options, k: 100 });
        const live = [...ids].filter((id) => id >= 0);
        const found = new Set([...a.ids, ...b.ids].filter((id) => id >= 0));
        expect([...live].sort((x, y) => x - y)).toEqual([...found].sort((x, y) => x - y));
        for (let i = 1; i < ids.length; i++) expect(scores[i - 1]).toBeGreaterThanOrEqual(scores[i]!);
        expect(fuseRankings([b, a], { ...options, k: 100 }).ids).toEqual(ids);
      }),
      { seed: 6 },
    );
  });
});

test.each<[string, () => unknown, string]>([
  ['no rankings', () => fuseRankings([]), 'INVALID_ARGUMENT'],
  ['what is no array', () => fuseRankings(ranking([1], [1]) as never), 'INVALID_ARGUMENT'],
  ['parts of queries', () => fuseRankings([ranking([1, 2, 3], [1, 1, 1], { k: 2 })]), 'INVALID_ARGUMENT'],
  ['fewer scores than ids', () => fuseRankings([ranking([1, 2], [1])]), 'INVALID_ARGUMENT'],
  [
    'rankings of other queries',
    () => fuseRankings([ranking([1], [1]), ranking([1, 2], [1, 1], { k: 1 })]),
    'DIMENSION_MISMATCH',
  ],
  ['an id twice', () => fuseRankings([ranking([1, 1], [1, 1])]), 'DUPLICATE_ID'],
  ['a score of NaN', () => fuseRankings([ranking([1], [none])], { fusion: 'weighted' }), 'INVALID_VALUE'],
  ['a negative weight', () => fuseRankings([ranking([1], [1], { weight: -1 })]), 'INVALID_ARGUMENT'],
  ['a weight of NaN', () => fuseRankings([ranking([1], [1], { weight: none })]), 'INVALID_ARGUMENT'],
  ['k below 1', () => fuseRankings([ranking([1], [1])], { k: 0 }), 'INVALID_ARGUMENT'],
  [
    'more results than memory holds',
    () => fuseRankings([ranking([1], [1])], { k: 2 ** 30 }),
    'MEMORY_EXHAUSTED',
  ],
  ['a negative rrfK', () => fuseRankings([ranking([1], [1])], { rrfK: -1 }), 'INVALID_ARGUMENT'],
  [
    'an unknown fusion',
    () => fuseRankings([ranking([1], [1])], { fusion: 'sum' as never }),
    'INVALID_ARGUMENT',
  ],
  [
    'an unknown normalization',
    () => fuseRankings([ranking([1], [1])], { normalization: 'l1' as never }),
    'INVALID_ARGUMENT',
  ],
])('%s are refused', (_, run, code) => {
  expect(errorOf(run).code).toBe(code);
});

function fused(rankings: FusedRanking[], options: FusionOptions): [number, number][] {
  const { ids, scores } = fuseRankings(rankings, { ...options, k: 3 });
  return [...ids].map((id, i) => [id, scores[i]!]);
}
