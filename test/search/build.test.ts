import { FlatIndex, type Progress } from 'lanewise';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeQueries, makeRows } from '../reference/data.ts';
import { expectSameAnswers, indexOf, sameBytes } from './answers.ts';

// 30 000 rows of 16 dimensions: four segments, and some fifteen chunks.
const shape = { distribution: 'clustered', metric: 'cosine', dimensions: 16, size: 30_000 } as const;
const rows = makeRows(shape, 1);
const oldRows = rows.slice(0, 16 * 500);
const newRows = makeRows({ ...shape, size: 60_000 }, 2);
const queries = makeQueries(shape, rows, 3);

/** Resolves with what the promise was rejected with. */
async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

// A clock on which every chunk takes longer than a slice may, however fast the machine is.
beforeEach(() => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 11;
    return now;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('build', () => {
  test('gives the index, the ids and the bytes that add gives', async () => {
    using added = await FlatIndex.create({ dimensions: 16 });
    using built = await FlatIndex.create({ dimensions: 16 });
    const ids = Int32Array.from({ length: 30_000 }, (_, i) => 90_000 - 3 * i);
    expect(await built.build(rows, { ids })).toEqual(added.add(rows, { ids }));
    expectSameAnswers(built.search(queries), added.search(queries));
    expect(sameBytes(built.toBytes(), added.toBytes())).toBe(true);
  });

  test('replaces rows when told to', async () => {
    using index = await indexOf(oldRows, 16, 'cosine');
    await index.build(newRows.slice(0, 16), { ids: [7], replace: true });
    expect([index.size, index.get(7)]).toEqual([500, newRows.slice(0, 16)]);
  });

  test('reports progress in rows, never backwards, up to the total', async () => {
    using index = await FlatIndex.create({ dimensions: 16 });
    const reports: Progress[] = [];
    await index.build(newRows, { onProgress: (progress) => reports.push({ ...progress }) });
    expect(reports.length).toBeGreaterThan(10);
    expect(reports.at(-1)).toEqual({ done: 60_000, total: 60_000 });
    expect(reports.every(({ total }) => total === 60_000)).toBe(true);
    expect(reports.every(({ done }, i) => i === 0 || done > reports[i - 1]!.done)).toBe(true);
  });

  test('takes no rows as well as many', async () => {
    using index = await indexOf(oldRows, 16, 'cosine');
    expect(await index.build([])).toEqual(new Int32Array(0));
    expect(index.size).toBe(500);
  });
});

describe('a build under way', () => {
  /** Builds the new rows into an index of the old ones; calls `visit` at the first progress that is not the last. */
  async function buildAndVisit(visit: (index: FlatIndex, controller: AbortController) => void) {
    const index = await indexOf(oldRows, 16, 'cosine');
    index.remove([3]);
    const before = { answers: index.search(queries), bytes: index.toBytes(), size: index.size };
    const controller = new AbortController();
    let visits = 0;
    const onProgress = ({ done, total }: Progress) => {
      if (done === total || visits++ > 0) return;
      visit(index, controller);
    };
    const outcome = index.build(newRows, { onProgress, signal: controller.signal }).then(
      () => undefined,
      (error: unknown) => error,
    );
    const error = await outcome;
    expect(visits).toBeGreaterThan(0);
    return { index, before, error };
  }

  test('is stopped by its signal: the reason is thrown, and the index is as it was', async () => {
    const reason = new Error('enough');
    const { index, before, error } = await buildAndVisit((_, controller) => controller.abort(reason));
    expect(error).toBe(reason);
    expect(index.size).toBe(before.size);
    expectSameAnswers(index.search(queries), before.answers);
    expect(sameBytes(index.toBytes(), before.bytes)).toBe(true);
    expect(index.add(newRows.slice(0, 16))).toEqual(Int32Array.of(500)); // no id was used up
    index.dispose();
  });

  test('ends with what onProgress throws, and the index is as it was', async () => {
    const failure = new Error('from onProgress');
    const { index, before, error } = await buildAndVisit(() => {
      throw failure;
    });
    expect(error).toBe(failure);
    expect(sameBytes(index.toBytes(), before.bytes)).toBe(true);
    index.dispose();
  });

  test('answers searches, has and get from the rows before it', async () => {
    const seen: unknown[] = [];
    const { index, before, error } = await buildAndVisit((during) => {
      const answers = during.search(queries);
      seen.push(
        answers,
        during.size,
        during.has(500),
        during.range(queries.slice(0, 16), { radius: -1 }).ids.length,
      );
    });
    expect(error).toBeUndefined();
    expectSameAnswers(seen[0] as typeof before.answers, before.answers);
    expect(seen.slice(1)).toEqual([499, false, 499]);
    expect(index.size).toBe(60_499);
    index.dispose();
  });

  test('refuses every other change, and goes on', async () => {
    const codes: string[] = [];
    const { index, error } = await buildAndVisit((during) => {
      const changes = [
        () => during.add(rows.slice(0, 16)),
        () => during.add([]),
        () => during.remove(1),
        () => during.compact(),
      ];
      codes.push(...changes.map((change) => errorOf(change).code));
    });
    expect(codes).toEqual(new Array(4).fill('INVALID_ARGUMENT'));
    expect([error, index.size, index.has(1)]).toEqual([undefined, 60_499, true]);
    index.dispose();
  });

  test('refuses to be saved', async () => {
    const { error } = await buildAndVisit((building) => building.toBytes());
    expect(error).toMatchObject({ name: 'LanewiseError', code: 'INVALID_ARGUMENT' });
  });

  test('ends with DISPOSED when the index is disposed of', async () => {
    const { error } = await buildAndVisit((index) => index.dispose());
    expect(error).toMatchObject({ name: 'LanewiseError', code: 'DISPOSED' });
  });
});

describe('a build that cannot succeed', () => {
  test('does not begin when its signal is aborted', async () => {
    using index = await indexOf(oldRows, 16, 'cosine');
    const before = index.toBytes();
    const reason = new Error('never');
    expect(await rejectionOf(index.build(newRows, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(sameBytes(index.toBytes(), before)).toBe(true);
  });

  test('leaves the index as it was when the last row is bad', async () => {
    using index = await indexOf(oldRows, 16, 'cosine');
    const before = index.toBytes();
    const bad = newRows.slice();
    bad[bad.length - 1] = Number.NaN;
    expect(await rejectionOf(index.build(bad))).toMatchObject({ code: 'INVALID_VALUE' });
    expect(sameBytes(index.toBytes(), before)).toBe(true);
    expect((await index.build(newRows.slice(0, 32))).length).toBe(2);
  });
});
