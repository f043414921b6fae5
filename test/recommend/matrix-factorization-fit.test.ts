import { MatrixFactorization, type MatrixFactorizationOptions, type Progress } from 'lanewise';
import { describe, expect, test, vi } from 'vitest';
import { runtime } from '../../src/recommend/kernels.ts';
import { loadWithMemory, starve } from '../host/scarce-memory.ts';
import { columnsOf, makeRatings } from '../reference/factorization.ts';

const RATINGS = makeRatings(60, 50, 0.5, 7);
const LEARNED = columnsOf(RATINGS.filter((_, i) => i % 5 !== 0));
const VALIDATION = columnsOf(RATINGS.filter((_, i) => i % 5 === 0));
/** Learns little at once, and too much in the end: the best epoch is in the middle. */
const OVERFITTING = { factors: 12, regularization: 0, learningRate: 0.06, schedule: 'constant' } as const;

const bytesInUse = () => runtime().memory.statistics.bytesInUse;
const create = (options: MatrixFactorizationOptions) => MatrixFactorization.create(options);
const stateOf = (mf: MatrixFactorization) => [
  ...[mf.userFactors, mf.itemFactors, mf.userBiases, mf.itemBiases, mf.mean, mf.losses],
  ...[mf.userCount, mf.itemCount],
];

/** Runs with a clock on which every piece of work takes a second: the event loop, and the signal, get in after each. */
async function inPieces(run: () => Promise<unknown>): Promise<void> {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
  try {
    await run();
  } finally {
    clock.mockRestore();
  }
}

/** A signal that aborts when it is asked for the n-th time. */
function stopAt(n: number) {
  let asked = 0;
  const throwIfAborted = () => {
    if (++asked === n) throw new Error('enough');
  };
  return { signal: { throwIfAborted } as AbortSignal, asked: () => asked };
}

describe('with ratings for validation', () => {
  const rmse = (mf: MatrixFactorization) => {
    const predicted = mf.predict(VALIDATION.users, VALIDATION.items);
    const squares = predicted.map((value, i) => (value - VALIDATION.ratings[i]!) ** 2);
    return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
  };

  test('the factors of the best epoch are kept, which are those of a fit of as many epochs', async () => {
    using mf = await create({ ...OVERFITTING, epochs: 60, patience: 60 });
    await mf.fit(LEARNED, { validation: VALIDATION });
    const { train, validation } = mf.losses;
    expect([train.length, validation!.length]).toEqual([60, 60]);
    const best = validation!.indexOf(Math.min(...validation!));
    expect(best).toBeGreaterThan(3);
    expect(best).toBeLessThan(50);
    expect(Math.abs(rmse(mf) - validation![best]!)).toBeLessThan(1e-6);
    using shorter = await create({ ...OVERFITTING, epochs: best + 1 });
    await shorter.fit(LEARNED);
    expect(mf.userFactors).toEqual(shorter.userFactors);
    expect(mf.itemBiases).toEqual(shorter.itemBiases);
    expect(shorter.losses).toEqual({ train: train.slice(0, best + 1) });
  });

  test('fit ends once as many epochs as `patience` brought nothing better', async () => {
    using patient = await create({ ...OVERFITTING, epochs: 60, patience: 60 });
    await patient.fit(LEARNED, { validation: VALIDATION });
    const all = patient.losses.validation!;
    const told: Progress[] = [];
    for (const patience of [1, 4]) {
      let [end, waited] = [0, 0];
      while (waited < patience) waited = all[end]! < Math.min(...all.slice(0, end++)) ? 0 : waited + 1;
      using mf = await create({ ...OVERFITTING, epochs: 60, patience });
      await mf.fit(LEARNED, {
        validation: VALIDATION,
        onProgress: (progress) => void told.push(progress),
      });
      expect(mf.losses.validation).toEqual(all.slice(0, end));
      expect(told.at(-1)!.done).toBe(60 * LEARNED.users.length);
    }
  });

  test('users and items that stand there alone are counted', async () => {
    using mf = await create({ factors: 3, epochs: 2 });
    const validation = { users: [70], items: [80], ratings: [3] };
    await mf.fit(LEARNED, { validation });
    expect([mf.userCount, mf.itemCount]).toEqual([71, 81]);
    expect(mf.losses.validation![0]).toBeCloseTo(Math.abs(3 - mf.mean), 5);
    const counts = { userCount: 60, itemCount: 100 };
    await expect(mf.fit({ ...LEARNED, ...counts }, { validation })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      got: 70,
    });
  });
});

