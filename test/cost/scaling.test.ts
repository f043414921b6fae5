import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  amdahl,
  amdahlLimit,
  gustafson,
  parallelEfficiency,
  serialFraction,
  stageSpeedup,
} from '../../src/cost/index.ts';
import { relativeError } from '../evaluate/relative-error.ts';
import { errorOf } from '../host/error-of.ts';

const SEED = { seed: 1967 };
const shares = fc.double({ min: 1e-6, max: 1, noNaN: true });
const manyWorkers = fc.integer({ min: 2, max: 100_000 });

describe('the law of Amdahl', () => {
  test.each([
    [8, 0.01, 7.476636],
    [8, 0.05, 5.925926],
    [8, 0.1, 4.705882],
    [8, 0.2, 3.333333],
    [32, 0.01, 24.427481],
    [32, 0.05, 12.54902],
    [32, 0.1, 7.804878],
    [32, 0.2, 4.444444],
    [256, 0.01, 72.112676],
    [256, 0.05, 18.618182],
    [256, 0.1, 9.660377],
    [256, 0.2, 4.923077],
  ])('of %d workers, %d serial, gives %d', (workers, serial, printed) => {
    const speedup = amdahl({ serial, workers });
    expect(Number(speedup.toFixed(6))).toBe(printed);
    // The same over a common denominator, in another order of rounding.
    expect(relativeError(speedup, workers / (serial * workers + 1 - serial))).toBeLessThan(1e-12);
  });

  test('has one worker at 1, no serial work at the workers, and nothing but serial work at 1', () => {
    expect(amdahl({ serial: 0.3, workers: 1 })).toBe(1);
    expect(amdahl({ serial: 0, workers: 64 })).toBe(64);
    expect(amdahl({ serial: 1, workers: 64 })).toBe(1);
  });

  test('never exceeds its limit, to which it tends', () => {
    expect(amdahlLimit({ serial: 0.05 })).toBe(20);
    expect(relativeError(amdahl({ serial: 0.05, workers: 1e15 }), 20)).toBeLessThan(1e-12);
    fc.assert(
      fc.property(shares, manyWorkers, (serial, workers) => {
        const speedup = amdahl({ serial, workers });
        expect(speedup).toBeLessThanOrEqual(Math.min(workers, amdahlLimit({ serial })) * (1 + 1e-12));
        expect(speedup).toBeGreaterThanOrEqual(amdahl({ serial, workers: workers - 1 }));
      }),
      SEED,
    );
  });

  test('is what Karp and Flatt solve for the serial share', () => {
    fc.assert(
      fc.property(shares, manyWorkers, (serial, workers) => {
        const found = serialFraction({ speedup: amdahl({ serial, workers }), workers });
        expect(Math.abs(found - serial)).toBeLessThan(1e-10);
      }),
      SEED,
    );
    // Five times as fast on eight: (1/5 - 1/8) / (1 - 1/8) = .075 / .875.
    expect(relativeError(serialFraction({ speedup: 5, workers: 8 }), 3 / 35)).toBeLessThan(1e-12);
    expect(serialFraction({ speedup: 9, workers: 8 })).toBeLessThan(0);
  });
});

test('the law of Gustafson grows without a limit, each worker bringing its parallel share', () => {
  expect(relativeError(gustafson({ serial: 0.05, workers: 8 }), 0.05 + 0.95 * 8)).toBeLessThan(1e-12);
  expect(gustafson({ serial: 0, workers: 64 })).toBe(64);
  expect(gustafson({ serial: 1, workers: 64 })).toBe(1);
  // The hypercube of the paper, 1024 processors, at .4 % serial: 1024 - .004 x 1023.
  expect(gustafson({ serial: 0.004, workers: 1024 })).toBeCloseTo(1019.908, 9);
});

test('Amdahl of the share as one worker sees it is Gustafson of the share as all see it', () => {
  fc.assert(
    fc.property(shares, manyWorkers, (serial, workers) => {
      // One worker takes the serial part as long, and the rest so many times.
      const ofOne = serial / (serial + (1 - serial) * workers);
      expect(relativeError(gustafson({ serial, workers }), amdahl({ serial: ofOne, workers }))).toBeLessThan(
        1e-9,
      );
    }),
    SEED,
  );
});

test('efficiency is the speed-up of each worker, above 1 where they help each other', () => {
  expect(parallelEfficiency({ speedup: 6, workers: 8 })).toBe(0.75);
  expect(parallelEfficiency({ speedup: 10, workers: 8 })).toBe(1.25);
});

describe('a stage made faster', () => {
  test('brings at most 1 / (1 - share), when it is removed', () => {
    for (const share of [0.1, 0.25, 0.5, 0.8, 0.99])
      expect(relativeError(stageSpeedup({ share }), 1 / (1 - share))).toBeLessThan(1e-12);
    expect(stageSpeedup({ share: 0 })).toBe(1);
  });

  test('brings what is left of it, and slows the whole where it becomes slower', () => {
    expect(stageSpeedup({ share: 0.8, factor: 4 })).toBeCloseTo(2.5, 12);
    expect(stageSpeedup({ share: 0.5, factor: 1 })).toBe(1);
    expect(stageSpeedup({ share: 0.5, factor: 0.5 })).toBeCloseTo(1 / 1.5, 12);
    expect(stageSpeedup({ share: 0.9, factor: 1e300 })).toBeCloseTo(10, 10);
  });
});

test('bad input is an error that names it', () => {
  const codes: [() => unknown, string, RegExp][] = [
    [() => amdahl({ serial: -0.1, workers: 8 }), 'INVALID_ARGUMENT', /serial .* -0\.1/],
    [() => amdahl({ serial: 1.1, workers: 8 }), 'INVALID_ARGUMENT', /serial/],
    [() => amdahl({ serial: Number.NaN, workers: 8 }), 'INVALID_ARGUMENT', /serial .* NaN/],
    [() => amdahl({ serial: 0.1, workers: 0 }), 'INVALID_ARGUMENT', /workers/],
    [() => amdahl({ serial: 0.1, workers: 1.5 }), 'INVALID_ARGUMENT', /workers/],
    [() => amdahl({ serial: 0.1, workers: Number.POSITIVE_INFINITY }), 'INVALID_ARGUMENT', /workers/],
    [() => gustafson({ serial: '0.1' as never, workers: 2 }), 'INVALID_ARGUMENT', /serial/],
    [() => gustafson({ serial: 0.1 } as never), 'INVALID_ARGUMENT', /workers .* undefined/],
    [() => parallelEfficiency({ speedup: 0, workers: 2 }), 'INVALID_ARGUMENT', /speedup/],
    [() => serialFraction({ speedup: 1, workers: 1 }), 'INVALID_ARGUMENT', /workers .* 2; got 1/],
    [() => stageSpeedup({ share: 0.5, factor: 0 }), 'INVALID_ARGUMENT', /factor/],
    [() => stageSpeedup({ share: 1 }), 'OVERFLOW', /speed-up/],
    [() => amdahlLimit({ serial: 0 }), 'OVERFLOW', /limit/],
    [() => serialFraction({ speedup: 5e-324, workers: 2 }), 'OVERFLOW', /serial share/],
  ];
  for (const [run, code, message] of codes) {
    const error = errorOf(run);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  }
  for (const law of [amdahl, amdahlLimit, gustafson, parallelEfficiency, serialFraction, stageSpeedup])
    for (const nothing of [undefined, null])
      expect(errorOf(() => law(nothing as never)).code).toBe('INVALID_ARGUMENT');
});
