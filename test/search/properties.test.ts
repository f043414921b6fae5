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
import { FlatIndex, type Metric } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { expectSameAnswers } from './answers.ts';

const DIMENSIONS = 3;
const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];

type Step =
  | { readonly kind: 'add' | 'replace'; readonly ids: readonly number[]; readonly seed: number }
  | { readonly kind: 'remove'; readonly ids: readonly number[] }
  | { readonly kind: 'compact' | 'save and load' | 'search' };

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
);

/** A row of small integers: many scores tie, none is a zero vector. */
function rowOf(id: number, seed: number): number[] {
  return [1 + ((id * 7 + seed) % 3), ((id * 5 + seed) % 5) - 2, (seed % 7) - 3];
}

/** What an index must be: its rows by id. */
class Model {
  readonly rows = new Map<number, number[]>();

  /** An index of the same rows, added at once, highest id first. */
  async fresh(metric: Metric): Promise<FlatIndex> {
    const index = await FlatIndex.create({ dimensions: DIMENSIONS, metric });
    const present = [...this.rows.keys()].sort((a, b) => b - a);
    index.add(
      present.flatMap((id) => this.rows.get(id)!),
      { ids: present },
    );
    return index;
  }
}

/** Does a step to the index and the model; gives the index to go on with. */
function take(index: FlatIndex, model: Model, taken: Step): FlatIndex {
  if (taken.kind === 'add' || taken.kind === 'replace') {
    const replace = taken.kind === 'replace';
    const wanted = [...new Set(taken.ids)].filter((id) => replace || !model.rows.has(id));
    const rows = wanted.map((id) => rowOf(id, taken.seed));
    index.add(rows.flat(), { ids: wanted, replace });
    wanted.forEach((id, i) => {
      model.rows.set(id, rows[i]!);
    });
  } else if (taken.kind === 'remove') {
    const known = new Set(taken.ids.filter((id) => model.rows.delete(id)));
    expect(index.remove(taken.ids)).toBe(known.size);
  } else if (taken.kind === 'compact') {
    index.compact();
  } else if (taken.kind === 'save and load') {
    const loaded = FlatIndex.fromBytes(index.toBytes());
    index.dispose();
    return loaded;
  }
  return index;
}

/** The index answers as a fresh one over the surviving rows does. */
async function expectLikeFresh(index: FlatIndex, model: Model, metric: Metric): Promise<void> {
  using fresh = await model.fresh(metric);
  expect(index.size).toBe(model.rows.size);
  for (let id = 0; id < 80; id++) {
    expect(index.get(id)).toEqual(model.rows.has(id) ? Float32Array.from(model.rows.get(id)!) : undefined);
  }
  const queries = [1, 2, -1, 3, 0, 1, -2, 1, 1, 1, 1, 1];
  for (const k of [1, 4, 90]) {
    for (const exact of ['certified', 'scan'] as const) {
      const answers = index.search(queries, { k, exact });
      expectSameAnswers(answers, fresh.search(queries, { k, exact: 'scan' }));
      const live = answers.ids.filter((id) => model.rows.has(id)).length;
      expect(live).toBe((queries.length / DIMENSIONS) * Math.min(k, model.rows.size));
    }
  }
  const radius = fresh.search(queries.slice(0, 3), { k: 5 }).scores.at(-1)!;
  expectSameAnswers(
    index.range(queries.slice(0, 3), { radius }),
    fresh.range(queries.slice(0, 3), { radius, exact: 'scan' }),
  );
}

describe.each(METRICS)('%s', (metric) => {
  test('any steps of adding, replacing, removing, compacting, saving and loading answer as a fresh index', async () => {
    const holds = asyncProperty(array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const model = new Model();
      let index = await FlatIndex.create({ dimensions: DIMENSIONS, metric });
      try {
        for (const taken of steps) {
          index = take(index, model, taken);
          if (taken.kind === 'search') await expectLikeFresh(index, model, metric);
        }
        await expectLikeFresh(index, model, metric);
      } finally {
        index.dispose();
      }
    });
    await check(holds, { numRuns: 60, seed: 1 });
  });

  test('rows that come and go by the thousand answer as a fresh index over several segments', async () => {
    const dimensions = 2;
    using index = await FlatIndex.create({ dimensions, metric });
    const rows = new Map<number, [number, number]>();
    const row = (id: number): [number, number] => [1 + ((id * 31) % 97), ((id * 17) % 89) - 44];
    for (let round = 0; round < 6; round++) {
      const added = Array.from({ length: 5000 }, (_, i) => 5000 * round + i);
      index.add(added.flatMap(row), { ids: added });
      for (const id of added) rows.set(id, row(id));
      const removed = [...rows.keys()].filter((id) => (id * 13 + round) % 3 === 0);
      expect(index.remove(removed)).toBe(removed.length);
      for (const id of removed) rows.delete(id);
      if (round % 2) index.compact();
    }
    using fresh = await FlatIndex.create({ dimensions, metric });
    const present = [...rows.keys()].reverse();
    fresh.add(
      present.flatMap((id) => rows.get(id)!),
      { ids: present },
    );
    const queries = [1, 1, -1, 2, 5, -3];
    for (const k of [1, 50]) {
      expectSameAnswers(index.search(queries, { k }), fresh.search(queries, { k, exact: 'scan' }));
      expectSameAnswers(index.search([3, 4], { k }), fresh.search([3, 4], { k, exact: 'scan' }));
    }
  });
});
