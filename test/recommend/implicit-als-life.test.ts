import { ImplicitALS, type ImplicitALSOptions, type Interactions, type Progress } from 'lanewise';
import { afterEach, expect, test, vi } from 'vitest';
import { checkOptions } from '../../src/recommend/implicit-als-options.ts';
import { Training } from '../../src/recommend/implicit-als-training.ts';
import { runtime } from '../../src/recommend/kernels.ts';
import { checkInteractions } from '../../src/vectors/interactions.ts';
import { errorOf } from '../host/error-of.ts';
import { makePairs } from './implicit-als-data.ts';

const bytesInUse = () => runtime().memory.statistics.bytesInUse;
const data = makePairs(200, 2);
const other = makePairs(150, 3);

/** On this clock every piece of work takes a second, so that each is told and the signal asked after it. */
function slowClock(): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
}

afterEach(() => void vi.restoreAllMocks());

test.each([
  [{ factors: 0 }],
  [{ factors: 1025 }],
  [{ iterations: 0 }],
  [{ alpha: 0 }],
  [{ alpha: Number.NaN }],
  [{ regularization: -1 }],
  [{ solver: 'newton' }],
  [{ scaledRegularization: 1 }],
  [{ trackLosses: 'yes' }],
  [{ steps: 0 }],
  [{ seed: 0.5 }],
])('options %o are refused', async (options) => {
  const made = ImplicitALS.create(options as ImplicitALSOptions);
  await expect(made).rejects.toMatchObject({ name: 'LanewiseError', code: 'INVALID_ARGUMENT' });
});

test('nothing is there before fit', async () => {
  using als = await ImplicitALS.create();
  expect([als.isFitted, als.userCount, als.itemCount, als.memoryUsage().total]).toEqual([false, 0, 0, 0]);
  for (const call of [
    () => als.userFactors,
    () => als.itemFactors,
    () => als.iterations,
    () => als.losses,
    () => als.predict(0, 0),
    () => als.recommend(0),
    () => als.similarItems(0),
    () => als.foldIn({ items: [0] }),
    () => als.userVector(0),
    () => als.toBytes(),
  ]) {
    expect(errorOf(call).code).toBe('UNTRAINED');
  }
});

test('a call that is refused leaves what was learned, and no bytes', async () => {
  using als = await ImplicitALS.create({ factors: 6, iterations: 2 });
  await als.fit(data);
  als.foldIn({ items: [0] });
  const saved = als.toBytes();
  const before = bytesInUse();
  const fits: [Interactions, string][] = [
    [{ users: [], items: [] }, 'INVALID_ARGUMENT'],
    [{ users: [0, -1], items: [0, 0] }, 'INVALID_ARGUMENT'],
    [{ users: [0, 7], items: [0, 0], userCount: 7 }, 'INVALID_ARGUMENT'],
    [{ users: [0], items: [0, 0] }, 'DIMENSION_MISMATCH'],
    [{ users: [0], items: [0], ratings: [1, 2] }, 'DIMENSION_MISMATCH'],
    [{ users: [0], items: [0], ratings: [Number.NaN] }, 'INVALID_VALUE'],
    [{ users: [0, 1], items: [0, 0], ratings: [1, -1] }, 'INVALID_VALUE'],
    // 3e38 times alpha is beyond float32.
    [{ users: [0, 1], items: [0, 0], ratings: [1, 3e38] }, 'DIVERGED'],
    [{ users: [0], items: [0], userCount: 2 ** 31 }, 'MEMORY_EXHAUSTED'],
  ];
  for (const [interactions, code] of fits)
    await expect(als.fit(interactions)).rejects.toMatchObject({ code });
  const calls: [() => unknown, string][] = [
    [() => als.predict(41, 0), 'INVALID_ARGUMENT'],
    [() => als.predict([0], [29]), 'INVALID_ARGUMENT'],
    [() => als.predict([0], [0, 1]), 'DIMENSION_MISMATCH'],
    [() => als.recommend(-1), 'INVALID_ARGUMENT'],
    [() => als.recommend(0.5), 'INVALID_ARGUMENT'],
    [() => als.recommend(0, { exclude: [29] }), 'INVALID_ARGUMENT'],
    [() => als.recommend({ factors: new Float32Array(5), bias: 0 }), 'DIMENSION_MISMATCH'],
    [() => als.recommend({ factors: new Float32Array(6).fill(Number.NaN), bias: 0 }), 'INVALID_VALUE'],
    [() => als.similarItems(29), 'INVALID_ARGUMENT'],
    [() => als.foldIn({ items: [] }), 'INVALID_ARGUMENT'],
    [() => als.foldIn({ items: [29] }), 'INVALID_ARGUMENT'],
    [() => als.foldIn({ items: [1], ratings: [-2] }), 'INVALID_VALUE'],
    [() => als.foldIn({ items: [1], ratings: [3e38] }), 'DIVERGED'],
  ];
  for (const [call, code] of calls) expect(errorOf(call).code).toBe(code);
  expect(als.toBytes()).toEqual(saved);
  expect(bytesInUse()).toBe(before);
});

test('progress counts rows and rises to its total', async () => {
  slowClock();
  using als = await ImplicitALS.create({ factors: 6, iterations: 3 });
  const told: Progress[] = [];
  await als.fit(data, { onProgress: (progress) => void told.push(progress) });
  expect(told.at(-1)).toEqual({ done: 3 * (41 + 29), total: 3 * (41 + 29) });
  expect(told.length).toBeGreaterThan(4);
  expect(told.every(({ done }, i) => i === 0 || done > told[i - 1]!.done)).toBe(true);
});

