import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readNpy } from '../../src/format/index.ts';
import { LanewiseError } from '../../src/host/errors.ts';
import { capabilities, init, type Plan, plan, type VerifyOptions, verify } from '../../src/planner/index.ts';
import { MACHINE } from './some-machine.ts';

const { data, shape } = readNpy(readFileSync('demo/data/glove-40k.npy'));
const DIMENSIONS = shape[1]!;
const ROWS = 1500;
const vectors = Float32Array.from(data.subarray(0, ROWS * DIMENSIONS) as Float32Array);
const QUICK = { milliseconds: 30 };

const request = { rows: 1350, dimensions: DIMENSIONS, recall: 0.9, machine: MACHINE } as const;
const easy = plan({ ...request, latency: { p99: 500 } });

await init();
const inUse = () => capabilities().memory.bytesInUse;
async function rejection(run: Promise<unknown>): Promise<LanewiseError> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LanewiseError) return error;
  throw new Error(`No LanewiseError but ${String(error)}.`);
}

test('the best candidate is built, measured, held against the prediction, and confirmed', async () => {
  const { name, rows, queries, predicted, measured, errors, confirms, reasons } = await verify(
    easy,
    vectors,
    QUICK,
  );
  expect({ name, rows, queries }).toEqual({ name: 'flat', rows: 1350, queries: 150 });
  expect(measured.recall).toBe(1);
  expect(measured.p50).toBeGreaterThan(0);
  expect(measured.p99).toBeGreaterThanOrEqual(measured.p50);
  expect(measured.build).toBeGreaterThan(0);
  // 1350 rows of 4 bytes a dimension and more.
  expect(measured.bytes).toBeGreaterThan(1350 * 4 * DIMENSIONS);
  expect(predicted).toMatchObject({ p50: easy.best!.prediction.p50, recall: 1 });
  expect(errors.p50).toBeCloseTo((predicted.p50 - measured.p50) / measured.p50, 9);
  expect(reasons).toEqual([]);
  expect(confirms).toBe(true);
});

test.each(easy.candidates.map(({ name }) => name))(
  '%s is built as it was planned, and gives its memory back',
  async (candidate) => {
    await verify(easy, vectors, { ...QUICK, candidate });
    const before = inUse();
    const { name, create, search, measured } = await verify(easy, vectors, { ...QUICK, candidate });
    const planned = easy.candidates.find((other) => other.name === candidate)!;
    expect(name).toBe(candidate);
    expect({ create, search }).toEqual({ create: planned.create, search: planned.search });
    expect(measured.recall).toBeGreaterThan(0.1);
    expect(measured.update).toBeGreaterThan(0);
    expect(inUse()).toBe(before);
  },
);

test('a smaller sample is measured as it is, and scaled to the rows of the plan', async () => {
  const large = plan({ ...request, rows: 200_000, latency: { p99: 500 } });
  const { rows, predicted, measured, scaled, confirms } = await verify(large, vectors, {
    ...QUICK,
    rows: 500,
  });
  expect(rows).toBe(500);
  const ratio = large.best!.prediction.p50 / predicted.p50;
  expect(ratio).toBeGreaterThan(10);
  expect(scaled.p50).toBeCloseTo(ratio * measured.p50, 9);
  expect(scaled.bytes).toBeGreaterThan(200_000 * 4 * DIMENSIONS);
  expect(confirms).toBe(true);
});

test('what was measured and breaks a constraint is not confirmed, and says which', async () => {
  const [best] = easy.candidates;
  const tight = (options: object): Plan => ({
    ...easy,
    best: best!,
    request: { ...easy.request, ...options },
  });
  const { confirms, reasons } = await verify(tight({ latency: { p99: 1e-4 } }), vectors, QUICK);
  expect(confirms).toBe(false);
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toMatch(/^flat does not keep to p99: .* ms measured, at most 0\.0001 ms asked\.$/);
  const small = await verify(tight({ memory: 1e5 }), vectors, QUICK);
  expect(small.reasons[0]).toContain('memory');
});

test('recall that is not reached is not confirmed', async () => {
  const found = await verify({ ...easy, request: { ...easy.request, recall: 1 } }, vectors, {
    ...QUICK,
    candidate: 'ivf-bits-compact',
  });
  expect(found.measured.recall).toBeLessThan(0.99);
  expect(found.confirms).toBe(false);
  expect(found.reasons[0]).toContain('recall');
});

test('queries that are given are asked, and no row is held out', async () => {
  const queries = vectors.subarray(0, 20 * DIMENSIONS);
  const all = plan({ ...request, rows: ROWS });
  const { rows, queries: asked } = await verify(all, vectors, { ...QUICK, queries });
  expect({ rows, asked }).toEqual({ rows: ROWS, asked: 20 });
});

