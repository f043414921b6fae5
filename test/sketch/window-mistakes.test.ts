import { describe, expect, test } from 'vitest';
import { EventWindows, type RefusalReason } from '../../src/sketch/index.ts';
import { Places, ReusedPlaces } from './window-counters.ts';

const ONE = { add() {}, merge() {} };
const PLACES = { create: () => new Places() };
const wrong = (options: object) => options as never;

describe('windows are refused', () => {
  test.each([
    ['a size of 0', { size: 0 }, /size must be an integer in 1/],
    ['a negative size', { size: -1 }, /size must be an integer/],
    ['a fractional size', { size: 1.5 }, /size must be an integer/],
    ['no size', {}, /size must be an integer/],
    ['a slide beyond the size', { size: 10, slide: 11 }, /slide must be an integer in 1..10; got 11/],
    ['a slide of 0', { size: 10, slide: 0 }, /slide must be an integer/],
    [
      'more panes than may be open',
      { size: 20_000, slide: 19_999 },
      /has 20000 panes, more than maxOpen, 10000/,
    ],
    ['a negative lateness', { size: 10, slide: 5, lateness: -1 }, /lateness must be a number in 0/],
    ['an endless lateness', { size: 10, slide: 5, lateness: Number.POSITIVE_INFINITY }, /lateness must be/],
    ['a negative disorder', { size: 10, slide: 5, disorder: -1 }, /disorder must be a number/],
    ['a maxAhead that is NaN', { size: 10, slide: 5, maxAhead: Number.NaN }, /maxAhead must be a number/],
    ['a maxOpen of 0', { size: 10, slide: 5, maxOpen: 0 }, /maxOpen must be an integer/],
    ['an origin that is no integer', { size: 10, slide: 5, origin: 0.5 }, /origin must be an integer/],
  ])('for %s', (_, options, message) => {
    const make = () => EventWindows.sliding(wrong({ ...PLACES, ...options }));
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(Places.alive).toBe(0);
  });

  test.each([0, -1, Number.NaN, undefined])('for a gap of %s', (gap) => {
    expect(() => EventWindows.sessions(wrong({ ...PLACES, gap }))).toThrow(/gap must be/);
  });

  test.each<[string, object, RegExp]>([
    ['neither prototype nor create', {}, /Give either prototype or create/],
    ['both', { ...PLACES, prototype: {} }, /Give either prototype or create/],
    [
      'a prototype without clone()',
      { prototype: { add() {}, merge() {} } },
      /must have clone\(\) and clear\(\)/,
    ],
    ['a number as a counter', { create: () => 0, add() {}, merge() {} }, /create must return an object/],
    ['null for a counter', { create: () => null }, /create must return an object/],
    ['a promise of a counter', { create: async () => ONE }, /no promise: .*give one as prototype/],
    ['one counter for all', { create: () => ONE }, /another one at each call/],
    ['null for a prototype', { prototype: null }, /Give either prototype or create/],
    ['a promise of a prototype', { prototype: Promise.resolve() }, /be no promise/],
    ['a counter without add()', { create: () => new Map() }, /Without an add\(\)/],
    ['a counter without merge()', { create: () => new Set([1]) }, /Without a merge\(\)/],
  ])('with %s', (_, states, message) => {
    expect(() => EventWindows.sliding(wrong({ size: 10, slide: 5, ...states }))).toThrow(message);
  });

  test('when their sketches cannot be merged, unless they need not be', () => {
    const counters = {
      create: (): Places => new ReusedPlaces(),
      merge: () => {
        throw new Error('with conservative update');
      },
    };
    expect(() => EventWindows.sliding({ size: 10, slide: 5, ...counters })).toThrow('conservative');
    expect(() => EventWindows.sessions({ gap: 5, ...counters })).toThrow('conservative');
    expect(Places.alive).toBe(0);
    const windows = EventWindows.tumbling({ size: 10, lateness: 5, ...counters });
    windows.addAll([1, 2, 10], [0, 1, 2]);
    const [result] = windows.drain();
    expect(result!.sketch.sorted).toEqual([0, 1]);
    result!.dispose();
    windows.dispose();
    expect(Places.alive).toBe(0);
  });
});

