import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  averagePrecision,
  evaluateRankings,
  type GainOptions,
  hitRateAt,
  ndcgAt,
  precisionAt,
  Random,
  type RankingReport,
  recallAt,
  reciprocalRank,
} from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { type NaiveMetrics, naiveMetrics } from '../reference/ranking-metrics.ts';

/** Relevant: 1, 3, 5, 9. Of the ranking, ranks 1, 3 and 6 are relevant; 9 is not found. */
const RANKING = [[3, 7, 1, 8, 6, 5]];
const RELEVANT = [[1, 3, 5, 9]];
/** The same, with grades 3, 2, 0, 1 and -2, so that ranks 1 to 6 are of grade 2, unjudged, 3, 0, -2 and unjudged. */
const GRADES = [
  new Map([
    [1, 3],
    [3, 2],
    [8, 0],
    [9, 1],
    [6, -2],
  ]),
];

describe('worked by hand', () => {
  test('precision, recall and hit rate look at the first k', () => {
    expect(precisionAt(RANKING, RELEVANT, { k: 3 }).mean).toBe(2 / 3);
    expect(recallAt(RANKING, RELEVANT, { k: 3 }).mean).toBe(2 / 4);
    expect(hitRateAt(RANKING, RELEVANT, { k: 1 }).mean).toBe(1);
    expect(hitRateAt(RANKING, [[1]], { k: 2 }).mean).toBe(0);
    expect(hitRateAt(RANKING, [[1]], { k: 3 }).mean).toBe(1);
  });

  test('average precision is the precision at ranks 1, 3 and 6, over the four that are relevant', () => {
    // (1/1 + 2/3 + 3/6) / 4 = (13/6) / 4
    expect(averagePrecision(RANKING, RELEVANT).mean).toBeCloseTo(13 / 24, 15);
    // Of the first five ranks: (1/1 + 2/3) / 4
    expect(averagePrecision(RANKING, RELEVANT, { k: 5 }).mean).toBeCloseTo(5 / 12, 15);
  });

  test('reciprocal rank is that of the first relevant one, of whatever rank unless k is given', () => {
    expect(reciprocalRank(RANKING, [[5, 6]]).mean).toBe(1 / 5);
    expect(reciprocalRank(RANKING, [[5, 6]], { k: 5 }).mean).toBe(1 / 5);
    expect(reciprocalRank(RANKING, [[5, 6]], { k: 4 }).mean).toBe(0);
    expect(reciprocalRank(RANKING, [[9]]).mean).toBe(0);
  });

  test('graded nDCG divides 2 / log2 2 + 3 / log2 4 by that of the order 3, 2, 1', () => {
    // found 2 + 3/2 = 3.5; ideal 3 + 2 / log2 3 + 1 / 2 = 3 + 1.2618595 + .5 = 4.7618595
    expect(ndcgAt(RANKING, GRADES).mean).toBeCloseTo(3.5 / 4.7618595, 7);
    // The first two ranks: 2 / (3 + 1.2618595); 1 and 9 are of the ideal all the same.
    expect(ndcgAt(RANKING, GRADES, { k: 2 }).mean).toBeCloseTo(2 / 4.2618595, 7);
  });

  test('nDCG of exponential gain counts grades 3, 2, 1 as 7, 3, 1', () => {
    // (3 + 7/2) / (7 + 3 / log2 3 + 1/2) = 6.5 / 9.3927893
    expect(ndcgAt(RANKING, GRADES, { gain: 'exponential' }).mean).toBeCloseTo(6.5 / 9.3927893, 7);
  });

  test('nDCG of binary gain counts each relevant one once', () => {
    // Ranks 1, 3, 6 of 4: (1 + 1/2 + 1 / log2 7) / (1 + 1 / log2 3 + 1/2 + 1 / log2 5) = 1.8562072 / 2.5616063
    const expected = 1.8562072 / 2.5616063;
    expect(ndcgAt(RANKING, RELEVANT).mean).toBeCloseTo(expected, 7);
    const graded = [new Map(RELEVANT[0]!.map((id) => [id, id]))];
    expect(ndcgAt(RANKING, graded, { gain: 'binary' }).mean).toBeCloseTo(expected, 7);
    // From grade 2 on, 1 and 3 alone are relevant, at ranks 3 and 1: (1 + 1/2) / (1 + 1 / log2 3)
    expect(ndcgAt(RANKING, GRADES, { gain: 'binary', relevantFrom: 2 }).mean).toBeCloseTo(1.5 / 1.6309298, 7);
  });

  test('a report tells all of them, MRR and MAP of the whole ranking', () => {
    const report = evaluateRankings(RANKING, RELEVANT, { k: 2 });
    expect(report.k).toBe(2);
    expect(report.queries).toBe(1);
    expect(report.precision.mean).toBe(1 / 2);
    expect(report.recall.mean).toBe(1 / 4);
    expect(report.hitRate.mean).toBe(1);
    expect(report.ndcg.mean).toBeCloseTo(1 / (1 + 0.6309298), 7);
    expect(report.averagePrecision.mean).toBeCloseTo(13 / 24, 15);
    expect(evaluateRankings(RANKING, [[5]], { k: 2 }).reciprocalRank.mean).toBe(1 / 6);
  });
});

