import { CsrMatrix, pageRank, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';

type Link = readonly [from: number, to: number, weight?: number];

function graph(nodes: number, links: readonly Link[]): Promise<CsrMatrix> {
  return CsrMatrix.fromCoo({
    rows: nodes,
    columns: nodes,
    rowIndex: links.map(([from]) => from),
    columnIndex: links.map(([, to]) => to),
    values: links.map(([, , weight = 1]) => weight),
  });
}

async function ranksOf(nodes: number, links: readonly Link[], options = {}): Promise<number[]> {
  using matrix = await graph(nodes, links);
  const { ranks, isConverged } = await pageRank(matrix, {
    tolerance: 1e-14,
    maxIterations: 1000,
    ...options,
  });
  expect(isConverged).toBe(true);
  return [...ranks];
}

function expectClose(got: readonly number[], expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  got.forEach((rank, node) => {
    expect(Math.abs(rank - expected[node]!)).toBeLessThan(1e-12);
  });
}

describe('graphs solved by hand', () => {
  test('a cycle of three with a shortcut, damping 1/2', async () => {
    // a = 1/6 + c/2, b = 1/6 + a/4, c = 1/6 + a/4 + b/2 for a -> b, a -> c, b -> c, c -> a. Twelve times each:
    // 12a = 2 + 6c, 12b = 2 + 3a, 12c = 2 + 3a + 6b, which give a = 14/39, b = 10/39, c = 15/39.
    const links: Link[] = [
      [0, 1],
      [0, 2],
      [1, 2],
      [2, 0],
    ];
    expectClose(await ranksOf(3, links, { damping: 0.5 }), [14 / 39, 10 / 39, 15 / 39]);
  });

  test('a dangling node gives its rank to all alike', async () => {
    // 0 -> 1 and nothing on, damping 1/2: a = 1/4 + b/4 and b = 1/4 + a/2 + b/4, so a = 2/5 and b = 3/5.
    expectClose(await ranksOf(2, [[0, 1]], { damping: 0.5 }), [2 / 5, 3 / 5]);
  });

  test('a dangling node gives its rank to where a walker starts anew', async () => {
    // All starts at 0: a = 1/2 + b/2 and b = a/2, so a = 2/3 and b = 1/3.
    const options = { damping: 0.5, personalization: [2, 0] };
    expectClose(await ranksOf(2, [[0, 1]], options), [2 / 3, 1 / 3]);
  });

  test('weights share a rank in proportion, those of a repeated link added up', async () => {
    // 0 -> 1 three times as heavy as 0 -> 2; 1 and 2 lead back. Damping 1: a = b + c, b = 3a/4, c = a/4. It swings
    // between {0} and {1, 2}, so damping 1/2: a = 1/6 + (b + c)/2 = 4/9, b = 1/6 + 3a/8 = 1/3, c = 1/6 + a/8 = 2/9.
    const links: Link[] = [
      [0, 1, 1.5],
      [0, 1, 1.5],
      [0, 2, 1],
      [1, 0],
      [2, 0, 7],
    ];
    expectClose(await ranksOf(3, links, { damping: 0.5 }), [4 / 9, 1 / 3, 2 / 9]);
  });

  test('a link to itself keeps a rank', async () => {
    // a = 1/4 + a/2, so a = 1/2 whatever b does; b = 1/4 + b/2.
    expectClose(
      await ranksOf(
        2,
        [
          [0, 0],
          [1, 1],
        ],
        { damping: 0.5 },
      ),
      [1 / 2, 1 / 2],
    );
  });

  test('one node alone has all, and nodes without any link have alike', async () => {
    expectClose(await ranksOf(1, []), [1]);
    expectClose(await ranksOf(4, []), [1 / 4, 1 / 4, 1 / 4, 1 / 4]);
  });

  test('parts that are not connected keep what starts in them', async () => {
    // Two cycles: every node passes all it has.
    const links: Link[] = [
      [0, 1],
      [1, 0],
      [2, 3],
      [3, 4],
      [4, 2],
    ];
    expectClose(await ranksOf(5, links), new Array(5).fill(1 / 5));
  });

  test('without damping every rank is that of the start', async () => {
    expectClose(
      await ranksOf(
        3,
        [
          [0, 1],
          [1, 2],
        ],
        { damping: 0, personalization: [1, 2, 5] },
      ),
      [1 / 8, 2 / 8, 5 / 8],
    );
  });
});

test('ranks solve the equations of a random graph to the tolerance', async () => {
  const random = new Random(3);
  const nodes = 200;
  const links = Array.from(
    { length: 700 },
    (): Link => [
      random.integer(nodes - 40), // the last 40 are dangling
      random.integer(nodes),
      Math.fround(random.uniform()),
    ],
  );
  using matrix = await graph(nodes, links);
  const { ranks, residual } = await pageRank(matrix, { maxIterations: 300, tolerance: 1e-10 });
  expect(residual).toBeLessThanOrEqual(1e-10);
  const out = new Float64Array(nodes);
  for (const [from, , weight] of links) out[from]! += weight!;
  let anew = 0.15;
  out.forEach((weight, node) => {
    if (weight === 0) anew += 0.85 * ranks[node]!;
  });
  const moved = new Float64Array(nodes).fill(anew / nodes);
  for (const [from, to, weight] of links) moved[to]! += (0.85 * ranks[from]! * weight!) / out[from]!;
  // Links between the same two nodes were added in float32: 2^-24 of a weight.
  expect(ranks.reduce((sum, rank, node) => sum + Math.abs(rank - moved[node]!), 0)).toBeLessThan(1e-7);
  expect(ranks.reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(1, 14);
});

test('a pattern counts every link once', async () => {
  const links: Link[] = [
    [0, 1],
    [0, 2],
    [1, 2],
    [2, 0],
  ];
  using matrix = await CsrMatrix.fromCoo({
    rows: 3,
    columns: 3,
    rowIndex: [0, 0, 1, 2],
    columnIndex: [1, 2, 2, 0],
  });
  using weighted = await graph(3, links);
  expect((await pageRank(matrix)).ranks).toEqual((await pageRank(weighted)).ranks);
});

test('too few iterations are told, with the best there is', async () => {
  using matrix = await graph(3, [
    [0, 1],
    [0, 2],
    [1, 2],
    [2, 0],
  ]);
  const { ranks, iterations, residual, isConverged } = await pageRank(matrix, { maxIterations: 2 });
  expect([iterations, isConverged]).toEqual([2, false]);
  expect(residual).toBeGreaterThan(1e-9);
  // From 1/3 each: (1/3, 23/120, 57/120), whose c moves on.
  const first = [0.05 + 0.85 / 3, 0.05 + 0.85 / 6, 0.05 + 0.85 / 6 + 0.85 / 3];
  const second = [
    0.05 + 0.85 * first[2]!,
    0.05 + 0.425 * first[0]!,
    0.05 + 0.425 * first[0]! + 0.85 * first[1]!,
  ];
  expectClose([...ranks], second);
});

describe('refused', () => {
  test.each([
    [{ damping: -0.1 }, 'INVALID_ARGUMENT'],
    [{ damping: 1.1 }, 'INVALID_ARGUMENT'],
    [{ damping: Number.NaN }, 'INVALID_ARGUMENT'],
    [{ tolerance: -1 }, 'INVALID_ARGUMENT'],
    [{ maxIterations: 0 }, 'INVALID_ARGUMENT'],
    [{ personalization: [1, 2] }, 'DIMENSION_MISMATCH'],
    [{ personalization: '123' as never }, 'INVALID_ARGUMENT'],
    [{ personalization: null as never }, 'INVALID_ARGUMENT'],
    [{ personalization: new BigInt64Array(3) as never }, 'INVALID_ARGUMENT'],
    [{ personalization: [0, 0, 0] }, 'INVALID_VALUE'],
    [{ personalization: [1, -1, 1] }, 'INVALID_VALUE'],
    [{ personalization: [1, Number.NaN, 1] }, 'INVALID_VALUE'],
    [{ personalization: [1e308, 1e308, 1e308] }, 'INVALID_VALUE'],
  ])('options %o', async (options, code) => {
    using matrix = await graph(3, [[0, 1]]);
    await expect(pageRank(matrix, options)).rejects.toMatchObject({ name: 'LanewiseError', code });
  });

  test('what is no square matrix of weights', async () => {
    using negative = await graph(3, [[0, 1, -1]]);
    await expect(pageRank(negative)).rejects.toMatchObject({ code: 'INVALID_VALUE', got: -1 });
    using wide = await CsrMatrix.fromCoo({ rows: 2, columns: 3, rowIndex: [0], columnIndex: [2] });
    await expect(pageRank(wide)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', got: [2, 3] });
    await expect(pageRank({} as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    negative.dispose();
    await expect(pageRank(negative)).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  test('a signal stops it, with the memory given back', async () => {
    using matrix = await graph(3, [
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
    const controller = new AbortController();
    const onProgress = () => controller.abort('enough');
    await expect(pageRank(matrix, { signal: controller.signal, onProgress })).rejects.toBe('enough');
    await expect(pageRank(matrix, { signal: AbortSignal.abort('before') })).rejects.toBe('before');
  });
});

test('the defaults converge on the graph that settles most slowly, a cycle of two entered at one node', async () => {
  using cycle = await graph(2, [
    [0, 1],
    [1, 0],
  ]);
  const { ranks, iterations, isConverged } = await pageRank(cycle, { personalization: [1, 0] });
  expect(isConverged).toBe(true);
  // Iteration n moves the ranks by 2 * .85^n: 1.14e-9 at n = 131, 9.7e-10 at n = 132.
  expect(iterations).toBe(132);
  // a = .15 + .85 b and b = .85 a: a = .15 / (1 - .7225).
  expectClose(
    [...ranks].map((rank) => Number(rank.toFixed(8))),
    [0.54054054, 0.45945946],
  );
});
