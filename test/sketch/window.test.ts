import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventWindows, HyperLogLog, type WindowResult } from '../../src/sketch/index.ts';
import { Places, ReusedPlaces } from './window-counters.ts';
import { type Grouped, groupBySession, groupBySpan } from './window-reference.ts';

const PLACES = { create: () => new Places() };
const SEEDED = { seed: 7, numRuns: 200 } as const;

/** The last that was told of each window, as places in order. */
function latest(results: readonly WindowResult<Places>[]): Map<string, readonly number[]> {
  const windows = new Map<string, readonly number[]>();
  for (const { start, end, sketch, count, isCorrection, replaces } of results) {
    expect(isCorrection).toBe(replaces.length > 0);
    for (const span of replaces) expect(windows.delete(`${span.start}..${span.end}`)).toBe(true);
    expect(windows.has(`${start}..${end}`)).toBe(false);
    expect(count).toBe(sketch.places.length);
    windows.set(`${start}..${end}`, sketch.sorted);
  }
  return windows;
}

/** Adds all, in calls of so many events, and ends the stream. */
function run(windows: EventWindows<Places, ArrayLike<number>>, times: readonly number[], batch: number) {
  for (let at = 0; at < times.length; at += batch) {
    const part = times.slice(at, at + batch);
    windows.addAll(
      part,
      part.map((_, i) => at + i),
    );
  }
  const results = windows.advance(Number.POSITIVE_INFINITY).drain();
  const told = latest(results);
  for (const result of results) result.dispose();
  const statistics = windows.statistics();
  windows.dispose();
  return { told, statistics };
}

function expectSame(
  { told, statistics }: ReturnType<typeof run>,
  { windows, late }: Grouped,
  events: number,
) {
  expect(told).toEqual(windows);
  expect(statistics).toMatchObject({ late: late.length, events: events - late.length, open: 0 });
  expect(Places.alive).toBe(0);
}

/** Mostly in order, some of them far behind. */
const streams = fc.record({
  times: fc
    .array(
      fc.tuple(
        fc.nat(6),
        fc.oneof({ weight: 4, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(80) }),
      ),
      {
        maxLength: 120,
      },
    )
    .map((steps) => {
      let now = -50;
      return steps.map(([step, behind]) => {
        now += step;
        return now - behind;
      });
    }),
  disorder: fc.nat(12),
  lateness: fc.oneof(fc.constant(0), fc.nat(40)),
  batch: fc.integer({ min: 1, max: 40 }),
  isReused: fc.boolean(),
});

describe('windows hold what grouping all events afterwards finds in them', () => {
  const kindOf = (isReused: boolean) => ({ create: () => (isReused ? new ReusedPlaces() : new Places()) });

  test.each([
    [10, 10],
    [10, 5],
    [12, 8],
    [30, 2],
    [7, 3],
    [40, 1],
  ])('of size %i that slide by %i', (size, slide) => {
    fc.assert(
      fc.property(streams, ({ batch, isReused, ...stream }) => {
        const windows = EventWindows.sliding({ size, slide, ...stream, ...kindOf(isReused) });
        expectSame(run(windows, stream.times, batch), groupBySpan(stream, size, slide), stream.times.length);
      }),
      SEEDED,
    );
  });

  test.each([1, 4, 15])('of sessions with a gap of %i', (gap) => {
    fc.assert(
      fc.property(streams, ({ batch, isReused, ...stream }) => {
        const windows = EventWindows.sessions({ gap, ...stream, ...kindOf(isReused) });
        expectSame(run(windows, stream.times, batch), groupBySession(stream, gap), stream.times.length);
      }),
      SEEDED,
    );
  });
});

