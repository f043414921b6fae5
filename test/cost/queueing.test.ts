import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LanewiseError, queueing } from '../../src/cost/index.ts';
import { constant, erlang, exponential, type SimulatedTime, simulate } from './simulated-queue.ts';

function errorOf(run: () => unknown): LanewiseError {
  try {
    run();
  } catch (error) {
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Relative error. */
const off = (got: number, expected: number): number => Math.abs(got - expected) / Math.abs(expected);

/** At 1 ms a request, a utilization is so many thousand requests a second. */
const at = (utilization: number) => ({ arrivalRate: 1000 * utilization, serviceTime: 1 });

/** Within four standard errors, which are small enough to tell. */
function expectMean(simulated: SimulatedTime, expected: number): void {
  expect(simulated.error).toBeLessThan(0.08 * expected);
  expect(Math.abs(simulated.mean - expected)).toBeLessThan(4 * simulated.error);
}

describe('M/M/1', () => {
  test.each([
    [0.5, 2],
    [0.8, 5],
    [0.9, 10],
  ])('at a utilization of %s keeps requests %s service times', (utilization, sojourn) => {
    const queue = queueing.mm1(at(utilization));
    expect(off(queue.sojourn.mean, sojourn)).toBeLessThan(1e-12);
    expect(off(queue.waiting.mean, sojourn - 1)).toBeLessThan(1e-12);
    expect(off(queue.inSystem, utilization / (1 - utilization))).toBeLessThan(1e-12);
    expect(queue.waitingProbability).toBeCloseTo(utilization, 14);
    // The sojourn is exponential, and so is the waiting of those who wait.
    expect(off(queue.sojourn.p50, sojourn * Math.log(2))).toBeLessThan(1e-9);
    expect(off(queue.sojourn.p99, sojourn * Math.log(100))).toBeLessThan(1e-9);
    expect(off(queue.waiting.p99, sojourn * Math.log(utilization * 100))).toBeLessThan(1e-12);
  });

  test('counts in milliseconds and requests a second', () => {
    const queue = queueing.mm1({ arrivalRate: 80, serviceTime: 10 });
    expect(queue.utilization).toBeCloseTo(0.8, 14);
    expect(queue.sojourn.mean).toBeCloseTo(50, 10);
    expect(queue.inQueue).toBeCloseTo(3.2, 10); // 80/s x 40 ms
  });

  test('waits for nothing where nothing comes', () => {
    const queue = queueing.mm1({ arrivalRate: 0, serviceTime: 3 });
    expect(queue).toMatchObject({ utilization: 0, inSystem: 0, waiting: { mean: 0, p50: 0, p99: 0 } });
    expect(queue.sojourn.mean).toBe(3);
    expect(off(queue.sojourn.p99, 3 * Math.log(100))).toBeLessThan(1e-12);
  });
});

describe('M/M/c', () => {
  /** Erlang's C by its definition, sums of a^n / n!. */
  function erlangByDefinition(servers: number, offered: number): number {
    let term = 1;
    let sum = 1;
    for (let n = 1; n < servers; n++) sum += term *= offered / n;
    const full = ((term * offered) / servers) * (servers / (servers - offered));
    return full / (sum + full);
  }

  test('waits as often as its definition says', () => {
    // Two servers at 75 %: 2 rho^2 / (1 + rho) = 9 / 14.
    expect(off(queueing.erlangC({ servers: 2, offered: 1.5 }), 9 / 14)).toBeLessThan(1e-14);
    for (const [servers, offered] of [
      [1, 0.3],
      [5, 4],
      [20, 18.5],
      [60, 42],
    ] as const) {
      expect(off(queueing.erlangC({ servers, offered }), erlangByDefinition(servers, offered))).toBeLessThan(
        1e-12,
      );
    }
    // a^c / c! / sum = 4.5 / (1 + 3 + 4.5): two servers offered three.
    expect(off(queueing.erlangB({ servers: 2, offered: 3 }), 4.5 / 8.5)).toBeLessThan(1e-14);
  });

  test('takes a hundred thousand servers, where a^n / n! overflows', () => {
    const queue = queueing.mmc({ arrivalRate: 99_500, serviceTime: 1000, servers: 100_000 });
    // Halfin and Whitt (1981): with beta = spare / sqrt(servers) = 1.5811, C tends to 1 / (1 + beta cdf(beta) / pdf(beta)).
    const beta = 500 / Math.sqrt(100_000);
    const pdf = Math.exp((-beta * beta) / 2) / Math.sqrt(2 * Math.PI);
    expect(off(queue.waitingProbability, 1 / (1 + (beta * 0.943074) / pdf))).toBeLessThan(0.01);
    expect(Number.isFinite(queue.sojourn.p99)).toBe(true);
    expect(queueing.erlangB({ servers: 1_000_000_000, offered: 10 })).toBe(0);
  });

  test('agrees with the recurrence of one more server each', () => {
    for (const [servers, offered] of [
      [1, 1e-9],
      [7, 100],
      [300, 290],
      [1000, 400],
      [1_000_000, 999_000],
      [1_000_000, 1_000_000],
    ] as const) {
      let blocking = 1;
      for (let n = 1; n <= servers; n++) blocking = (offered * blocking) / (n + offered * blocking);
      expect(off(queueing.erlangB({ servers, offered }) + 1e-300, blocking + 1e-300)).toBeLessThan(1e-11);
    }
    expect(queueing.erlangB({ servers: 3, offered: 0 })).toBe(0);
  });

  // One step a server would take seconds for each of some fifty of these.
  test('takes a billion servers at once', () => {
    const queue = queueing.mmc({ arrivalRate: 1e9 - 31_623, serviceTime: 1000, servers: 1e9 });
    // Halfin and Whitt with beta = 1: 1 / (1 + cdf(1) / pdf(1)).
    expect(off(queue.waitingProbability, 1 / (1 + 0.841345 / 0.241971))).toBeLessThan(1e-4);
    const fit = queueing.largestArrivalRate({ serviceTime: 10, servers: 1e9, latency: { p99: 47 } });
    expect(fit.utilization).toBeGreaterThan(0.9999);
    const needed = queueing.serversNeeded({ arrivalRate: 9e10, serviceTime: 10, latency: { p99: 47 } });
    expect(needed.servers).toBeGreaterThan(9e8);
    expect(needed.servers).toBeLessThan(9.001e8);
    expect(errorOf(() => queueing.mmc({ arrivalRate: 1, serviceTime: 1, servers: 1e9 + 1 })).code).toBe(
      'INVALID_ARGUMENT',
    );
    expect(
      errorOf(() => queueing.serversNeeded({ arrivalRate: 1e15, serviceTime: 1, latency: { mean: 9 } })).code,
    ).toBe('INFEASIBLE');
  });

  test.each([
    [1, 0.7, 3],
    [4, 0.85, 4],
    [16, 0.75, 5],
  ])('agrees with %s simulated servers at %s', (servers, utilization, seed) => {
    const simulated = simulate(exponential(1 / (utilization * servers)), exponential(1), { servers, seed });
    const queue = queueing.mmc({ arrivalRate: 1000 * utilization * servers, serviceTime: 1, servers });
    expectMean(simulated.waiting, queue.waiting.mean);
    expectMean(simulated.sojourn, queue.sojourn.mean);
    for (const [share, key] of [
      [0.5, 'p50'],
      [0.95, 'p95'],
      [0.99, 'p99'],
    ] as const) {
      expect(off(simulated.sojourn.quantile(share), queue.sojourn[key])).toBeLessThan(0.05);
    }
    expect(off(simulated.waiting.quantile(0.99), queue.waiting.p99)).toBeLessThan(0.06);
  });

  test('keeps its digits where waiting and service end equally fast', () => {
    for (const offered of [1, 1 - 1e-6, 1 + 1e-6]) {
      const { sojourn, waitingProbability } = queueing.mmc({
        arrivalRate: 1000 * offered,
        serviceTime: 1,
        servers: 2,
      });
      const spare = 2 - offered;
      const waited = spare === 1 ? sojourn.p99 : -Math.expm1((1 - spare) * sojourn.p99) / (spare - 1);
      const tail = Math.exp(-sojourn.p99) * (1 + waitingProbability * waited);
      expect(off(tail, 0.01)).toBeLessThan(1e-10);
    }
  });

  test('is M/M/1 with one server, and gains by sharing a queue', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (utilization, servers, serviceTime) => {
          const arrivalRate = (1000 * utilization) / serviceTime;
          const alone = queueing.mm1({ arrivalRate, serviceTime });
          const shared = queueing.mmc({ arrivalRate: arrivalRate * servers, serviceTime, servers });
          expect(off(alone.sojourn.mean, serviceTime / (1 - alone.utilization))).toBeLessThan(1e-10);
          expect(off(alone.sojourn.p95, alone.sojourn.mean * Math.log(20))).toBeLessThan(1e-9);
          expect(shared.waiting.mean).toBeLessThanOrEqual(alone.waiting.mean * (1 + 1e-12));
          for (const times of [shared.waiting, shared.sojourn]) {
            expect(times.p50).toBeLessThanOrEqual(times.p95);
            expect(times.p95).toBeLessThanOrEqual(times.p99);
          }
          // Little's law.
          const inSystem = (arrivalRate * servers * shared.sojourn.mean) / 1000;
          expect(off(shared.inSystem, inSystem)).toBeLessThan(1e-9);
        },
      ),
      { seed: 8, numRuns: 200 },
    );
  });
});

