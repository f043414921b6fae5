import { expect, test } from 'vitest';
import { EventWindows, HyperLogLog, type WindowResult } from '../../src/sketch/index.ts';
import { runtime } from '../../src/sketch/kernels.ts';
import { Places, ReusedPlaces } from './window-counters.ts';

interface Visit {
  readonly at: number;
  readonly place: number;
}

const visits = (count: number): Visit[] =>
  Array.from({ length: count }, (_, place) => ({ at: place, place }));

function windowsOf(more: { create?: () => Places; lateness?: number } = {}) {
  return EventWindows.sliding({
    ...{ size: 40, slide: 4, create: () => new ReusedPlaces() as Places, ...more },
    time: (visit: Visit) => visit.at,
    value: (visit) => visit.place,
  });
}

async function* later<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  for (const item of items) {
    await null;
    yield item;
  }
}

/** What is told of windows, without their sketches, which are disposed of. */
async function tell(results: AsyncIterable<WindowResult<Places>>) {
  const told: (readonly [number, number, string])[] = [];
  for await (const result of results) {
    told.push([result.start, result.end, result.sketch.sorted.join()]);
    result.dispose();
  }
  return told;
}

test('a source gives the same windows one by one, in arrays, by columns, and when it is not asynchronous', async () => {
  const all = visits(3000); // more than are read at a time
  const columns = { times: all.map(({ at }) => at), values: all.map(({ place }) => place) };
  const halves = [all.slice(0, 1777), [], all.slice(1777)];
  const expected = await tell(windowsOf().over(later(all)));
  // 0..40 is the first whole window; the first begins at -36, the last at 2996.
  expect(expected).toHaveLength((2996 + 36) / 4 + 1);
  expect(expected[9]![2]).toBe(Array.from({ length: 40 }, (_, at) => at).join());
  for (const source of [all, halves, later(halves), [columns], later([columns])]) {
    expect(await tell(windowsOf().over(source))).toEqual(expected);
  }
  expect(Places.alive).toBe(0);
});

test('whoever breaks off closes the source and keeps nothing', async () => {
  let isClosed = false;
  async function* source(): AsyncGenerator<Visit> {
    try {
      yield* later(visits(1000));
    } finally {
      isClosed = true;
    }
  }
  const windows = windowsOf();
  for await (const result of windows.over(source())) {
    result.dispose();
    if (result.start === 100) break;
  }
  expect(isClosed).toBe(true);
  expect(Places.alive).toBe(0);
  expect(windows.statistics().events).toBe(141); // the last one completed 100..140
  expect(() => windows.add({ at: 0, place: 0 })).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
});

test('no linear memory is left by windows of sketches, completed, broken off or undrained', async () => {
  const { memory } = runtime();
  const before = memory.statistics.bytesInUse;
  const prototype = await HyperLogLog.create({ precision: 12 });
  const make = () => EventWindows.sliding({ size: 40, slide: 2, lateness: 20, prototype });
  const times = Float64Array.from({ length: 2000 }, (_, at) => at - 30 * (at % 2));
  const batch = { times, values: new Uint32Array(times.length) };

  for await (const result of make().over([batch])) result.dispose();
  for await (const result of make().over([batch])) {
    result.dispose();
    if (result.end > 1000) break;
  }
  const pushed = make();
  pushed.addAll(batch.times, batch.values);
  expect(pushed.memoryUsage().total).toBeGreaterThan(40 * 4096);
  pushed.dispose();
  pushed.dispose();
  prototype.dispose();

  expect(memory.statistics.bytesInUse).toBe(before);
});

test('a result outlives its windows, and belongs to whoever has it', async () => {
  const kept: WindowResult<Places>[] = [];
  for await (const result of windowsOf().over(visits(50))) kept.push(result);
  const [first] = kept;
  expect(first!.sketch.sorted).toEqual([0, 1, 2, 3]);
  expect(Places.alive).toBe(kept.length);
  for (const result of kept) result[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
  expect(Places.alive).toBe(0);
});

test('a signal ends the iteration while the source lets it wait', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  async function* waiting(): AsyncGenerator<Visit> {
    yield* visits(10);
    setTimeout(() => controller.abort(reason), 5);
    await new Promise(() => {});
  }
  const windows = windowsOf();
  await expect(tell(windows.over(waiting(), { signal: controller.signal }))).rejects.toBe(reason);
  expect(windows.statistics().events).toBe(10);
  expect(Places.alive).toBe(0);
});

