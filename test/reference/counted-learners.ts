import type { Rows, Tally } from './tally.ts';

/** Weights of least squares: half of the Gram matrix, its Cholesky factor, two triangular systems. */
export function leastSquares(tally: Tally, x: Rows, y: readonly number[]): number[] {
  const d = x[0]!.length;
  const gram: Rows = Array.from({ length: d }, () => new Array<number>(d).fill(0));
  const right = new Array<number>(d).fill(0);
  x.forEach((row, r) => {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) gram[i]![j] = tally.multiplyAdd(gram[i]![j]!, row[i]!, row[j]!);
      right[i] = tally.multiplyAdd(right[i]!, row[i]!, y[r]!);
    }
  });
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gram[i]![j]!;
      for (let k = 0; k < j; k++) sum = tally.multiplyAdd(sum, -gram[i]![k]!, gram[j]![k]!);
      gram[i]![j] = i === j ? Math.sqrt(sum) : tally.multiply(sum, 1 / gram[j]![j]!);
    }
  }
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < i; k++) right[i] = tally.multiplyAdd(right[i]!, -gram[i]![k]!, right[k]!);
    right[i] = tally.multiply(right[i]!, 1 / gram[i]![i]!);
  }
  for (let i = d - 1; i >= 0; i--) {
    for (let k = i + 1; k < d; k++) right[i] = tally.multiplyAdd(right[i]!, -gram[k]![i]!, right[k]!);
    right[i] = tally.multiply(right[i]!, 1 / gram[i]![i]!);
  }
  return right;
}

/** Weights after some epochs of stochastic gradient descent of the logistic loss. */
export function logisticDescent(
  tally: Tally,
  x: Rows,
  y: readonly number[],
  { epochs, rate }: { epochs: number; rate: number },
): number[] {
  const weights = new Array<number>(x[0]!.length).fill(0);
  for (let epoch = 0; epoch < epochs; epoch++) {
    x.forEach((row, r) => {
      const probability = 1 / (1 + Math.exp(-tally.dot(weights, row)));
      const step = tally.multiply(rate, tally.add(y[r]!, -probability));
      row.forEach((value, i) => {
        weights[i] = tally.multiplyAdd(weights[i]!, step, value);
      });
    });
  }
  return weights;
}

/** Where each row belongs: the centre with the least |c|^2 / 2 - x c. */
export function assign(tally: Tally, x: Rows, centres: Rows): number[] {
  const halfNorms = centres.map((centre) => tally.multiply(0.5, tally.dot(centre, centre)));
  return x.map((row) => {
    const scores = centres.map((centre, c) => {
      let score = halfNorms[c]!;
      for (let i = 0; i < row.length; i++) score = tally.multiplyAdd(score, -row[i]!, centre[i]!);
      return score;
    });
    return scores.indexOf(Math.min(...scores));
  });
}

/** Centres after some of Lloyd's iterations, beginning with the first rows. */
export function lloyd(tally: Tally, x: Rows, k: number, iterations: number): Rows {
  let centres = x.slice(0, k).map((row) => [...row]);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const cells = assign(tally, x, centres);
    const sums = centres.map((centre) => centre.map(() => 0));
    const counts = centres.map(() => 0);
    x.forEach((row, r) => {
      const sum = sums[cells[r]!]!;
      counts[cells[r]!]!++;
      row.forEach((value, i) => {
        sum[i] = tally.add(sum[i]!, value);
      });
    });
    centres = sums.map((sum, c) =>
      counts[c] ? sum.map((value) => tally.multiply(value, 1 / counts[c]!)) : centres[c]!,
    );
  }
  return centres;
}

export function multiply(tally: Tally, a: Rows, b: Rows): Rows {
  const columns = transpose(b);
  return a.map((row) => columns.map((column) => tally.dot(row, column)));
}

export function transpose(a: Rows): Rows {
  return a[0]!.map((_, i) => a.map((row) => row[i]!));
}