describe('M/D/1', () => {
  test.each([
    [0.5, 1.5],
    [0.8, 3],
    [0.9, 5.5],
  ])('at a utilization of %s keeps requests %s service times', (utilization, sojourn) => {
    expect(off(queueing.md1(at(utilization)).sojourn.mean, sojourn)).toBeLessThan(1e-12);
  });

  test.each([0.3, 0.6, 0.85])('agrees with a simulation at %s, mean and percentiles', (utilization) => {
    const simulated = simulate(exponential(1 / utilization), constant(1), { seed: 11 });
    const queue = queueing.md1(at(utilization));
    expectMean(simulated.waiting, queue.waiting.mean);
    for (const [share, key] of [
      [0.5, 'p50'],
      [0.95, 'p95'],
      [0.99, 'p99'],
    ] as const) {
      const exact = queue.waiting[key];
      expect(Math.abs(simulated.waiting.quantile(share) - exact)).toBeLessThan(0.01 + 0.05 * exact);
      expect(queue.sojourn[key]).toBe(exact + 1);
    }
  });

  test('has the waiting distribution that Erlang found', () => {
    // P(W <= t) = (1 - rho) sum over k <= t of (rho (k - t))^k / k! e^(-rho (k - t)), t in service times (Erlang, 1909).
    const within = (t: number, rho: number): number => {
      let sum = 0;
      let factorial = 1;
      for (let k = 0; k <= t; k++) {
        if (k > 0) factorial *= k;
        sum += ((rho * (k - t)) ** k / factorial) * Math.exp(-rho * (k - t));
      }
      return (1 - rho) * sum;
    };
    for (const rho of [0.2, 0.6, 0.8]) {
      const { waiting } = queueing.md1(at(rho));
      if (rho > 0.5) expect(within(waiting.p50, rho)).toBeCloseTo(0.5, 9);
      else expect(waiting.p50).toBe(0); // more than half do not wait
      expect(within(waiting.p95, rho)).toBeCloseTo(0.95, 9);
      expect(within(waiting.p99, rho)).toBeCloseTo(0.99, 9);
    }
  });

  test('goes over into heavy traffic without a step', () => {
    const below = queueing.md1(at(0.99989));
    const above = queueing.md1(at(0.99991));
    // Waiting is longer by 11 / 9 there.
    expect(off(above.waiting.p99 / below.waiting.p99, above.waiting.mean / below.waiting.mean)).toBeLessThan(
      2e-4,
    );
  });
});

