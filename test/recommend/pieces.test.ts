import { expect, test } from 'vitest';
import { Arena } from '../../src/host/arena.ts';
import { Random } from '../../src/host/random.ts';
import { Factors } from '../../src/recommend/factors.ts';
import { learnNeighbours } from '../../src/recommend/item-knn-fit.ts';
import { runtime } from '../../src/recommend/kernels.ts';
import { checkInteractions } from '../../src/vectors/interactions.ts';

function count(pieces: Iterable<unknown>): number {
  let found = 0;
  for (const _ of pieces) found++;
  return found;
}

test('factors of very many rows are cleared, passed over and drawn piece by piece', () => {
  const rows = 1 << 20;
  const factors = new Factors(runtime(), { userCount: rows, itemCount: 1, factors: 4, biases: false });
  const isMarked = new Uint8Array(rows + 1);
  try {
    // 16 MB, of which a piece has 4.
    expect(count(factors.clearing())).toBeGreaterThanOrEqual(4);
    // A piece has 2^18 numbers, or rows that nothing is drawn for.
    expect(count(factors.draw(isMarked, new Random(1), 1))).toBeGreaterThanOrEqual(4);
    expect(count(factors.draw(isMarked.fill(1, 0, 1 << 18), new Random(1), 1))).toBeGreaterThanOrEqual(6);
    const drawn = factors.read('users');
    const lastDrawn = drawn.findLastIndex((value) => value !== 0);
    expect(Math.floor(lastDrawn / 4)).toBe((1 << 18) - 1);
    expect(drawn.subarray(0, 4).some((value) => value !== 0)).toBe(true);
  } finally {
    factors.release();
  }
});

test('pairs of the items of users who have very many are summed piece by piece', () => {
  const [users, items] = [8, 1000];
  const entries = users * items;
  const checked = checkInteractions({
    users: Int32Array.from({ length: entries }, (_, at) => Math.floor(at / items)),
    items: Int32Array.from({ length: entries }, (_, at) => at % items),
  });
  const arena = new Arena(runtime().memory);
  const options = { isPearson: false, neighbors: 3, shrinkage: 0, minSupport: 1 };
  try {
    // 8 x 1000 x 999 / 2 products, 15 times what a piece has.
    expect(count(learnNeighbours(runtime(), checked, options, arena))).toBeGreaterThan(15);
  } finally {
    arena.release();
  }
});