test('progress counts ratings, rises to its total, and the event loop runs in between', async () => {
  using mf = await create({ factors: 4, epochs: 5 });
  const told: Progress[] = [];
  let turns = 0;
  await inPieces(async () => {
    let isOver = false;
    const count = () => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await mf.fit(LEARNED, { onProgress: (progress) => void told.push(progress) });
    isOver = true;
  });
  const total = 5 * LEARNED.users.length;
  expect(turns).toBeGreaterThan(5);
  expect(told.at(-1)).toEqual({ done: total, total });
  expect(told.every(({ done }, i) => i === 0 || done > told[i - 1]!.done)).toBe(true);
});

describe.each([false, true])('a fit that is stopped (validation: %s)', (isValidated) => {
  const options = { factors: 5, epochs: 4, seed: 3 };
  const validation = isValidated ? { validation: VALIDATION } : {};

  test('holds what its whole epochs learned, wherever it was, and throws the reason', async () => {
    const wholes: unknown[] = [];
    for (let epochs = 1; epochs <= 4; epochs++) {
      using whole = await create({ ...options, epochs });
      await whole.fit(LEARNED, validation);
      wholes.push(stateOf(whole));
    }
    using before = await create({ ...options, seed: 9 });
    await before.fit(VALIDATION);
    const untouched = stateOf(before);
    const seen = new Set<number>();
    await inPieces(async () => {
      const run = stopAt(Number.POSITIVE_INFINITY);
      using mf = await create(options);
      await mf.fit(LEARNED, { ...validation, ...run });
      expect(stateOf(mf)).toEqual(wholes[3]);
      for (let n = 1; n <= run.asked(); n++) {
        using stopped = await create({ ...options });
        await stopped.fit(VALIDATION);
        const held = bytesInUse();
        const first = stateOf(stopped);
        await expect(stopped.fit(LEARNED, { ...validation, ...stopAt(n) })).rejects.toThrow('enough');
        const state = stateOf(stopped);
        const epochs = (state[5] as { train: number[] }).train;
        const isFirst = state[4] === first[4];
        seen.add(isFirst ? 0 : epochs.length);
        expect(state).toEqual(isFirst ? first : wholes[epochs.length - 1]);
        if (isFirst) expect(bytesInUse()).toBe(held);
      }
    });
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(untouched).toEqual(stateOf(before));
  });
});

test('a fit that is stopped when all is done holds all of it', async () => {
  using whole = await create({ factors: 5, epochs: 2 });
  await whole.fit(LEARNED, { validation: VALIDATION });
  using mf = await create({ factors: 5, epochs: 2 });
  const controller = new AbortController();
  const onProgress = ({ done, total }: Progress) => {
    if (done === total) controller.abort('late');
  };
  await inPieces(async () => {
    const options = { validation: VALIDATION, signal: controller.signal, onProgress };
    await expect(mf.fit(LEARNED, options)).rejects.toBe('late');
  });
  expect(stateOf(mf)).toEqual(stateOf(whole));
});