describe("Kingman's approximation", () => {
  test('is exact for M/M/1 and M/D/1', () => {
    for (const utilization of [0.1, 0.5, 0.95]) {
      const random = queueing.kingman(at(utilization));
      expect(off(random.waiting.mean, queueing.mm1(at(utilization)).waiting.mean)).toBeLessThan(1e-12);
      const steady = queueing.kingman({ ...at(utilization), serviceVariability: 0 });
      expect(off(steady.waiting.mean, queueing.md1(at(utilization)).waiting.mean)).toBeLessThan(1e-12);
    }
  });

  test('waits by (ca2 + cs2) / 2', () => {
    // .8 / .2 * (.25 + 2) / 2 * 10 ms
    const queue = queueing.kingman({
      arrivalRate: 80,
      serviceTime: 10,
      arrivalVariability: 0.25,
      serviceVariability: 2,
    });
    expect(queue.waiting.mean).toBeCloseTo(45, 10);
    expect(queue.sojourn).toEqual({ mean: queue.waiting.mean + 10 });
  });

  test.each([
    ['arrivals and service of four phases', 4, 1],
    ['three servers', 2, 3],
  ])('lies above a simulation at 0.9, by less than a seventh, with %s', (_, phases, servers) => {
    const utilization = 0.9;
    const interarrival = erlang(1 / (utilization * servers), phases);
    const { waiting } = simulate(interarrival, erlang(1, phases), { servers, seed: 5 });
    const queue = queueing.kingman({
      arrivalRate: 1000 * utilization * servers,
      serviceTime: 1,
      servers,
      arrivalVariability: 1 / phases,
      serviceVariability: 1 / phases,
    });
    expect(waiting.error).toBeLessThan(0.06 * waiting.mean);
    expect(waiting.mean).toBeLessThan(queue.waiting.mean + 2 * waiting.error);
    expect(waiting.mean).toBeGreaterThan(0.85 * queue.waiting.mean - 2 * waiting.error);
  });
});