test('a request with a filter is measured with one', async () => {
  const filtered = plan({ ...request, filterSelectivity: 0.02 });
  const { measured } = await verify(filtered, vectors, { ...QUICK, candidate: 'hnsw' });
  // 27 rows pass: all of them are scored.
  expect(measured.recall).toBe(1);
});

test('the same seed draws the same rows and queries', async () => {
  const options: VerifyOptions = { ...QUICK, candidate: 'ivf-bits-compact', rows: 900, seed: 5 };
  const [one, two, other] = [
    await verify(easy, vectors, options),
    await verify(easy, vectors, options),
    await verify(easy, vectors, { ...options, seed: 6 }),
  ];
  expect(two.measured.recall).toBe(one.measured.recall);
  expect(other.measured.recall).not.toBe(one.measured.recall);
});

test('progress counts to a hundred and never back', async () => {
  const seen: number[] = [];
  await verify(easy, vectors, { ...QUICK, candidate: 'ivf-int8', onProgress: ({ done }) => seen.push(done) });
  expect(seen.at(-1)).toBe(100);
  expect([...seen].sort((a, b) => a - b)).toEqual(seen);
});

test.each([0, 0.1, 0.4, 0.7])('aborted at %d of the way it leaves nothing behind', async (share) => {
  const before = inUse();
  const stop = new AbortController();
  const onProgress = ({ done }: { readonly done: number }) => {
    if (done >= 100 * share) stop.abort(new Error('enough'));
  };
  if (share === 0) stop.abort(new Error('enough'));
  const work = verify(easy, vectors, { candidate: 'ivf-pq4', signal: stop.signal, onProgress });
  await expect(work).rejects.toThrow('enough');
  expect(inUse()).toBe(before);
});

test('vectors that no index takes are refused, and leave nothing behind', async () => {
  const before = inUse();
  const broken = vectors.slice();
  broken[700 * DIMENSIONS] = Number.NaN;
  expect((await rejection(verify(easy, broken, QUICK))).code).toBe('INVALID_VALUE');
  expect((await rejection(verify(easy, vectors.subarray(1), QUICK))).code).toBe('DIMENSION_MISMATCH');
  expect((await rejection(verify(easy, vectors.subarray(0, DIMENSIONS), QUICK))).code).toBe(
    'INVALID_ARGUMENT',
  );
  expect((await rejection(verify(easy, [], QUICK))).code).toBe('INVALID_ARGUMENT');
  expect(inUse()).toBe(before);
});

test.each([
  [{ rows: 5 }, 'rows'],
  [{ rows: 1351 }, 'rows'],
  [{ seed: 1.5 }, 'seed'],
  [{ milliseconds: -1 }, 'milliseconds'],
  [{ machine: null }, 'machine'],
  [{ candidate: 'annoy' }, 'annoy'],
  [{ queries: [] }, 'queries'],
  [null, 'options'],
])('%o is refused by name', async (options, name) => {
  const error = await rejection(verify(easy, vectors, options as unknown as VerifyOptions));
  expect(error.code).toBe('INVALID_ARGUMENT');
  expect(error.message).toContain(name);
});

test('a plan without a best candidate is verified where one is named', async () => {
  const none = plan({ ...request, memory: 1e5 });
  const error = await rejection(verify(none, vectors, QUICK));
  expect(error.code).toBe('INFEASIBLE');
  expect(error.message).toContain('flat');
  expect((await verify(none, vectors, { ...QUICK, candidate: 'flat' })).confirms).toBe(false);
});

test.each([null, undefined, {}, 'plan'])('%o is no plan', async (none) => {
  expect((await rejection(verify(none as unknown as Plan, vectors))).code).toBe('INVALID_ARGUMENT');
});

test('a plan that was saved as JSON is verified as well', async () => {
  const { confirms } = await verify(JSON.parse(JSON.stringify(easy)), vectors, QUICK);
  expect(confirms).toBe(true);
});

test.each([
  [{ candidates: [null], best: undefined }, 'flat', 'no candidate'],
  [{ candidates: [{ name: 'annoy' }], best: { name: 'annoy' } }, undefined, 'annoy'],
  [{ request: {} }, 'flat', 'rows'],
  [{ request: { ...easy.request, dimensions: '100' } }, 'flat', 'dimensions'],
  [{ request: { ...easy.request, machine: {} } }, 'flat', 'machine'],
])('a plan that was forged as %o is refused', async (forged, candidate, told) => {
  const options = candidate === undefined ? QUICK : { ...QUICK, candidate };
  const error = await rejection(verify({ ...easy, ...forged } as Plan, vectors, options as VerifyOptions));
  expect(error.code).toBe('INVALID_ARGUMENT');
  expect(error.message).toContain(told);
});