describe('a watermark', () => {
  test('follows the latest event at a distance, and completes windows whose end it reaches', () => {
    const windows = EventWindows.tumbling({ size: 10, disorder: 3, ...PLACES });
    windows.addAll([1, 9, 12], [0, 1, 2]);
    expect(windows.statistics().watermark).toBe(9);
    expect(windows.drain()).toHaveLength(0);

    windows.addAll([8, 13], [3, 4]);
    const [window, ...more] = windows.drain();
    expect(more).toHaveLength(0);
    expect(window).toMatchObject({ start: 0, end: 10, count: 3, isCorrection: false, replaces: [] });
    expect(window!.sketch.places).toEqual([0, 1, 3]);
  });

  test('is advanced by hand, and never goes back', () => {
    const windows = EventWindows.tumbling({ size: 10, ...PLACES });
    windows.addAll([1], [0]).advance(new Date(10)).advance(5);
    expect(windows.statistics().watermark).toBe(10);
    expect(windows.drain()).toMatchObject([{ start: 0, end: 10, count: 1 }]);
    expect(() => windows.advance(Number.NaN)).toThrow(/watermark must be a time/);
  });

  test('that jumps over years passes windows without events at once', () => {
    const windows = EventWindows.sliding({ size: 10, slide: 1, ...PLACES });
    windows.addAll([0, 1e14], [0, 1]);
    expect(windows.drain()).toHaveLength(10);
  });
});

describe('an event that comes late', () => {
  test('corrects its window as long as that is kept, once a call', () => {
    const windows = EventWindows.tumbling({ size: 10, lateness: 5, ...PLACES });
    windows.addAll([1, 10], [0, 1]);
    expect(windows.drain()).toMatchObject([{ start: 0, count: 1, isCorrection: false }]);

    windows.addAll([2, 3], [2, 3]);
    expect(windows.drain()).toMatchObject([
      { start: 0, count: 3, isCorrection: true, replaces: [{ start: 0, end: 10 }] },
    ]);
    expect(windows.statistics()).toMatchObject({ events: 4, late: 0, emitted: 2, corrections: 1 });
  });

  test('makes a first window of one that had no events', () => {
    const windows = EventWindows.tumbling({ size: 10, lateness: 50, ...PLACES });
    windows.addAll([31, 5], [0, 1]);
    expect(windows.drain()).toMatchObject([{ start: 0, count: 1, isCorrection: false, replaces: [] }]);
  });

  test('is counted when its window has gone, and handed on', () => {
    const late: [number, number][] = [];
    const windows = EventWindows.tumbling({
      ...{ size: 10, lateness: 5, ...PLACES },
      onLate: (value, time) => late.push([value, time]),
    });
    windows.addAll([1, 15, 2, 14], [0, 1, 2, 3]);
    expect(late).toEqual([[2, 2]]);
    expect(windows.statistics()).toMatchObject({ events: 3, late: 1 });
  });

  test('for some of its windows is in the others, and counted', () => {
    const windows = EventWindows.sliding({ size: 10, slide: 5, ...PLACES });
    windows.addAll([6, 12, 7], [0, 1, 2]); // 0..10 has gone, 5..15 has not
    expect(windows.advance(15).drain()).toMatchObject([
      { start: 0, count: 1 },
      { start: 5, count: 3 },
    ]);
    expect(windows.statistics()).toMatchObject({ events: 3, late: 0, partlyLate: 1 });
  });

  test('unites two sessions that were given already, and names both', () => {
    const windows = EventWindows.sessions({ gap: 10, lateness: 100, ...PLACES });
    windows.addAll([0, 15, 40], [0, 1, 2]);
    expect(windows.drain()).toMatchObject([
      { start: 0, end: 10, count: 1 },
      { start: 15, end: 25, count: 1 },
    ]);
    windows.addAll([8], [3]); // 8..18 touches both
    const spans = [
      { start: 0, end: 10 },
      { start: 15, end: 25 },
    ];
    expect(windows.drain()).toMatchObject([
      { start: 0, end: 25, count: 3, isCorrection: true, replaces: spans },
    ]);
  });
});