describe('a queue that grows for ever', () => {
  const over = { arrivalRate: 250, serviceTime: 10 };

  test.each([
    ['mm1', () => queueing.mm1(over)],
    ['md1', () => queueing.md1(over)],
    ['kingman', () => queueing.kingman(over)],
    ['mmc', () => queueing.mmc({ ...over, servers: 1 })],
  ])('%s tells the arrival rate that would fit, and the servers', (_, run) => {
    const error = errorOf(run);
    expect(error.code).toBe('INFEASIBLE');
    expect(error.expected).toEqual({ arrivalRate: 100, servers: 3 });
    expect(error.message).toContain('Less than 100 requests/s would fit, or 3 servers');
  });

  test('is one at a utilization of exactly 1', () => {
    expect(errorOf(() => queueing.mm1(at(1))).expected).toEqual({ arrivalRate: 1000, servers: 2 });
    expect(errorOf(() => queueing.erlangC({ servers: 3, offered: 3 })).code).toBe('INFEASIBLE');
  });
});

describe('capacity', () => {
  test('is 80 requests a second for a mean of 50 ms where one takes 10', () => {
    const fit = queueing.largestArrivalRate({ serviceTime: 10, latency: { mean: 50 } });
    expect(off(fit.arrivalRate, 80)).toBeLessThan(1e-12);
    expect(fit.sojourn.mean).toBeLessThanOrEqual(50);
  });

  test.each(['mm1', 'mmc', 'md1', 'kingman'] as const)(
    'of %s is the rate just before the target breaks',
    (model) => {
      const servers = model === 'mmc' ? 8 : 1;
      const fit = queueing.largestArrivalRate({ model, serviceTime: 10, servers, latency: { mean: 40 } });
      const run = { mm1: queueing.mm1, mmc: queueing.mmc, md1: queueing.md1, kingman: queueing.kingman }[
        model
      ];
      expect(run({ arrivalRate: fit.arrivalRate, serviceTime: 10, servers }).sojourn.mean).toBeCloseTo(40, 6);
      const more = run({ arrivalRate: fit.arrivalRate * 1.001, serviceTime: 10, servers });
      expect(more.sojourn.mean).toBeGreaterThan(40);
    },
  );

  test('keeps percentiles, and every target that is given', () => {
    const latency = { p99: 100 };
    const fit = queueing.largestArrivalRate({ serviceTime: 10, latency });
    // 10 ms / (1 - rho) ln 100 = 100 ms
    expect(off(fit.utilization, 1 - Math.log(100) / 10)).toBeLessThan(1e-9);
    const both = queueing.largestArrivalRate({ serviceTime: 10, latency: { ...latency, mean: 15 } });
    expect(off(both.utilization, 1 / 3)).toBeLessThan(1e-12);
  });

  test('needs as few servers as keep the target', () => {
    const load = { arrivalRate: 1000, serviceTime: 10, latency: { p99: 60 } };
    const { servers, sojourn } = queueing.serversNeeded(load);
    expect(sojourn.p99).toBeLessThanOrEqual(60);
    const fewer = queueing.mmc({ ...load, servers: servers - 1 });
    expect(fewer.sojourn.p99).toBeGreaterThan(60);
    expect(queueing.serversNeeded({ ...load, latency: { mean: 1e9 } }).servers).toBe(11); // 10 would stand at 100 %
    expect(queueing.serversNeeded({ ...load, arrivalRate: 0 }).servers).toBe(1);
    for (const arrivalRate of [1, 90, 100, 777, 12_345, 98_765]) {
      for (const p99 of [46.06, 47, 50, 80, 1000]) {
        const fit = queueing.serversNeeded({ arrivalRate, serviceTime: 10, latency: { p99 } });
        expect(fit.sojourn.p99).toBeLessThanOrEqual(p99);
        const busy = arrivalRate / 100;
        if (fit.servers - 1 <= busy) continue;
        const less = queueing.mmc({ arrivalRate, serviceTime: 10, servers: fit.servers - 1 });
        expect(less.sojourn.p99).toBeGreaterThan(p99);
      }
    }
  });

  test('is none where the service alone takes too long', () => {
    for (const run of [
      () => queueing.largestArrivalRate({ serviceTime: 10, latency: { mean: 9 } }),
      () => queueing.serversNeeded({ arrivalRate: 1, serviceTime: 10, latency: { p99: 46 } }), // 10 ln 100 = 46.05
    ]) {
      const error = errorOf(run);
      expect(error.code).toBe('INFEASIBLE');
      expect(error.message).toMatch(/service alone/);
    }
    expect(queueing.serversNeeded({ arrivalRate: 1, serviceTime: 10, latency: { p99: 46.06 } }).servers).toBe(
      2,
    );
  });

  test('refuses targets that no one gave, or that a model has no word of', () => {
    for (const latency of [{}, null, { p90: 3 }]) {
      const error = errorOf(() =>
        queueing.largestArrivalRate({ serviceTime: 1, latency: latency as object }),
      );
      expect(error.code).toBe('INVALID_ARGUMENT');
    }
    const error = errorOf(() =>
      queueing.largestArrivalRate({ model: 'kingman', serviceTime: 1, latency: { p99: 9 } }),
    );
    expect(error.message).toMatch(/some of mean; got p99/);
    expect(
      errorOf(() => queueing.utilizationCurve({ model: 'md2' as 'md1', serviceTime: 1 })).expected,
    ).toEqual(['mm1', 'mmc', 'md1', 'kingman']);
    const alien = { serviceTime: 1, serviceVariability: 4 };
    expect(errorOf(() => queueing.utilizationCurve(alien)).message).toMatch(/model 'kingman'/);
    expect(() => queueing.utilizationCurve({ model: 'md1', servers: 2, serviceTime: 1 })).toThrow(/servers/);
  });
});

