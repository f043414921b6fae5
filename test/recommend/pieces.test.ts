import { expect, test } from 'vitest';
import { Arena } from '../../src/host/arena.ts';
import { Random } from '../../src/host/random.ts';
import { Factors } from '../../src/recommend/factors.ts';
import { groupByKey, transpose } from '../../src/recommend/grouping.ts';
import { learnNeighbours } from '../../src/recommend/item-knn-fit.ts';
import { runtime } from '../../src/recommend/kernels.ts';
import { checkInteractions } from '../../src/vectors/interactions.ts';

function countPieces(pieces: Iterable<unknown>): number {
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
    expect(countPieces(factors.clearing())).toBeGreaterThanOrEqual(4);
    // A piece has 2^18 numbers, or rows that nothing is drawn for.
    expect(countPieces(factors.draw(isMarked, new Random(1), 1))).toBeGreaterThanOrEqual(4);
    expect(countPieces(factors.draw(isMarked.fill(1, 0, 1 << 18), new Random(1), 1))).toBeGreaterThanOrEqual(
      6,
    );
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
    expect(countPieces(learnNeighbours(runtime(), checked, options, arena))).toBeGreaterThan(15);
  } finally {
    arena.release();
  }
});

test('very many entries are grouped and turned over piece by piece, in their order', () => {
  // The first user has more entries than a piece, some others have few, and the last, more than a piece, have none.
  const [own, few, users, items] = [270_000, 30_000, 270_000, 700];
  const count = own + few;
  const userOf = Uint32Array.from({ length: count }, (_, at) => (at % 10 > 0 ? 0 : 1 + ((at * 7919) % 500)));
  const itemOf = Uint32Array.from({ length: count }, (_, at) => (at * 31) % items);
  const { memory } = runtime();
  const arena = new Arena(memory);
  const place = (words: number) => arena.allocate(4 * words);
  const read = (address: number, length: number) => memory.u32.slice(address / 4, address / 4 + length);
  /** The numbers of some entries, by their keys. */
  const grouped = (order: Uint32Array, keys: Uint32Array, groups: number) => {
    const lists = Array.from({ length: groups }, (): number[] => []);
    for (const at of order) lists[keys[at]!]!.push(at);
    return Uint32Array.from(lists.flat());
  };
  const isSame = (a: Uint32Array | Float32Array, b: Uint32Array) => a.every((value, i) => value === b[i]);
  try {
    const entries = { keys: place(count), others: place(count), values: place(count), count };
    memory.u32.set(userOf, entries.keys / 4);
    memory.u32.set(itemOf, entries.others / 4);
    for (let at = 0; at < count; at++) memory.f32[entries.values / 4 + at] = at;
    const byUser = { starts: place(users + 1), others: place(count), values: place(count), rows: users };
    const byItem = { starts: place(items + 1), others: place(count), values: place(count) };
    // Two to count, two to move; and of users two with none, and one with the first.
    expect(countPieces(groupByKey(runtime(), entries, users, byUser))).toBe(4);
    expect(countPieces(transpose(runtime(), byUser, items, byItem))).toBeGreaterThanOrEqual(5);
    const all = Uint32Array.from(userOf, (_, at) => at);
    const order = grouped(all, userOf, users);
    const turned = grouped(order, itemOf, items);
    const starts = read(byUser.starts, users + 1);
    expect([...starts.subarray(0, 2), starts[501], starts[users]]).toEqual([0, own, count, count]);
    const itemsOf = order.map((at) => itemOf[at]!);
    const usersOf = turned.map((at) => userOf[at]!);
    expect(isSame(read(byUser.others, count), itemsOf)).toBe(true);
    expect(isSame(read(byItem.others, count), usersOf)).toBe(true);
    const values = memory.f32.slice(byItem.values / 4, byItem.values / 4 + count);
    expect(isSame(values, turned)).toBe(true);
  } finally {
    arena.release();
  }
});
