import { describe, expect, test } from 'vitest';
import { complexity, LanewiseError } from '../../../src/cost/index.ts';

const { measureExponent } = complexity;

/** A clock that work moves on by itself: what is measured does not depend on the machine. */
function fakeClock(step = 0.001) {
  let time = 0;
  return {
    work: (milliseconds: number) => {
      time += milliseconds;
    },
    now: () => {
      time += step;
      return Math.floor(time / step) * step;
    },
  };
}

async function rejection(promise: Promise<unknown>): Promise<LanewiseError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LanewiseError);
  return error as LanewiseError;
}

const SIZES = [100, 200, 400, 800, 1600];

describe('the measured exponent', () => {
  test.each([0, 0.5, 1, 1.7, 2.5])('of work of n^%d is that', async (power) => {
    const { now, work } = fakeClock();
    const fit = await measureExponent((n) => work(0.01 * n ** power), { sizes: SIZES, now });
    expect(fit.exponent).toBeCloseTo(power, 2);
    expect(fit.points.map(({ n }) => n)).toEqual(SIZES);
    fit.points.forEach(({ n, milliseconds }) => {
      expect(milliseconds / (0.01 * n ** power)).toBeCloseTo(1, 1);
    });
    expect(fit.resolution).toBeCloseTo(0.001, 6);
  });

  test('takes no harm from calls that are far shorter than a step of the clock', async () => {
    const { now, work } = fakeClock(1); // milliseconds, as browsers that fear for their secrets
    let calls = 0;
    const fit = await measureExponent(
      (n) => {
        calls++;
        work(1e-5 * n);
      },
      { sizes: SIZES, repetitions: 3, now },
    );
    expect(fit.resolution).toBeCloseTo(1, 6);
    expect(fit.exponent).toBeCloseTo(1, 1);
    expect(calls).toBeGreaterThan(20 / 1e-3); // 20 steps, at 1e-3 ms a call of the smallest size
  });

  test('is of medians: one measurement in three may be anything', async () => {
    const { now, work } = fakeClock();
    const seen = new Map<number, number>();
    const fit = await measureExponent(
      (n) => {
        const turn = (seen.get(n) ?? 0) + 1;
        seen.set(n, turn);
        work(turn % 3 === 1 ? 1000 : 2 * n); // the first, which is not counted, and every third
      },
      { sizes: SIZES, repetitions: 6, now },
    );
    expect(fit.exponent).toBeCloseTo(1, 3);
  });

  test('counts no time of preparing, of which each call has its own, and gives run n beside it', async () => {
    const { now, work } = fakeClock();
    const used = new Set<object>();
    const fit = await measureExponent(
      (n, input: { n: number }) => {
        expect(input.n).toBe(n);
        expect(used.has(input)).toBe(false);
        used.add(input);
        work(0.002 * n);
      },
      {
        sizes: SIZES,
        repetitions: 2,
        now,
        prepare: (n) => {
          work(n * n);
          return { n };
        },
      },
    );
    expect(fit.exponent).toBeCloseTo(1, 1);
    expect(used.size).toBeGreaterThan(SIZES.length * 3); // the small ones are repeated
  });

  test('waits for what run and prepare promise', async () => {
    const { now, work } = fakeClock();
    const fit = await measureExponent(
      async (n, input: string) => {
        expect(input).toBe('ready');
        await Promise.resolve();
        work(n);
      },
      { sizes: SIZES, now, prepare: async () => 'ready' },
    );
    expect(fit.exponent).toBeCloseTo(1, 4);
  });

  // Again where others take the processor away for longer than a measurement lasts, which medians do not always outlive.
  test('of a real loop over a real clock is about 1', { retry: 6 }, async () => {
    const numbers = new Float64Array(200_000).fill(0.5);
    let sink = 0;
    const { exponent, low, high } = await measureExponent(
      (n) => {
        for (let i = 0; i < n; i++) sink += numbers[i]!;
      },
      { sizes: [2000, 20_000, 200_000] },
    );
    expect(sink).toBeGreaterThan(0);
    // Even with the first and the last time wrong by a factor of three, ln 9 / ln 100 = .48, it would stay in there.
    expect(exponent).toBeGreaterThan(0.5);
    expect(exponent).toBeLessThan(1.5);
    expect(low).toBeLessThanOrEqual(exponent);
    expect(high).toBeGreaterThanOrEqual(exponent);
  });
});

