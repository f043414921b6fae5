import type { Arena } from '../host/arena.ts';
import { type ErrorCode, LanewiseError } from '../host/errors.ts';
import { checkInteger, toVectors, type VectorInput } from '../vectors/input.ts';

/** A dense layer: y = W x + b. */
export interface MlpLayer {
  /** What it is called in files and messages. @default 0, 2, 4, ... as in `nn.Sequential` with activations in between */
  readonly name?: string;
  readonly inputs: number;
  readonly outputs: number;
  /** W: outputs x inputs, row-major, as PyTorch has it; finite. */
  readonly weights: VectorInput;
  /** b: one for each output, finite. @default none */
  readonly bias?: VectorInput | undefined;
}

/** A layer in linear memory, as assembly/mlp.ts reads it. */
export interface PackedLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly hasBias: boolean;
  readonly panels: number;
  readonly weights: number;
  readonly biases: number;
}

/** Columns of a panel. */
export const PANEL = 8;
const MOST_WIDTH = 65_536;
const MOST_LAYERS = 256;

/** A layer that was checked. */
export interface CheckedLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array | undefined;
}

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE` */
export function checkLayers(layers: readonly MlpLayer[]): CheckedLayer[] {
  if (!Array.isArray(layers) || layers.length === 0 || layers.length > MOST_LAYERS) {
    const got = Array.isArray(layers) ? layers.length : typeof layers;
    throw fault(
      'INVALID_ARGUMENT',
      `Layers must be an array of 1..${MOST_LAYERS}; got ${got}.`,
      MOST_LAYERS,
      got,
    );
  }
  const checked = layers.map((layer, i) => checkLayer(layer, String(layer?.name ?? 2 * i)));
  const names = new Set(checked.map(({ name }) => name));
  if (names.size < checked.length)
    throw fault('INVALID_ARGUMENT', 'Two layers have the same name.', checked.length, names.size);
  checkChain(checked, 'INVALID_ARGUMENT');
  return checked;
}

function checkLayer({ inputs, outputs, weights, bias }: MlpLayer, name: string): CheckedLayer {
  checkInteger(`inputs of layer '${name}'`, inputs, 1, MOST_WIDTH);
  checkInteger(`outputs of layer '${name}'`, outputs, 1, MOST_WIDTH);
  const numbers = (what: string, input: VectorInput, length: number): Float32Array => {
    const values = toVectors(`${what} of layer '${name}'`, input, 1);
    if (values.length === length) return values;
    const shape = what === 'bias' ? `${outputs} outputs` : `${outputs} outputs x ${inputs} inputs`;
    const message = `The ${what} of layer '${name}' must hold ${length} numbers for ${shape}; got ${values.length}.`;
    throw fault('DIMENSION_MISMATCH', message, length, values.length);
  };
  const layer = {
    ...{ name, inputs, outputs },
    weights: numbers('weights', weights, inputs * outputs),
    bias: bias === undefined ? undefined : numbers('bias', bias, outputs),
  };
  checkNumbers(layer, 'INVALID_VALUE');
  return layer;
}

/** @throws LanewiseError of this code where a layer does not take as many numbers as the one before it gives */
export function checkChain(layers: readonly CheckedLayer[], code: ErrorCode): void {
  for (const [i, { name, outputs }] of layers.slice(0, -1).entries()) {
    const next = layers[i + 1]!;
    if (next.inputs === outputs) continue;
    const message = `Layer '${name}' has ${outputs} outputs, and layer '${next.name}' behind it takes ${next.inputs} inputs. Give the layers in their order.`;
    throw fault(code, message, outputs, next.inputs);
  }
}

/** @throws LanewiseError of this code where a weight is no finite number */
export function checkNumbers({ name, inputs, weights, bias }: CheckedLayer, code: ErrorCode): void {
  let at = weights.findIndex((weight) => !Number.isFinite(weight));
  if (at >= 0) {
    const place = `[${Math.floor(at / inputs)}, ${at % inputs}]`;
    throw fault(
      code,
      `Weight ${place} of layer '${name}' is ${weights[at]}; all must be finite.`,
      undefined,
      weights[at],
    );
  }
  at = bias?.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (at >= 0)
    throw fault(
      code,
      `Bias ${at} of layer '${name}' is ${bias![at]}; all must be finite.`,
      undefined,
      bias![at],
    );
}

/** Places a layer in linear memory. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function packLayer(arena: Arena, { name, inputs, outputs, weights, bias }: CheckedLayer): PackedLayer {
  const panels = Math.ceil(outputs / PANEL);
  const weightsAt = arena.allocate(4 * PANEL * panels * inputs);
  const biasesAt = arena.allocate(4 * PANEL * panels);
  const { f32 } = arena.memory;
  f32.fill(0, weightsAt / 4, weightsAt / 4 + PANEL * panels * inputs);
  f32.fill(0, biasesAt / 4, biasesAt / 4 + PANEL * panels);
  if (bias) f32.set(bias, biasesAt / 4);
  const packed = {
    name,
    inputs,
    outputs,
    hasBias: bias !== undefined,
    panels,
    weights: weightsAt,
    biases: biasesAt,
  };
  for (let output = 0, from = 0; output < outputs; output++) {
    for (let input = 0, to = placeOf(packed, output); input < inputs; input++, to += PANEL)
      f32[to] = weights[from++]!;
  }
  return packed;
}

/** The layer as it was given. */
export function unpackLayer({ memory }: Arena, packed: PackedLayer): CheckedLayer {
  const { name, inputs, outputs, hasBias, biases } = packed;
  const { f32 } = memory;
  const weights = new Float32Array(inputs * outputs);
  for (let output = 0, to = 0; output < outputs; output++) {
    for (let input = 0, from = placeOf(packed, output); input < inputs; input++, from += PANEL)
      weights[to++] = f32[from]!;
  }
  const bias = hasBias ? f32.slice(biases / 4, biases / 4 + outputs) : undefined;
  return { name, inputs, outputs, weights, bias };
}

/** Where the weights of an output begin, counted in floats; the next is a panel's width further. */
function placeOf({ weights, inputs }: PackedLayer, output: number): number {
  return weights / 4 + Math.floor(output / PANEL) * PANEL * inputs + (output % PANEL);
}

function fault(code: ErrorCode, message: string, expected: unknown, got: unknown): LanewiseError {
  return new LanewiseError(code, message, { expected, got });
}
