import { LshIndex } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { type Distribution, makeQueries, makeRows } from '../../reference/data.ts';
import { rankFloat32 } from '../../reference/float32.ts';
import {
  candidatesOf,
  codesOf,
  hyperplanesOf,
  probeOrdersOf,
  productsOf,
  type Shape,
  signaturesOf,
} from './reference.ts';

interface Case extends Shape {
  readonly size: number;
  readonly distribution: Distribution;
  readonly probes: readonly number[];
}

// Hyperplanes that fill their last tile of six and that do not, signatures of one bit and of many, rows that leave their
// last block of sixteen and their last group of four dimensions open, several segments, ties of margins by the hundred.
const CASES: readonly Case[] = [
  {
    dimensions: 8,
    tables: 3,
    bits: 4,
    seed: 0,
    size: 200,
    distribution: 'bell',
    probes: [1, 2, 3, 7, 16, 17],
  },
  {
    dimensions: 5,
    tables: 2,
    bits: 9,
    seed: 1,
    size: 333,
    distribution: 'clustered',
    probes: [1, 6, 300, 512],
  },
  { dimensions: 1, tables: 4, bits: 2, seed: 2, size: 50, distribution: 'bell', probes: [1, 2, 4] },
  { dimensions: 7, tables: 1, bits: 1, seed: 3, size: 40, distribution: 'sparse', probes: [1, 2, 65_536] },
  { dimensions: 6, tables: 5, bits: 8, seed: 4, size: 150, distribution: 'one-hot', probes: [1, 5, 40, 250] },
  {
    dimensions: 4,
    tables: 2,
    bits: 11,
    seed: 5,
    size: 17,
    distribution: 'of small integers',
    probes: [1, 1000],
  },
  {
    dimensions: 100,
    tables: 12,
    bits: 13,
    seed: 4_294_967_295,
    size: 400,
    distribution: 'clustered',
    probes: [1, 9],
  },
  { dimensions: 33, tables: 2, bits: 15, seed: 6, size: 60, distribution: 'duplicated', probes: [1, 3] },
  { dimensions: 3, tables: 2, bits: 12, seed: 7, size: 9000, distribution: 'bell', probes: [1, 8] },
];

describe.each(CASES)('$size rows ($distribution) in $tables tables of $bits bits', (shape) => {
  const { dimensions, size, distribution, probes } = shape;
  const data = { distribution, metric: 'cosine', dimensions, size } as const;
  const rows = makeRows(data, shape.seed);
  const queries = makeQueries(data, rows, 8);
  const count = queries.length / dimensions;

  test('finds the rows of the probed buckets, and no others, scored as a float32 scan scores them', async () => {
    const hyperplanes = hyperplanesOf(shape);
    const productsOfAll = async (vectors: Float32Array) =>
      (await codesOf(vectors, dimensions)).map((codes) => productsOf(codes, hyperplanes));
    const signatures = (await productsOfAll(rows)).map((products) => signaturesOf(products, shape));
    const orders = (await productsOfAll(queries)).map((products) => probeOrdersOf(products, shape));
    const ranked = Array.from({ length: size > 1000 ? 0 : count }, (_, query) =>
      rankFloat32(rows, queries.slice(query * dimensions, (query + 1) * dimensions), 'cosine'),
    );
    using index = await LshIndex.create(shape);
    index.add(rows);
    for (const probesPerTable of probes) {
      const found = index.search(queries, { k: size, probesPerTable, stats: true });
      for (let query = 0; query < count; query++) {
        const expected = candidatesOf(signatures, orders[query]!, probesPerTable);
        const ids = found.ids.subarray(query * size, (query + 1) * size);
        const live = ids.filter((id) => id >= 0);
        expect([...live].sort((a, b) => a - b)).toEqual(expected);
        expect([...ids.subarray(live.length)].every((id) => id === -1)).toBe(true);
        expect([found.candidates[query], found.rescored![query]]).toEqual([expected.length, expected.length]);
        const order = ranked[query];
        if (!order) continue;
        const isCandidate = new Set(expected);
        const best = order.ids.flatMap((id, rank) =>
          isCandidate.has(id) ? [[id, order.scores[rank]!]] : [],
        );
        const scores = found.scores.subarray(query * size, query * size + live.length);
        expect([...live].map((id, rank) => [id, scores[rank]!])).toEqual(best);
      }
    }
  });
});

test('a batch of any size answers as its queries do one by one', async () => {
  const data = { distribution: 'clustered', metric: 'cosine', dimensions: 20, size: 2000 } as const;
  const rows = makeRows(data, 1);
  const queries = rows.slice(0, 20 * 37);
  using index = await LshIndex.create({ dimensions: 20, tables: 6, bits: 10 });
  index.add(rows);
  const batch = index.search(queries, { k: 5, probesPerTable: 3 });
  for (let i = 0; i < 37; i++) {
    const alone = index.search(queries.subarray(20 * i, 20 * i + 20), { k: 5, probesPerTable: 3 });
    expect(alone.ids).toEqual(batch.ids.slice(5 * i, 5 * i + 5));
    expect(alone.scores).toEqual(batch.scores.slice(5 * i, 5 * i + 5));
    expect(alone.candidates[0]).toBe(batch.candidates[i]);
    expect(alone.ids[0]).toBeGreaterThanOrEqual(0); // a row always shares its own buckets
  }
});
