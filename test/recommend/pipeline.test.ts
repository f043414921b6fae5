import { Pipeline, Profiler } from 'lanewise';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { ticking } from './ticking-clock.ts';

interface Request {
  readonly user: number;
}

describe('a pipeline', () => {
  test('hands the context of each stage to the next, with its type', async () => {
    const pipeline = new Pipeline<Request>()
      .stage('retrieve', ({ user }) => ({ user, candidates: [3, 1, 2] }))
      .stage('rank', async (context) => ({ ...context, ranked: context.candidates.toSorted() }))
      .stage('log', ({ ranked }) => void ranked.length);
    const result = await pipeline.run({ user: 7 });
    expect(result).toEqual({ user: 7, candidates: [3, 1, 2], ranked: [1, 2, 3] });
    expectTypeOf(result).toEqualTypeOf<{ ranked: number[]; user: number; candidates: number[] }>();
    expect(pipeline.stages).toEqual(['retrieve', 'rank', 'log']);
  });

  test('keeps the context of a stage that gives nothing, at once or later', async () => {
    const context = { seen: [] as string[] };
    const pipeline = new Pipeline<typeof context>()
      .stage('now', ({ seen }) => {
        seen.push('now');
      })
      .stage('later', async ({ seen }) => {
        seen.push('later');
      })
      .stage('perhaps', ({ seen }) => (seen.length > 5 ? { seen: ['many'] } : undefined));
    expect(await pipeline.run(context)).toBe(context);
    expect(context.seen).toEqual(['now', 'later']);
  });

  test('takes null, 0 and the empty text for contexts', async () => {
    const pipeline = new Pipeline<string>()
      .stage('null', () => null)
      .stage('zero', () => 0)
      .stage('text', () => '');
    expect(await pipeline.run('start')).toBe('');
  });

  test('of no stages gives what it takes', async () => {
    expect(await new Pipeline<number>().run(5)).toBe(5);
  });

  test('does not wait between stages that give no promise', () => {
    const seen: string[] = [];
    const pipeline = new Pipeline<number>({ profiler: new Profiler() })
      .stage('a', () => void seen.push('a'))
      .stage('b', () => void seen.push('b'));
    void pipeline.run(0);
    expect(seen).toEqual(['a', 'b']);
  });

  test('is not changed by another stage, so that two may share their beginning', async () => {
    const start = new Pipeline<number>().stage('add', (value) => value + 1);
    const doubled = start.stage('scale', (value) => 2 * value);
    const tripled = start.stage('scale', (value) => 3 * value);
    expect(await Promise.all([start.run(1), doubled.run(1), tripled.run(1)])).toEqual([2, 4, 6]);
  });

  test('runs requests at the same time without mixing them up', async () => {
    const gates: (() => void)[] = [];
    const pipeline = new Pipeline<number>({ profiler: new Profiler() })
      .stage('wait', async (value) => {
        await new Promise<void>((open) => gates.push(open));
        return value;
      })
      .stage('double', (value) => 2 * value);
    const results = Promise.all([pipeline.run(1), pipeline.run(2)]);
    for (const open of gates.toReversed()) open();
    expect(await results).toEqual([2, 4]);
  });

  test('may be a stage of another', async () => {
    const rank = new Pipeline<number[]>()
      .stage('features', (values) => values.map((value) => [value, -value]))
      .stage('score', async (rows) => rows.map(([, negative]) => negative!));
    const pipeline = new Pipeline<Request>().stage('retrieve', () => [1, 2]).stage('rank', rank);
    expect(await pipeline.run({ user: 1 })).toEqual([-1, -2]);
    expectTypeOf(pipeline).toEqualTypeOf<Pipeline<Request, number[]>>();
  });
});

describe('a stage that throws', () => {
  const error = new TypeError('No such user.');
  const failing: [string, () => unknown][] = [
    [
      'at once',
      () => {
        throw error;
      },
    ],
    [
      'later',
      async () => {
        throw error;
      },
    ],
  ];

  test.each(failing)('%s rejects the request with its own error', async (_, fail) => {
    const after = vi.fn();
    const pipeline = new Pipeline<number>().stage('fail', fail).stage('after', after);
    await expect(pipeline.run(1)).rejects.toBe(error);
    expect(after).not.toHaveBeenCalled();
  });

  test.each(failing)(
    '%s counts as an error of its own, of what it is in, and of the request',
    async (_, fail) => {
      const profiler = new Profiler({ now: ticking() });
      const rank = new Pipeline<number>().stage('features', () => undefined).stage('score', fail);
      const pipeline = new Pipeline<number>({ profiler })
        .stage('retrieve', () => undefined)
        .stage('rank', rank);
      await expect(pipeline.run(1)).rejects.toBe(error);
      const { stages, requests } = profiler.report();
      const counts = stages.map(({ name, requests, errors }) => [name, requests, errors]);
      expect(counts).toEqual([
        ['retrieve', 1, 0],
        ['rank', 1, 1],
        ['rank/features', 1, 0],
        ['rank/score', 1, 1],
      ]);
      expect([requests.requests, requests.errors]).toEqual([1, 1]);
    },
  );
});