describe('sizes take turns', () => {
  const orderOf = async (seed: number): Promise<number[]> => {
    const { now, work } = fakeClock();
    const order: number[] = [];
    await measureExponent(
      (n) => {
        order.push(n);
        work(n);
      },
      { sizes: SIZES, repetitions: 4, seed, now },
    );
    return order;
  };

  test('once each in every round, one round more than is counted, in orders that the seed draws', async () => {
    const order = await orderOf(1);
    expect(order).toHaveLength(SIZES.length * 5);
    const rounds = Array.from({ length: 5 }, (_, i) => order.slice(5 * i, 5 * i + 5));
    for (const round of rounds) expect([...round].sort((a, b) => a - b)).toEqual(SIZES);
    expect(new Set(rounds.map(String)).size).toBeGreaterThan(1);
    expect(await orderOf(1)).toEqual(order);
    expect(await orderOf(2)).not.toEqual(order);
  });
});

describe('a long measurement', () => {
  test('reports each one that counts', async () => {
    const { now, work } = fakeClock();
    const seen: string[] = [];
    await measureExponent((n) => work(n), {
      sizes: [1, 2, 3],
      repetitions: 2,
      now,
      onProgress: ({ done, total }) => seen.push(`${done}/${total}`),
    });
    expect(seen).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
  });

  test('stops at a signal, with its reason', async () => {
    const { now, work } = fakeClock();
    const stop = new AbortController();
    const reason = new Error('enough');
    let calls = 0;
    const run = (n: number) => {
      if (++calls === 4) stop.abort(reason);
      work(n);
    };
    const options = { sizes: SIZES, now, signal: stop.signal };
    await expect(measureExponent(run, options)).rejects.toBe(reason);
    expect(calls).toBe(4);
    await expect(measureExponent(run, options)).rejects.toBe(reason);
    expect(calls).toBe(4);
  });

  test('gives way to the event loop', async () => {
    const { now, work } = fakeClock();
    let turns = 0;
    const ticking = setInterval(() => turns++, 0);
    await measureExponent((n) => work(n), { sizes: SIZES, repetitions: 200, now });
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(0);
  });

  test('fails with what run or prepare throw', async () => {
    const failure = new Error('of the code that is measured');
    const fail = (): never => {
      throw failure;
    };
    const { now } = fakeClock();
    await expect(measureExponent(fail, { sizes: SIZES, now })).rejects.toBe(failure);
    await expect(measureExponent(async () => fail(), { sizes: SIZES, now })).rejects.toBe(failure);
    await expect(measureExponent(() => 0, { sizes: SIZES, now, prepare: fail })).rejects.toBe(failure);
  });
});

test('a clock that stands still is an error, not a wait without end', async () => {
  const error = await rejection(measureExponent(() => 0, { sizes: SIZES, now: () => 42 }));
  expect(error.code).toBe('UNSUPPORTED');
});

test('bad input is an error before anything runs', async () => {
  let calls = 0;
  const run = () => {
    calls++;
  };
  const good = { sizes: SIZES };
  const wrong: [unknown, unknown, RegExp][] = [
    [undefined, good, /run must be a function/],
    [run, undefined, /three different sizes/],
    [run, null, /three different sizes/],
    [run, {}, /three different sizes/],
    [run, { sizes: [1, 2, 2] }, /got 2/],
    [run, { sizes: [1, 2, -3] }, /n of point 2/],
    [run, { sizes: [1, 2, Number.NaN] }, /n of point 2/],
    [run, { ...good, repetitions: 0 }, /repetitions/],
    [run, { ...good, repetitions: Number.POSITIVE_INFINITY }, /repetitions/],
    [run, { ...good, seed: 0.5 }, /seed/],
    [run, { ...good, confidence: 1 }, /confidence/],
    [run, { ...good, prepare: 7 }, /prepare must be a function/],
    [run, { ...good, now: 7 }, /now must be a function/],
  ];
  for (const [what, options, message] of wrong) {
    const error = await rejection(measureExponent(what as never, options as never));
    expect([error.code, error.message]).toEqual(['INVALID_ARGUMENT', expect.stringMatching(message)]);
  }
  expect(calls).toBe(0);
});
