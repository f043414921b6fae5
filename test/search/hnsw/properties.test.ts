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
import { Bitmap, HnswIndex, type Metric, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';

const DIMENSIONS = 3;
/** Ids up to here come and go; with so many rows, narrow beams walk the graph. */
const IDS = 700;

type Step =
  | { readonly kind: 'add' | 'replace'; readonly count: number; readonly seed: number }
  | { readonly kind: 'remove'; readonly count: number; readonly seed: number }
  | { readonly kind: 'compact' | 'save and load' | 'search' };

const seed = integer({ min: 0, max: 2 ** 20 });
const step: Arbitrary<Step> = oneof(
  record({ kind: constant('add' as const), count: integer({ min: 0, max: 400 }), seed }),
  record({ kind: constant('replace' as const), count: integer({ min: 0, max: 60 }), seed }),
  record({ kind: constant('remove' as const), count: integer({ min: 0, max: 300 }), seed }),
  record({ kind: constant('compact' as const) }),
  record({ kind: constant('save and load' as const) }),
  record({ kind: constant('search' as const) }),
);

/** Rows of small integers: many are alike, none is a zero vector. */
function rowOf(id: number, seed: number): number[] {
  return [1 + ((id * 7 + seed) % 6), ((id * 5 + seed) % 9) - 4, (seed % 7) - 3];
}

/** Ids that a step concerns: some of one seed. */
function idsOf({ count, seed }: { count: number; seed: number }): number[] {
  const random = new Random(seed);
  return [...new Set(Array.from({ length: count }, () => random.integer(IDS)))];
}

/** Does a step to the index and to the rows that it must hold; gives the index to go on with. */
function take(index: HnswIndex, rows: Map<number, number[]>, taken: Step): HnswIndex {
  if (taken.kind === 'add' || taken.kind === 'replace') {
    const replace = taken.kind === 'replace';
    const ids = idsOf(taken).filter((id) => replace || !rows.has(id));
    const added = ids.map((id) => rowOf(id, taken.seed));
    index.add(added.flat(), { ids, replace });
    ids.forEach((id, i) => {
      rows.set(id, added[i]!);
    });
  } else if (taken.kind === 'remove') {
    const ids = idsOf(taken);
    expect(index.remove(ids)).toBe(ids.filter((id) => rows.delete(id)).length);
  } else if (taken.kind === 'compact') {
    index.compact();
  } else if (taken.kind === 'save and load') {
    const loaded = HnswIndex.fromBytes(index.toBytes());
    index.dispose();
    return loaded;
  }
  return index;
}

/** k live results whenever k rows qualify, each once and with its own score, best first. */
function expectPromises(index: HnswIndex, rows: Map<number, number[]>): void {
  expect(index.size).toBe(rows.size);
  const filters = [
    undefined,
    Bitmap.of(Array.from({ length: IDS / 2 }, (_, i) => 2 * i)),
    Bitmap.of(Array.from({ length: 40 }, (_, i) => 11 * i)),
    Bitmap.of([...rows].filter(([, row]) => row[0]! > 5).map(([id]) => id)),
  ];
  const queries = [1, 2, -1, 3, 0, 1];
  for (const filter of filters) {
    const qualifying = [...rows.keys()].filter((id) => filter?.has(id) ?? true).length;
    for (const [k, ef] of [
      [1, 1],
      [4, 2],
      [9, 20],
      [IDS + 1, 1],
    ] as const) {
      const options = { k, ef, ...(filter && { filter }) };
      const { ids, scores } = index.search(queries, options);
      const exact = index.search(queries, { ...options, k: Math.max(1, rows.size), exact: true });
      for (let query = 0; query < 2; query++) {
        const found = ids.slice(query * k, (query + 1) * k).filter((id) => id >= 0);
        expect(found.length).toBe(Math.min(k, qualifying));
        expect(new Set(found).size).toBe(found.length);
        const all = exact.ids.slice(query * exact.k, (query + 1) * exact.k);
        let last = -1;
        found.forEach((id, i) => {
          const rank = all.indexOf(id);
          expect(rank).toBeGreaterThan(last); // present, qualifying, and in the order of an exact search
          expect(scores[query * k + i]).toBe(exact.scores[query * exact.k + rank]);
          last = rank;
        });
      }
    }
  }
}

describe.each<Metric>(['cosine', 'ip', 'l2'])('%s', (metric) => {
  test('after any steps, a search finds k live rows whenever k qualify, with their scores', async () => {
    const holds = asyncProperty(array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      const rows = new Map<number, number[]>();
      let index = await HnswIndex.create({ dimensions: DIMENSIONS, metric, m: 4, efConstruction: 20 });
      try {
        index = take(index, rows, { kind: 'add', count: 900, seed: 1 });
        for (const taken of steps) {
          index = take(index, rows, taken);
          if (taken.kind === 'search') expectPromises(index, rows);
        }
        expectPromises(index, rows);
        for (const [id, row] of rows) expect(index.get(id)).toEqual(Float32Array.from(row));
      } finally {
        index.dispose();
      }
    });
    await check(holds, { numRuns: 20, seed: 1 });
  });
});
