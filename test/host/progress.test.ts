import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Progress, runInSlices } from '../../src/host/progress.ts';

/** One unit of work that takes 3 ms, as the steps of a build do. */
function burnStep(done: number): number {
  const end = performance.now() + 3;
  while (performance.now() < end);
  return done + 1;
}

/** The longest that a call may keep the event loop waiting: a frame. */
const FRAME_MILLISECONDS = 16;

/** A clock that only work moves on, so that no other process of the machine shows in what is measured. */
function workClock(): { work: (milliseconds: number) => void } {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return {
    work: (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** How much work was done between two turns of the event loop, turn by turn, while `run` runs. */
async function turnGaps(run: () => Promise<void>): Promise<number[]> {
  const gaps: number[] = [];
  let last = performance.now();
  let ticker: NodeJS.Immediate;
  const tick = (): void => {
    gaps.push(performance.now() - last);
    last = performance.now();
    ticker = setImmediate(tick);
  };
  ticker = setImmediate(tick);
  await run();
  clearImmediate(ticker);
  gaps.push(performance.now() - last);
  return gaps;
}

afterEach(() => void vi.restoreAllMocks());

describe('a long call', () => {
  test.each([0.1, 1, 3, 5])(
    'of steps of %s ms gives way to the event loop within a frame',
    async (milliseconds) => {
      const { work } = workClock();
      const step = (done: number): number => {
        work(milliseconds);
        return done + 1;
      };
      const gaps = await turnGaps(() => runInSlices(400, step, {}));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(FRAME_MILLISECONDS);
      expect(gaps.reduce((sum, gap) => sum + gap)).toBeCloseTo(400 * milliseconds, 6);
    },
  );

  test('gives way in real time as well', async () => {
    const gaps = await turnGaps(() => runInSlices(40, burnStep, {}));
    // 40 steps of 3 ms are seven frames at least, however the machine shares its processors.
    expect(gaps.length).toBeGreaterThanOrEqual(7);
  });

  test('does not give way after every step: that would cost more than the work', async () => {
    let turns = 0;
    let steps = 0;
    const ticker = setInterval(() => turns++, 0);
    const count = (done: number): number => {
      steps++;
      return done + 1;
    };
    await runInSlices(10_000, count, {});
    clearInterval(ticker);
    expect(steps).toBe(10_000);
    expect(turns).toBeLessThan(100);
  });

  test('hands each step what the one before it has done', async () => {
    const seen: number[] = [];
    const four = (done: number): number => {
      seen.push(done);
      return done + 4;
    };
    await runInSlices(10, four, {});
    expect(seen).toEqual([0, 4, 8]);
  });

  test('rethrows what a step throws', async () => {
    const fault = new Error('step');
    const run = runInSlices(
      2,
      () => {
        throw fault;
      },
      {},
    );
    await expect(run).rejects.toBe(fault);
  });
});

describe('progress', () => {
  test('rises to the total, which is told once', async () => {
    const told: Progress[] = [];
    await runInSlices(20, burnStep, { onProgress: (progress) => void told.push(progress) });
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toEqual({ done: 20, total: 20 });
    const done = told.map((progress) => progress.done);
    expect(done).toEqual([...new Set(done)].sort((a, b) => a - b));
  });

  test('is told at the end of a call too short for a second slice', async () => {
    const told: Progress[] = [];
    await runInSlices(2, (done) => done + 1, { onProgress: (progress) => void told.push(progress) });
    expect(told).toEqual([{ done: 2, total: 2 }]);
  });
});