test('whatever piece it is stopped in, the last whole iteration is kept, and before there is one, all is as it was', async () => {
  slowClock();
  const options = { factors: 6, trackLosses: true };
  const expected = new Map<number, Uint8Array>();
  for (let iterations = 1; iterations <= 3; iterations++) {
    using als = await (await ImplicitALS.create({ ...options, iterations })).fit(data);
    expected.set(iterations, new Uint8Array(als.userFactors.buffer));
  }
  using before = await (await ImplicitALS.create({ ...options, iterations: 3 })).fit(other);
  const old = new Uint8Array(before.userFactors.buffer);
  const start = bytesInUse();
  const kept: number[] = [];
  for (let last = 1; kept.at(-1) !== 3; last++) {
    using als = await ImplicitALS.create({ ...options, iterations: 3 });
    await als.fit(other);
    let asked = 0;
    const signal = {
      throwIfAborted: () => {
        if (++asked === last) throw new Error('enough');
      },
    } as AbortSignal;
    await expect(als.fit(data, { signal })).rejects.toThrow('enough');
    const users = new Uint8Array(als.userFactors.buffer);
    const isOld = Buffer.compare(users, old) === 0;
    kept.push(isOld ? 0 : als.iterations);
    if (!isOld) expect(users).toEqual(expected.get(als.iterations));
    if (!isOld) expect(als.losses).toHaveLength(als.iterations);
    expect(bytesInUse()).toBe(start + als.memoryUsage().total);
  }
  expect(new Set(kept)).toEqual(new Set([0, 1, 2, 3]));
  expect(kept).toEqual(kept.slice().sort());
});

test('factors that leave the finite numbers later leave those of the last whole iteration', () => {
  const { kernels, ...rest } = runtime();
  let looks = 0;
  // Users and items are looked at once an iteration: the fourth time is with the items of the second.
  const checkFinite = (values: number, count: number) =>
    ++looks === 4 ? 0 : kernels.checkFinite(values, count);
  const options = checkOptions({ factors: 6, iterations: 3 });
  const entries = checkInteractions(data);
  const training = new Training(
    { ...rest, kernels: { ...kernels, checkFinite } },
    options,
    entries,
    () => {},
  );
  const whole = new Training(runtime(), { ...options, iterations: 1 }, entries, () => {});
  const before = bytesInUse();
  const error = errorOf(() => {
    for (const _ of training.run());
  });
  expect([error.code, error.got, training.iterations]).toEqual(['DIVERGED', 2, 1]);
  for (const _ of whole.run());
  expect(training.kept!.read('items')).toEqual(whole.kept!.read('items'));
  training.kept!.release();
  whole.kept!.release();
  expect(bytesInUse()).toBe(before);
});

test('a user with very many items is taken in pieces', () => {
  const items = Int32Array.from({ length: 20_000 }, (_, item) => item);
  const entries = checkInteractions({ users: items.map(() => 0), items });
  const piecesOf = (options: ImplicitALSOptions) => {
    const training = new Training(runtime(), checkOptions({ iterations: 1, ...options }), entries, () => {});
    const work = training.run();
    let pieces = 0;
    // Up to where the first row, that of the only user, is done.
    for (let next = work.next(); !next.done && next.value.done === 0; next = work.next()) pieces++;
    work.return();
    return pieces;
  };
  // 20 000 entries x 128 x 136 operations are 17 times what a piece has; four products with 20 000 x 4 x 128, twice.
  expect(piecesOf({ factors: 128, solver: 'cholesky' })).toBeGreaterThan(17);
  const products = piecesOf({ factors: 128, steps: 5 }) - piecesOf({ factors: 128, steps: 1 });
  expect(products).toBeGreaterThanOrEqual(2);
});

test('disposing of it while it learns, and learning twice at a time, are errors that leave no bytes', async () => {
  slowClock();
  const before = bytesInUse();
  const als = await ImplicitALS.create({ factors: 6 });
  const fitting = als.fit(data);
  await expect(als.fit(data)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await fitting;
  await expect(als.fit(data, { onProgress: () => als.dispose() })).rejects.toMatchObject({
    code: 'DISPOSED',
  });
  als.dispose();
  expect(errorOf(() => als.userFactors).code).toBe('DISPOSED');
  expect(errorOf(() => als.memoryUsage()).code).toBe('DISPOSED');
  await expect(als.fit(data)).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(bytesInUse()).toBe(before);
});

test('fitting again, folding in, recommending and disposing give every byte back', async () => {
  const before = bytesInUse();
  const als = await ImplicitALS.create({ factors: 6, iterations: 2 });
  await als.fit(data);
  const fitted = als.memoryUsage().total;
  expect(fitted).toBeGreaterThanOrEqual(4 * 6 * (41 + 29));
  expect(bytesInUse()).toBe(before + fitted);
  for (let i = 0; i < 3; i++) {
    als.recommend(als.foldIn({ items: [1, 2] }));
    als.similarItems(0);
  }
  expect(bytesInUse()).toBe(before + als.memoryUsage().total);
  await als.fit(data);
  expect(als.memoryUsage().total).toBe(fitted);
  als.dispose();
  expect(bytesInUse()).toBe(before);
});
