import { Arena } from '../host/arena.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { toVectors, type VectorInput } from '../vectors/input.ts';
import {
  ACTIVATIONS,
  type Activation,
  activate,
  CONSTANT_BYTES,
  checkChoice,
  OUTPUTS,
  type OutputActivation,
  writeConstants,
} from './activations.ts';
import { init, type Runtime, runtime } from './kernels.ts';
import { readMlp, writeMlp } from './mlp-file.ts';
import {
  type CheckedLayer,
  checkLayers,
  type MlpLayer,
  PANEL,
  type PackedLayer,
  packLayer,
  unpackLayer,
} from './mlp-layers.ts';
import { allocatePredictions } from './predictions.ts';

/** Rows that pass through all layers together: their numbers stay in the first-level cache. */
const BATCH = 32;

/** What stands between the layers of an {@link MlpRanker} and behind them. */
export interface MlpOptions {
  /** Between layers. @default 'relu', or what the file says that `toBytes()` wrote */
  readonly activation?: Activation;
  /** Behind the last layer. @default 'none', or what the file says that `toBytes()` wrote */
  readonly output?: OutputActivation;
}

/** How a file of weights is read. */
export interface MlpFileOptions extends MlpOptions {
  /**
   * The dense layers in their order: 'fc1' reads the tensors `fc1.weight` and, if there is one, `fc1.bias`; other tensors are
   * passed over. @default all that the file holds, by the numbers in their names
   */
  readonly layers?: readonly string[];
}

/** A layer as it was given. */
export interface MlpLayerDescription {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly hasBias: boolean;
  readonly activation: Activation | OutputActivation;
}

/**
 * A multi-layer perceptron, for inference: dense layers in float32 with activations between them. It ranks candidates that an
 * index retrieved, by features of user and item.
 *
 * Sums begin with the bias and run over the inputs in their order, so that a row's outputs are the same bits in every runtime,
 * alone and in batches of any size. gelu is x Φ(x) within 1.2e-7, absolute or relative; sigmoid within 2e-7 relative.
 *
 * Cost of a row: 2 x inputs x outputs of each layer floating-point operations; memory: 4 bytes a weight, and 256 bytes for each
 * number of the widest layer; outputs rounded up to a multiple of 8 in both.
 *
 * @example
 * // torch: safetensors.torch.save_file(nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 1)).state_dict(), path)
 * const ranker = await MlpRanker.fromBytes(await readFile(path), { activation: 'relu', output: 'sigmoid' });
 * const scores = ranker.predict(features); // candidates x 64 numbers in, candidates x 1 out
 */