describe('the curve of latency against utilization', () => {
  test('is flat at first, and steep at last', () => {
    const curve = queueing.utilizationCurve({ serviceTime: 10, from: 0, to: 0.9, points: 10 });
    expect(curve.length).toBe(10);
    expect(curve[0]!.sojourn.mean).toBe(10);
    expect(curve[5]!.utilization).toBeCloseTo(0.5, 14);
    expect(curve[5]!.sojourn.mean).toBeCloseTo(20, 10);
    expect(curve[5]!.arrivalRate).toBeCloseTo(50, 10);
    expect(curve[9]!.utilization).toBe(0.9);
    expect(curve[9]!.sojourn.mean).toBeCloseTo(100, 8);
    expect(curve[9]!.sojourn).toHaveProperty('p99');
    const even = queueing.utilizationCurve({ model: 'kingman', serviceTime: 10, arrivalVariability: 0 });
    expect(even[49]!.sojourn).not.toHaveProperty('p99');
    expect(() => queueing.utilizationCurve({ serviceTime: 10, to: 1 })).toThrow(/to must be/);
  });
});

describe('tails at scale', () => {
  test('turn the hundredth into two thirds, over a hundred servers', () => {
    expect(queueing.tailAtScale({ probability: 0.01, servers: 100 })).toBeCloseTo(1 - 0.99 ** 100, 14);
    expect(queueing.tailAtScale({ probability: 0.01, servers: 100 })).toBeCloseTo(0.634, 3);
    expect(queueing.tailAtScale({ probability: 0.0001, servers: 2000 })).toBeCloseTo(0.1813, 4);
    expect(queueing.tailAtScale({ probability: 0, servers: 9 })).toBe(0);
    expect(queueing.tailAtScale({ probability: 1, servers: 9 })).toBe(1);
    expect(off(queueing.tailAtScale({ probability: 1e-20, servers: 1000 }), 1e-17)).toBeLessThan(1e-14);
  });

  test('are undone by what every server must keep', () => {
    expect(queueing.tailPerServer({ probability: 0.01, servers: 100 }).percentile).toBeCloseTo(99.98995, 5);
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 100_000 }),
        (probability, servers) => {
          const needed = queueing.tailPerServer({ probability, servers }).probability;
          const back = queueing.tailAtScale({ probability: needed, servers });
          expect(back).toBeLessThanOrEqual(probability);
          expect(off(back, probability)).toBeLessThan(1e-9);
        },
      ),
      { seed: 8, numRuns: 200 },
    );
  });
});

