/** What users did, one entry a pair, and how much each weighs beyond none: alpha x rating. */
export interface ImplicitEntries {
  readonly users: readonly number[];
  readonly items: readonly number[];
  readonly weights: readonly number[];
}

/** Rows of one side as dense equations, in float64: every pair is an entry of confidence 1 + w, w = 0 where there is none. */
export interface RowEquations {
  /** sum of c y yᵀ, without penalty. */
  readonly matrix: number[][];
  /** sum of c p y. */
  readonly right: number[];
  /** sum of c. */
  readonly confidence: number;
  /** Entries with a weight. */
  readonly count: number;
}

/** The equations of each of `rows` rows, whose entries name rows of `others`: others x factors, row-major. */
export function equationsOf(
  rows: number,
  own: readonly number[],
  other: readonly number[],
  weights: readonly number[],
  others: Float32Array,
  factors: number,
): RowEquations[] {
  const used = new Set(other);
  return Array.from({ length: rows }, (_, row) => {
    const confidences = new Map<number, number>([...used].map((item) => [item, 1]));
    let count = 0;
    for (const [i, item] of other.entries()) {
      if (own[i] !== row) continue;
      confidences.set(item, 1 + weights[i]!);
      count++;
    }
    const matrix = Array.from({ length: factors }, () => new Array<number>(factors).fill(0));
    const right = new Array<number>(factors).fill(0);
    let confidence = 0;
    for (const [item, c] of confidences) {
      const y = others.subarray(item * factors, (item + 1) * factors);
      confidence += c;
      for (let a = 0; a < factors; a++) {
        if (c !== 1) right[a]! += c * y[a]!;
        for (let b = 0; b < factors; b++) matrix[a]![b]! += c * y[a]! * y[b]!;
      }
    }
    return { matrix, right, confidence, count };
  });
}

/** x of (A + penalty I) x = b by Gaussian elimination; positive definite matrices need no pivoting. */
export function solveDense(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
  penalty: number,
): number[] {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row.map((value, j) => value + (i === j ? penalty : 0)), right[i]!]);
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let rest = rows[k]![n]!;
    for (let j = k + 1; j < n; j++) rest -= rows[k]![j]! * x[j]!;
    x[k] = rest / rows[k]![k]!;
  }
  return x;
}

/** Sum of c (p - x . y)² over all pairs, and of the penalties times the squared norms. */
export function lossOf(
  { users, items, weights }: ImplicitEntries,
  x: Float32Array,
  y: Float32Array,
  factors: number,
  penalties: { readonly users: readonly number[]; readonly items: readonly number[] },
): number {
  const entries = new Map(users.map((user, i) => [`${user} ${items[i]}`, weights[i]!]));
  const [userCount, itemCount] = [x.length / factors, y.length / factors];
  let loss = 0;
  for (let user = 0; user < userCount; user++) {
    for (let item = 0; item < itemCount; item++) {
      const weight = entries.get(`${user} ${item}`);
      const score = dot(x, user, y, item, factors);
      loss += weight === undefined ? score * score : (1 + weight) * (1 - score) ** 2;
    }
  }
  for (let user = 0; user < userCount; user++)
    loss += penalties.users[user]! * dot(x, user, x, user, factors);
  for (let item = 0; item < itemCount; item++)
    loss += penalties.items[item]! * dot(y, item, y, item, factors);
  return loss;
}

function dot(x: Float32Array, i: number, y: Float32Array, j: number, factors: number): number {
  let sum = 0;
  for (let f = 0; f < factors; f++) sum += x[i * factors + f]! * y[j * factors + f]!;
  return sum;
}
