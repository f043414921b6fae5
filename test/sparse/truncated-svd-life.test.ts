import { CsrMatrix, type Progress, TruncatedSVD } from 'lanewise';
import { expect, test, vi } from 'vitest';
import { runtime } from '../../src/sparse/kernels.ts';
import { errorOf } from '../host/error-of.ts';
import { kept, makeSparse } from './svd-data.ts';

const bytesInUse = () => runtime().memory.statistics.bytesInUse;
/** Long enough to be stopped: some hundred milliseconds. */
const LONG = { components: 20, iterations: 400 };

test.each([
  [{ components: 0 }],
  [{ components: 4097 }],
  [{ components: 2.5 }],
  [{}],
  [{ components: 3, iterations: -1 }],
  [{ components: 3, oversamples: Number.NaN }],
  [{ components: 3, seed: 0.5 }],
])('options %o are refused', async (options) => {
  const made = TruncatedSVD.create(options as { components: number });
  await expect(made).rejects.toMatchObject({ name: 'LanewiseError', code: 'INVALID_ARGUMENT' });
});

test('nothing is there before fit, and a call that is refused leaves what was learned', async () => {
  const { matrix } = await makeSparse(30, 20, 0.3, 1);
  using narrow = await CsrMatrix.fromCoo({ rows: 30, columns: 3, rowIndex: [1], columnIndex: [2] });
  using svd = await TruncatedSVD.create({ components: 4 });
  expect([svd.isFitted, svd.memoryUsage().total]).toEqual([false, 0]);
  for (const call of [
    () => svd.components,
    () => svd.singularValues,
    () => svd.explainedVariance,
    () => svd.explainedVarianceRatio,
    () => svd.transform(matrix),
  ]) {
    expect(errorOf(call).code).toBe('UNTRAINED');
  }
  await svd.fit(matrix);
  const { components, singularValues } = svd;
  expect(svd.memoryUsage().total).toBeGreaterThanOrEqual(4 * 4 * 20);
  await expect(svd.fit(narrow)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', expected: 3, got: 4 });
  await expect(svd.fit([] as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(errorOf(() => svd.transform(narrow))).toMatchObject({
    code: 'DIMENSION_MISMATCH',
    expected: 20,
    got: 3,
  });
  expect([svd.isFitted, svd.components, svd.singularValues]).toEqual([true, components, singularValues]);
});

test('values whose products leave float32 are refused, with what was learned left', async () => {
  const { matrix } = await makeSparse(30, 20, 0.3, 1);
  using huge = await CsrMatrix.fromCoo({
    rows: 2,
    columns: 2,
    rowIndex: [0, 0, 1],
    columnIndex: [0, 1, 1],
    values: [3e38, 3e38, 3e38],
  });
  kept.push(huge);
  using svd = await TruncatedSVD.create({ components: 2 });
  await svd.fit(matrix);
  const { components } = svd;
  const before = bytesInUse();
  await expect(svd.fit(huge)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
  expect([svd.components, bytesInUse()]).toEqual([components, before]);
});

test('progress rises to its total, and the event loop runs in between', async () => {
  const { matrix } = await makeSparse(200, 150, 0.3, 2);
  using svd = await TruncatedSVD.create(LONG);
  const told: Progress[] = [];
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await svd.fit(matrix, { onProgress: (progress) => void told.push(progress) });
  isOver = true;
  expect(turns).toBeGreaterThan(1);
  expect(told.at(-1)).toEqual({ done: 1_000_000, total: 1_000_000 });
  expect(told.every(({ done }, i) => i === 0 || done > told[i - 1]!.done)).toBe(true);
});

test('a fit that is stopped, in the middle or at the very end, leaves what was learned, and no bytes', async () => {
  const { matrix } = await makeSparse(200, 150, 0.3, 2);
  const other = await makeSparse(100, 150, 0.3, 3);
  using svd = await TruncatedSVD.create(LONG);
  await svd.fit(other.matrix);
  const { components } = svd;
  const before = bytesInUse();
  for (const isAtEnd of [false, true]) {
    const controller = new AbortController();
    const onProgress = ({ done, total }: Progress) => {
      if (!isAtEnd || done === total) controller.abort('enough');
    };
    await expect(svd.fit(matrix, { signal: controller.signal, onProgress })).rejects.toBe('enough');
    expect([svd.components, bytesInUse()]).toEqual([components, before]);
  }
});

test('disposing of the matrix, or of the estimator, while it is fitted is an error that leaves no bytes', async () => {
  const { matrix } = await makeSparse(200, 150, 0.3, 2);
  const svd = await TruncatedSVD.create(LONG);
  const before = bytesInUse();
  await expect(svd.fit(matrix, { onProgress: () => svd.dispose() })).rejects.toMatchObject({
    code: 'DISPOSED',
  });
  expect(bytesInUse()).toBe(before);
  expect(errorOf(() => svd.components).code).toBe('DISPOSED');
  using other = await TruncatedSVD.create(LONG);
  const disposing = other.fit(matrix, { onProgress: () => matrix.dispose() });
  await expect(disposing).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(other.isFitted).toBe(false);
  expect(bytesInUse()).toBeLessThan(before);
});

test('fitting again, transforming and disposing give every byte back', async () => {
  const { matrix } = await makeSparse(40, 30, 0.3, 4);
  const before = bytesInUse();
  const svd = await TruncatedSVD.create({ components: 5 });
  await svd.fitTransform(matrix);
  const fitted = bytesInUse();
  for (let i = 0; i < 3; i++) svd.transform(matrix);
  await svd.fit(matrix);
  await Promise.all([svd.fit(matrix), svd.fit(matrix)]);
  expect(bytesInUse()).toBe(fitted);
  svd.dispose();
  svd.dispose();
  expect(bytesInUse()).toBe(before);
});

test('a fit that is stopped holds no memory, whichever step it was in', async () => {
  const { matrix } = await makeSparse(40, 30, 0.3, 5);
  using svd = await TruncatedSVD.create({ components: 4, iterations: 1 });
  await svd.fit(matrix);
  const before = bytesInUse();
  // On this clock every piece of work takes a second, so that the signal is asked after each of them.
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
  const stopAt = (last: number) => {
    let asked = 0;
    const throwIfAborted = () => {
      if (++asked === last) throw new Error('enough');
    };
    return { signal: { throwIfAborted } as AbortSignal, asked: () => asked };
  };
  const whole = stopAt(Number.POSITIVE_INFINITY);
  await svd.fit(matrix, whole);
  expect(whole.asked()).toBeGreaterThan(10);
  for (let last = 1; last <= whole.asked(); last++) {
    await expect(svd.fit(matrix, stopAt(last))).rejects.toThrow('enough');
    expect(bytesInUse()).toBe(before);
  }
  clock.mockRestore();
});
