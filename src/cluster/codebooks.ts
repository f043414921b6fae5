import type { Progress } from '../host/progress.ts';
import type { Random } from '../host/random.ts';
import type { Runtime } from '../vectors/kernels.ts';
import { type CodebookShape, codebookBytes, codebookFloats } from './codebook-layout.ts';

/** Rounds of Lloyd's algorithm, at most; it ends when no code changes. */
const MOST_ROUNDS = 25;
/** Rows among which first centroids are chosen, at most: choosing costs rows x centroids for each part. */
const MOST_SEEDED = 4096;
/** Multiplications between two looks at the clock: a few milliseconds. */
const PIECE_PRODUCTS = 1 << 22;

/** Copies of at most `most` rows, each subset and order equally likely. */
export function drawRandomly(
  values: Float32Array,
  dimensions: number,
  most: number,
  random: Random,
): Float32Array {
  const order = Int32Array.from({ length: values.length / dimensions }, (_, row) => row);
  const count = Math.min(most, order.length);
  const rows = new Float32Array(count * dimensions);
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(order.length - i);
    const row = order[j]!;
    order[j] = order[i]!;
    rows.set(values.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  }
  return rows;
}

/** The codebooks of centroids that stand subvectors x centroids x width. */
export function layCodebooks(values: Float32Array, shape: CodebookShape): Float32Array {
  const { subvectors, width, centroids } = shape;
  const codebooks = new Float32Array(codebookBytes(shape) / 4);
  for (let i = 0; i < subvectors * centroids; i++) {
    const start = Math.floor(i / centroids) * codebookFloats(shape) + (i % centroids);
    layCentroid(codebooks, start, centroids, values.subarray(i * width, (i + 1) * width));
  }
  return codebooks;
}

/** Writes a centroid into a codebook, its values `apart` floats apart, and what its squared norm takes off behind them. */
function layCentroid(codebooks: Float32Array, start: number, apart: number, values: ArrayLike<number>): void {
  let square = 0;
  for (let i = 0; i < values.length; i++) {
    const value = Math.fround(values[i]!);
    codebooks[start + i * apart] = value;
    square += value * value;
  }
  codebooks[start + values.length * apart] = -square / 2;
}

/**
 * Codebooks by k-means, one for each part of the rows: seeded as k-means++ does, then Lloyd's rounds. A centroid that
 * loses its last row takes one of the largest cell's. The same rows and seed give the same bits everywhere. Progress
 * counts pieces of work and may end early.
 *
 * Cost of a round: rows x dimensions x centroids. Source: Jegou et al. (2011); Arthur and Vassilvitskii, "k-means++" (2007).
 *
 * @param rows rows x (subvectors * width), row-major, in random order
 * @throws LanewiseError `MEMORY_EXHAUSTED`
 */
export function* trainCodebooks(
  runtime: Runtime,
  rows: Float32Array,
  shape: CodebookShape,
  random: Random,
): Generator<Progress, Float32Array> {
  const training = new CodebookTraining(runtime, rows, shape, random);
  try {
    return yield* training.run();
  } finally {
    training.release();
  }
}

/** Training in pieces of some milliseconds. */
class CodebookTraining {
  readonly #codebooks: Float32Array;
  readonly #runtime: Runtime;
  readonly #rows: Float32Array;
  readonly #shape: CodebookShape;
  readonly #random: Random;
  readonly #count: number;
  readonly #pieceRows: number;
  readonly #codes: Uint8Array;
  readonly #sums: Float64Array;
  readonly #members: Uint32Array;
  #changed = 0;
  /** In linear memory: the codebooks, rows of one piece, and their codes. */
  readonly #block: number;

  constructor(runtime: Runtime, rows: Float32Array, shape: CodebookShape, random: Random) {
    const { subvectors, width, centroids } = shape;
    this.#runtime = runtime;
    this.#rows = rows;
    this.#shape = shape;
    this.#random = random;
    this.#count = rows.length / (subvectors * width);
    this.#pieceRows = Math.max(1, Math.floor(PIECE_PRODUCTS / (subvectors * width * centroids)));
    this.#codebooks = new Float32Array(codebookBytes(shape) / 4);
    this.#codes = new Uint8Array(this.#count * subvectors);
    this.#sums = new Float64Array(subvectors * width * centroids);
    this.#members = new Uint32Array(subvectors * centroids);
    const rowBytes = 4 * subvectors * width;
    this.#block = runtime.memory.allocate(codebookBytes(shape) + this.#pieceRows * (rowBytes + subvectors));
  }