/** The columns as an orthonormal basis, by the modified method of Gram and Schmidt. */
function orthonormalize(tally: Tally, a: Rows): Rows {
  const columns = transpose(a);
  columns.forEach((column, j) => {
    const scale = 1 / Math.sqrt(tally.dot(column, column));
    column.forEach((value, i) => {
      column[i] = tally.multiply(value, scale);
    });
    for (const later of columns.slice(j + 1)) {
      const share = tally.dot(column, later);
      column.forEach((value, i) => {
        later[i] = tally.multiplyAdd(later[i]!, -share, value);
      });
    }
  });
  return transpose(columns);
}

/** An orthonormal basis of the directions of a matrix that `start`, columns x l, leads to; both of its sides. */
export function rangeFinder(
  tally: Tally,
  a: Rows,
  start: Rows,
  iterations: number,
): { left: Rows; right: Rows } {
  const turned = transpose(a);
  let left = orthonormalize(tally, multiply(tally, a, start));
  for (let iteration = 0; iteration < iterations; iteration++) {
    const back = orthonormalize(tally, multiply(tally, turned, left));
    left = orthonormalize(tally, multiply(tally, a, back));
  }
  return { left, right: orthonormalize(tally, multiply(tally, turned, left)) };
}

/** Gradients of one example's squared error in a perceptron with rectified hidden layers; weights are outputs x inputs. */
export function backpropagate(tally: Tally, layers: Rows[], input: number[], target: number[]): Rows[] {
  const inputs = [input];
  for (const [l, layer] of layers.entries()) {
    const sums = layer.map((weights) => tally.dot(weights, inputs[l]!));
    inputs.push(l < layers.length - 1 ? sums.map((sum) => Math.max(0, sum)) : sums);
  }
  let errors = inputs.at(-1)!.map((output, i) => output - target[i]!);
  const gradients = layers.map((layer) => layer.map((weights) => weights.map(() => 0)));
  for (let l = layers.length - 1; l >= 0; l--) {
    const below = inputs[l]!;
    errors.forEach((error, o) => {
      const gradient = gradients[l]![o]!; // of a batch, to which each example adds
      below.forEach((value, i) => {
        gradient[i] = tally.multiplyAdd(gradient[i]!, error, value);
      });
    });
    if (l === 0) break;
    errors = transpose(layers[l]!).map((column, i) => (below[i]! > 0 ? 1 : 0) * tally.dot(column, errors));
  }
  return gradients;
}

/** One layer of a transformer over a sequence; weights are inputs x outputs. Softmax, norms and activations are not counted. */
export function transformerLayer(
  tally: Tally,
  x: Rows,
  weights: { query: Rows; key: Rows; value: Rows; output: Rows; up: Rows; down: Rows },
  heads: number,
): Rows {
  const [q, k, v] = [weights.query, weights.key, weights.value].map((matrix) => multiply(tally, x, matrix));
  const width = x[0]!.length / heads;
  const mixed: Rows = x.map(() => []);
  for (let head = 0; head < heads; head++) {
    const part = (rows: Rows): Rows => rows.map((row) => row.slice(head * width, (head + 1) * width));
    const shares = multiply(tally, part(q!), transpose(part(k!))).map((scores) => {
      const powers = scores.map((score) => Math.exp(score / Math.sqrt(width)));
      const sum = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / sum);
    });
    multiply(tally, shares, part(v!)).forEach((row, i) => {
      mixed[i]!.push(...row);
    });
  }
  const hidden = multiply(tally, multiply(tally, mixed, weights.output), weights.up);
  return multiply(
    tally,
    hidden.map((row) => row.map((value) => Math.max(0, value))),
    weights.down,
  );
}

/** Grows a tree of median splits: every node sorts its rows by each of `features` columns. Returns the leaves. */
export function growTree(
  tally: Tally,
  x: Rows,
  { features, depth }: { features: number; depth: number },
): number {
  if (depth === 0 || x.length < 2) return 1;
  const sorted = Array.from({ length: features }, (_, f) => tally.sort(x.map((row) => row[f]!)));
  const chosen = depth % features;
  const threshold = sorted[chosen]![x.length >> 1]!;
  const next = { features, depth: depth - 1 };
  return (
    growTree(
      tally,
      x.filter((row) => row[chosen]! < threshold),
      next,
    ) +
    growTree(
      tally,
      x.filter((row) => row[chosen]! >= threshold),
      next,
    )
  );
}
