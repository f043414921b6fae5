import { describe, expect, test } from 'vitest';
import { complexity } from '../../../src/cost/index.ts';
import { Random } from '../../../src/host/random.ts';
import {
  assign,
  backpropagate,
  growTree,
  leastSquares,
  lloyd,
  logisticDescent,
  multiply,
  rangeFinder,
  transformerLayer,
  transpose,
} from '../../reference/counted-learners.ts';
import {
  growKdTree,
  searchCells,
  searchCodes,
  searchKdTree,
  signature,
} from '../../reference/counted-neighbours.ts';
import {
  CountedBloom,
  CountedCountMin,
  CountedKll,
  compress,
  factorizationEpoch,
  multiplySparse,
} from '../../reference/counted-streams.ts';
import { type Rows, Tally, uniformRows } from '../../reference/tally.ts';

// Naive code that counts what it does, and whose answers are looked at too: were it not the algorithm, its count would say nothing.

const { evaluate } = complexity;
const trainingOf = (...of: Parameters<typeof evaluate>): number => evaluate(...of).training.operations;
const predictionOf = (...of: Parameters<typeof evaluate>): number => evaluate(...of).prediction.operations;

describe('as many operations as naive code counts take', () => {
  test('least squares: what is left out is of lower order', () => {
    for (const [n, d] of [
      [300, 10],
      [200, 40],
      [150, 100],
    ] as const) {
      const random = new Random(n);
      const x = uniformRows(random, n, d);
      const truth = Array.from({ length: d }, (_, i) => i - d / 2);
      const tally = new Tally();
      const found = leastSquares(
        tally,
        x,
        x.map((row) => row.reduce((sum, value, i) => sum + value * truth[i]!, 0)),
      );
      found.forEach((weight, i) => {
        expect(weight).toBeCloseTo(truth[i]!, 6);
      });
      const counted = trainingOf('ols', { n, d });
      expect(tally.flops).toBeGreaterThanOrEqual(counted);
      // The diagonal and the right-hand side, n d and 2 n d; the diagonals of the factor and two triangles.
      expect(tally.flops - counted).toBeLessThanOrEqual(3 * n * d + 3.5 * d * d);
      const once = new Tally();
      once.dot(found, x[0]!);
      expect(once.flops).toBe(predictionOf('ols', { n, d }));
    }
  });

  test('logistic regression: all but two a step', () => {
    const [n, d, epochs] = [200, 12, 3];
    const x = uniformRows(new Random(1), n, d);
    const y = x.map((row) => (row[0]! + row[1]! > 0 ? 1 : 0));
    const tally = new Tally();
    const weights = logisticDescent(tally, x, y, { epochs, rate: 1 });
    const right = x.filter((row, r) => new Tally().dot(weights, row) > 0 === (y[r] === 1));
    expect(right.length).toBeGreaterThan(0.85 * n);
    expect(tally.flops).toBe(trainingOf('logistic-regression', { n, d, epochs }) + 2 * n * epochs);
  });

  test('k-means: all but the centres by themselves', () => {
    const [n, d, k, iterations] = [400, 6, 5, 4];
    const x = uniformRows(new Random(2), n, d);
    const tally = new Tally();
    const centres = lloyd(tally, x, k, iterations);
    const cells = assign(new Tally(), x, centres);
    x.forEach((row, r) => {
      const distances = centres.map((centre) => centre.reduce((sum, c, i) => sum + (row[i]! - c) ** 2, 0));
      expect(cells[r]).toBe(distances.indexOf(Math.min(...distances)));
    });
    const lower = iterations * k * (3 * d + 1); // norms, halves, and sums over counts
    expect(tally.flops).toBe(trainingOf('k-means', { n, d, k, iterations }) + lower);
  });

  test('truncated SVD: all but the lengths of vectors', () => {
    const [n, d, k, oversamples, iterations] = [60, 40, 5, 3, 2];
    const random = new Random(3);
    const low = multiply(new Tally(), uniformRows(random, n, k), uniformRows(random, k, d));
    // A little of everything else, so that bases have as many directions as columns.
    const a = low.map((row) => row.map((value) => value + 1e-7 * random.uniform()));
    const tally = new Tally();
    const l = k + oversamples;
    const { left } = rangeFinder(tally, a, uniformRows(random, d, l), iterations);
    const seen = multiply(new Tally(), left, multiply(new Tally(), transpose(left), a));
    seen.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(a[i]![j]!, 5);
      });
    });
    const lower = (iterations + 1) * (n + d) * l; // scales: 3 l a row, where 2 l^2 has it at 2 l
    expect(tally.flops).toBe(trainingOf('truncated-svd', { n, d, k, oversamples, iterations }) + lower);
    const row = new Tally();
    multiply(row, [a[0]!], transpose(uniformRows(random, k, d)));
    expect(row.flops).toBe(predictionOf('truncated-svd', { n, d, k }));
  });

  test('a perceptron, forward and backward: exactly', () => {
    const [d, width, layers, outputs] = [7, 9, 3, 2];
    const random = new Random(4);
    const weights = [d, width, width].map((inputs) => uniformRows(random, width, inputs));
    weights.push(uniformRows(random, outputs, width));
    const [input, target] = [uniformRows(random, 1, d)[0]!, [0.3, -0.2]];
    const tally = new Tally();
    const gradients = backpropagate(tally, weights, input, target);
    const loss = (): number => {
      let values = input;
      weights.forEach((layer, l) => {
        const sums = layer.map((row) => row.reduce((sum, weight, i) => sum + weight * values[i]!, 0));
        values = l < weights.length - 1 ? sums.map((sum) => Math.max(0, sum)) : sums;
      });
      return values.reduce((sum, value, i) => sum + (value - target[i]!) ** 2 / 2, 0);
    };
    for (const layer of [0, 1, 3]) {
      const before = weights[layer]![1]![2]!;
      weights[layer]![1]![2] = before + 1e-5;
      const above = loss();
      weights[layer]![1]![2] = before - 1e-5;
      const slope = (above - loss()) / 2e-5;
      weights[layer]![1]![2] = before;
      expect(gradients[layer]![1]![2]).toBeCloseTo(slope, 8);
    }
    expect(tally.flops).toBe(trainingOf('mlp', { n: 1, d, width, layers, outputs, epochs: 1 }));
  });

  test('a transformer layer, in however many heads: exactly', () => {
    const [n, d, hidden] = [6, 8, 20];
    const random = new Random(5);
    const square = (): Rows => uniformRows(random, d, d);
    const weights = {
      ...{ query: square(), key: square(), value: square(), output: square() },
      ...{ up: uniformRows(random, d, hidden), down: uniformRows(random, hidden, d) },
    };
    for (const heads of [1, 2, 4]) {
      const tally = new Tally();
      expect(transformerLayer(tally, uniformRows(random, n, d), weights, heads)[n - 1]).toHaveLength(d);
      expect(tally.flops).toBe(predictionOf('transformer-layer', { n, d, hidden }));
    }
    const count = Object.values(weights).reduce((sum, matrix) => sum + matrix.length * matrix[0]!.length, 0);
    expect(evaluate('transformer-layer', { n, d, hidden }).space.bytes).toBe(4 * count);
  });

  test('a tree of a forest: its sorts take some less than n log n each', () => {
    const [n, features] = [4096, 2];
    const x = uniformRows(new Random(6), n, features);
    for (const depth of [1, 4, 12]) {
      const tally = new Tally();
      expect(growTree(tally, x, { features, depth })).toBe(2 ** depth);
      const share = tally.comparisons / trainingOf('random-forest', { n, d: 4, trees: 1, depth, features });
      // Merging m values takes m log2 m - 1.25 m: of 12 levels, 1.25 of 6.5 on average.
      expect(share).toBeGreaterThan(0.78);
      expect(share).toBeLessThan(1);
    }
  });
});

