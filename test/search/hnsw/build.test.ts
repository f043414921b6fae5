import { capabilities, HnswIndex, type Progress } from 'lanewise';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { errorOf } from '../../host/error-of.ts';
import { makeQueries, makeRows } from '../../reference/data.ts';
import { expectSameAnswers, sameBytes } from '../answers.ts';

const shape = { distribution: 'clustered', metric: 'cosine', dimensions: 12, size: 1500 } as const;
const oldRows = makeRows(shape, 1);
const manyRows = makeRows({ ...shape, size: 8000 }, 2); // more than are compared pair by pair
const fewRows = makeRows({ ...shape, size: 300 }, 3);
const queries = makeQueries(shape, oldRows, 3);

// A clock on which every step takes longer than a slice may, however fast the machine is.
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

async function oldIndex(): Promise<HnswIndex> {
  const index = await HnswIndex.create({ dimensions: 12 });
  index.add(oldRows);
  return index;
}

describe.each([
  ['many rows, which rebuild the graph,', manyRows],
  ['few rows, which are inserted,', fewRows],
])('a build of %s', (_, newRows) => {
  const size = newRows.length / 12;

  test('gives the ids and the bytes that add gives, however it was sliced', async () => {
    using added = await oldIndex();
    using built = await oldIndex();
    const options = { ids: Int32Array.from({ length: size }, (_, i) => 90_000 - 3 * i) };
    expect(await built.build(newRows, options)).toEqual(added.add(newRows, options));
    expect(sameBytes(built.toBytes(), added.toBytes())).toBe(true);
    vi.restoreAllMocks();
    using again = await oldIndex();
    await again.build(newRows, options);
    expect(sameBytes(again.toBytes(), added.toBytes())).toBe(true);
  });

  test('reports progress in rows, never backwards, up to the total', async () => {
    using index = await oldIndex();
    const reports: Progress[] = [];
    await index.build(newRows, { onProgress: (progress) => reports.push({ ...progress }) });
    expect(reports.length).toBeGreaterThan(10);
    expect(reports.at(-1)).toEqual({ done: size, total: size });
    expect(reports.every(({ total }) => total === size)).toBe(true);
    expect(reports.every(({ done }, i) => i === 0 || done >= reports[i - 1]!.done)).toBe(true);
    expect(reports.filter(({ done }) => done > 0 && done < size).length).toBeGreaterThan(3);
  });

  /** Builds into an index of the old rows, and calls `visit` in the middle. */
  async function buildAndVisit(visit: (index: HnswIndex, controller: AbortController) => void) {
    const index = await oldIndex();
    index.remove([3]);
    index.compact();
    const before = { answers: index.search(queries, { ef: 10 }), bytes: index.toBytes() };
    const held = capabilities().memory.bytesInUse;
    const controller = new AbortController();
    let visits = 0;
    const onProgress = ({ done }: Progress) => {
      if (done < size / 2 || visits++ > 0) return;
      visit(index, controller);
    };
    const build = index.build(newRows, { onProgress, signal: controller.signal });
    const error = await build.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(visits).toBeGreaterThan(0);
    return { index, before, held, error };
  }

  test('is stopped by its signal: the index and the memory in use are as they were, and a retry works', async () => {
    const reason = new Error('enough');
    const { index, before, held, error } = await buildAndVisit((_, controller) => controller.abort(reason));
    expect(error).toBe(reason);
    expect(index.size).toBe(1499);
    expectSameAnswers(index.search(queries, { ef: 10 }), before.answers);
    expect(capabilities().memory.bytesInUse).toBe(held);
    expect(sameBytes(index.toBytes(), before.bytes)).toBe(true);
    expect((await index.build(newRows))[0]).toBe(1500); // no id was used up
    expect(index.size).toBe(1499 + size);
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

  test('answers searches from the rows before it, and refuses changes', async () => {
    const seen: unknown[] = [];
    const codes: string[] = [];
    const { index, before, error } = await buildAndVisit((during) => {
      seen.push(during.search(queries, { ef: 10 }), during.size, during.has(1500));
      const changes = [
        () => during.add(oldRows.slice(0, 12)),
        () => during.remove(1),
        () => during.compact(),
        () => during.toBytes(),
      ];
      codes.push(...changes.map((change) => errorOf(change).code));
    });
    expect(error).toBeUndefined();
    expectSameAnswers(seen[0] as typeof before.answers, before.answers);
    expect(seen.slice(1)).toEqual([1499, false]);
    expect(codes).toEqual(new Array(4).fill('INVALID_ARGUMENT'));
    expect(index.size).toBe(1499 + size);
    index.dispose();
  });

  test('ends with DISPOSED when the index is disposed of, and holds nothing', async () => {
    const { bytesInUse } = capabilities().memory;
    const { error } = await buildAndVisit((index) => index.dispose());
    expect(error).toMatchObject({ name: 'LanewiseError', code: 'DISPOSED' });
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
  });

  test('leaves the index as it was when the last row is bad', async () => {
    using index = await oldIndex();
    const before = index.toBytes();
    const bad = newRows.slice();
    bad[bad.length - 1] = Number.NaN;
    await expect(index.build(bad)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    expect(errorOf(() => index.add(bad)).code).toBe('INVALID_VALUE');
    expect(sameBytes(index.toBytes(), before)).toBe(true);
  });

  test('replaces rows when told to', async () => {
    using index = await oldIndex();
    const ids = Int32Array.from({ length: Math.min(size, 1500) }, (_, i) => i);
    const replacing = newRows.slice(0, ids.length * 12);
    await index.build(replacing, { ids, replace: true });
    expect([index.size, index.get(7)]).toEqual([1500, replacing.slice(84, 96)]);
    expect(index.search(replacing.slice(84, 96), { k: 1, ef: 20 }).scores[0]).toBeCloseTo(1, 6);
  });
});

test('a build of no rows is one', async () => {
  using index = await oldIndex();
  expect(await index.build([])).toEqual(new Int32Array(0));
  expect(index.size).toBe(1500);
});

test('a build does not begin when its signal is aborted', async () => {
  using index = await oldIndex();
  const reason = new Error('never');
  await expect(index.build(manyRows, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(index.add(fewRows)[0]).toBe(1500);
});