export class MlpRanker {
  readonly #runtime: Runtime;
  readonly #arena: Arena;
  readonly #lifetime: Lifetime;
  readonly #layers: readonly PackedLayer[];
  readonly #activation: Activation;
  readonly #output: OutputActivation;
  readonly #constants: number;
  /** What a layer reads and what it writes, and the other way round for the next. */
  readonly #buffers: readonly [number, number];
  /** `using ranker = await MlpRanker.fromBytes(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(layers: readonly CheckedLayer[], activation: Activation, output: OutputActivation) {
    this.#runtime = runtime();
    this.#arena = new Arena(this.#runtime.memory);
    this.#activation = activation;
    this.#output = output;
    try {
      this.#layers = layers.map((layer) => packLayer(this.#arena, layer));
      const widest = Math.max(layers[0]!.inputs, ...this.#layers.map(({ panels }) => PANEL * panels));
      this.#buffers = [this.#arena.allocate(4 * BATCH * widest), this.#arena.allocate(4 * BATCH * widest)];
      this.#constants = this.#arena.allocate(CONSTANT_BYTES);
    } catch (error) {
      this.#arena.release();
      throw error;
    }
    writeConstants(this.#runtime, this.#constants);
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'MlpRanker', this.#arena);
  }

  /**
   * The network of a safetensors file: that of `toBytes()`, or weights as PyTorch has them, `0.weight` of outputs x inputs and
   * `0.bias`, in F32, F16 or BF16.
   *
   * @throws LanewiseError `FILE_FORMAT` where it holds no dense layers, none of a name, or their order is not clear;
   *   `FILE_CORRUPT` where layers do not fit one another, for NaN, infinities and damage; `FILE_DTYPE`, `FILE_TRUNCATED`,
   *   `FILE_VERSION`, `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
   */
  static async fromBytes(bytes: Uint8Array | ArrayBuffer, options: MlpFileOptions = {}): Promise<MlpRanker> {
    const names = options.layers;
    if (
      names !== undefined &&
      !(Array.isArray(names) && names.length > 0 && new Set(names).size === names.length)
    ) {
      throw new LanewiseError('INVALID_ARGUMENT', 'layers must be an array of names, each once.', {
        got: names,
      });
    }
    await init();
    const saved = readMlp(runtime(), bytes, names);
    return MlpRanker.#of(saved.layers, {
      activation: options.activation ?? saved.activation,
      output: options.output ?? saved.output,
    });
  }

  /**
   * The network of weights that are at hand.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, also where layers do not fit one another; `DIMENSION_MISMATCH` for weights that are
   *   not outputs x inputs; `INVALID_VALUE` for NaN and infinities; `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
   */
  static async fromLayers(layers: readonly MlpLayer[], options: MlpOptions = {}): Promise<MlpRanker> {
    const checked = checkLayers(layers);
    await init();
    return MlpRanker.#of(checked, options);
  }

  static #of(
    layers: readonly CheckedLayer[],
    options: { readonly activation?: Activation | undefined; readonly output?: OutputActivation | undefined },
  ): MlpRanker {
    const { activation = 'relu', output = 'none' } = options;
    return new MlpRanker(
      layers,
      checkChoice('activation', activation, ACTIVATIONS),
      checkChoice('output', output, OUTPUTS),
    );
  }

  /** Numbers of a row of features. */
  get inputs(): number {
    return this.#layers[0]!.inputs;
  }

  /** Numbers that a row is answered with. */
  get outputs(): number {
    return this.#layers.at(-1)!.outputs;
  }

  /** The layers in their order. */
  get layers(): MlpLayerDescription[] {
    return this.#layers.map(({ name, inputs, outputs, hasBias }, i) => {
      return { name, inputs, outputs, hasBias, activation: this.#activationOf(i) };
    });
  }

  /**
   * What the network answers: rows x outputs, row-major. Finite but for sums that leave float32.
   *
   * @param features rows x inputs, row-major, finite
   * @throws LanewiseError `DIMENSION_MISMATCH` for a part of a row, `INVALID_VALUE` for NaN and infinities,
   *   `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  predict(features: VectorInput): Float32Array<ArrayBuffer> {
    this.#lifetime.check();
    const { inputs, outputs } = this;
    const values = toVectors('features', features, 1);
    if (values.length % inputs !== 0) {
      throw new LanewiseError(
        'DIMENSION_MISMATCH',
        `Features must be whole rows of ${inputs} numbers; got ${values.length} numbers.`,
        { expected: inputs, got: values.length },
      );
    }
    const rows = values.length / inputs;
    const results = allocatePredictions(rows * outputs);
    const { f32 } = this.#runtime.memory;
    for (let row = 0; row < rows; row += BATCH) {
      const count = Math.min(BATCH, rows - row);
      f32.set(values.subarray(row * inputs, (row + count) * inputs), this.#buffers[0] / 4);
      this.#checkFinite(row, count);
      let from = this.#run(count) / 4;
      const skipped = PANEL * this.#layers.at(-1)!.panels - outputs;
      for (let to = row * outputs, end = to + count * outputs; to < end; from += skipped) {
        for (let i = 0; i < outputs; i++) results[to++] = f32[from++]!;
      }
    }
    return results;
  }

  /** The network as a safetensors file, weights in F32. @throws LanewiseError `DISPOSED`, `MEMORY_EXHAUSTED` */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.#lifetime.check();
    const layers = this.#layers.map((layer) => unpackLayer(this.#arena, layer));
    return writeMlp(this.#runtime, layers, this.#activation, this.#output);
  }

  /** Bytes of linear memory held. @throws LanewiseError `DISPOSED` */
  memoryUsage(): { readonly total: number } {
    this.#lifetime.check();
    return { total: this.#arena.bytes };
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }

  /** Where the answers are of rows that lie in the first buffer. */
  #run(rows: number): number {
    const { kernels } = this.#runtime;
    let [from, to] = this.#buffers;
    let rowBytes = 4 * this.inputs;
    for (const [i, { weights, biases, inputs, panels }] of this.#layers.entries()) {
      kernels.denseLayer(from, rows, rowBytes, weights, biases, inputs, panels, to);
      activate(this.#runtime, this.#activationOf(i), to, PANEL * panels * rows, this.#constants);
      [from, to] = [to, from];
      rowBytes = 4 * PANEL * panels;
    }
    return from;
  }

  #activationOf(layer: number): Activation | OutputActivation {
    return layer < this.#layers.length - 1 ? this.#activation : this.#output;
  }

  #checkFinite(first: number, rows: number): void {
    const { kernels, memory } = this.#runtime;
    const [buffer] = this.#buffers;
    const count = rows * this.inputs;
    const at = kernels.checkFinite(buffer, count);
    if (at === count) return;
    const got = memory.f32[buffer / 4 + at];
    const place = `row ${first + Math.floor(at / this.inputs)}, column ${at % this.inputs}`;
    throw new LanewiseError('INVALID_VALUE', `Features must be finite in float32; ${place} is ${got}.`, {
      got,
    });
  }
}