describe('as many distances as naive searches take', () => {
  test('in a k-d tree, where the model is of cubes far from the edge, within a fifth', () => {
    const [n, queries] = [4096, 300];
    for (const [d, k] of [
      [2, 1],
      [2, 10],
      [3, 1],
      [3, 5],
    ] as const) {
      const random = new Random(10 * d + k);
      const x = uniformRows(random, n, d);
      const tally = new Tally();
      const tree = growKdTree(tally, x);
      expect(tally.comparisons).toBe(trainingOf('kd-tree', { n, d, k }));
      let examined = 0;
      for (const [i, query] of uniformRows(random, queries, d).entries()) {
        const found = searchKdTree(tree, query, k);
        examined += found.examined;
        if (i >= 3) continue;
        const distances = x.map((row) => row.reduce((sum, value, j) => sum + (value - query[j]!) ** 2, 0));
        expect(found.nearest).toEqual(distances.sort((a, b) => a - b).slice(0, k));
      }
      const expected = (predictionOf('kd-tree', { n, d, k }) - Math.log2(n)) / (2 * d);
      expect(Math.abs(examined / queries / expected - 1)).toBeLessThan(0.2);
    }
  });

  test('all of them in a k-d tree of many dimensions', () => {
    expect(predictionOf('kd-tree', { n: 4096, d: 12 })).toBe(12 + predictionOf('knn', { n: 4096, d: 12 }));
    expect(predictionOf('kd-tree', { n: 4096, d: 11 })).toBeLessThanOrEqual(12 + 2 * 4096 * 11);
  });

  test('in buckets of random hyperplanes, whose rows have nothing in common', () => {
    const [n, d, tables, bits, queries] = [3000, 64, 3, 8, 60];
    const random = new Random(12);
    const gaussian = (rows: number): Rows =>
      Array.from({ length: rows }, () =>
        Array.from({ length: d }, () => {
          let sum = -6;
          for (let i = 0; i < 12; i++) sum += random.uniform();
          return sum;
        }),
      );
    const planes = Array.from({ length: tables }, () => gaussian(bits));
    const x = gaussian(n);
    const building = new Tally();
    const signatures = planes.map((table) => x.map((row) => signature(building, row, table)));
    expect(building.flops).toBe(trainingOf('lsh', { n, d, tables, bits }));
    let candidates = 0;
    const searching = new Tally();
    for (const query of gaussian(queries)) {
      planes.forEach((table, t) => {
        const own = signature(searching, query, table);
        for (const other of signatures[t]!) if (other === own) candidates++;
      });
    }
    const { sizes, prediction } = evaluate('lsh', { n, d, tables, bits });
    // Independent bits would leave 35; some 2600 are counted in all, so that 8 % are several standard deviations.
    expect(Math.abs(candidates / queries / sizes['candidates']! - 1)).toBeLessThan(0.08);
    expect(searching.flops / queries + 2 * d * sizes['candidates']!).toBeCloseTo(prediction.operations, 6);
  });

  test('in cells and in codes of cells that are equally full: exactly', () => {
    const [n, d, cells, probes, m, bits] = [960, 8, 12, 5, 4, 3];
    const random = new Random(13);
    const centres = uniformRows(random, cells, d);
    const query = uniformRows(random, 1, d)[0]!;
    const inCells = Array.from({ length: cells }, () => uniformRows(random, n / cells, d));
    const tally = new Tally();
    expect(searchCells(tally, query, centres, inCells, probes)).toHaveLength((n * probes) / cells);
    expect(tally.flops).toBe(predictionOf('ivf', { n, d, cells, probes }));

    const coded = new Tally();
    const subCentres = Array.from({ length: m }, () => uniformRows(random, 2 ** bits, d / m));
    const codes = inCells.map((rows) =>
      rows.map(() => Array.from({ length: m }, () => random.integer(2 ** bits))),
    );
    const estimates = searchCodes(coded, query, { centres, codes, subCentres }, probes);
    expect(estimates).toHaveLength((n * probes) / cells);
    const lower = probes * d; // residuals
    expect(coded.flops).toBe(predictionOf('ivf-pq', { n, d, cells, probes, m, bits }) + lower);
  });

  test('by which rows find their cells: what is left out is of lower order', () => {
    const [n, d, cells, iterations] = [500, 4, 20, 3];
    const x = uniformRows(new Random(14), n, d);
    const tally = new Tally();
    assign(tally, x, lloyd(tally, x, cells, iterations));
    const counted = trainingOf('ivf', { n, d, cells, iterations });
    expect(tally.flops).toBeGreaterThanOrEqual(counted);
    // Sums of rows, and the centres by themselves.
    expect(tally.flops - counted).toBeLessThanOrEqual((iterations + 1) * (n * d + cells * (3 * d + 1)));
  });

  test('brute force: exactly', () => {
    const tally = new Tally();
    for (const row of uniformRows(new Random(15), 50, 6)) tally.dot(row, row);
    expect(tally.flops).toBe(predictionOf('knn', { n: 50, d: 6 }));
  });

  test('layers above the bottom of a graph are 1 / (m - 1) a row', () => {
    const [n, d, m] = [200_000, 8, 4];
    const random = new Random(16);
    let above = 0;
    for (let row = 0; row < n; row++) above += Math.floor(-Math.log(1 - random.uniform()) / Math.log(m)); // how the paper draws a layer
    const bytes = 4 * (n * d + n * 2 * m + above * m);
    expect(Math.abs(evaluate('hnsw', { n, d, m }).space.bytes / bytes - 1)).toBeLessThan(0.001);
  });
});