test('a signal that has fired leaves everything as it was', async () => {
  using mf = await create({ factors: 5 });
  const before = bytesInUse();
  await expect(mf.fit(LEARNED, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
  expect([mf.isFitted, mf.userCount, bytesInUse()]).toEqual([false, 0, before]);
});

describe('a learning rate that diverges', () => {
  test('is told with the epoch, and what was there is left where no epoch was whole', async () => {
    using mf = await create({ factors: 8, learningRate: 30 });
    const before = bytesInUse();
    await expect(mf.fit(LEARNED)).rejects.toMatchObject({ code: 'DIVERGED', got: 1 });
    expect([mf.isFitted, bytesInUse()]).toEqual([false, before]);
  });

  test('is told where errors stay finite and factors do not', async () => {
    // The step is 10^9 x 10^30, beyond float32; the squared error is 10^60.
    using mf = await create({ factors: 8, learningRate: 1e9, epochs: 1, biases: false });
    await expect(mf.fit({ users: [0], items: [0], ratings: [1e30] })).rejects.toMatchObject({
      code: 'DIVERGED',
    });
  });

  test('is told within the epoch, not at its end', async () => {
    const users = Array.from({ length: 6000 }, (_, i) => i % 30);
    const told: number[] = [];
    using mf = await create({ factors: 1024, learningRate: 1e5 });
    await inPieces(async () => {
      const ratings = users.map((user) => user % 5);
      const onProgress = ({ done }: Progress) => void told.push(done);
      const fitting = mf.fit({ users, items: users, ratings }, { onProgress });
      await expect(fitting).rejects.toMatchObject({ code: 'DIVERGED', got: 1 });
    });
    // The first piece of 2048 ratings is enough.
    expect(Math.max(...told)).toBeLessThan(3000);
  });

  test('leaves the factors of the last whole epoch, all finite', async () => {
    const options = {
      factors: 8,
      learningRate: 0.32,
      regularization: 0,
      schedule: 'constant',
      epochs: 60,
    } as const;
    using mf = await create(options);
    const error = await mf.fit(LEARNED).then(
      () => undefined,
      (thrown: { code: string; got: number; message: string }) => thrown,
    );
    expect(error?.code).toBe('DIVERGED');
    expect(error!.message).toContain(`epoch ${error!.got}, at a learning rate of 0.32`);
    expect(error!.got).toBeGreaterThan(1);
    expect(mf.losses.train.length).toBe(error!.got - 1);
    expect(mf.userFactors.every(Number.isFinite) && mf.itemFactors.every(Number.isFinite)).toBe(true);
    using whole = await create({ ...options, epochs: error!.got - 1 });
    await whole.fit(LEARNED);
    expect(stateOf(mf)).toEqual(stateOf(whole));
  });
});

test('fitting again and disposing give every byte back, and other changes wait', async () => {
  const before = bytesInUse();
  const mf = await create({ factors: 6, epochs: 3 });
  await mf.fit(LEARNED, { validation: VALIDATION });
  const { total } = mf.memoryUsage();
  // 110 rows of 8 numbers, and as many biases.
  expect(total).toBeGreaterThanOrEqual(110 * 9 * 4);
  expect(bytesInUse()).toBe(before + total);
  await mf.fit(LEARNED);
  expect(bytesInUse()).toBe(before + total);
  const fitting = mf.fit(LEARNED);
  await expect(mf.fit(LEARNED)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(mf.partialFit(LEARNED)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(mf.recommend(0).k).toBe(10);
  await fitting;
  mf.dispose();
  mf.dispose();
  expect(bytesInUse()).toBe(before);
});

test('disposing of it while it learns is an error that leaves no bytes', async () => {
  const before = bytesInUse();
  const mf = await create({ factors: 6, epochs: 3 });
  await inPieces(async () => {
    const fitting = mf.fit(LEARNED, { onProgress: () => mf.dispose() });
    await expect(fitting).rejects.toMatchObject({ code: 'DISPOSED' });
  });
  expect(bytesInUse()).toBe(before);
});

test('a call that finds no memory, wherever on its way, leaves what was learned, and no bytes', async () => {
  const scarce = await loadWithMemory(1 << 20);
  const mf = await scarce.lanewise.MatrixFactorization.create({ factors: 16, epochs: 2 });
  await mf.fit(LEARNED);
  mf.similarItems(0);
  const bytes = mf.toBytes();
  const inUse = () => scarce.memory.statistics.bytesInUse;
  for (const call of [
    () => mf.fit(LEARNED, { validation: VALIDATION }),
    () => mf.partialFit(VALIDATION),
    () => mf.predict(LEARNED.users, LEARNED.items),
    () => mf.recommend(0),
    () => mf.similarItems(3),
    () => scarce.lanewise.MatrixFactorization.fromBytes(bytes).dispose(),
  ]) {
    const checked = async () => {
      const before = [stateOf(mf), inUse()];
      try {
        await call();
      } catch (error) {
        expect([stateOf(mf), inUse()]).toEqual(before);
        throw error;
      }
    };
    const check = (error: unknown) => expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
    expect(await starve(scarce, checked, check)).toBeGreaterThan(3);
  }
});
