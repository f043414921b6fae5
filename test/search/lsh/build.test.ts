import { Bitmap, LshIndex, type Progress } from 'lanewise';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { errorOf } from '../../host/error-of.ts';
import { makeQueries, makeRows } from '../../reference/data.ts';
import { sameBytes } from '../answers.ts';

// 16 dimensions: segments of 8192 rows, chunks of 2048.
const shape = { distribution: 'clustered', metric: 'cosine', dimensions: 16, size: 12_000 } as const;
const oldRows = makeRows({ ...shape, size: 500 }, 1);
const newRows = makeRows(shape, 2);
const queries = makeQueries(shape, newRows, 3);
const evenIds = Bitmap.of(Array.from({ length: 250 }, (_, i) => 2 * i));
const options = { dimensions: 16, tables: 3, bits: 14 };

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

async function oldIndex(bits = options.bits) {
  const index = await LshIndex.create({ ...options, bits });
  index.add(oldRows);
  return index;
}

/** What an index is, as far as it shows. */
function stateOf(index: LshIndex) {
  return {
    answers: index.search(queries, { k: 20, probesPerTable: 3 }),
    // Answered from the buckets, unless these hold more rows than it allows: rows that do not show must not count.
    filtered: index.search(queries, { k: 5, filter: evenIds }),
    memory: index.memoryUsage(),
    size: index.size,
  };
}

/** Builds the new rows into an index of the old ones; calls `visit` at the first progress that is not the last. */
async function buildAndVisit(bits: number, visit: (index: LshIndex, controller: AbortController) => void) {
  const index = await oldIndex(bits);
  const before = { state: stateOf(index), bytes: index.toBytes() };
  const controller = new AbortController();
  let visits = 0;
  const onProgress = ({ done, total }: Progress) => {
    if (done < total && visits++ === 0) visit(index, controller);
  };
  const error = await index.build(newRows, { onProgress, signal: controller.signal }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(visits).toBeGreaterThan(0);
  return { index, before, error };
}

test('build gives the index, the ids and the bytes that add gives', async () => {
  using added = await oldIndex();
  using built = await oldIndex();
  const ids = Int32Array.from({ length: 12_000 }, (_, i) => 90_000 - 3 * i);
  const reports: Progress[] = [];
  const onProgress = (progress: Progress) => reports.push(progress);
  expect(await built.build(newRows, { ids, onProgress })).toEqual(added.add(newRows, { ids }));
  expect(stateOf(built)).toEqual(stateOf(added));
  expect(sameBytes(built.toBytes(), added.toBytes())).toBe(true);
  expect(reports.at(-1)).toEqual({ done: 12_000, total: 12_000 });
  expect(reports.length).toBeGreaterThan(4);
});

test.each([1, 2, 11, 12, 13, 28, 29, 2060])(
  'build of %i rows into a block that is in use finds what add finds',
  async (size) => {
    using added = await oldIndex();
    using built = await oldIndex();
    const some = newRows.slice(0, 16 * size);
    expect(await built.build(some)).toEqual(added.add(some));
    expect(stateOf(built)).toEqual(stateOf(added));
  },
);

test('build replaces rows by the thousand when told to', async () => {
  using index = await LshIndex.create(options);
  index.add(newRows);
  await index.build(newRows.slice().reverse(), {
    ids: Int32Array.from({ length: 12_000 }, (_, i) => i),
    replace: true,
  });
  using expected = await LshIndex.create(options);
  expected.add(newRows.slice().reverse());
  expect(stateOf(index).answers).toEqual(stateOf(expected).answers);
});

// Signatures of 14 bits have more buckets for more rows; those of 4 bits have all their buckets from the start.
describe.each([14, 4])('a build under way in tables of %i bits', (bits) => {
  test('is stopped by its signal: the reason is thrown, and the index is as it was', async () => {
    const reason = new Error('enough');
    const { index, before, error } = await buildAndVisit(bits, (_, controller) => controller.abort(reason));
    expect(error).toBe(reason);
    expect(stateOf(index)).toEqual(before.state);
    expect(sameBytes(index.toBytes(), before.bytes)).toBe(true);
    expect(index.add(newRows.slice(0, 16))).toEqual(Int32Array.of(500)); // no id was used up
    index.remove(500);
    await index.build(newRows.slice().reverse());
    using expected = await oldIndex(bits);
    expected.add(newRows.slice().reverse());
    expect(stateOf(index).answers.candidates).toEqual(stateOf(expected).answers.candidates);
    expect(stateOf(index).answers.scores).toEqual(stateOf(expected).answers.scores);
    index.dispose();
  });

  test('answers searches from the rows before it', async () => {
    const seen: unknown[] = [];
    const { index, before, error } = await buildAndVisit(bits, (during) => {
      const { answers, filtered } = stateOf(during);
      seen.push(answers, filtered, during.size);
    });
    expect([error, ...seen]).toEqual([undefined, before.state.answers, before.state.filtered, 500]);
    expect(index.size).toBe(12_500);
    index.dispose();
  });

  test('refuses every other change, and goes on', async () => {
    const codes: string[] = [];
    const { index, error } = await buildAndVisit(bits, (during) => {
      const changes = [
        () => during.add(oldRows.slice(0, 16)),
        () => during.remove(1),
        () => during.compact(),
        () => during.toBytes(),
      ];
      codes.push(...changes.map((change) => errorOf(change).code));
    });
    expect(codes).toEqual(new Array(4).fill('INVALID_ARGUMENT'));
    using expected = await oldIndex(bits);
    expected.add(newRows);
    expect([error, stateOf(index)]).toEqual([undefined, stateOf(expected)]);
    index.dispose();
  });

  test('ends with DISPOSED when the index is disposed of', async () => {
    const { error } = await buildAndVisit(bits, (index) => index.dispose());
    expect(error).toMatchObject({ name: 'LanewiseError', code: 'DISPOSED' });
  });
});

test('a build whose last row is bad leaves the index as it was', async () => {
  using index = await oldIndex();
  const before = stateOf(index);
  const bad = newRows.slice();
  bad[bad.length - 1] = Number.NaN;
  await expect(index.build(bad)).rejects.toMatchObject({ code: 'INVALID_VALUE' });
  expect(stateOf(index)).toEqual(before);
});