describe('as many operations as naive streams take', () => {
  test('compressed rows: exactly', () => {
    const [n, columns, nonzeros] = [40, 30, 200];
    const random = new Random(20);
    const entries = Array.from({ length: nonzeros }, () => ({
      row: random.integer(n),
      column: random.integer(columns),
      value: random.uniform(),
    }));
    const tally = new Tally();
    const matrix = compress(tally, n, entries);
    const product = multiplySparse(tally, matrix, new Array<number>(columns).fill(1));
    const sums = new Array<number>(n).fill(0);
    for (const { row, value } of entries) sums[row]! += value;
    product.forEach((value, row) => {
      expect(value).toBeCloseTo(sums[row]!, 12);
    });
    expect(tally.accesses).toBe(trainingOf('csr-matvec', { n, nonzeros }));
    expect(tally.flops).toBe(predictionOf('csr-matvec', { n, nonzeros }));
    const { starts, values } = matrix;
    const words = starts.length + matrix.columns.length + values.length;
    expect(evaluate('csr-matvec', { n, nonzeros }).space.bytes).toBe(4 * words);
  });

  test('matrix factorization: all but two a rating', () => {
    const [users, items, factors, nonzeros, epochs] = [20, 15, 6, 150, 5];
    const random = new Random(21);
    const ratings = Array.from({ length: nonzeros }, () => ({
      user: random.integer(users),
      item: random.integer(items),
      rating: 1 + random.integer(5),
    }));
    const [p, q] = [uniformRows(random, users, factors), uniformRows(random, items, factors)];
    const tally = new Tally();
    const losses = Array.from({ length: epochs }, () =>
      factorizationEpoch(tally, ratings, p, q, { rate: 0.05, penalty: 0.02 }),
    );
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    const counted = trainingOf('mf-sgd', { nonzeros, users, items, factors, epochs });
    expect(tally.flops).toBe(counted + 2 * nonzeros * epochs);
  });

  test('counters and bits of sketches: exactly', () => {
    const [n, width, depth, bits, hashes] = [300, 64, 4, 3000, 7];
    const [counts, filter] = [new Tally(), new Tally()];
    const sketch = new CountedCountMin(counts, width, depth);
    const bloom = new CountedBloom(filter, bits, hashes);
    for (let key = 0; key < n; key++) {
      sketch.add(key % 50);
      bloom.add(key);
    }
    expect(counts.accesses).toBe(trainingOf('count-min', { n, width, depth }));
    expect(sketch.estimate(7)).toBeGreaterThanOrEqual(6);
    expect(counts.accesses - n * depth).toBe(predictionOf('count-min', { n, width, depth }));
    expect(evaluate('bloom', { n, bits }).sizes).toMatchObject({ hashes }); // 10 ln 2 = 6.93
    expect(filter.accesses).toBe(trainingOf('bloom', { n, bits }));
    expect(bloom.has(7)).toBe(true);
    expect(filter.accesses - n * hashes).toBe(predictionOf('bloom', { n, bits }));
  });

  test('levels of KLL: no more comparisons, and no more values, than that', () => {
    const [n, k] = [50_000, 128];
    const random = new Random(22);
    const tally = new Tally();
    const sketch = new CountedKll(tally, k, random);
    let most = 0;
    for (let i = 0; i < n; i++) {
      sketch.add(random.uniform());
      most = Math.max(most, sketch.kept);
    }
    const { training, space } = evaluate('kll', { n, k });
    expect(tally.comparisons).toBeLessThan(training.operations);
    expect(tally.comparisons).toBeGreaterThan(training.operations / 2);
    expect(8 * most).toBeLessThan(space.bytes);
  });
});
