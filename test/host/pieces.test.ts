import { describe, expect, test } from 'vitest';
import { asPart, type Progress, runPieces } from '../../src/host/progress.ts';

/** `count` pieces of some milliseconds each; what happens to them is written down. */
function* pieces(count: number, events: string[] = [], milliseconds = 3): Generator<Progress, string> {
  try {
    for (let done = 1; done <= count; done++) {
      const end = performance.now() + milliseconds;
      while (performance.now() < end);
      yield { done, total: count };
    }
    events.push('took effect');
    return 'result';
  } finally {
    events.push('tidied up');
  }
}

describe('work in pieces', () => {
  test('gives its result, and tidies up', async () => {
    const events: string[] = [];
    expect(await runPieces(pieces(3, events), {})).toBe('result');
    expect(events).toEqual(['took effect', 'tidied up']);
  });

  test('lets timers and other turns of the event loop run in between', async () => {
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await runPieces(pieces(40), {});
    isOver = true;
    // 120 ms of work in slices of some 10 to 13 ms.
    expect(turns).toBeGreaterThanOrEqual(8);
  });

  test('tells how far it has come, always forward, and once that all is done', async () => {
    const told: Progress[] = [];
    await runPieces(pieces(20), { onProgress: (progress) => void told.push(progress) });
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toEqual({ done: 20, total: 20 });
    expect(told.every(({ done }, i) => i === 0 || done > told[i - 1]!.done)).toBe(true);
  });

  test('tells the end of work too short for a second slice', async () => {
    const told: Progress[] = [];
    await runPieces(pieces(2, [], 0), { onProgress: (progress) => void told.push(progress) });
    expect(told).toEqual([{ done: 2, total: 2 }]);
  });
});

describe('work in pieces that is stopped', () => {
  test('throws the reason of its signal and tidies up, without effect', async () => {
    const events: string[] = [];
    const reason = { why: 'the user left' };
    const controller = new AbortController();
    setImmediate(() => controller.abort(reason));
    await expect(runPieces(pieces(1000, events), { signal: controller.signal })).rejects.toBe(reason);
    expect(events).toEqual(['tidied up']);
  });

  test('does nothing when the signal was aborted before', async () => {
    const events: string[] = [];
    const options = { signal: AbortSignal.abort('before'), onProgress: () => void events.push('told') };
    await expect(runPieces(pieces(1, events), options)).rejects.toBe('before');
    expect(events).toEqual([]);
  });

  test('has no effect even when the abort comes with the last progress', async () => {
    const events: string[] = [];
    const controller = new AbortController();
    const options = { signal: controller.signal, onProgress: () => controller.abort('at the end') };
    await expect(runPieces(pieces(1, events, 0), options)).rejects.toBe('at the end');
    expect(events).toEqual(['tidied up']);
  });

  test('has no effect when onProgress throws', async () => {
    const events: string[] = [];
    const failure = new Error('from onProgress');
    const onProgress = () => {
      throw failure;
    };
    await expect(runPieces(pieces(1, events), { onProgress })).rejects.toBe(failure);
    expect(events).toEqual(['tidied up']);
  });

  test('throws what the work throws', async () => {
    const failure = new Error('from the work');
    // biome-ignore lint/correctness/useYield: it throws before its first piece.
    const work = (function* (): Generator<Progress, void> {
      throw failure;
    })();
    await expect(runPieces(work, {})).rejects.toBe(failure);
  });
});

describe('a part of a longer call', () => {
  test('counts within its share of the whole', () => {
    const part = asPart(pieces(4, [], 0), { from: 100, to: 200, total: 300 });
    expect([...part]).toEqual([125, 150, 175, 200].map((done) => ({ done, total: 300 })));
  });

  test('gives the result of the work, and passes a stop on to it', () => {
    const events: string[] = [];
    const whole = asPart(pieces(1, [], 0), { from: 0, to: 1, total: 1 });
    expect([whole.next(), whole.next()]).toEqual([
      { done: false, value: { done: 1, total: 1 } },
      { done: true, value: 'result' },
    ]);
    const stopped = asPart(pieces(2, events, 0), { from: 0, to: 1, total: 1 });
    stopped.next();
    stopped.return('stopped');
    expect(events).toEqual(['tidied up']);
  });
});
