import { capabilities, IvfIndex, type Progress } from 'lanewise';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeQueries, makeRows } from '../reference/data.ts';
import { expectSameAnswers, sameBytes } from './answers.ts';

const shape = { distribution: 'clustered', metric: 'cosine', dimensions: 16, size: 9000 } as const;
const rows = makeRows(shape, 1);
const oldRows = rows.slice(0, 16 * 500);
const queries = makeQueries(shape, rows, 3);
const options = { dimensions: 16, cells: 8 };
const brief = { maxIterations: 2, rowsPerCell: 300 };
const inUse = () => capabilities().memory.bytesInUse;

// A clock on which every piece takes longer than a slice may, however fast the machine is.
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

async function emptyIndex(): Promise<IvfIndex> {
  return IvfIndex.create(options);
}

async function oldIndex(): Promise<IvfIndex> {
  const index = await emptyIndex();
  await index.build(oldRows, brief);
  index.remove(3);
  return index;
}

describe('build', () => {
  test('gives the index and the ids that training and adding give', async () => {
    using built = await emptyIndex();
    using added = await emptyIndex();
    const ids = Int32Array.from({ length: 9000 }, (_, i) => 90_000 - 3 * i);
    expect(await built.build(rows, { ids, ...brief, seed: 3 })).toEqual(ids);
    await added.train(rows, { ...brief, seed: 3 });
    added.add(rows, { ids });
    expect(sameBytes(built.toBytes(), added.toBytes())).toBe(true);
    expectSameAnswers(built.search(queries), added.search(queries));
  });

  test.each([emptyIndex, oldIndex])(
    'tells its progress in rows, always forward, up to the end (%o)',
    async (make) => {
      using index = await make();
      const told: Progress[] = [];
      await index.build(rows, { ...brief, onProgress: (progress) => void told.push(progress) });
      expect(told.length).toBeGreaterThan(5);
      expect(told.every(({ total }) => total === 9000)).toBe(true);
      expect(told.every(({ done }, i) => i === 0 || done > told[i - 1]!.done)).toBe(true);
      expect(told.at(-1)).toEqual({ done: 9000, total: 9000 });
    },
  );

  test('takes no rows as well as many, and replaces when told to', async () => {
    using index = await oldIndex();
    expect(await index.build([])).toEqual(new Int32Array(0));
    await index.build(rows.slice(16, 32), { ids: [7], replace: true });
    expect([index.size, index.get(7)]).toEqual([499, rows.slice(16, 32)]);
  });

  test('refuses ids that stand twice before it trains for long', async () => {
    using index = await emptyIndex();
    const told: Progress[] = [];
    const build = index.build(rows.slice(0, 32 * 16), {
      ids: new Int32Array(32),
      onProgress: (p) => void told.push(p),
    });
    await expect(build).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
    expect(told).toEqual([]);
  });
});

describe('stopped at any of its pieces', () => {
  test.each<[string, () => Promise<IvfIndex>, (index: IvfIndex, signal: object) => Promise<unknown>]>([
    ['training', emptyIndex, (index, signal) => index.train(rows, { ...brief, ...signal })],
    ['a build from nothing', emptyIndex, (index, signal) => index.build(rows, { ...brief, ...signal })],
    ['a build on top of rows', oldIndex, (index, signal) => index.build(rows, signal)],
  ])('%s leaves the index as it was, no memory, and works when tried again', async (_, make, call) => {
    using index = await make();
    const wasTrained = index.isTrained;
    const before = { bytes: index.toBytes(), inUse: inUse(), size: index.size };
    let stops = 0;
    for (let stopAt = 0; ; stopAt++) {
      const controller = new AbortController();
      const reason = new Error(`stopped at ${stopAt}`);
      let visits = 0;
      const onProgress = () => void (visits++ === stopAt && controller.abort(reason));
      const error = await call(index, { signal: controller.signal, onProgress }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) break;
      stops++;
      expect(error).toBe(reason);
      expect([index.isTrained, index.size, inUse()]).toEqual([wasTrained, before.size, before.inUse]);
      expect(sameBytes(index.toBytes(), before.bytes)).toBe(true);
    }
    expect(stops).toBeGreaterThan(5);
    using other = await make();
    await call(other, {});
    expect(sameBytes(index.toBytes(), other.toBytes())).toBe(true);
  });

  test('it does not begin when its signal is aborted, and ends with what onProgress throws', async () => {
    using index = await oldIndex();
    const before = index.toBytes();
    await expect(index.build(rows, { signal: AbortSignal.abort('never') })).rejects.toBe('never');
    const failure = new Error('from onProgress');
    const onProgress = () => {
      throw failure;
    };
    await expect(index.build(rows, { onProgress })).rejects.toBe(failure);
    expect(sameBytes(index.toBytes(), before)).toBe(true);
  });
});

/** Calls `visit` at every progress of a long call but the last; tells how the call ended. */
async function visitDuring(call: 'train' | 'build', index: IvfIndex, visit: () => void): Promise<unknown> {
  let visits = 0;
  const onProgress = ({ done, total }: Progress) => {
    if (done === total) return;
    visits++;
    visit();
  };
  const end = await index[call](rows, { ...brief, onProgress }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(visits).toBeGreaterThan(0);
  return end;
}

describe('under way', () => {
  test('a build answers from the rows before it', async () => {
    using index = await oldIndex();
    const expected = index.search(queries, { probes: 8 });
    const end = await visitDuring('build', index, () => {
      expectSameAnswers(index.search(queries, { probes: 8 }), expected);
      expect([index.size, index.has(3), index.has(500)]).toEqual([499, false, false]);
      expect(index.range(queries.slice(0, 16), { radius: -1 }).ids.length).toBe(499);
    });
    expect([end, index.size]).toEqual([undefined, 9499]);
  });

  test.each(['train', 'build'] as const)('%s refuses every other change, and goes on', async (call) => {
    using index = await emptyIndex();
    await index.train(oldRows, brief);
    const codes = new Set<string>();
    const late: Promise<unknown>[] = [];
    const end = await visitDuring(call, index, () => {
      const changes = [
        () => index.add(oldRows),
        () => index.remove(1),
        () => index.compact(),
        () => index.toBytes(),
      ];
      for (const change of changes) codes.add(errorOf(change).code);
      for (const other of ['train', 'build'] as const)
        late.push(expect(index[other](oldRows)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' }));
    });
    await Promise.all(late);
    expect([end, ...codes]).toEqual([undefined, 'INVALID_ARGUMENT']);
    expect(index.size).toBe(call === 'build' ? 9000 : 0);
    index.add(oldRows);
    expect(index.search(oldRows.slice(0, 16), { k: 1, probes: 8 }).scores[0]).toBeCloseTo(1, 5);
  });

  test.each<[string, 'train' | 'build', () => Promise<IvfIndex>]>([
    ['training', 'train', emptyIndex],
    ['a build from nothing', 'build', emptyIndex],
    ['a build on top of rows', 'build', oldIndex],
  ])(
    '%s ends with DISPOSED when the index is disposed of, at whatever piece, and leaves no memory',
    async (_, call, make) => {
      const before = inUse();
      for (let at = 0; at < 12; at++) {
        const index = await make();
        let visits = 0;
        const end = await visitDuring(call, index, () => void (visits++ === at && index.dispose()));
        if (visits <= at) index.dispose();
        else expect(end).toMatchObject({ code: 'DISPOSED' });
        expect(inUse()).toBe(before);
      }
    },
  );
});