describe('bad input', () => {
  test('is refused by name', () => {
    const runs: [RegExp, () => unknown][] = [
      [/arrivalRate/, () => queueing.mm1(null as never)],
      [/arrivalRate/, () => queueing.md1(undefined as never)],
      [/arrivalRate/, () => queueing.mmc({ arrivalRate: -1, serviceTime: 1 })],
      [/arrivalRate/, () => queueing.kingman(null as never)],
      [/serviceTime/, () => queueing.mm1({ arrivalRate: 1, serviceTime: 0 })],
      [/servers/, () => queueing.mmc({ arrivalRate: 1, serviceTime: 1, servers: 1.5 })],
      [/serviceVariability/, () => queueing.kingman({ ...at(0.5), serviceVariability: Number.NaN })],
      [/arrivalRate/, () => queueing.serversNeeded(null as never)],
      [/serviceTime/, () => queueing.largestArrivalRate(null as never)],
      [/serviceTime/, () => queueing.utilizationCurve(undefined as never)],
      [/probability/, () => queueing.tailAtScale({ probability: 1.1, servers: 1 })],
      [/servers/, () => queueing.tailPerServer({ probability: 0.1, servers: 0 })],
      [/offered/, () => queueing.erlangC(null as never)],
      [/servers/, () => queueing.erlangB(null as never)],
      [/servers/, () => queueing.largestArrivalRate({ serviceTime: 1, servers: 'x' as never, latency: {} })],
      [/servers/, () => queueing.utilizationCurve({ serviceTime: 1, servers: Number.NaN })],
      [/model/, () => queueing.utilizationCurve({ serviceTime: 1, model: Symbol('mmc') as never })],
    ];
    for (const [message, run] of runs) {
      const error = errorOf(run);
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toMatch(message);
    }
  });

  test('is never answered by an infinity', () => {
    expect(errorOf(() => queueing.mm1({ arrivalRate: 1e300, serviceTime: 1e300 })).code).toBe('OVERFLOW');
    const long = { arrivalRate: 1e-306, serviceTime: 1e307 };
    expect(Number.isFinite(queueing.mm1(long).sojourn.p99)).toBe(true);
    // The mean would be a double, 1.1e308, and the 99th percentile 5e308 is none.
    expect(errorOf(() => queueing.mm1({ ...long, serviceTime: 1e308 })).code).toBe('OVERFLOW');
    expect(errorOf(() => queueing.kingman({ ...at(0.9), serviceVariability: 1e308 })).code).toBe('OVERFLOW');
    const quick = { arrivalRate: 5e4, serviceTime: 0.01, serviceVariability: 1e308 };
    expect(errorOf(() => queueing.kingman(quick)).code).toBe('OVERFLOW');
    expect(
      errorOf(() => queueing.largestArrivalRate({ serviceTime: 5e-324, latency: { mean: 1 } })).code,
    ).toBe('OVERFLOW');
    const slow = { arrivalRate: 1e-304, fixed: 1.5e308, perItem: 1 };
    expect(errorOf(() => queueing.continuousBatching(slow)).code).toBe('OVERFLOW');
    const batches = [{ batch: 2, service: 1.5e308 }];
    expect(errorOf(() => queueing.batchPareto({ batches, arrivalRate: 1e-305 })).code).toBe('OVERFLOW');
  });
});
