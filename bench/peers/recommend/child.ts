/** Ours: an epoch of stochastic gradient descent, of the kernel alone. child.ts <folder>, the files of main.ts. */
import { readFileSync } from 'node:fs';
import { percentile } from '../../../src/evaluate/percentile.ts';
import { runtime } from '../../../src/recommend/kernels.ts';

const STRIDE = 4 * 64;
const SECONDS = 1;

const folder = process.argv[2];
const read = (name: string): Uint8Array => readFileSync(`${folder}/${name}`);
const { memory, kernels } = runtime();
const [ratings, users, items] = [read('ratings'), read('users'), read('items')];
const [ratingsAt, usersAt, itemsAt] = [ratings, users, items].map(({ length }) =>
  memory.allocate(length),
) as [number, number, number];
memory.u8.set(ratings, ratingsAt);

const times: number[] = [];
let error = 0;
const until = performance.now() + 1000 * SECONDS;
while (times.length < 5 || performance.now() < until) {
  memory.u8.set(users, usersAt);
  memory.u8.set(items, itemsAt);
  const start = performance.now();
  error = kernels.factorize(
    ratingsAt,
    0,
    ratings.length / 12,
    usersAt,
    itemsAt,
    STRIDE,
    0,
    0,
    0,
    0.01,
    0.02,
    0,
  );
  times.push(performance.now() - start);
}
const milliseconds = percentile(
  times.sort((a, b) => a - b),
  0.5,
);
console.log(JSON.stringify({ method: 'lanewise', milliseconds, error }));
