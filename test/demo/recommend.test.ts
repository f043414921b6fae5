import { expect, test } from 'vitest';
import { plotLosses } from '../../demo/recommend/losses.ts';
import { NameLikeness } from '../../demo/recommend/names.ts';
import { byScore, type Choice, LinearRanker } from '../../demo/recommend/ranker.ts';

test('a ranker learns the weights under which choices are likeliest', () => {
  // Of two candidates, one with a 1 and one with a 0, that with a 1 is chosen three times of four: a weight of ln 3.
  const choices = [0, 0, 0, 1].map(
    (chosen): Choice => ({ items: Int32Array.of(5, 6), features: Float32Array.of(1, 0), chosen }),
  );
  const ranker = LinearRanker.learn(choices, 1);
  const [first, second] = ranker.score(choices[0]);
  expect(first - second).toBeCloseTo(Math.log(3), 3);
  // Over the standard deviation of 1, 0, 1, 0, ..., which is a half.
  expect(ranker.weights[0]).toBeCloseTo(Math.log(3) / 2, 3);
});

test('a feature that tells nothing gets no weight', () => {
  const choices = [0, 1].map(
    (chosen): Choice => ({ items: Int32Array.of(5, 6), features: Float32Array.of(3, 0, 3, 1), chosen }),
  );
  const [constant, undecided] = LinearRanker.learn(choices, 2).weights;
  expect(constant).toBe(0);
  expect(undecided).toBeCloseTo(0, 12);
});

test('items go by their scores, equal ones by the lower number', () => {
  expect([...byScore(Int32Array.of(9, 4, 7, 2), Float32Array.of(1, 3, 1, 2), 3)]).toEqual([4, 2, 7]);
});

test('names are alike by the share of trigrams that they have in common', () => {
  const likeness = new NameLikeness(['abc', 'abd', 'xyz', 'abc']);
  // " ab" of " ab", "abc", "bc ", "abd", "bd ".
  expect(likeness.between(0, 1)).toBe(1 / 5);
  expect(likeness.between(0, 2)).toBe(0);
  expect(likeness.between(0, 3)).toBe(1);
});

test('losses are drawn epoch by epoch between the largest and the least', () => {
  const lines = plotLosses({ train: [2, 1, 0.5], validation: [1.5, 1.25, 1.25] }).split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[0]).toBe('  2.000 |*');
  expect(lines[9]).toBe('  0.500 |    *');
  // Nine steps from 2 to 0.5: 1.5 is three of them down, 1 is six.
  expect(lines[3]).toBe('        |o');
  expect(lines[6]).toBe('        |  *');
  expect(plotLosses({ train: [1], validation: [] })).toContain('  1.000 |*\n');
});
