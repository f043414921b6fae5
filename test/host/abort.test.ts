import { describe, expect, test } from 'vitest';
import { runInSlices } from '../../src/host/progress.ts';

/** One unit of work that takes 3 ms, as the steps of a build do. */
function burnStep(done: number): number {
  const end = performance.now() + 3;
  while (performance.now() < end);
  return done + 1;
}

describe('an aborted call', () => {
  test('throws the reason of the signal itself', async () => {
    const reason = { why: 'the user left' };
    const controller = new AbortController();
    const run = runInSlices(1000, burnStep, { signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(run).rejects.toBe(reason);
  });

  test('throws an AbortError where the signal has no reason of its own', async () => {
    await expect(runInSlices(1, burnStep, { signal: AbortSignal.abort() })).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
  });

  test('does nothing when the signal was aborted before', async () => {
    let steps = 0;
    let told = 0;
    const count = (done: number): number => {
      steps++;
      return done + 1;
    };
    const options = { signal: AbortSignal.abort('before'), onProgress: () => void told++ };
    await expect(runInSlices(5, count, options)).rejects.toBe('before');
    expect([steps, told]).toEqual([0, 0]);
  });

  test('takes no step after the abort', async () => {
    const controller = new AbortController();
    let stepsAfter = 0;
    const run = runInSlices(
      1000,
      (done) => {
        if (controller.signal.aborted) stepsAfter++;
        return burnStep(done);
      },
      { signal: controller.signal, onProgress: ({ done }) => done > 5 && controller.abort('enough') },
    );
    await expect(run).rejects.toBe('enough');
    expect(stepsAfter).toBe(0);
  });

  test('stops even when the abort comes with the last progress', async () => {
    const controller = new AbortController();
    const run = runInSlices(1, (done) => done + 1, {
      signal: controller.signal,
      onProgress: () => controller.abort('at the end'),
    });
    await expect(run).rejects.toBe('at the end');
  });
});
