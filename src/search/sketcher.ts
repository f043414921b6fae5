import { type CodebookShape, codebookBytes } from '../cluster/codebook-layout.ts';
import { trainCodebooks } from '../cluster/codebooks.ts';
import type { Arena } from '../host/arena.ts';
import type { Progress } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import type { Runtime } from '../vectors/kernels.ts';
import { METRIC_CODES, type Metric } from '../vectors/metric.ts';
import {
  CENTROIDS,
  layoutSketcher,
  ROUNDS,
  SIGNS,
  type SketchExtent,
  type SketchKind,
} from './sketch-layout.ts';

/** What sketches are made for. */
export interface SketchShape extends SketchExtent {
  readonly metric: Metric;
  readonly seed: number;
}

const TABLE_HEAD_BYTES = 128;
// Words of the sketcher's descriptor (assembly/sketch.ts draws it).
const BASE = 6;
const LARGEST = 10;
const ALIGNMENT = 11;

/**
 * What makes sketches of rows, and of queries the tables that they are read with: codebooks and rotation in linear
 * memory, in the arena of the index that owns them.
 */
export class Sketcher {
  readonly kind: SketchKind;
  /** Codes a row; even. */
  readonly subvectors: number;
  readonly width: number;
  /** Bytes of the sketches of 16 rows. */
  readonly blockBytes: number;
  readonly #runtime: Runtime;
  readonly #lanes: number;
  readonly #descriptor: number;
  readonly #codebooks: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(runtime: Runtime, arena: Arena, shape: SketchShape) {
    const { kind, dimensions, metric, seed } = shape;
    const layout = layoutSketcher(shape);
    const { width, subvectors, space, window, spaceBytes } = layout;
    const isBits = kind === 'bits';
    this.kind = kind;
    this.width = width;
    this.subvectors = subvectors;
    this.blockBytes = layout.blockBytes;
    this.#runtime = runtime;
    this.#lanes = Math.ceil(dimensions / 4);
    this.#descriptor = arena.allocate(layout.descriptorBytes);
    this.#codebooks = arena.allocate(layout.codebookBytes);
    const factors = isBits ? arena.allocate(layout.factorBytes) : 0;
    const scratch = arena.allocate(layout.scratchBytes);
    const next = isBits ? 0 : 4 * (this.width + 1) * CENTROIDS;
    const { u32, f32 } = runtime.memory;
    if (isBits) f32.set(signCodebook(), this.#codebooks / 4);
    if (factors) f32.set(rotationFactors(space, window, seed), factors / 4);
    u32.set(
      [this.subvectors, this.width, this.#codebooks, next, factors, window, 0, METRIC_CODES[metric]],
      this.#descriptor / 4,
    );
    u32.set([scratch, spaceBytes], this.#descriptor / 4 + 8);
    this.#forget();
  }

  get codebookShape(): CodebookShape {
    return { subvectors: this.subvectors, width: this.width, centroids: CENTROIDS };
  }

  /** A copy of the codebooks (assembly/subvectors.ts draws them). */
  get codebooks(): Float32Array {
    const floats = codebookBytes(this.codebookShape) / 4;
    return this.#runtime.memory.f32.slice(this.#codebooks / 4, this.#codebooks / 4 + floats);
  }

  /** The least scale that a sketch holds: a power of two. */
  get leastScale(): number {
    return this.#runtime.memory.f32[this.#descriptor / 4 + BASE]!;
  }

  /** Takes what another one has learned. */
  restore(codebooks: Float32Array, leastScale: number): void {
    const { f32 } = this.#runtime.memory;
    f32.set(codebooks, this.#codebooks / 4);
    f32[this.#descriptor / 4 + BASE] = leastScale;
  }

  /** Bytes of a query's tables. */
  get tableBytes(): number {
    return TABLE_HEAD_BYTES + 16 * this.subvectors;
  }

  /** The least squared cosine met so far between what a row differs from its centroid and what its codes stand for. */
  get alignment(): number {
    return this.#runtime.memory.f32[this.#descriptor / 4 + ALIGNMENT]!;
  }

  /**
   * Learns the codebooks of `pq4`, and how large scales are; in pieces of a few milliseconds.
   *
   * @param rests rows x dimensions: what some rows differ from their cells' centroids, in random order
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  *train(rests: Float32Array, dimensions: number, random: Random): Generator<Progress, void> {
    if (this.kind === 'pq4') {
      const rows = pad(rests, dimensions, this.subvectors * this.width);
      const codebooks = yield* trainCodebooks(this.#runtime, rows, this.codebookShape, random);
      this.#runtime.memory.f32.set(codebooks, this.#codebooks / 4);
    }
    this.#measure(rests, dimensions);
  }

  /** Writes the sketches of rows from..to of a cell; norms 0 where rows are not to be divided by theirs. */
  encode(vectors: number, norms: number, centroid: number, blocks: number, from: number, to: number): void {
    const { kernels } = this.#runtime;
    kernels.encodeSketches(this.#descriptor, vectors, this.#lanes, norms, centroid, blocks, from, to);
  }

  makeTables(query: number, tables: number): void {
    this.#runtime.kernels.makeTables(query, this.#descriptor, tables);
  }

  /** Sets the base of the scales so that four times the largest of the sample fits, and a hundredth of it. */
  #measure(rests: Float32Array, dimensions: number): void {
    const { memory } = this.#runtime;
    const stride = 16 * this.#lanes;
    const block = memory.allocate(2 * stride + this.blockBytes);
    try {
      memory.u8.fill(0, block, block + 2 * stride);
      for (let at = 0; at < rests.length; at += dimensions) {
        memory.f32.set(rests.subarray(at, at + dimensions), block / 4);
        this.encode(block, 0, block + stride, block + 2 * stride, 0, 1);
      }
      const word = this.#descriptor / 4;
      const exponent = memory.u32[word + LARGEST]! >>> 23;
      memory.u32[word + BASE] = Math.max(1, exponent - 6) << 23;
      this.#forget();
    } finally {
      memory.free(block);
    }
  }

  #forget(): void {
    const { f32 } = this.#runtime.memory;
    f32[this.#descriptor / 4 + LARGEST] = 0;
    f32[this.#descriptor / 4 + ALIGNMENT] = 1;
  }
}

/** Rows x `dimensions` with zeros behind each, up to `width`. */
function pad(rows: Float32Array, dimensions: number, width: number): Float32Array {
  if (width === dimensions) return rows;
  const count = rows.length / dimensions;
  const padded = new Float32Array(count * width);
  for (let i = 0; i < count; i++) padded.set(rows.subarray(i * dimensions, (i + 1) * dimensions), i * width);
  return padded;
}

/** The sixteen patterns of four signs as a codebook (assembly/subvectors.ts): bit i of a code is the sign of value i. */
function signCodebook(): Float32Array {
  const codebook = new Float32Array((SIGNS + 1) * CENTROIDS);
  for (let i = 0; i < SIGNS; i++) {
    for (let code = 0; code < CENTROIDS; code++) codebook[i * CENTROIDS + code] = (code >> i) & 1 ? 1 : -1;
  }
  return codebook;
}

/** Signs of the rotation's rounds, times what keeps each round orthonormal (assembly/rotate.ts). */
export function rotationFactors(dimensions: number, window: number, seed: number): Float32Array {
  const random = new Random(seed);
  const whole = dimensions === window ? 1 : Math.SQRT1_2;
  return Float32Array.from({ length: ROUNDS * dimensions }, (_, i) => {
    const round = Math.floor(i / dimensions);
    const start = round % 2 ? dimensions - window : 0;
    const at = i % dimensions;
    const isInside = at >= start && at < start + window;
    const sign = random.uint32() >>> 31 ? 1 : -1;
    return sign * whole * (isInside ? 1 / Math.sqrt(window) : 1);
  });
}
