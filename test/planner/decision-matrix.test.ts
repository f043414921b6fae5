import { expect, test } from 'vitest';
import { decisionMatrix, type Plan, plan } from '../../src/planner/index.ts';
import { errorOf } from '../host/error-of.ts';
import { MACHINE } from './some-machine.ts';

const REQUEST = { rows: 200_000, dimensions: 256, recall: 0.5, machine: MACHINE, dollarsPerHour: 0.1 };
const table = (planned: Plan) => {
  const { columns, rows } = decisionMatrix(planned);
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i]!, cell])));
};

test('every candidate has a row of texts and finite numbers, in the order of the plan', () => {
  const planned = plan(REQUEST);
  const { columns, rows } = decisionMatrix(planned);
  expect(rows.map(([name]) => name)).toEqual(planned.candidates.map(({ name }) => name));
  for (const row of rows) {
    expect(row).toHaveLength(columns.length);
    for (const cell of row) expect(typeof cell === 'string' || Number.isFinite(cell)).toBe(true);
  }
});

test('a row says what the plan says, and what ten times the rows would take', () => {
  const planned = plan(REQUEST);
  const [flat] = table(planned);
  const { best } = planned;
  const larger = plan({ ...REQUEST, rows: 2_000_000 }).candidates.find(({ name }) => name === 'flat')!;
  expect(flat).toMatchObject({
    candidate: 'flat',
    training: 'O(1)',
    inference: 'O(n d)',
    recall: 1,
    'memory (bytes)': best!.bytes,
    'p99 (ms)': best!.prediction.p99,
    'p99 at 10x rows (ms)': larger.prediction.p99,
    'memory at 10x rows (bytes)': larger.prediction.bytes,
    // 730 hours of 0.10 dollars.
    'dollars/month': 73,
    verdict: 'best',
  });
});

test('the verdict is best once, feasible, or why not', () => {
  const flat = plan(REQUEST).candidates[0]!.prediction.p99;
  const planned = plan({ ...REQUEST, latency: { p99: 0.99 * flat } });
  const verdicts = table(planned).map(({ verdict }) => verdict);
  expect(verdicts.filter((verdict) => verdict === 'best')).toHaveLength(1);
  expect(verdicts[0]).toBe('best');
  planned.candidates.forEach(({ failure }, i) => {
    if (failure) expect(verdicts[i]).toBe(failure.message);
  });
  expect(verdicts.some((verdict) => String(verdict).includes('fails by p99'))).toBe(true);
});

test('a core that falls behind has no latency under load', () => {
  const rows = table(plan({ ...REQUEST, queriesPerSecond: 1e6 }));
  expect(rows.find(({ candidate }) => candidate === 'flat')!['p99 under load (ms)']).toBe('-');
});

test('a plan that was saved gives the same table', () => {
  const planned = plan(REQUEST);
  expect(decisionMatrix(JSON.parse(JSON.stringify(planned)))).toEqual(decisionMatrix(planned));
});

test.each([null, undefined, {}, []])('%o is no plan', (none) => {
  expect(errorOf(() => decisionMatrix(none as unknown as Plan)).code).toBe('INVALID_ARGUMENT');
});
