import { expect, test } from 'vitest';
import { rankFloat32 } from '../reference/float32.ts';
import { scoreFloat64 } from '../reference/float64.ts';
import { indexOf } from './answers.ts';

// Rows and queries of integers whose codes miss nothing: all that a bound then grants is what float32 sums may be off by.
// Over 65 536 dimensions a lane's sum passes 2^26, from where on it is rounded to multiples of 8 at each step, and rows
// are built so that one is rounded in its favour every time, the others not: float32 ranks it first, the truth last.
const DIMENSIONS = 65_536;

/** Dimension i is the step `step(i)` of lane i % 4. */
const step = (dimension: number) => Math.floor(dimension / 4);

function rowOf(valueAt: (dimension: number) => number): Float32Array {
  return Float32Array.from({ length: DIMENSIONS }, (_, i) => valueAt(i));
}

/** 36 copies of a row, the favoured one behind them: in the third segment of 16 rows. */
function favouredLast(others: Float32Array, favoured: Float32Array): Float32Array {
  const rows = new Float32Array(37 * DIMENSIONS);
  for (let i = 0; i < 36; i++) rows.set(others, i * DIMENSIONS);
  rows.set(favoured, 36 * DIMENSIONS);
  return rows;
}

test('ip: a row that rounding lifts is found behind rows that are better in truth', async () => {
  const query = rowOf(() => 63);
  // 63c = -c modulo 8: values of 1 and 3 modulo 8 are rounded up, of 5 and 7 down. Two steps sum to 228 either way.
  const lifted = rowOf((i) => (step(i) % 2 ? 113 : 115));
  const balanced = rowOf((i) => (step(i) % 4 < 2 ? lifted[i]! : step(i) % 2 ? 117 : 111));
  lifted[0] = 127; // the largest value sets the step of the codes: 127 makes it 1
  balanced[0] = 127;
  for (let i = 4; i < 404; i++) balanced[i]! += 1;
  const rows = favouredLast(balanced, lifted);
  expect(scoreFloat64(query, lifted, 'ip')).toBeLessThan(
    scoreFloat64(query, balanced, 'ip') * (1 - 2 ** -16),
  );
  expect(rankFloat32(rows, query, 'ip').ids[0]).toBe(36);

  using index = await indexOf(rows, DIMENSIONS, 'ip');
  expect(index.search(query, { k: 1 }).ids).toEqual(Int32Array.of(36));
});

test('l2: a row that rounding brings nearer is found behind rows that are nearer in truth', async () => {
  const query = rowOf(() => 0);
  // Squares of odd numbers are 1 modulo 8 and rounded down; squares of multiples of 4 are 0 and exact.
  const lowered = rowOf(() => 91);
  const exact = rowOf((i) => (step(i) < 12_215 ? 92 : 88)); // 12 215 * 92^2 + 4169 * 88^2 < 16 384 * 91^2 by 2.5 in 10^5
  const rows = favouredLast(exact, lowered);
  expect(scoreFloat64(query, lowered, 'l2')).toBeGreaterThan(
    scoreFloat64(query, exact, 'l2') * (1 + 2 ** -16),
  );
  expect(rankFloat32(rows, query, 'l2').ids[0]).toBe(36);

  using index = await indexOf(rows, DIMENSIONS, 'l2');
  expect(index.search(query, { k: 1 }).ids).toEqual(Int32Array.of(36));
});
