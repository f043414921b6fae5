import { expect, test } from 'vitest';
import { type Machine, machineNamed, machines, plan, predict } from '../../src/planner/index.ts';
import { checkMachine } from '../../src/planner/machine.ts';
import { errorOf } from '../host/error-of.ts';
import { MACHINE } from './some-machine.ts';

test('every machine that is kept by a name is one to reckon with, and bears that name', () => {
  expect(Object.keys(machines).length).toBeGreaterThan(0);
  for (const [name, machine] of Object.entries(machines)) {
    expect(checkMachine(machine)).toBe(machine);
    expect(machine.name).toBe(name);
    expect(machineNamed(name)).toBe(machine);
    expect(machine.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(machine.runtime).toMatch(/^\w+ \d/);
  }
});

test.each(['my laptop', 'toString', '__proto__', '', undefined, null, 7])(
  '%o is no machine, and the names there are get told',
  (name) => {
    const { code, message, expected } = errorOf(() => machineNamed(name as string));
    expect(code).toBe('INVALID_ARGUMENT');
    expect(expected).toEqual(Object.keys(machines));
    for (const known of Object.keys(machines)) expect(message).toContain(known);
  },
);

test('a machine that was saved as JSON predicts and plans the same', () => {
  for (const machine of [MACHINE, ...Object.values(machines)]) {
    const saved = JSON.parse(JSON.stringify(machine)) as Machine;
    const request = { index: 'hnsw', rows: 200_000, dimensions: 100 } as const;
    expect(predict({ ...request, machine: saved })).toEqual(predict({ ...request, machine }));
    const asked = { rows: 20_000, dimensions: 100, recall: 0.9 };
    expect(plan({ ...asked, machine: saved })).toEqual(plan({ ...asked, machine }));
  }
});

const rate = { bytes: 1024, perSecond: 1e9 };
const HOSTILE: readonly (readonly [string, unknown])[] = [
  ['name', undefined],
  ['name', { toString: 1 }],
  ['tier', 'avx512'],
  ['tier', undefined],
  ...['float32', 'int8', 'hash', 'call', 'jitter'].flatMap((name) =>
    [0, -1, '30e9', null, undefined, Number.NaN, Number.POSITIVE_INFINITY, [1]].map(
      (value) => [name, value] as const,
    ),
  ),
  ...['streaming', 'gather'].flatMap((name) =>
    [
      [],
      {},
      'fast',
      null,
      undefined,
      [null],
      [7],
      [{ bytes: 1024 }],
      [{ perSecond: 1e9 }],
      [{ bytes: 1024, perSecond: '1e9' }],
      [{ bytes: 1024, perSecond: 0 }],
      // Sizes between which there is no end of steps.
      [
        { bytes: 1e-320, perSecond: 1e9 },
        { bytes: 1e300, perSecond: 1e9 },
      ],
      [rate, rate],
      [{ ...rate, bytes: 2048 }, rate],
      Array.from({ length: 1_000_000 }, (_, i) => ({ bytes: i + 1, perSecond: 1e9 })),
    ].map((value) => [name, value] as const),
  ),
];

test('what is no rate is refused by name, at once', () => {
  for (const [name, value] of HOSTILE) {
    const machine = { ...MACHINE, [name]: value } as unknown as Machine;
    for (const run of [
      () => predict({ index: 'flat', rows: 1e5, dimensions: 96, machine }),
      () => plan({ rows: 1000, dimensions: 16, machine }),
    ]) {
      const { code, message } = errorOf(run);
      expect(code).toBe('INVALID_ARGUMENT');
      expect(message).toContain(`machine.${name}`);
    }
  }
});

test.each([null, 7, 'cloud', [], {}])('%o is no machine', (machine) => {
  const { code, message } = errorOf(() => checkMachine(machine as unknown as Machine));
  expect(code).toBe('INVALID_ARGUMENT');
  expect(message).toContain('machine');
});

test('rates that no machine has are an error where they leave no time, and never NaN', () => {
  const slow = { ...MACHINE, call: 1e308, hash: 1e-308, int8: 1e-308 };
  const fast = { ...MACHINE, call: 5e-324, hash: 1e308, int8: 1e308, float32: 1e308 };
  for (const machine of [slow, fast]) {
    try {
      for (const value of Object.values(predict({ index: 'flat', rows: 10, dimensions: 96, machine })))
        if (typeof value === 'number') expect(value).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toMatchObject({ code: 'OVERFLOW' });
    }
  }
});
