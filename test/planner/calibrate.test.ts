import { beforeAll, expect, test } from 'vitest';
import {
  type CalibrateOptions,
  calibrate,
  capabilities,
  init,
  type Machine,
  predict,
} from '../../src/planner/index.ts';
import { checkMachine } from '../../src/planner/machine.ts';

const MIB = 2 ** 20;
const SMALL = { bytes: 16 * MIB };
const inUse = () => capabilities().memory.bytesInUse;
let machine: Machine;

beforeAll(async () => {
  await init();
  machine = await calibrate({ ...SMALL, name: 'here' });
});

test('a machine is plain data, and one to reckon with', () => {
  expect(checkMachine(machine)).toBe(machine);
  expect(JSON.parse(JSON.stringify(machine))).toEqual(machine);
  expect(machine).toMatchObject({ name: 'here', tier: capabilities().tier });
  expect(machine.runtime).toContain(process.versions.node);
  expect(machine.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(predict({ index: 'flat', rows: 1e5, dimensions: 96, machine }).p50).toBeGreaterThan(0);
});

test('blocks are those of the caches and the one that is asked for', () => {
  const sizes = [16 * 1024, 512 * 1024, 2 * MIB, 12 * MIB, 16 * MIB];
  expect(machine.streaming.map(({ bytes }) => bytes)).toEqual(sizes);
  expect(machine.gather.map(({ bytes }) => bytes)).toEqual(sizes);
});

test('rates are such as machines have', () => {
  const within = (rate: number, least: number, most: number) => {
    expect(rate).toBeGreaterThan(least);
    expect(rate).toBeLessThan(most);
  };
  // A hundredth of an old machine that is busy, to ten times the fastest there are.
  for (const { perSecond } of machine.streaming) within(perSecond, 1e7, 1e13);
  for (const { perSecond } of machine.gather) within(perSecond, 1e5, 1e11);
  within(machine.float32, 1e7, 1e12);
  within(machine.int8, 1e7, 1e13);
  within(machine.hash, 1e6, 1e11);
  within(machine.call, 1e-11, 1e-4);
  expect(machine.jitter).toBeGreaterThanOrEqual(1);
});

test('it takes some tenths of a second, gives the event loop its turns and the block back', async () => {
  const before = inUse();
  let turns = 0;
  const turn = setInterval(() => turns++, 1);
  const start = performance.now();
  const seen: number[] = [];
  await calibrate({ ...SMALL, onProgress: ({ done }) => seen.push(done) });
  // In .15 s where nothing else runs.
  expect(performance.now() - start).toBeLessThan(5000);
  clearInterval(turn);
  expect(turns).toBeGreaterThan(2);
  expect(seen.length).toBeGreaterThan(1);
  expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  expect(inUse()).toBe(before);
});

test('it is named by its runtime unless it is told', async () => {
  expect((await calibrate(SMALL)).name).toBe(machine.runtime);
});

test.each([0, 1, 3])('aborted after %d reports it leaves nothing behind', async (reports) => {
  const before = inUse();
  const stop = new AbortController();
  let seen = 0;
  const onProgress = () => {
    if (++seen === reports) stop.abort(new Error('enough'));
  };
  if (reports === 0) stop.abort(new Error('enough'));
  await expect(calibrate({ ...SMALL, signal: stop.signal, onProgress })).rejects.toThrow('enough');
  expect(inUse()).toBe(before);
});

test('two at a time measure as one does', async () => {
  const before = inUse();
  const both = await Promise.all([calibrate(SMALL), calibrate(SMALL)]);
  for (const one of both) expect(checkMachine(one)).toBe(one);
  expect(inUse()).toBe(before);
});

test.each([
  [{ bytes: 0 }, 'bytes'],
  [{ bytes: 2 ** 20 }, 'bytes'],
  [{ bytes: 2 ** 31 }, 'bytes'],
  [{ bytes: '64' }, 'bytes'],
  [{ bytes: Number.NaN }, 'bytes'],
  [{ name: 7 }, 'name'],
  [null, 'calibrate'],
])('%o is refused by name', async (options, told) => {
  await expect(calibrate(options as unknown as CalibrateOptions)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(told),
  });
});
