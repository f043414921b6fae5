import type { Rows, Tally } from './tally.ts';

/** Compressed rows of entries by coordinates: rows are counted, then each entry is put in its place. */
export function compress(
  tally: Tally,
  n: number,
  entries: readonly { row: number; column: number; value: number }[],
): { starts: number[]; columns: number[]; values: number[] } {
  const starts = new Array<number>(n + 1).fill(0);
  for (const { row } of entries) {
    tally.accesses++;
    starts[row + 1]!++;
  }
  for (let row = 0; row < n; row++) {
    tally.accesses++;
    starts[row + 1]! += starts[row]!;
  }
  const next = [...starts];
  const [columns, values]: [number[], number[]] = [[], []];
  for (const { row, column, value } of entries) {
    tally.accesses++;
    columns[next[row]!] = column;
    values[next[row]!++] = value;
  }
  return { starts, columns, values };
}

export function multiplySparse(
  tally: Tally,
  { starts, columns, values }: { starts: number[]; columns: number[]; values: number[] },
  x: readonly number[],
): number[] {
  return starts.slice(1).map((end, row) => {
    let sum = 0;
    for (let i = starts[row]!; i < end; i++) sum = tally.multiplyAdd(sum, values[i]!, x[columns[i]!]!);
    return sum;
  });
}

/** One pass of stochastic gradient descent over ratings; returns the sum of squared errors. */
export function factorizationEpoch(
  tally: Tally,
  ratings: readonly { user: number; item: number; rating: number }[],
  users: Rows,
  items: Rows,
  { rate, penalty }: { rate: number; penalty: number },
): number {
  const keep = 1 - rate * penalty;
  let squares = 0;
  for (const { user, item, rating } of ratings) {
    const [p, q] = [users[user]!, items[item]!];
    const error = tally.add(rating, -tally.dot(p, q));
    const step = tally.multiply(rate, error);
    for (let f = 0; f < p.length; f++) {
      const [old, other] = [p[f]!, q[f]!];
      p[f] = tally.multiplyAdd(tally.multiply(keep, old), step, other);
      q[f] = tally.multiplyAdd(tally.multiply(keep, other), step, old);
    }
    squares += error * error;
  }
  return squares;
}

/** A place of a key, of so many; any hash will do. */
function placeOf(key: number, turn: number, places: number): number {
  let hash = Math.imul(key + 1, 0x9e3779b1) ^ Math.imul(turn + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) % places;
}

export class CountedCountMin {
  readonly #rows: number[][];
  constructor(
    readonly tally: Tally,
    readonly width: number,
    depth: number,
  ) {
    this.#rows = Array.from({ length: depth }, () => new Array<number>(width).fill(0));
  }
  add(key: number): void {
    this.#rows.forEach((row, turn) => {
      this.tally.accesses++;
      row[placeOf(key, turn, this.width)]!++;
    });
  }
  estimate(key: number): number {
    return Math.min(
      ...this.#rows.map((row, turn) => {
        this.tally.accesses++;
        return row[placeOf(key, turn, this.width)]!;
      }),
    );
  }
}

export class CountedBloom {
  readonly #bits: boolean[];
  constructor(
    readonly tally: Tally,
    bits: number,
    readonly hashes: number,
  ) {
    this.#bits = new Array<boolean>(bits).fill(false);
  }
  add(key: number): void {
    for (let turn = 0; turn < this.hashes; turn++) {
      this.tally.accesses++;
      this.#bits[placeOf(key, turn, this.#bits.length)] = true;
    }
  }
  /** Looks at all bits of keys that were added. */
  has(key: number): boolean {
    let isThere = true;
    for (let turn = 0; turn < this.hashes; turn++) {
      this.tally.accesses++;
      isThere = isThere && this.#bits[placeOf(key, turn, this.#bits.length)]!;
    }
    return isThere;
  }
}

/** A KLL sketch: levels of 2/3 the capacity of the one above, sorted when they are full, every other value going up. */
export class CountedKll {
  readonly levels: number[][] = [[]];
  constructor(
    readonly tally: Tally,
    readonly k: number,
    readonly random: { uniform(): number },
  ) {}
  get kept(): number {
    return this.levels.reduce((sum, level) => sum + level.length, 0);
  }
  add(value: number): void {
    this.levels[0]!.push(value);
    for (let h = 0; h < this.levels.length; h++) {
      const level = this.levels[h]!;
      const capacity = Math.max(2, Math.ceil(this.k * (2 / 3) ** (this.levels.length - 1 - h)));
      if (level.length < capacity) continue;
      const sorted = this.tally.sort(level);
      const offset = this.random.uniform() < 0.5 ? 0 : 1;
      if (h + 1 === this.levels.length) this.levels.push([]);
      this.levels[h] = [];
      this.levels[h + 1]!.push(...sorted.filter((_, i) => i % 2 === offset));
    }
  }
}
