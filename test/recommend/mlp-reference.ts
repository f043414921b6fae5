import type { MlpLayer, MlpOptions } from 'lanewise';
import { Random } from 'lanewise';

const { fround } = Math;

/** Weights of a network of these widths, from input to output: uniform, scaled to their number; biases too. */
export function makeLayers(widths: readonly number[], seed: number): MlpLayer[] {
  const random = new Random(seed);
  const uniform = (length: number, scale: number) =>
    Float32Array.from({ length }, () => (2 * random.uniform() - 1) * scale);
  return widths.slice(1).map((outputs, i) => {
    const inputs = widths[i]!;
    return {
      inputs,
      outputs,
      weights: uniform(inputs * outputs, 2 / Math.sqrt(inputs)),
      bias: uniform(outputs, 1),
    };
  });
}

/** Rows of features, some of them 0. */
export function makeFeatures(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => Math.max(-1, 4 * random.uniform() - 2));
}

/** Outputs of relu networks in float32, one rounding at a time: from the bias on, over the inputs in their order. */
export function roundedForward(layers: readonly MlpLayer[], row: Float32Array): Float32Array {
  let values = row;
  layers.forEach(({ inputs, outputs, weights, bias }, layer) => {
    const sums = Float32Array.from({ length: outputs }, (_, output) => {
      let sum = bias?.[output] ?? 0;
      for (let i = 0; i < inputs; i++) sum = fround(sum + fround(values[i]! * weights[output * inputs + i]!));
      return layer < layers.length - 1 ? Math.max(sum, 0) : sum;
    });
    values = sums;
  });
  return values;
}

/** A number and how far float32 may be from it. */
export interface Bounded {
  readonly value: number;
  readonly error: number;
}

/** The rounding of an operation. */
const UNIT = 2 ** -24;

/**
 * Outputs in float64, with the error that float32 may make of them. A sum of n products from a bias on, each rounded twice:
 * (n + 1) u / (1 - (n + 1) u) of the sum of magnitudes (N. J. Higham, Accuracy and Stability, section 3.1); errors of inputs
 * go through weights; relu and sigmoid spread nothing, gelu has slopes up to 1.13 and is itself right to 1.2e-7.
 */
export function boundedForward(
  layers: readonly MlpLayer[],
  row: Float32Array,
  { activation = 'relu', output = 'none' }: MlpOptions = {},
): Bounded[] {
  let values: Bounded[] = Array.from(row, (value) => ({ value, error: 0 }));
  layers.forEach(({ inputs, outputs, weights, bias }, layer) => {
    const share = ((inputs + 1) * UNIT) / (1 - (inputs + 1) * UNIT);
    values = Array.from({ length: outputs }, (_, at) => {
      let value = bias?.[at] ?? 0;
      let magnitude = Math.abs(value);
      let error = 0;
      for (let i = 0; i < inputs; i++) {
        const weight = weights[at * inputs + i]!;
        value += values[i]!.value * weight;
        magnitude += (Math.abs(values[i]!.value) + values[i]!.error) * Math.abs(weight);
        error += values[i]!.error * Math.abs(weight);
      }
      const sum = { value, error: error + share * magnitude };
      if (layer < layers.length - 1) return activated(sum, activation);
      return output === 'sigmoid' ? activated(sum, output) : sum;
    });
  });
  return values;
}

function activated({ value, error }: Bounded, kind: 'relu' | 'gelu' | 'gelu-tanh' | 'sigmoid'): Bounded {
  if (kind === 'relu') return { value: Math.max(value, 0), error };
  if (kind === 'sigmoid') return { value: sigmoid(value), error: error / 4 + 2e-7 };
  const exact = kind === 'gelu' ? gelu(value) : geluByTangent(value);
  return { value: exact, error: 1.13 * error + 3e-7 * Math.max(1, Math.abs(exact)) };
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function gelu(x: number): number {
  return x * normalProbability(x);
}

export function geluByTangent(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/**
 * Φ(x) in float64: the series 1/2 + φ(x) (x + x³/3 + x⁵/15 + ...) near 0 (M. Abramowitz and I. Stegun, 26.2.11), the continued
 * fraction φ(t) / (t + 1 / (t + 2 / (t + ...))) for tails (26.2.14).
 */
export function normalProbability(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const t = Math.abs(x);
  if (t < 3) {
    let term = x;
    let sum = x;
    for (let n = 3; Math.abs(term) > 1e-20 * Math.abs(sum); n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = t;
  for (let n = 200; n > 0; n--) fraction = t + n / fraction;
  const tail = t > 38 ? 0 : density / fraction;
  return x > 0 ? 1 - tail : tail;
}
