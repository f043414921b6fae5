import {
  type Arbitrary,
  array,
  asyncProperty,
  assert as check,
  constant,
  integer,
  oneof,
  record,
} from 'fast-check';
import { Bitmap, LshIndex } from 'lanewise';
import { expect, test } from 'vitest';
import { expectSameAnswers } from '../answers.ts';

const OPTIONS = { dimensions: 3, tables: 3, bits: 5, seed: 9 };

type Step =
  | { readonly kind: 'add' | 'replace'; readonly ids: readonly number[]; readonly seed: number }
  | { readonly kind: 'remove'; readonly ids: readonly number[] }
  | { readonly kind: 'compact' | 'save and load' | 'search' | 'fail' };

// Few ids, so that rows are often replaced, removed and added again.
const ids = (most: number) => array(integer({ min: 0, max: 79 }), { maxLength: most });
const seed = integer({ min: 0, max: 2 ** 20 });
const step: Arbitrary<Step> = oneof(
  record({ kind: constant('add' as const), ids: ids(40), seed }),
  record({ kind: constant('replace' as const), ids: ids(40), seed }),
  record({ kind: constant('remove' as const), ids: ids(60) }),
  record({ kind: constant('compact' as const) }),
  record({ kind: constant('save and load' as const) }),
  record({ kind: constant('search' as const) }),
  record({ kind: constant('fail' as const) }),
);

/** A row of small integers: many scores and margins tie, none is a zero vector. */
function rowOf(id: number, from: number): number[] {
  return [1 + ((id * 7 + from) % 3), ((id * 5 + from) % 5) - 2, (from % 7) - 3];
}

type Rows = Map<number, number[]>;

function take(index: LshIndex, rows: Rows, taken: Step): LshIndex {
  if (taken.kind === 'add' || taken.kind === 'replace') {
    const replace = taken.kind === 'replace';
    const wanted = [...new Set(taken.ids)].filter((id) => replace || !rows.has(id));
    const added = wanted.map((id) => rowOf(id, taken.seed));
    index.add(added.flat(), { ids: wanted, replace });
    wanted.forEach((id, i) => {
      rows.set(id, added[i]!);
    });
  } else if (taken.kind === 'remove') {
    const known = new Set(taken.ids.filter((id) => rows.delete(id)));
    expect(index.remove(taken.ids)).toBe(known.size);
  } else if (taken.kind === 'compact') {
    index.compact();
  } else if (taken.kind === 'fail') {
    expect(() => index.add([1, 2, 3, 0, 0, 0], { ids: [1, 2], replace: true })).toThrow(/no direction/);
  } else if (taken.kind === 'save and load') {
    const loaded = LshIndex.fromBytes(index.toBytes());
    index.dispose();
    return loaded;
  }
  return index;
}

/** The index answers as a fresh one does to which the surviving rows were added at once, highest id first. */
async function expectLikeFresh(index: LshIndex, rows: Rows): Promise<void> {
  using fresh = await LshIndex.create(OPTIONS);
  const present = [...rows.keys()].sort((a, b) => b - a);
  fresh.add(
    present.flatMap((id) => rows.get(id)!),
    { ids: present },
  );
  expect(index.size).toBe(rows.size);
  const queries = [1, 2, -1, 3, 0, 1, -2, 1, 1, 1, 1, 1];
  const filter = Bitmap.of(Array.from({ length: 40 }, (_, i) => 2 * i));
  for (const options of [{ k: 90 }, { k: 3, probesPerTable: 4 }, { k: 5, filter }, { k: 4, exact: true }]) {
    const answers = index.search(queries, options);
    const expected = fresh.search(queries, options);
    expectSameAnswers(answers, expected);
    if (!('filter' in options || 'exact' in options)) expect(answers.candidates).toEqual(expected.candidates);
  }
  // All buckets of all tables: k live results whenever k rows qualify.
  const all = index.search(queries, { k: 90, probesPerTable: 32 });
  expect(all.ids.filter((id) => rows.has(id)).length).toBe(4 * rows.size);
}

test('any steps of adding, replacing, removing, compacting, failing, saving and loading answer as a fresh index', async () => {
  const holds = asyncProperty(array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
    const rows: Rows = new Map();
    let index = await LshIndex.create(OPTIONS);
    try {
      for (const taken of steps) {
        index = take(index, rows, taken);
        if (taken.kind === 'search') await expectLikeFresh(index, rows);
      }
      await expectLikeFresh(index, rows);
    } finally {
      index.dispose();
    }
  });
  await check(holds, { numRuns: 80, seed: 1 });
});

test('rows that come and go by the thousand answer as a fresh index over several segments', async () => {
  const options = { dimensions: 2, tables: 4, bits: 12 };
  using index = await LshIndex.create(options);
  const rows = new Map<number, [number, number]>();
  const row = (id: number): [number, number] => [1 + ((id * 31) % 97), ((id * 17) % 89) - 44];
  for (let round = 0; round < 6; round++) {
    const added = Array.from({ length: 5000 }, (_, i) => 4000 * round + i);
    index.add(added.flatMap(row), { ids: added, replace: true });
    for (const id of added) rows.set(id, row(id));
    const removed = [...rows.keys()].filter((id) => (id * 13 + round) % 3 !== 0);
    expect(index.remove(removed)).toBe(removed.length);
    for (const id of removed) rows.delete(id);
    if (round % 2) index.compact();
  }
  using fresh = await LshIndex.create(options);
  const present = [...rows.keys()].reverse();
  fresh.add(
    present.flatMap((id) => rows.get(id)!),
    { ids: present },
  );
  const queries = [1, 1, -1, 2, 5, -3];
  for (const probesPerTable of [1, 7]) {
    expect(index.search(queries, { k: 50, probesPerTable })).toEqual(
      fresh.search(queries, { k: 50, probesPerTable }),
    );
  }
  index.compact();
  expect(index.memoryUsage().codes).toBe(fresh.memoryUsage().codes);
});