describe.each([
  ['panes', () => EventWindows.sliding({ size: 10, slide: 5, lateness: 50, maxOpen: 4, ...PLACES })],
  ['sessions', () => EventWindows.sessions({ gap: 5, lateness: 50, maxOpen: 4, ...PLACES })],
])('%s are as they were when', (_, make) => {
  test.each([
    ['a sketch refuses an event of a new one', 5],
    ['a sketch refuses an event of one that is there', 11],
    ['a sketch refuses an event that is late', 1],
  ])('%s', (_title, time) => {
    const windows = make();
    windows.addAll([0, 10, 20], [0, 1, 2]);
    windows.drain().forEach((result) => {
      result.dispose();
    });
    const before = windows.statistics();
    const alive = Places.alive;

    expect(() => windows.addAll([time], [-1])).toThrow('a place is negative');
    expect(() => windows.addAll([time, time], [3, -1])).toThrow('a place is negative');

    expect(windows.statistics()).toEqual(before);
    expect(windows.drain()).toEqual([]);
    expect(Places.alive).toBe(alive);
    windows.dispose();
  });

  test('there are as many as there may be', () => {
    const windows = make();
    windows.addAll([0, 10, 20, 30], [0, 1, 2, 3]);
    const before = windows.statistics();
    expect(() => windows.addAll([40], [4])).toThrow(
      /^4 (panes|sessions) are open, as many as maxOpen allows/,
    );
    expect(windows.statistics()).toEqual(before);
    windows.dispose();
  });

  test('a batch is not as many times as values, or has an event without a time', () => {
    const windows = make();
    const before = windows.statistics();
    const expectRefused = (times: unknown, values: unknown, code: string) =>
      expect(() => windows.addAll(times as number[], values as number[])).toThrow(
        expect.objectContaining({ code }),
      );
    expectRefused([1, 2], [1], 'DIMENSION_MISMATCH');
    expectRefused(undefined, [1], 'DIMENSION_MISMATCH');
    for (const time of [
      undefined,
      null,
      Number.NaN,
      'noon',
      new Date('noon'),
      2 ** 53,
      Number.POSITIVE_INFINITY,
    ]) {
      expectRefused([1, time], [1, 2], 'INVALID_VALUE');
    }
    expect(windows.statistics()).toEqual(before);
    windows.dispose();
  });
});

test('of events that complete windows, those before the one that failed stay added, up to the last window completed', () => {
  const windows = EventWindows.tumbling({ size: 10, disorder: 5, ...PLACES });
  // The watermark reaches 10 with the 15: what comes with it and before is added, of the rest nothing.
  expect(() => windows.addAll([0, 11, 9, 15, 12, 16, 21, 22], [0, 1, 2, 3, 4, 5, 6, -7])).toThrow('negative');
  expect(windows.statistics()).toMatchObject({ events: 4, open: 1, emitted: 1, watermark: 10 });
  windows.addAll([12, 16, 21, 22], [4, 5, 6, 7]).advance(Number.POSITIVE_INFINITY);
  expect(windows.drain().map(({ sketch }) => sketch.sorted)).toEqual([
    [0, 2],
    [1, 3, 4, 5],
    [6, 7],
  ]);
});

test('sketches that took events of a call get back what they were when another one refuses its events', () => {
  const windows = EventWindows.tumbling({ size: 10, disorder: 50, ...PLACES });
  windows.addAll([1, 11, 21], [0, 1, 2]);
  const alive = Places.alive;
  for (const times of [
    [2, 12, 22],
    [12, 22, 2],
    [32, 2, 12],
  ]) {
    expect(() => windows.addAll(times, [3, 4, -5])).toThrow('negative');
    expect(windows.statistics()).toMatchObject({ events: 3, open: 3, watermark: -29 });
    expect(Places.alive).toBe(alive);
  }
  windows.advance(Number.POSITIVE_INFINITY);
  expect(windows.drain().map(({ sketch }) => sketch.places)).toEqual([[0], [1], [2]]);
});

test('an event without a time is counted and handed on where it may be', () => {
  const refused: [unknown, RefusalReason][] = [];
  const windows = EventWindows.tumbling({
    ...{ size: 10, create: () => [] as string[], merge: () => {} },
    add: (all, names: readonly string[]) => all.push(...names),
    value: (event: { readonly time: number; readonly name: string }) => event.name,
    onRefused: (name, reason) => refused.push([name, reason]),
  });
  windows.add({ time: 1, name: 'ada' }).add([{ name: 'grace' } as never, { time: Number.NaN, name: 'alan' }]);
  expect(refused).toEqual([
    ['grace', 'timeless'],
    ['alan', 'timeless'],
  ]);
  expect(windows.statistics()).toMatchObject({ events: 1, timeless: 2 });
});

