import { bytesTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import { Arena } from '../host/arena.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, runPieces } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import { checkBytes } from '../search/options.ts';
import { checkDimensions, checkInteger, toVectors, type VectorInput } from '../vectors/input.ts';
import { init, type Runtime, runtime } from '../vectors/kernels.ts';
import { type CodebookShape, codebookBytes } from './codebook-layout.ts';
import { drawRandomly, layCodebooks, trainCodebooks } from './codebooks.ts';

const ESTIMATOR = 'ProductQuantizer';
/** Rows drawn for training, a centroid: more change the centroids little. */
const ROWS_PER_CENTROID = 256;
/** Bytes of rows encoded at a time. */
const CHUNK_BYTES = 256 << 10;

/** What a {@link ProductQuantizer} is made for. */
export interface ProductQuantizerOptions {
  /** Dimensions of every vector, 1..65536. */
  readonly dimensions: number;
  /** Parts that a vector is cut into, one code each; a divisor of the dimensions. */
  readonly subvectors: number;
  /** Bits of a code: 4 for 16 centroids a part, 8 for 256. @default 8 */
  readonly bits?: 4 | 8;
  /** Draws the sample and the first centroids. @default 0 */
  readonly seed?: number;
}

/**
 * Product quantization: vectors cut into parts, each part replaced by the nearest of 16 or 256 centroids of its own, so
 * that a vector becomes `subvectors` codes (Jégou, Douze and Schmid, "Product quantization for nearest neighbor search",
 * 2011). Distances of a query to encoded vectors are sums of table entries, one a code.
 *
 * @example
 * const quantizer = await ProductQuantizer.create({ dimensions: 100, subvectors: 50, bits: 4 });
 * await quantizer.train(sample);
 * const codes = quantizer.encode(vectors); // rows x 50
 * const distances = quantizer.asymmetricDistances(query, codes);
 */
export class ProductQuantizer {
  readonly dimensions: number;
  readonly subvectors: number;
  readonly bits: 4 | 8;
  readonly seed: number;
  readonly #runtime: Runtime;
  readonly #arena: Arena;
  readonly #lifetime: Lifetime;
  readonly #shape: CodebookShape;
  /** Codebooks in linear memory (assembly/subvectors.ts draws them). */
  readonly #codebooks: number;
  #isTrained = false;
  /** `using quantizer = await ProductQuantizer.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor({ dimensions, subvectors, bits, seed }: Required<ProductQuantizerOptions>) {
    this.dimensions = dimensions;
    this.subvectors = subvectors;
    this.bits = bits;
    this.seed = seed;
    this.#shape = { subvectors, width: dimensions / subvectors, centroids: 2 ** bits };
    this.#runtime = runtime();
    this.#arena = new Arena(this.#runtime.memory);
    this.#codebooks = this.#arena.allocate(codebookBytes(this.#shape));
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, ESTIMATOR, this.#arena);
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`, `MEMORY_EXHAUSTED` */
  static async create(options: ProductQuantizerOptions): Promise<ProductQuantizer> {
    const dimensions = checkDimensions(options?.dimensions);
    const subvectors = checkSubvectors(options.subvectors, dimensions);
    const { bits = 8, seed = 0 } = options;
    checkBits(bits);
    checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    await init();
    return new ProductQuantizer({ dimensions, subvectors, bits, seed });
  }

  /**
   * The quantizer that `toBytes()` wrote, with identical codes.
   *
   * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): ProductQuantizer {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const dimensions = file.integer('dimensions', 1, 65_536);
    const subvectors = file.integer('subvectors', 1, dimensions);
    const bits = file.integer('bits', 4, 8) as 4 | 8;
    if (dimensions % subvectors || (bits !== 4 && bits !== 8)) {
      throw corruptFile(`The options of the file are none of a ${ESTIMATOR}.`, file.options);
    }
    const shape = [subvectors, 2 ** bits, dimensions / subvectors];
    const data = readChecked(runtime(), file, { name: 'centroids', dtype: 'F32', shape });
    const centroids = new Float32Array(data.slice().buffer);
    if (!centroids.every(Number.isFinite)) throw corruptFile('The file holds a centroid of NaN.', Number.NaN);
    const quantizer = new ProductQuantizer({ dimensions, subvectors, bits, seed: file.seed });
    quantizer.#install(layCodebooks(centroids, quantizer.#shape));
    return quantizer;
  }

  get isTrained(): boolean {
    return this.#isTrained;
  }

  /** A copy of the centroids: subvectors x 16 or 256 x (dimensions / subvectors). @throws LanewiseError `UNTRAINED` */
  get centroids(): Float32Array {
    const { subvectors, width, centroids } = this.#shape;
    const codebooks = this.#learned();
    const values = new Float32Array(subvectors * centroids * width);
    for (let part = 0, at = 0; part < subvectors; part++) {
      for (let code = 0; code < centroids; code++) {
        for (let i = 0; i < width; i++) values[at++] = codebooks[this.#place(part, code) + i * centroids]!;
      }
    }
    return values;
  }

  /**
   * Learns the centroids from a sample of at least as many rows as centroids a part; 256 times as many are drawn at most.
   * What was learned before is replaced once it succeeds. Progress counts pieces of work and may end early.
   *
   * @param sample rows x dimensions, row-major
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `MEMORY_EXHAUSTED`, and the
   *   signal's reason
   */
  async train(sample: VectorInput, options: LongCallOptions = {}): Promise<this> {
    this.#lifetime.check();
    const values = this.#checkVectors('sample', sample);
    const { centroids } = this.#shape;
    const rows = values.length / this.dimensions;
    if (rows < centroids) {
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        `${this.bits} bits need a sample of ${centroids} rows at least; got ${rows}. Give more rows, or take fewer bits.`,
        { expected: centroids, got: rows },
      );
    }
    const random = new Random(this.seed);
    const drawn = drawRandomly(values, this.dimensions, ROWS_PER_CENTROID * centroids, random);
    const codebooks = await runPieces(trainCodebooks(this.#runtime, drawn, this.#shape, random), options);
    this.#lifetime.check();
    this.#install(codebooks);
    return this;
  }

  /**
   * The nearest centroids of every part. Cost: O(dimensions x centroids) a row.
   *
   * @param vectors rows x dimensions, row-major
   * @returns rows x subvectors codes, one a byte also where they have 4 bits
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `MEMORY_EXHAUSTED`
   */
  encode(vectors: VectorInput): Uint8Array {
    this.#learned();
    const values = this.#checkVectors('vectors', vectors);
    const { memory, kernels } = this.#runtime;
    const { subvectors, width, centroids } = this.#shape;
    const rows = values.length / this.dimensions;
    const stride = 4 * this.dimensions;
    const chunk = Math.max(1, Math.min(rows, Math.floor(CHUNK_BYTES / stride)));
    const codes = new Uint8Array(rows * subvectors);
    const buffer = memory.allocate(chunk * (stride + subvectors));
    try {
      for (let first = 0; first < rows; first += chunk) {
        const count = Math.min(chunk, rows - first);
        const from = first * this.dimensions;
        memory.f32.set(values.subarray(from, from + count * this.dimensions), buffer / 4);
        const to = buffer + chunk * stride;
        kernels.encodeSubvectors(buffer, stride, count, this.#codebooks, subvectors, width, centroids, to);
        codes.set(memory.u8.subarray(to, to + count * subvectors), first * subvectors);
      }
    } finally {
      memory.free(buffer);
    }
    return codes;
  }

  /**
   * The vectors that codes stand for: rows x dimensions.
   *
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_ARGUMENT` for a code without a centroid
   */
  decode(codes: Uint8Array): Float32Array {
    const codebooks = this.#learned();
    this.#checkCodes(codes);
    const { width, centroids, subvectors } = this.#shape;
    const values = new Float32Array(codes.length * width);
    for (let i = 0; i < codes.length; i++) {
      const start = this.#place(i % subvectors, codes[i]!);
      for (let j = 0; j < width; j++) values[i * width + j] = codebooks[start + j * centroids]!;
    }
    return values;
  }

  /**
   * Squared distances of a query's parts to all of their centroids: subvectors x centroids.
   *
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_VALUE`
   */
  distanceTables(query: VectorInput): Float32Array {
    const codebooks = this.#learned();
    const values = this.#checkVectors('query', query);
    if (values.length !== this.dimensions) {
      throw new LanewiseError('DIMENSION_MISMATCH', 'Tables are of one query at a time.', {
        expected: this.dimensions,
        got: values.length,
      });
    }
    const { subvectors, width, centroids } = this.#shape;
    const tables = new Float32Array(subvectors * centroids);
    for (let entry = 0; entry < tables.length; entry++) {
      const part = Math.floor(entry / centroids);
      const start = this.#place(part, entry % centroids);
      let sum = 0;
      for (let i = 0; i < width; i++) {
        const difference = values[part * width + i]! - codebooks[start + i * centroids]!;
        sum += difference * difference;
      }
      tables[entry] = sum;
    }
    return tables;
  }

  /**
   * Squared distances of a query, not encoded, to encoded vectors (ADC): a table entry a code.
   *
   * @param codes rows x subvectors
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `INVALID_ARGUMENT`
   */
  asymmetricDistances(query: VectorInput, codes: Uint8Array): Float32Array {
    const tables = this.distanceTables(query);
    this.#checkCodes(codes);
    const { subvectors, centroids } = this.#shape;
    const distances = new Float32Array(codes.length / subvectors);
    for (let row = 0, at = 0; row < distances.length; row++) {
      let sum = 0;
      for (let table = 0; table < tables.length; table += centroids) sum += tables[table + codes[at++]!]!;
      distances[row] = sum;
    }
    return distances;
  }

  /**
   * The mean over rows of the squared distance to what their codes stand for; 0 without rows.
   *
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `MEMORY_EXHAUSTED`
   */
  reconstructionError(vectors: VectorInput): number {
    const values = this.#checkVectors('vectors', vectors);
    const decoded = this.decode(this.encode(values));
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += (values[i]! - decoded[i]!) ** 2;
    return values.length ? sum / (values.length / this.dimensions) : 0;
  }

  /** Bytes of linear memory held. */
  memoryUsage(): { readonly total: number } {
    this.#lifetime.check();
    return { total: this.#arena.bytes };
  }

  /** The quantizer as a safetensors file: its centroids. @throws LanewiseError `UNTRAINED` */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { dimensions, subvectors, bits, seed, centroids } = this;
    const shape = [subvectors, 2 ** bits, dimensions / subvectors];
    const head = { estimator: ESTIMATOR, options: { dimensions, subvectors, bits }, nextId: 0, seed };
    return writeIndexFile(head, [
      bytesTensor(this.#runtime, { name: 'centroids', dtype: 'F32', shape }, (target) => {
        target.set(new Uint8Array(centroids.buffer));
      }),
    ]);
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }

  /** Where value 0 of a centroid stands among the codebooks; its values are as many floats apart as there are centroids. */
  #place(part: number, code: number): number {
    const { width, centroids } = this.#shape;
    return part * (width + 1) * centroids + code;
  }

  #install(codebooks: Float32Array): void {
    this.#runtime.memory.f32.set(codebooks, this.#codebooks / 4);
    this.#isTrained = true;
  }

  /** The codebooks: a view that ends with the next allocation. */
  #learned(): Float32Array {
    this.#lifetime.check();
    if (!this.#isTrained) {
      const message = `This ${ESTIMATOR} has learned no centroids. Call train() with a sample first.`;
      throw new LanewiseError('UNTRAINED', message);
    }
    const start = this.#codebooks / 4;
    return this.#runtime.memory.f32.subarray(start, start + codebookBytes(this.#shape) / 4);
  }

  #checkVectors(name: string, input: VectorInput): Float32Array {
    this.#lifetime.check();
    const values = toVectors(name, input, this.dimensions);
    for (let i = 0; i < values.length; i++) {
      // Products of larger values would leave float32.
      if (Math.abs(values[i]!) < 2 ** 60) continue;
      throw new LanewiseError(
        'INVALID_VALUE',
        `Row ${Math.floor(i / this.dimensions)} of ${name} holds ${values[i]}; values below 2^60 are accepted.`,
        { got: values[i] },
      );
    }
    return values;
  }

  #checkCodes(codes: Uint8Array): void {
    if (!(codes instanceof Uint8Array) || codes.length % this.subvectors) {
      throw new LanewiseError(
        'DIMENSION_MISMATCH',
        `codes must be a Uint8Array of whole rows of ${this.subvectors} codes; got ${codes?.length}.`,
        { expected: this.subvectors, got: codes?.length },
      );
    }
    if (this.bits === 8) return;
    const wrong = codes.findIndex((code) => code > 15);
    if (wrong >= 0) {
      throw new LanewiseError('INVALID_ARGUMENT', `codes of 4 bits lie in 0..15; got ${codes[wrong]}.`, {
        expected: [0, 15],
        got: codes[wrong],
      });
    }
  }
}

function checkBits(bits: unknown): void {
  if (bits === 4 || bits === 8) return;
  throw new LanewiseError('INVALID_ARGUMENT', `bits must be 4 or 8; got ${String(bits)}.`, {
    expected: [4, 8],
    got: bits,
  });
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless the dimensions fall into so many parts of one width */
function checkSubvectors(subvectors: unknown, dimensions: number): number {
  const parts = checkInteger('subvectors', subvectors, 1, dimensions);
  if (dimensions % parts === 0) return parts;
  let distance = 1;
  while (dimensions % (parts - distance) && dimensions % (parts + distance)) distance++;
  const nearest = dimensions % (parts - distance) ? parts + distance : parts - distance;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `${dimensions} dimensions cannot be cut into ${parts} equal parts. Take subvectors: ${nearest}.`,
    { expected: nearest, got: parts },
  );
}
