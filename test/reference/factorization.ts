import { Random } from 'lanewise';

/** A rating that a user gave an item. */
export interface Rating {
  readonly user: number;
  readonly item: number;
  readonly rating: number;
}

/** Factors and biases in float64, a row an array. */
export interface Factorization {
  readonly users: number[][];
  readonly items: number[][];
  readonly userBiases: number[];
  readonly itemBiases: number[];
  readonly mean: number;
}

/** How one epoch goes. */
export interface EpochOptions {
  readonly rate: number;
  readonly penalty: number;
  readonly biasPenalty: number;
  readonly biases: boolean;
}

/** Some of all pairs of users and items, with ratings in halves from 1 to 5 that follow a few tastes. */
export function makeRatings(users: number, items: number, density: number, seed: number): Rating[] {
  const random = new Random(seed);
  const taste = () => [1, 2, 3].map(() => 2 * random.uniform() - 1);
  const userTastes = Array.from({ length: users }, taste);
  const itemTastes = Array.from({ length: items }, taste);
  const ratings: Rating[] = [];
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < items; item++) {
      if (random.uniform() >= density) continue;
      const fit = dot(userTastes[user]!, itemTastes[item]!) + random.uniform() / 4;
      ratings.push({ user, item, rating: Math.max(1, Math.min(5, Math.round(6 + 4 * fit) / 2)) });
    }
  }
  return ratings;
}

/** Ratings as arrays, as `fit` takes them. */
export interface RatingColumns {
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly ratings: Float32Array;
}

export function columnsOf(ratings: readonly Rating[]): RatingColumns {
  return {
    users: Int32Array.from(ratings, ({ user }) => user),
    items: Int32Array.from(ratings, ({ item }) => item),
    ratings: Float32Array.from(ratings, ({ rating }) => rating),
  };
}

/** Rows of `factors` numbers within -scale..scale. */
export function makeFactors(rows: number, factors: number, scale: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: rows * factors }, () => scale * (2 * random.uniform() - 1));
}

/** Rows as arrays of float64. */
export function rowsOf(values: Float32Array, factors: number): number[][] {
  return Array.from({ length: values.length / factors }, (_, row) => [
    ...values.subarray(row * factors, (row + 1) * factors),
  ]);
}

/** The textbook's loop: each rating in turn, each factor in turn. Returns the root mean squared error as it went. */
export function epochFloat64(
  model: Factorization,
  ratings: readonly Rating[],
  options: EpochOptions,
): number {
  const { rate, penalty, biasPenalty, biases } = options;
  let sum = 0;
  for (const { user, item, rating } of ratings) {
    const p = model.users[user]!;
    const q = model.items[item]!;
    const error = rating - predictFloat64(model, user, item);
    sum += error * error;
    if (biases) {
      model.userBiases[user]! += rate * (error - biasPenalty * model.userBiases[user]!);
      model.itemBiases[item]! += rate * (error - biasPenalty * model.itemBiases[item]!);
    }
    for (let k = 0; k < p.length; k++) {
      const before = p[k]!;
      p[k]! += rate * (error * q[k]! - penalty * p[k]!);
      q[k]! += rate * (error * before - penalty * q[k]!);
    }
  }
  return Math.sqrt(sum / ratings.length);
}

export function predictFloat64(model: Factorization, user: number, item: number): number {
  const { users, items, userBiases, itemBiases, mean } = model;
  return mean + userBiases[user]! + itemBiases[item]! + dot(users[user]!, items[item]!);
}

/** x where A x = b, by Gauss's elimination with the largest pivot. */
export function solveFloat64(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!]);
  const n = b.length;
  for (let k = 0; k < n; k++) {
    const rest = rows.slice(k).map((row) => Math.abs(row[k]!));
    const pivot = k + rest.indexOf(Math.max(...rest));
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