  *run(): Generator<Progress, Float32Array> {
    const { subvectors } = this.#shape;
    const total = subvectors + MOST_ROUNDS * Math.ceil(this.#count / this.#pieceRows);
    let done = 0;
    for (let part = 0; part < subvectors; part++) {
      this.#seed(part);
      yield { done: ++done, total };
    }
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.#beginRound();
      for (let first = 0; first < this.#count; first += this.#pieceRows) {
        this.#assign(first);
        yield { done: ++done, total };
      }
      if (round > 0 && this.#changed === 0) break;
      for (let part = 0; part < subvectors; part++) this.#update(part);
    }
    return this.#codebooks;
  }

  release(): void {
    this.#runtime.memory.free(this.#block);
  }

  /** Chooses the first centroids of a part: each row with a chance in proportion to its distance from those chosen. */
  #seed(part: number): void {
    const { centroids } = this.#shape;
    const seeded = Math.min(this.#count, MOST_SEEDED);
    const distances = new Float64Array(seeded).fill(Number.POSITIVE_INFINITY);
    let chosen = this.#random.integer(seeded);
    for (let centroid = 0; centroid < centroids; centroid++) {
      this.#place(part, centroid, this.#partOf(chosen, part));
      let total = 0;
      for (let row = 0; row < seeded; row++) {
        distances[row] = Math.min(distances[row]!, this.#squaredDistance(part, chosen, row));
        total += distances[row]!;
      }
      let left = this.#random.uniform() * total;
      chosen = 0;
      while (chosen < seeded - 1 && left >= distances[chosen]!) left -= distances[chosen++]!;
    }
  }

  #squaredDistance(part: number, a: number, b: number): number {
    const { width, subvectors } = this.#shape;
    const from = (a * subvectors + part) * width;
    const to = (b * subvectors + part) * width;
    let sum = 0;
    for (let i = 0; i < width; i++) {
      const difference = this.#rows[from + i]! - this.#rows[to + i]!;
      sum += difference * difference;
    }
    return sum;
  }

  #partOf(row: number, part: number): Float32Array {
    const { width, subvectors } = this.#shape;
    const start = (row * subvectors + part) * width;
    return this.#rows.subarray(start, start + width);
  }

  /** Writes a centroid into the codebooks. */
  #place(part: number, centroid: number, values: ArrayLike<number>): void {
    const start = part * codebookFloats(this.#shape) + centroid;
    layCentroid(this.#codebooks, start, this.#shape.centroids, values);
  }

  #beginRound(): void {
    this.#runtime.memory.f32.set(this.#codebooks, this.#block / 4);
    this.#sums.fill(0);
    this.#members.fill(0);
    this.#changed = 0;
  }

  /** Finds the nearest centroids of the rows from `first` on, as many as a piece takes, and adds them to their cells. */
  #assign(first: number): void {
    const { subvectors, width, centroids } = this.#shape;
    const { memory, kernels } = this.#runtime;
    const dimensions = subvectors * width;
    const rows = Math.min(this.#pieceRows, this.#count - first);
    const at = this.#block + codebookBytes(this.#shape);
    const codesAt = at + 4 * dimensions * rows;
    memory.f32.set(this.#rows.subarray(first * dimensions, (first + rows) * dimensions), at / 4);
    kernels.encodeSubvectors(at, 4 * dimensions, rows, this.#block, subvectors, width, centroids, codesAt);
    for (let i = 0; i < rows * subvectors; i++) {
      const code = memory.u8[codesAt + i]!;
      const place = first * subvectors + i;
      if (this.#codes[place] !== code) this.#changed++;
      this.#codes[place] = code;
      const cell = (i % subvectors) * centroids + code;
      this.#members[cell]!++;
      for (let j = 0; j < width; j++) this.#sums[cell * width + j]! += this.#rows[place * width + j]!;
    }
  }

  /** Moves the centroids of a part to the means of their cells. */
  #update(part: number): void {
    const { width, centroids } = this.#shape;
    const members = this.#members.subarray(part * centroids, (part + 1) * centroids);
    const largest = members.indexOf(Math.max(...members));
    for (let centroid = 0; centroid < centroids; centroid++) {
      const count = members[centroid]!;
      const start = (part * centroids + centroid) * width;
      const values = count
        ? this.#sums.subarray(start, start + width).map((sum) => sum / count)
        : this.#partOf(this.#memberOf(part, largest), part);
      this.#place(part, centroid, values);
    }
  }

  /** A row of a part's cell, from a random place on. */
  #memberOf(part: number, cell: number): number {
    let row = this.#random.integer(this.#count);
    while (this.#codes[row * this.#shape.subvectors + part] !== cell) row = (row + 1) % this.#count;
    return row;
  }
}
