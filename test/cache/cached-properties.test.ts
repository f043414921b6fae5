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
import { Bitmap, CachedIndex, FlatIndex, HnswIndex, IvfIndex, LshIndex } from 'lanewise';
import { expect, test } from 'vitest';

const DIMENSIONS = 3;

type Step =
  | { readonly kind: 'add' | 'remove' | 'filter'; readonly ids: readonly number[]; readonly seed: number }
  | { readonly kind: 'search'; readonly queries: readonly number[]; readonly k: number }
  | { readonly kind: 'compact' };

const ids = array(integer({ min: 0, max: 30 }), { maxLength: 8 });
const change = oneof(constant('add' as const), constant('remove' as const), constant('filter' as const));
const step: Arbitrary<Step> = oneof(
  { weight: 5, arbitrary: record({ kind: change, ids, seed: integer({ min: 0, max: 99 }) }) },
  {
    weight: 15,
    arbitrary: record({
      kind: constant('search' as const),
      queries: array(integer({ min: 0, max: 6 }), { maxLength: 5 }),
      k: integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: record({ kind: constant('compact' as const) }) },
);

function rowOf(id: number, seed: number): number[] {
  return [1 + ((id * 7 + seed) % 3), ((id * 5 + seed) % 5) - 2, (seed % 7) - 3];
}

test.each([
  ['FlatIndex', () => FlatIndex.create({ dimensions: DIMENSIONS })],
  ['HnswIndex', () => HnswIndex.create({ dimensions: DIMENSIONS, m: 2, efConstruction: 4 })],
  ['LshIndex', () => LshIndex.create({ dimensions: DIMENSIONS, tables: 2, bits: 3 })],
  [
    'IvfIndex',
    async () => {
      const index = await IvfIndex.create({ dimensions: DIMENSIONS, cells: 3 });
      return index.train(Array.from({ length: 30 }, (_, i) => rowOf(i, i)).flat());
    },
  ],
] as const)('a cached %s answers what the index would, whatever changes between', async (_, make) => {
  let hits = 0;
  await check(
    asyncProperty(
      array(step, { minLength: 10, maxLength: 60 }),
      integer({ min: 1, max: 9 }),
      async (steps, maxEntries) => {
        using index = await make();
        const cached = new CachedIndex(index as FlatIndex, { maxEntries });
        const filter = Bitmap.range(0, 20);
        for (const [i, step] of steps.entries()) {
          if (step.kind === 'compact') index.compact();
          else if (step.kind === 'remove') index.remove([...step.ids]);
          else if (step.kind === 'filter')
            for (const id of step.ids) filter.has(id) ? filter.delete(id) : filter.add(id);
          else if (step.kind === 'add') {
            const rows = [...new Set(step.ids)];
            index.add(
              rows.flatMap((id) => rowOf(id, step.seed)),
              { ids: rows, replace: true },
            );
          } else if (step.kind === 'search') {
            const queries = step.queries.flatMap((query) => [1, query - 3, query % 2]);
            const options = { k: step.k, ...(i % 3 === 0 && { filter }) };
            expect(cached.search(queries, options)).toEqual(index.search(queries, options));
            expect(cached.size).toBeLessThanOrEqual(maxEntries);
          }
        }
        hits += cached.statistics().hits;
      },
    ),
    { seed: 11, numRuns: 60 },
  );
  expect(hits).toBeGreaterThan(200);
});
