import { Random, recall } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { recallInterval } from '../../src/evaluate/interval.ts';
import { errorOf } from '../host/error-of.ts';

const answers = (k: number, ...ids: number[]) => ({ k, ids: Int32Array.from(ids) });

describe('recall', () => {
  test('is the share of the true rows that were found, the mean over queries, in whatever order', () => {
    // 3 of 3, 1 of 3, 0 of 3: 4/9.
    const truth = answers(3, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(recall(answers(3, 3, 1, 2, 9, 6, 1, 1, 2, 3), truth)).toBeCloseTo(4 / 9, 15);
  });

  test('looks at the first k of a longer truth', () => {
    expect(recall(answers(1, 5, 7), answers(3, 5, 1, 2, 6, 7, 8))).toBe(1 / 2);
  });

  test('counts a row once, and an empty place never', () => {
    expect(recall(answers(2, 5, 5, -1, -1), answers(2, 5, 6, 7, -1))).toBe((1 / 2 + 0) / 2);
  });

  test('asks for no more rows than qualify', () => {
    expect(recall(answers(3, 4, -1, -1, -1, -1, -1), answers(3, 4, -1, -1, -1, -1, -1))).toBe(1);
  });

  test('counts rows that tie with the last true one, where scores are known', () => {
    const truth = { ...answers(2, 1, 2), scores: Float32Array.of(0.9, 0.5) };
    expect(recall({ ...answers(2, 1, 3), scores: Float32Array.of(0.9, 0.5) }, truth)).toBe(1);
    expect(recall({ ...answers(2, 1, 3), scores: Float32Array.of(0.9, 0.4) }, truth)).toBe(1 / 2);
    expect(recall({ ...answers(2, 3, 4), scores: Float32Array.of(0.5, 0.5) }, truth)).toBe(1);
    expect(recall(answers(2, 1, 3), truth)).toBe(1 / 2);
  });

  test.each([
    ['another number of queries', answers(2, 1, 2), answers(2, 1, 2, 3, 4)],
    ['a truth of fewer rows', answers(2, 1, 2), answers(1, 1)],
  ])('refuses %s', (_, found, truth) => {
    expect(errorOf(() => recall(found, truth)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('the confidence interval of a recall', () => {
  test("is Wilson's, of one trial a query where each is all or nothing", () => {
    // 90 of 100: the score interval is (0.8256, 0.9448) (Newcombe, "Interval estimation for the difference", 1998, method 3).
    const recalls = Float64Array.from({ length: 100 }, (_, i) => (i < 90 ? 1 : 0));
    const [low, high] = recallInterval(recalls, 10);
    expect(low).toBeCloseTo(0.8256, 4);
    expect(high).toBeCloseTo(0.9448, 4);
  });

  test('of a perfect sample is no certainty: of 20 x 5 neighbours, z^2 / (100 + z^2) may be missed', () => {
    const [low, high] = recallInterval(new Float64Array(20).fill(1), 5);
    expect(low).toBeCloseTo(1 - 3.8415 / 103.8415, 4);
    expect(high).toBe(1);
  });

  test('of one query is wide, and lies within 0..1', () => {
    const [low, high] = recallInterval(Float64Array.of(0.5), 10);
    expect(low).toBeGreaterThan(0);
    expect(low).toBeLessThan(0.1);
    expect(high).toBeLessThan(1);
    expect(high).toBeGreaterThan(0.9);
  });

  test.each([
    ['independent neighbours', (random: Random) => drawn(random, 0.9, 10)],
    [
      'easy queries and hard ones',
      (random: Random) => drawn(random, random.uniform() < 0.8 ? 0.99 : 0.54, 10),
    ],
    ['queries all or nothing', (random: Random) => (random.uniform() < 0.9 ? 1 : 0)],
  ])('holds the true recall about 95 times in 100: %s', (_, draw) => {
    const random = new Random(3);
    let held = 0;
    for (let i = 0; i < 1000; i++) {
      const [low, high] = recallInterval(
        Float64Array.from({ length: 100 }, () => draw(random)),
        10,
      );
      if (low <= 0.9 && 0.9 <= high) held++;
    }
    // Four standard errors of 1000 trials around .95 are .028.
    expect(held).toBeGreaterThan(922);
    expect(held).toBeLessThan(978);
  });
});

/** The share of k neighbours that are found, each with the same probability. */
function drawn(random: Random, probability: number, k: number): number {
  let found = 0;
  for (let i = 0; i < k; i++) if (random.uniform() < probability) found++;
  return found / k;
}