describe("by trec_eval's definitions", () => {
  test('precision is divided by k where fewer were found', () => {
    expect(precisionAt([[1, 2]], [[1, 2]]).mean).toBe(2 / 10);
  });

  test('a grade up to 0 is not relevant, and the least relevant grade can be set', () => {
    expect(recallAt(RANKING, GRADES).mean).toBe(2 / 3);
    expect(recallAt(RANKING, GRADES, { relevantFrom: 3 }).mean).toBe(1);
    expect(precisionAt(RANKING, GRADES, { k: 2, relevantFrom: 3 }).mean).toBe(0);
    expect(averagePrecision(RANKING, GRADES, { relevantFrom: 2 }).mean).toBeCloseTo((1 + 2 / 3) / 2, 15);
    expect(reciprocalRank(RANKING, GRADES, { relevantFrom: 3 }).mean).toBe(1 / 3);
  });

  test('a grade below the least relevant one gains all the same', () => {
    expect(ndcgAt([[5]], [new Map([[5, 1]])], { relevantFrom: 2 }).mean).toBe(1);
  });

  test('a judged query counts 0 where nothing was found, or where nothing is relevant', () => {
    const rankings = [[1], [], [1]];
    const report = evaluateRankings(rankings, [[1], [1], new Map([[1, 0]])], { k: 1 });
    expect(report.queries).toBe(3);
    for (const metric of metricsOf(report)) {
      expect([...metric.perQuery]).toEqual([1, 0, 0]);
      expect(metric.mean).toBe(1 / 3);
    }
  });

  test('a query that nobody judged is left out', () => {
    const report = evaluateRankings([[1], [1], [2]], [[1], [], new Map([[1, 1]])], { k: 1 });
    expect(report.queries).toBe(2);
    for (const { perQuery, mean } of metricsOf(report)) {
      expect([...perQuery]).toEqual([1, Number.NaN, 0]);
      expect(mean).toBe(1 / 2);
    }
  });
});

test('answers of a search are as good as arrays, without their empty places', () => {
  const answers = { ids: Int32Array.of(4, 2, -1, 7, -1, -1), k: 3 };
  const judgements = [[2], Int32Array.of(7, 8)];
  expect(evaluateRankings(answers, judgements)).toEqual(evaluateRankings([[4, 2], [7]], judgements));
  expect(reciprocalRank(answers, judgements).mean).toBe((1 / 2 + 1) / 2);
});

test('a relevant id that is named twice is one', () => {
  expect(recallAt([[1]], [[1, 1]]).mean).toBe(1);
});

test.each<[string, () => unknown, string]>([
  ['judgements of fewer queries', () => ndcgAt([[1], [2]], [[1]]), 'INVALID_ARGUMENT'],
  ['judgements that are no array', () => ndcgAt([[1]], new Map([[1, 1]]) as never), 'INVALID_ARGUMENT'],
  ['no queries', () => ndcgAt([], []), 'INVALID_ARGUMENT'],
  ['queries that nobody judged', () => ndcgAt([[1]], [[]]), 'INVALID_ARGUMENT'],
  ['a grade of NaN', () => ndcgAt([[1]], [new Map([[1, Number.NaN]])]), 'INVALID_ARGUMENT'],
  ['an infinite grade', () => ndcgAt([[1]], [new Map([[1, Number.POSITIVE_INFINITY]])]), 'INVALID_ARGUMENT'],
  ['a grade in words', () => ndcgAt([[1]], [new Map([[1, '3']]) as never]), 'INVALID_ARGUMENT'],
  ['judged names', () => ndcgAt([[1]], [new Map([['1', 1]]) as never]), 'INVALID_ARGUMENT'],
  ['judgements of one number', () => ndcgAt([[1]], [1 as never]), 'INVALID_ARGUMENT'],
  ['an id twice in a ranking', () => ndcgAt([[1, 2, 1]], [[1]]), 'DUPLICATE_ID'],
  ['an id twice in answers', () => ndcgAt({ ids: Int32Array.of(1, 1), k: 2 }, [[1]]), 'DUPLICATE_ID'],
  ['an empty place before an id', () => ndcgAt([[1, -1, 2]], [[1]]), 'INVALID_ARGUMENT'],
  ['ids that are none', () => ndcgAt([[1.5]], [[1]]), 'INVALID_ARGUMENT'],
  ['a ranking that is none', () => ndcgAt([1] as never, [[1]]), 'INVALID_ARGUMENT'],
  [
    'answers to parts of queries',
    () => ndcgAt({ ids: Int32Array.of(1, 2, 3), k: 2 }, [[1]]),
    'INVALID_ARGUMENT',
  ],
  ['rankings that are none', () => ndcgAt(undefined as never, [[1]]), 'INVALID_ARGUMENT'],
  ['k below 1', () => precisionAt([[1]], [[1]], { k: 0 }), 'INVALID_ARGUMENT'],
  ['a broken k', () => averagePrecision([[1]], [[1]], { k: 1.5 }), 'INVALID_ARGUMENT'],
  ['relevance from grade 0 on', () => recallAt([[1]], [[1]], { relevantFrom: 0 }), 'INVALID_ARGUMENT'],
  ['an unknown gain', () => ndcgAt([[1]], [[1]], { gain: 'cubic' as never }), 'INVALID_ARGUMENT'],
  [
    'broken grades of exponential gain',
    () => ndcgAt([[1]], [new Map([[1, 1.5]])], { gain: 'exponential' }),
    'INVALID_ARGUMENT',
  ],
  [
    'grades of exponential gain beyond float64',
    () => ndcgAt([[1]], [new Map([[1, 2000]])], { gain: 'exponential' }),
    'INVALID_ARGUMENT',
  ],
])('%s are refused', (_, run, code) => {
  expect(errorOf(run).code).toBe(code);
});