describe('an event far ahead is refused and counted, and makes nothing late', () => {
  test('against the clock', () => {
    const windows = EventWindows.tumbling({ size: 10, maxAhead: 5, clock: () => 100, ...PLACES });
    windows.addAll([105, 106, 101], [0, 1, 2]);
    expect(windows.statistics()).toMatchObject({ events: 2, ahead: 1, late: 0, watermark: 105 });
  });

  test('against a clock that tells no time, as everything is', () => {
    const windows = EventWindows.tumbling({ size: 10, maxAhead: 5, clock: () => Number.NaN, ...PLACES });
    windows.addAll([1, 2], [0, 1]);
    expect(windows.statistics()).toMatchObject({ events: 0, ahead: 2 });
  });

  test('against the latest event, or the watermark that was told', () => {
    const windows = EventWindows.tumbling({ size: 10, maxAhead: 5, ...PLACES });
    windows.addAll([100, 105, 111, 110], [0, 1, 2, 3]);
    expect(windows.statistics()).toMatchObject({ events: 3, ahead: 1, late: 0, watermark: 110 });
    windows.advance(1000).addAll([1005], [4]);
    expect(windows.statistics()).toMatchObject({ events: 4, ahead: 1, watermark: 1005 });
  });
});

test('sessions that cannot be merged are as they were before the event that bridges them', () => {
  let isBroken = false;
  const windows = EventWindows.sessions({
    ...{ gap: 5, disorder: 100, ...PLACES },
    merge: (into, from) => {
      if (isBroken) throw new Error('no memory');
      into.merge(from);
    },
  });
  windows.addAll([0, 8, 16], [0, 1, 2]);
  const [before, alive] = [windows.statistics(), Places.alive];
  isBroken = true;
  expect(() => windows.addAll([4], [3])).toThrow('no memory');
  isBroken = false;
  expect(() => windows.addAll([4], [-3])).toThrow('negative');
  expect(windows.statistics()).toEqual(before);
  expect(Places.alive).toBe(alive);
  const told = windows.advance(Number.POSITIVE_INFINITY).drain();
  expect(told.map(({ count, sketch }) => [count, ...sketch.places])).toEqual([
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
});

test('windows that were completed before one that failed wait, and the others come with the next call', () => {
  let left = 10;
  const windows = EventWindows.sliding({
    ...{ size: 2, slide: 1, disorder: 100 },
    create: () => {
      if (left-- === 0) throw new Error('no memory');
      return new Places();
    },
  });
  windows.addAll([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]); // two were made to try them, six are panes
  left = 2;
  expect(() => windows.advance(100)).toThrow('no memory');
  left = 100;
  windows.advance(100);
  const results = windows.drain();
  expect(results.map(({ start, sketch }) => [start, ...sketch.places])).toEqual([
    [0, 1],
    [1, 1, 2],
    [2, 2, 3],
    [3, 3, 4],
    [4, 4, 5],
    [5, 5, 6],
    [6, 6],
  ]);
  expect(windows.statistics().emitted).toBe(7);
});

test('more windows may complete at once than a call takes arguments', () => {
  const windows = EventWindows.sliding({
    ...{ size: 1000, slide: 1, disorder: 1e6 },
    create: () => ({ count: 0 }),
    add: (state, values: readonly number[]) => {
      state.count += values.length;
    },
    merge: (into, from) => {
      into.count += from.count;
    },
  });
  const times = Array.from({ length: 200 }, (_, at) => 1000 * at);
  windows.addAll(times, times).advance(Number.POSITIVE_INFINITY);
  expect(windows.drain()).toHaveLength(200_000);
});

test.each([undefined, null, '5', 5n, new Date('noon'), Number.NaN])(
  '%s is refused as a watermark',
  (time) => {
    const windows = EventWindows.tumbling({ size: 10, ...PLACES });
    expect(() => windows.advance(time as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    expect(windows.statistics().watermark).toBe(Number.NEGATIVE_INFINITY);
  },
);

test('of a call that throws in its middle, it can be told which events were taken', () => {
  const windows = EventWindows.sessions({ gap: 5, disorder: 100, ...PLACES });
  expect(() => windows.addAll([0, 200, 1, 300, 400], [0, 1, 2, 3, -4])).toThrow('negative');
  const { events, late } = windows.statistics();
  expect([events, late]).toEqual([3, 1]); // all but the last one
});