test('a signal ends a source that is not asynchronous and never ends', async () => {
  function* endless(): Generator<Visit> {
    for (let at = 0; ; at++) yield { at: at / 1e6, place: 1 };
  }
  const signal = AbortSignal.timeout(30);
  await expect(tell(windowsOf().over(endless(), { signal }))).rejects.toMatchObject({ name: 'TimeoutError' });
  const aborted = { signal: AbortSignal.abort() };
  await expect(tell(windowsOf().over(endless(), aborted))).rejects.toMatchObject({ name: 'AbortError' });
  await expect(tell(windowsOf().over(later(visits(9)), aborted))).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(Places.alive).toBe(0);
});

test('an error of the source ends the iteration, and keeps nothing', async () => {
  async function* broken(): AsyncGenerator<Visit> {
    yield* visits(20);
    throw new Error('the pipe broke');
  }
  await expect(tell(windowsOf().over(broken()))).rejects.toThrow('the pipe broke');
  expect(Places.alive).toBe(0);
});

test('windows that are disposed of while they are iterated end with an error', async () => {
  const windows = windowsOf();
  const iterate = async () => {
    for await (const result of windows.over(visits(1000))) {
      result.dispose();
      windows.dispose();
    }
  };
  await expect(iterate()).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(Places.alive).toBe(0);
});

test('windows that are advanced while the source is idle come with its next batch', async () => {
  const windows = windowsOf();
  let given = 0;
  async function* source(): AsyncGenerator<Visit[]> {
    yield visits(2);
    windows.advance(8);
    yield []; // a heartbeat
    expect(given).toBe(2); // -36..4 and -32..8
  }
  for await (const result of windows.over(source())) {
    given++;
    result.dispose();
  }
  expect(given).toBe(10);
});

test('whoever breaks off among windows that were waiting keeps none of them', async () => {
  const windows = EventWindows.tumbling({ size: 1, create: () => new Places() });
  windows.addAll([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]);
  expect(windows.memoryUsage().total).toBe(5 * 8); // one is open, four wait
  for await (const result of windows.over([])) {
    result.dispose();
    break;
  }
  expect(Places.alive).toBe(0);
});

test('events that are added while windows are iterated complete and correct windows in their turn', async () => {
  const windows = EventWindows.tumbling({ size: 2, lateness: 20, create: () => new Places() });
  const told: string[] = [];
  const source = [{ times: [0, 2, 4, 12, 3, 5], values: [0, 1, 2, 3, 4, 5] }];
  const between = [[10], [1], [20], [3], [12], [21]];
  for await (const { start, sketch, count, isCorrection, dispose } of windows.over(source)) {
    told.push(`${start}: ${sketch.sorted}${isCorrection ? ' again' : ''}`);
    expect(count).toBe(sketch.places.length);
    dispose();
    const times = between.shift();
    if (times) windows.addAll(times, [times[0]! + 100]);
  }
  // Of the last that are told of each window, none lacks an event that came before.
  const last = new Map(told.map((line) => [line.split(':')[0], line]));
  expect([...last.values()]).toEqual([
    '0: 0,101 again',
    '2: 1,4,103 again',
    '10: 110',
    '12: 3,112 again',
    '4: 2,5', // the 10 that was added had completed it before its first event came
    '20: 120,121',
  ]);
  expect(windows.statistics()).toMatchObject({ events: 12, late: 0 });
  expect(Places.alive).toBe(0);
});

test.each([undefined, null, 3, 'events'])('%s is refused as a source', async (source) => {
  const windows = windowsOf();
  await expect(windows.over(source as never).next()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(Places.alive).toBe(0);
});
