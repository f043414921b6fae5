import { expect, test } from 'vitest';
import { Arena } from '../../src/host/arena.ts';
import { Random } from '../../src/host/random.ts';
import { runtime } from '../../src/recommend/kernels.ts';

const [USERS, ITEMS] = [7, 5];
const [RATE, PENALTY, BIAS_PENALTY, MEAN] = [0.05, 0.1, 0.02, 3];

/** The update of Koren, Bell and Volinsky (2009) as it is written, in float64. */
function descend(
  entries: readonly (readonly [user: number, item: number, rating: number])[],
  p: number[][],
  q: number[][],
  biases?: { readonly users: number[]; readonly items: number[] },
): number {
  let sum = 0;
  for (const [user, item, rating] of entries) {
    let error = rating - p[user]!.reduce((sum, value, f) => sum + value * q[item]![f]!, 0);
    if (biases) {
      const { users, items } = biases;
      error -= MEAN + users[user]! + items[item]!;
      users[user]! += RATE * (error - BIAS_PENALTY * users[user]!);
      items[item]! += RATE * (error - BIAS_PENALTY * items[item]!);
    }
    sum += error * error;
    for (let f = 0; f < p[user]!.length; f++) {
      const [a, b] = [p[user]![f]!, q[item]![f]!];
      p[user]![f] = a + RATE * (error * b - PENALTY * a);
      q[item]![f] = b + RATE * (error * a - PENALTY * b);
    }
  }
  return sum;
}

test.each(
  [1, 4, 7, 8, 12, 33, 64, 130].flatMap((factors) => [[factors, false] as const, [factors, true] as const]),
)(
  'a pass over ratings by %i factors, biases %s, gives what the loop in float64 does, also where users and items recur',
  (factors, isBiased) => {
    const { memory, kernels } = runtime();
    const arena = new Arena(memory);
    const random = new Random(factors);
    const drawn = (rows: number) =>
      Array.from({ length: rows }, () =>
        Array.from({ length: factors }, () => Math.fround(random.uniform() - 0.5)),
      );
    const [p, q] = [drawn(USERS), drawn(ITEMS)];
    const entries = Array.from({ length: 60 }, (_, i) => {
      const user = i % 3 === 0 ? random.integer(USERS) : 2; // the same user again and again
      return [user, i % 4 === 1 ? 1 : random.integer(ITEMS), 1 + random.integer(5)] as const;
    });
    const stride = 16 * Math.ceil(factors / 4);
    const users = arena.allocate(stride * USERS);
    const items = arena.allocate(stride * ITEMS);
    const userBiases = arena.allocate(4 * USERS);
    const itemBiases = arena.allocate(4 * ITEMS);
    const ratings = arena.allocate(12 * entries.length);
    const { f32, u32 } = memory;
    for (const [address, bytes] of [
      [users, stride * USERS],
      [items, stride * ITEMS],
      [userBiases, 4 * USERS],
      [itemBiases, 4 * ITEMS],
    ] as const)
      f32.fill(0, address / 4, (address + bytes) / 4);
    p.forEach((row, i) => {
      f32.set(row, (users + i * stride) / 4);
    });
    q.forEach((row, i) => {
      f32.set(row, (items + i * stride) / 4);
    });
    entries.forEach(([user, item, rating], i) => {
      u32[ratings / 4 + 3 * i] = user;
      u32[ratings / 4 + 3 * i + 1] = item;
      f32[ratings / 4 + 3 * i + 2] = rating;
    });
    const biases = { users: new Array<number>(USERS).fill(0), items: new Array<number>(ITEMS).fill(0) };
    const expected = descend(entries, p, q, isBiased ? biases : undefined);

    // In two blocks, as long work is cut.
    const addresses = [users, items, stride, isBiased ? userBiases : 0, isBiased ? itemBiases : 0] as const;
    const rest = [isBiased ? MEAN : 0, RATE, PENALTY, BIAS_PENALTY] as const;
    const got =
      kernels.factorize(ratings, 0, 23, ...addresses, ...rest) +
      kernels.factorize(ratings, 23, entries.length, ...addresses, ...rest) +
      kernels.factorize(ratings, 60, 60, ...addresses, ...rest);

    expect(got / expected).toBeCloseTo(1, 4);
    for (const [address, rows] of [
      [users, p],
      [items, q],
    ] as const) {
      for (const [i, row] of rows.entries()) {
        const start = (address + i * stride) / 4;
        row.forEach((value, f) => {
          expect(f32[start + f]).toBeCloseTo(value, 4);
        });
        expect([...f32.subarray(start + factors, start + stride / 4)]).toEqual(
          new Array(stride / 4 - factors).fill(0),
        );
      }
    }
    biases.users.forEach((value, i) => {
      expect(f32[userBiases / 4 + i]).toBeCloseTo(value, 4);
    });
    biases.items.forEach((value, i) => {
      expect(f32[itemBiases / 4 + i]).toBeCloseTo(value, 4);
    });
    const after = entries.map(([user, item, rating]) => {
      const dot = p[user]!.reduce((sum, value, f) => sum + value * q[item]![f]!, 0);
      return rating - dot - (isBiased ? MEAN + biases.users[user]! + biases.items[item]! : 0);
    });
    const out = arena.allocate(4 * entries.length);
    const squared = kernels.sumSquaredErrors(ratings, 0, entries.length, ...addresses, rest[0], out);
    expect(squared / after.reduce((sum, error) => sum + error * error, 0)).toBeCloseTo(1, 4);
    after.forEach((error, i) => {
      expect(entries[i]![2] - memory.f32[out / 4 + i]!).toBeCloseTo(error, 3);
    });
    arena.release();
  },
);

test('a shuffle holds every entry once, brings each to any place about equally often, and goes on from its state', () => {
  const { memory, kernels } = runtime();
  const arena = new Arena(memory);
  const [entries, state] = [arena.allocate(12 * 8), arena.allocate(16)];
  memory.u32.set([1, 2, 3, 4], state / 4);
  const places = Array.from({ length: 8 }, () => new Array<number>(8).fill(0));
  for (let round = 0; round < 4000; round++) {
    for (let i = 0; i < 8; i++) memory.u32.set([i, 100 + i, 200 + i], entries / 4 + 3 * i);
    kernels.shuffle(entries, 7, 4, state); // in two stretches
    kernels.shuffle(entries, 4, 0, state);
    const got = Array.from({ length: 8 }, (_, i) => [
      ...memory.u32.subarray(entries / 4 + 3 * i, entries / 4 + 3 * i + 3),
    ]);
    for (const [place, [entry, second, third]] of got.entries()) {
      expect([second, third]).toEqual([100 + entry!, 200 + entry!]);
      places[entry!]![place]!++;
    }
  }
  // 4000 draws of 1 in 8: 500, standard deviation 21; five of them are chance once in a million.
  for (const count of places.flat()) expect(Math.abs(count - 500)).toBeLessThan(105);
  arena.release();
});