describe('of any ranking and judgements', () => {
  const ids = fc.integer({ min: 0, max: 30 });
  const grades = fc.uniqueArray(fc.tuple(ids, fc.integer({ min: -1, max: 4 })), {
    selector: ([id]) => id,
    minLength: 1,
  });
  const anyCase = fc.record({
    ranking: fc.uniqueArray(ids),
    grades: grades.map((entries) => new Map(entries)),
    k: fc.integer({ min: 1, max: 35 }),
  });

  test('the metrics are those of a naive reference, within 0..1', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 1, max: 3 }), ({ ranking, grades, k }, relevantFrom) => {
        const report = evaluateRankings([ranking], [grades], { k, relevantFrom });
        const expected = naiveMetrics(ranking, grades, k, relevantFrom);
        for (const name of Object.keys(expected) as (keyof NaiveMetrics)[]) {
          expect(report[name].mean, name).toBeCloseTo(expected[name], 12);
          expect(report[name].mean, name).toBeGreaterThanOrEqual(0);
          expect(report[name].mean, name).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('all that is relevant, the best first, gives 1 everywhere', () => {
    fc.assert(
      fc.property(anyCase, ({ grades }) => {
        const relevant = [...grades].filter(([, grade]) => grade > 0).sort(([, a], [, b]) => b - a);
        fc.pre(relevant.length > 0);
        const ranking = relevant.map(([id]) => id);
        const report = evaluateRankings([ranking], [grades], { k: ranking.length });
        expect(metricsOf(report).map(({ mean }) => mean)).toEqual([1, 1, 1, 1, 1, 1]);
      }),
      { seed: 2 },
    );
  });

  test.each<GainOptions>([{}, { gain: 'exponential' }, { gain: 'binary' }])(
    'moving a better one up never lowers nDCG %o or average precision',
    (options) => {
      fc.assert(
        fc.property(anyCase, fc.nat(), ({ ranking, grades, k }, at) => {
          fc.pre(ranking.length > 1);
          const upper = at % (ranking.length - 1);
          const gradeAt = (rank: number) => grades.get(ranking[rank]!) ?? 0;
          fc.pre(gradeAt(upper + 1) > gradeAt(upper));
          const swapped = ranking.with(upper, ranking[upper + 1]!).with(upper + 1, ranking[upper]!);
          for (const metric of [ndcgAt, averagePrecision]) {
            const before = metric([ranking], [grades], { ...options, k }).mean;
            expect(metric([swapped], [grades], { ...options, k }).mean).toBeGreaterThanOrEqual(before);
          }
        }),
        { seed: 3 },
      );
    },
  );
});

test('has the same bits in every runtime', () => {
  const random = new Random(11);
  const drawn = (count: number) =>
    [...new Set(Array.from({ length: count }, () => random.integer(200)))] as const;
  const rankings = Array.from({ length: 50 }, () => drawn(60));
  const judgements = Array.from(
    { length: 50 },
    () => new Map(drawn(20).map((id) => [id, random.integer(5)])),
  );
  const hash = createHash('sha256');
  for (const gain of ['linear', 'exponential', 'binary'] as const) {
    for (const { perQuery, mean } of metricsOf(evaluateRankings(rankings, judgements, { gain, k: 20 }))) {
      hash.update(perQuery).update(Float64Array.of(mean));
    }
  }
  expect(hash.digest('hex').slice(0, 16)).toBe('8041ec682ebbda10');
});

function metricsOf({ precision, recall, hitRate, ndcg, averagePrecision, reciprocalRank }: RankingReport) {
  return [precision, recall, hitRate, ndcg, averagePrecision, reciprocalRank];
}