test('an event just a gap after the last one starts another session', () => {
  const windows = EventWindows.sessions({ gap: 10, ...PLACES });
  windows.addAll([0, 9.5, 19.5, 29], [0, 1, 2, 3]).advance(Number.POSITIVE_INFINITY);
  expect(windows.drain()).toMatchObject([
    { start: 0, end: 19.5, count: 2 },
    { start: 19.5, end: 39, count: 2 },
  ]);
});

test('a window starts at the origin', () => {
  const windows = EventWindows.tumbling({ size: 24, origin: -2, ...PLACES });
  windows.addAll([21, 22], [0, 1]);
  expect(windows.drain()).toMatchObject([{ start: -2, end: 22, count: 1 }]);
});

test('events of one pane reach its sketch in one batch, typed arrays without a copy', () => {
  const batches: Uint32Array[] = [];
  const windows = EventWindows.tumbling({
    create: () => [] as number[],
    add: (_, values: Uint32Array) => batches.push(values),
    merge: () => {},
    size: 100,
  });
  const values = Uint32Array.of(5, 6, 7, 8);
  windows.addAll(Float64Array.of(1, 50, 99, 100), values);
  expect(batches.map((batch) => [...batch])).toEqual([[5, 6, 7], [8]]);
  expect(batches.every(({ buffer }) => buffer === values.buffer)).toBe(true);
});

test('events that come in disorder reach each sketch in one batch of their own type, in order', () => {
  const batches: ArrayLike<number>[] = [];
  const windows = EventWindows.tumbling({
    create: () => [] as number[],
    add: (_, values: ArrayLike<number>) => batches.push(values),
    merge: () => {},
    ...{ size: 10, disorder: 20 },
  });
  windows.addAll([0], [0]);
  batches.length = 0;
  windows.addAll([1, 11, 2, 12, 3, 13], Uint32Array.of(1, 2, 3, 4, 5, 6));
  windows.addAll([4, 14, 5], [7, 8, 9]);
  expect(batches).toEqual([Uint32Array.of(2, 4, 6), Uint32Array.of(1, 3, 5), [7, 9], [8]]);
});

test('a sliding window of many panes is merged from some four sketches', () => {
  let merges = 0;
  const windows = EventWindows.sliding({
    ...{ size: 100, slide: 1, create: () => new ReusedPlaces() },
    merge: (into, from) => {
      merges++;
      into.merge(from);
    },
  });
  const times = Array.from({ length: 1000 }, (_, at) => at);
  windows.addAll(times, times);
  const results = windows.drain();
  expect(results).toHaveLength(999);
  // One of the newer panes, one of the two stacks, and one of the suffixes for each: 100 panes merged anew were 100.
  expect(merges).toBeLessThan(3.1 * results.length);
});

test('windows of HyperLogLog count as one over the events of the window does', async () => {
  const prototype = await HyperLogLog.create({ precision: 10 });
  prototype.add(['what a prototype has seen is not in the windows']);
  const windows = EventWindows.sliding({ size: 60, slide: 10, disorder: 5, prototype });
  const times = Float64Array.from({ length: 3000 }, (_, at) => at / 10 + ((at * 7) % 5));
  const keys = Uint32Array.from({ length: 3000 }, (_, at) => (at * at) % 1013);
  windows.addAll(times, keys).advance(Number.POSITIVE_INFINITY);
  const results = windows.drain();
  expect(results).toHaveLength(36); // of -50..10 to 300..360, as the last event is at 303.9
  for (const { start, end, sketch, count } of results) {
    const inside = keys.filter((_, at) => times[at]! >= start && times[at]! < end);
    const whole = await HyperLogLog.create({ precision: 10 });
    expect(count).toBe(inside.length);
    expect(sketch.toBytes()).toEqual(whole.add(inside).toBytes());
    sketch.dispose();
    whole.dispose();
  }
  expect(windows.memoryUsage().total).toBeGreaterThan(0);
  windows.dispose();
  prototype.dispose();
});
