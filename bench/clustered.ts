import { Random } from 'lanewise';
import { exp } from '../src/host/exponential.ts';
import { ln } from '../src/host/logarithm.ts';

/** What is drawn. */
export interface ClusteredOptions {
  readonly rows: number;
  readonly dimensions: number;
  /** Queries of the same mixture, none of them a row. @default 0 */
  readonly queries?: number;
  /** @default 1 */
  readonly seed?: number;
}

/** Unit vectors, row-major. */
export interface ClusteredVectors {
  readonly vectors: Float32Array<ArrayBuffer>;
  readonly queries: Float32Array<ArrayBuffer>;
}

/** Clusters, whose shares of the rows fall with the power of their rank. */
const CLUSTERS = 1024;
const SHARE_EXPONENT = 0.75;
/** Directions that the rows of a cluster spread in, each cluster in its own. */
const AXES = 24;
/** Of the rows about the centre of their cluster in all these directions, against the length of a centre. */
const SPREAD = 1.6;
/** In every direction, against the length of a centre. */
const NOISE = 0.5;
/** Centres lie about these, so that few rows have neighbours in other clusters as many have in their own. */
const TOPICS = 32;
const TOPIC_AXES = 10;
const TOPIC_SPREAD = 1.2;
/** Gaussian numbers come from a table of so many: one look-up for 16 random bits. */
const TABLE = 65_536;

/**
 * Vectors that are about as hard to search as embeddings: topics of clusters of very different sizes, each spread in a few
 * directions of its own and overlapping others, with noise, at unit length. `bench/effort.ts` shows them beside GloVe.
 *
 * The topics and clusters depend on the seed and the dimensions alone and rows follow in order: fewer rows are the first
 * of more. The same numbers in every runtime. Cost: 25 multiply-adds a row and dimension; a million rows of 96
 * dimensions take some ten seconds.
 */
export function clusteredVectors({
  rows,
  dimensions,
  queries = 0,
  seed = 1,
}: ClusteredOptions): ClusteredVectors {
  const mixture = new Mixture(dimensions, seed);
  return { vectors: mixture.draw(rows, 2 * seed), queries: mixture.draw(queries, 2 * seed + 1) };
}

class Mixture {
  readonly #dimensions: number;
  readonly #gaussians: Float32Array;
  /** `CLUSTERS x (1 + AXES) x dimensions`: of every cluster the centre, and the directions in which its rows spread. */
  readonly #frames: Float32Array;
  /** Shares of the clusters up to each, not divided by their sum. */
  readonly #shares = new Float64Array(CLUSTERS);

  constructor(dimensions: number, seed: number) {
    const random = new Random(seed);
    this.#dimensions = dimensions;
    this.#gaussians = Float32Array.from({ length: TABLE }, () => sumOfTwelve(random));
    const frame = (1 + AXES) * dimensions;
    this.#frames = this.#gaussianVectors(random, CLUSTERS * (1 + AXES), lengthsOf(AXES, SPREAD));
    const topicLengths = lengthsOf(TOPIC_AXES, TOPIC_SPREAD);
    const topics = this.#gaussianVectors(random, TOPICS * (1 + TOPIC_AXES), topicLengths);
    const scale = 1 / Math.sqrt(1 + TOPIC_SPREAD * TOPIC_SPREAD);
    let shares = 0;
    for (let cluster = 0; cluster < CLUSTERS; cluster++) {
      const centre = this.#frames.subarray(cluster * frame, cluster * frame + dimensions);
      const topic = (cluster % TOPICS) * (1 + TOPIC_AXES) * dimensions;
      centre.set(this.#sum(random, topics, topic, TOPIC_AXES).map((value) => value * scale));
      shares += exp(-SHARE_EXPONENT * ln(cluster + 1));
      this.#shares[cluster] = shares;
    }
  }

  draw(rows: number, seed: number): Float32Array<ArrayBuffer> {
    const dimensions = this.#dimensions;
    const random = new Random(seed);
    const vectors = new Float32Array(rows * dimensions);
    const noise = NOISE / Math.sqrt(dimensions);
    for (let row = 0; row < rows; row++) {
      const cluster = this.#cluster(random);
      const vector = this.#sum(random, this.#frames, cluster * (1 + AXES) * dimensions, AXES);
      let squares = 0;
      for (let i = 0; i < dimensions; i++) {
        vector[i]! += noise * this.#gaussian(random);
        squares += vector[i]! * vector[i]!;
      }
      const scale = 1 / Math.sqrt(squares);
      for (let i = 0; i < dimensions; i++) vectors[row * dimensions + i] = vector[i]! * scale;
    }
    return vectors;
  }

  /** A centre, and a Gaussian share of each of the axes behind it, an even number: two at a time halve the passes. */
  #sum(random: Random, frames: Float32Array, at: number, axes: number): Float64Array {
    const dimensions = this.#dimensions;
    const vector = Float64Array.from(frames.subarray(at, at + dimensions));
    for (let axis = 1; axis < axes; axis += 2) {
      const along = this.#gaussian(random);
      const across = this.#gaussian(random);
      const from = at + axis * dimensions;
      const next = from + dimensions;
      for (let i = 0; i < dimensions; i++)
        vector[i] = vector[i]! + along * frames[from + i]! + across * frames[next + i]!;
    }
    return vector;
  }

  /** Vectors of Gaussian directions, whose lengths are about `lengths`, over and over. */
  #gaussianVectors(random: Random, count: number, lengths: readonly number[]): Float32Array {
    const vectors = new Float32Array(count * this.#dimensions);
    for (let i = 0; i < vectors.length; i++) {
      const length = lengths[Math.floor(i / this.#dimensions) % lengths.length]!;
      vectors[i] = (this.#gaussian(random) * length) / Math.sqrt(this.#dimensions);
    }
    return vectors;
  }

  #gaussian(random: Random): number {
    return this.#gaussians[random.uint32() >>> 16]!;
  }

  #cluster(random: Random): number {
    const drawn = random.uniform() * this.#shares[CLUSTERS - 1]!;
    let [first, last] = [0, CLUSTERS - 1];
    while (first < last) {
      const middle = (first + last) >> 1;
      if (this.#shares[middle]! > drawn) last = middle;
      else first = middle + 1;
    }
    return first;
  }
}

/** Of a centre and its axes, which fall as the square root of their rank, their squares summing to that of the spread. */
function lengthsOf(axes: number, spread: number): number[] {
  let squares = 0;
  for (let axis = 1; axis <= axes; axis++) squares += 1 / axis;
  return Array.from({ length: 1 + axes }, (_, axis) => (axis === 0 ? 1 : spread / Math.sqrt(axis * squares)));
}

/** Nearly Gaussian, of variance 1, by additions alone. */
function sumOfTwelve(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.uniform();
  return sum;
}
