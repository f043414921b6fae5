import { readFileSync } from 'node:fs';
import { LshIndex, readNpy } from 'lanewise';
import { expect, test } from 'vitest';
import { makeRows } from '../../reference/data.ts';

const DIMENSIONS = 100;

/** Rows about `queries`, at angles of 0.1 to 1.5: a query turned towards a random direction. */
function turned(queries: Float32Array, seed: number): Float32Array {
  const size = queries.length / DIMENSIONS;
  const others = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: DIMENSIONS, size }, seed);
  return Float32Array.from(queries, (value, i) => {
    const lean = 0.1 + (1.4 * Math.floor(i / DIMENSIONS)) / size;
    return value * Math.cos(lean) + others[i]! * Math.sin(lean);
  });
}

function words(): { rows: Float32Array; queries: Float32Array } {
  const vectors = readNpy(readFileSync('demo/data/glove-40k.npy')).data as Float32Array;
  return {
    queries: vectors.slice(0, 60 * DIMENSIONS),
    rows: vectors.slice(60 * DIMENSIONS, 4000 * DIMENSIONS),
  };
}

function random(): { rows: Float32Array; queries: Float32Array } {
  const shape = { distribution: 'bell', metric: 'cosine', dimensions: DIMENSIONS, size: 4000 } as const;
  const queries = makeRows({ ...shape, size: 60 }, 1);
  const near = Array.from({ length: 20 }, (_, i) => [...turned(queries, 2 + i)]).flat();
  return { queries, rows: Float32Array.from([...near, ...makeRows(shape, 40)]) };
}

/**
 * Pairs of a query and a row, counted by the angle between them, a tenth of a radian a class; how many of them an index
 * finds; and how many the law expects, each pair at its own angle.
 */
async function measure({ rows, queries }: { rows: Float32Array; queries: Float32Array }) {
  const classes = Array.from({ length: 20 }, () => ({ pairs: 0, found: 0, expected: 0 }));
  const size = rows.length / DIMENSIONS;
  const shape = { tables: 8, bits: 8 };
  // The law is an expectation over hyperplanes: pairs of one index share theirs, so several are drawn.
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    using index = await LshIndex.create({ dimensions: DIMENSIONS, ...shape, seed });
    index.add(rows);
    const all = index.search(queries, { k: size, exact: true });
    const some = index.search(queries, { k: size });
    for (let query = 0; query < queries.length / DIMENSIONS; query++) {
      const found = new Set(some.ids.subarray(query * size, (query + 1) * size));
      for (let i = query * size; i < (query + 1) * size; i++) {
        const angle = Math.acos(Math.min(1, all.scores[i]!));
        const counted = classes[Math.min(19, Math.floor(10 * angle))]!;
        counted.pairs++;
        counted.expected += LshIndex.expectedRecall(angle, shape);
        if (found.has(all.ids[i]!)) counted.found++;
      }
    }
  }
  return classes.filter(({ pairs }) => pairs >= 300);
}

test.each([
  ['word vectors', words, 5],
  ['random vectors', random, 10],
])('on %s, the share of rows found at each angle is the expected one', async (_, data, leastClasses) => {
  const classes = await measure(data());
  expect(classes.length).toBeGreaterThanOrEqual(leastClasses);
  for (const { pairs, found, expected } of classes) {
    // The pairs of a query and of a seed go together, so the spread is that of some 60 x 6 draws: four of their standard
    // deviations, sqrt(p (1 - p) / 360), are at most 0.105.
    expect(Math.abs(found / pairs - expected / pairs)).toBeLessThan(0.105);
  }
});
