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
import { Bitmap, type CellCodes, FlatIndex, IvfIndex, type Metric } from 'lanewise';
import { expect, test } from 'vitest';
import { expectSameAnswers } from './answers.ts';

const DIMENSIONS = 3;
const CELLS = 6;

type Step =
  | { readonly kind: 'add' | 'build' | 'replace'; readonly ids: readonly number[]; readonly seed: number }
  | { readonly kind: 'remove'; readonly ids: readonly number[] }
  | { readonly kind: 'compact' | 'save and load' | 'search' };

// Few ids, so that rows are often replaced, removed and added again.
const ids = (most: number) => array(integer({ min: 0, max: 119 }), { maxLength: most });
const seed = integer({ min: 0, max: 2 ** 20 });
const step: Arbitrary<Step> = oneof(
  record({ kind: constant('add' as const), ids: ids(70), seed }),
  record({ kind: constant('build' as const), ids: ids(40), seed }),
  record({ kind: constant('replace' as const), ids: ids(60), seed }),
  record({ kind: constant('remove' as const), ids: ids(90) }),
  record({ kind: constant('compact' as const) }),
  record({ kind: constant('save and load' as const) }),
  record({ kind: constant('search' as const) }),
);

/** A row of small integers: many scores tie, none is a zero vector. */
function rowOf(id: number, seed: number): number[] {
  return [1 + ((id * 7 + seed) % 3), ((id * 5 + seed) % 5) - 2, (seed % 7) - 3];
}

/** What an index must be: its rows by id, and the next id. */
class Model {
  readonly rows = new Map<number, number[]>();
  nextId = 0;

  set(id: number, row: number[]): void {
    this.rows.set(id, row);
    this.nextId = Math.max(this.nextId, id + 1);
  }

  async fresh(metric: Metric): Promise<FlatIndex> {
    const index = await FlatIndex.create({ dimensions: DIMENSIONS, metric });
    const present = [...this.rows.keys()].sort((a, b) => b - a);
    const rows = present.flatMap((id) => this.rows.get(id)!);
    index.add(rows, { ids: present });
    return index;
  }
}

/** Does a step to the index and the model; gives the index to go on with. */
async function take(index: IvfIndex, model: Model, taken: Step): Promise<IvfIndex> {
  if (taken.kind === 'add' || taken.kind === 'build' || taken.kind === 'replace') {
    const replace = taken.kind === 'replace';
    const wanted = [...new Set(taken.ids)].filter((id) => replace || !model.rows.has(id));
    const rows = wanted.map((id) => rowOf(id, taken.seed));
    if (taken.kind === 'build') await index.build(rows.flat(), { ids: wanted });
    else index.add(rows.flat(), { ids: wanted, replace });
    wanted.forEach((id, i) => {
      model.set(id, rows[i]!);
    });
  } else if (taken.kind === 'remove') {
    const known = taken.ids.filter((id) => model.rows.delete(id));
    expect(index.remove(taken.ids)).toBe(known.length);
  } else if (taken.kind === 'compact') {
    index.compact();
  } else if (taken.kind === 'save and load') {
    const loaded = IvfIndex.fromBytes(index.toBytes());
    index.dispose();
    return loaded;
  }
  return index;
}

/** The index answers as a fresh FlatIndex over the surviving rows does. */
async function expectLikeFresh(index: IvfIndex, model: Model, metric: Metric): Promise<void> {
  using fresh = await model.fresh(metric);
  expect(index.size).toBe(model.rows.size);
  for (let id = 0; id < 120; id++) {
    const row = model.rows.get(id);
    expect(index.get(id)).toEqual(row && Float32Array.from(row));
    expect(index.has(id)).toBe(row !== undefined);
  }
  const queries = [1, 2, -1, 3, 0, 1, -2, 1, 1, 1, 1, 1];
  const many = [...queries, ...queries.map((value) => value + 1)];
  const filter = Bitmap.of(Array.from({ length: 40 }, (_, i) => 3 * i));
  for (const k of [1, 4, 130]) {
    for (const values of [queries.slice(0, 3), queries, many]) {
      expectSameAnswers(
        index.search(values, { k, probes: CELLS }),
        fresh.search(values, { k, exact: 'scan' }),
      );
      const filtered = fresh.search(values, { k, filter, exact: 'scan' });
      expectSameAnswers(index.search(values, { k, probes: CELLS, filter, exact: false }), filtered);
      expectSameAnswers(index.search(values, { k, filter, exact: true }), filtered);
      // With a single probe as many rows are found, though maybe others.
      const { ids } = index.search(values, { k, probes: 1 });
      const live = ids.filter((id) => model.rows.has(id)).length;
      expect(live).toBe((values.length / DIMENSIONS) * Math.min(k, model.rows.size));
    }
  }
  const query = queries.slice(0, 3);
  const radius = fresh.search(query, { k: 5 }).scores.at(-1)!;
  expectSameAnswers(index.range(query, { radius }), fresh.range(query, { radius, exact: 'scan' }));
}

test.each<[Metric, CellCodes]>([
  ['cosine', 'int8'],
  ['l2', 'int8'],
  ['ip', 'float32'],
])('any steps under %s with %s cells answer as a fresh index', async (metric, codes) => {
  const sample = Array.from({ length: 60 }, (_, id) => rowOf(id, id * id)).flat();
  const holds = asyncProperty(array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
    const model = new Model();
    let index = await IvfIndex.create({ dimensions: DIMENSIONS, metric, cells: CELLS, codes });
    await index.train(sample, { maxIterations: 3 });
    try {
      for (const taken of steps) {
        index = await take(index, model, taken);
        if (taken.kind === 'search') await expectLikeFresh(index, model, metric);
      }
      await expectLikeFresh(index, model, metric);
      expect(index.add([1, 2, 3])).toEqual(Int32Array.of(model.nextId));
    } finally {
      index.dispose();
    }
  });
  await check(holds, { numRuns: 40, seed: 1 });
});

test('rows that come and go by the thousand answer as a fresh index over chains of segments', async () => {
  using index = await IvfIndex.create({ dimensions: 2, metric: 'l2', cells: 3 });
  const rows = new Map<number, [number, number]>();
  const row = (id: number): [number, number] => [1 + ((id * 31) % 97), ((id * 17) % 89) - 44];
  await index.train(Array.from({ length: 500 }, (_, id) => row(id)).flat());
  for (let round = 0; round < 6; round++) {
    const added = Array.from({ length: 5000 }, (_, i) => 5000 * round + i);
    index.add(added.flatMap(row), { ids: added });
    for (const id of added) rows.set(id, row(id));
    const removed = [...rows.keys()].filter((id) => (id * 13 + round) % 3 === 0);
    expect(index.remove(removed)).toBe(removed.length);
    for (const id of removed) rows.delete(id);
    if (round % 2) index.compact();
  }
  using fresh = await FlatIndex.create({ dimensions: 2, metric: 'l2' });
  const present = [...rows.keys()].reverse();
  const values = present.flatMap((id) => rows.get(id)!);
  fresh.add(values, { ids: present });
  const queries = [1, 1, -1, 2, 5, -3];
  for (const k of [1, 50]) {
    const expected = fresh.search(queries, { k, exact: 'scan' });
    expectSameAnswers(index.search(queries, { k, probes: 3 }), expected);
    expectSameAnswers(index.search(queries, { k, exact: true }), expected);
  }
});