describe('a signal', () => {
  test('stops a request between two stages, with its reason', async () => {
    const controller = new AbortController();
    const after = vi.fn();
    const profiler = new Profiler();
    const pipeline = new Pipeline<number>({ profiler })
      .stage('first', () => controller.abort(new Error('too late')))
      .stage('after', after);
    await expect(pipeline.run(1, { signal: controller.signal })).rejects.toThrow('too late');
    expect(after).not.toHaveBeenCalled();
    const { requests, stages } = profiler.report();
    expect([requests.errors, stages[0]!.errors, stages[1]!.requests]).toEqual([1, 0, 0]);
  });

  test('stops one that has not begun, and one whose last stage is done', async () => {
    const controller = new AbortController();
    const last = vi.fn(() => controller.abort(new Error('too late')));
    const pipeline = new Pipeline<number>().stage('last', last);
    await expect(pipeline.run(1, { signal: controller.signal })).rejects.toThrow('too late');
    await expect(pipeline.run(1, { signal: controller.signal })).rejects.toThrow('too late');
    expect(last).toHaveBeenCalledTimes(1);
  });

  test('reaches every stage', async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const inner = new Pipeline<number>().stage('inner', (_, options) => void seen.push(options.signal));
    const pipeline = new Pipeline<number>().stage('outer', (_, options) => void seen.push(options.signal));
    await pipeline.stage('nested', inner).run(1, { signal });
    expect(seen).toEqual([signal, signal]);
  });
});

describe('measured by a profiler', () => {
  test('stages, those in them, requests and what is between come to the milliseconds they took', async () => {
    // The clock goes on by 1 ms at each look, and stages put it forward.
    const now = ticking();
    const profiler = new Profiler({ now });
    const rank = new Pipeline<number>()
      .stage('features', () => now.forward(20))
      .stage('score', async () => now.forward(40));
    const pipeline = new Pipeline<number>({ profiler })
      .stage('retrieve', () => now.forward(10))
      .stage('rank', rank);
    for (let i = 0; i < 3; i++) await pipeline.run(i);
    const { stages, requests, overhead, total, bottleneck } = profiler.report();
    const totals = stages.map(({ name, requests, mean, total }) => [name, requests, mean, total]);
    // Every pair of looks adds 1 ms: retrieve 11, features 21, score 41, and rank, with 4 looks in it, 20 + 40 + 5.
    expect(totals).toEqual([
      ['retrieve', 3, 11, 33],
      ['rank', 3, 65, 195],
      ['rank/features', 3, 21, 63],
      ['rank/score', 3, 41, 123],
    ]);
    // Of 10 + 20 + 40 and 9 looks after the first, the two stages explain 11 + 65.
    expect([requests.mean, total, overhead.total]).toEqual([79, 237, 9]);
    expect(bottleneck).toBe('rank/score');
    expect(stages[1]!.ownShare).toBeCloseTo((65 - 21 - 41) / 79, 12);
  });

  test('counts are of the context that a stage takes, whatever becomes of it', async () => {
    const profiler = new Profiler();
    const pipeline = new Pipeline<number[]>({ profiler }).stage('rank', (values) => void values.splice(1), {
      count: (values) => values.length,
    });
    await pipeline.run([1, 2, 3]);
    await pipeline.run([1, 2, 3, 4, 5]);
    expect(profiler.report().stages[0]!.candidates).toBe(4);
  });

  test('a count that is none rejects the request', async () => {
    const pipeline = new Pipeline<number>({ profiler: new Profiler() }).stage('rank', () => {}, {
      count: () => -1,
    });
    await expect(pipeline.run(1)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('nothing but the profiler of the outermost pipeline measures', async () => {
    const [outer, inner] = [new Profiler(), new Profiler()];
    const nested = new Pipeline<number>({ profiler: inner }).stage('part', () => {});
    await new Pipeline<number>({ profiler: outer }).stage('whole', nested).run(1);
    expect(outer.stages).toEqual(['whole', 'whole/part']);
    expect(inner.report().requests.requests).toBe(0);
  });

  test('without one, counts are not asked for', async () => {
    const count = vi.fn(() => 1);
    await new Pipeline<number>().stage('rank', () => {}, { count }).run(1);
    expect(count).not.toHaveBeenCalled();
  });

  test('a clock that runs backwards takes no time', async () => {
    let time = 1000;
    const profiler = new Profiler({ now: () => time-- });
    await new Pipeline<number>({ profiler }).stage('rank', () => {}).run(1);
    expect(profiler.report().requests.total).toBe(0);
  });
});

const pipeline = new Pipeline<number>().stage('rank', () => {});
test.each<[string, () => unknown]>([
  ['a name that another stage has', () => pipeline.stage('rank', () => {})],
  ['an empty name', () => pipeline.stage('', () => {})],
  ['a name that is no text', () => pipeline.stage(5 as never, () => {})],
  ["a name with '/'", () => pipeline.stage('rank/score', () => {})],
  ['no function', () => pipeline.stage('score', undefined as never)],
  ['an object for a function', () => pipeline.stage('score', { run: () => {} } as never)],
  ['a count that is no function', () => pipeline.stage('score', () => {}, { count: 5 as never })],
  ['a profiler that is none', () => new Pipeline({ profiler: {} as never })],
])('%s is refused', (_, run) => {
  expect(errorOf(run).code).toBe('INVALID_ARGUMENT');
  expect(pipeline.stages).toEqual(['rank']);
});
