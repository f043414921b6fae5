import { LanewiseError } from '../host/errors.ts';
import type { Runtime } from './kernels.ts';

/** What stands between layers: max(x, 0); x Φ(x); and its approximation by a tangent (`approximate='tanh'` of PyTorch). */
export type Activation = 'relu' | 'gelu' | 'gelu-tanh';

/** What stands behind the last layer: 1 / (1 + exp(-x)), or nothing. */
export type OutputActivation = 'sigmoid' | 'none';

export const ACTIVATIONS: readonly Activation[] = ['relu', 'gelu', 'gelu-tanh'];
export const OUTPUTS: readonly OutputActivation[] = ['none', 'sigmoid'];

const KERNELS = {
  relu: 'relu',
  gelu: 'gelu',
  'gelu-tanh': 'geluByTangent',
  sigmoid: 'sigmoid',
  none: undefined,
} as const;

/** As assembly/activations.ts has them. */
// biome-ignore format: a table
const CONSTANTS = [
  Math.LOG2E, 1.5 * 2 ** 23, 355 / 512, -2.1219444170128554e-4,
  0.5, 0.4999999403953552, 0.1666652113199234, 0.04166838899254799, 0.00836873147636652, 0.0013814568519592285,
  1, 0, 88,
  13.26, 3, 0.7290836572647095, -0.5093322396278381, 0.23001925647258759, -0.04725722223520279, -0.0104795191437006,
  6.929499562829733e-3, 1.0774845723062754e-3, -9.114198619499803e-4, -2.722037606872618e-4,
  1.5957691216057308, 0.07135481627260025,
];
/** The bits of 1.5 x 2^23, and the bias of exponents. */
const EXPONENT = 0x4b400000 + 127;

/** Bytes of the constants. */
export const CONSTANT_BYTES: number = 4 * CONSTANTS.length + 4;

export function writeConstants({ memory }: Runtime, address: number): void {
  memory.f32.set(CONSTANTS, address / 4);
  memory.u32[address / 4 + CONSTANTS.length] = EXPONENT;
}

/** Applies an activation to `count` numbers in linear memory, a multiple of 4. */
export function activate(
  { kernels }: Runtime,
  activation: Activation | OutputActivation,
  values: number,
  count: number,
  constants: number,
): void {
  const kernel = KERNELS[activation];
  if (kernel) kernels[kernel](values, count, constants);
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `value` is one of the `choices` */
export function checkChoice<Choice extends string>(
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value as Choice)) return value as Choice;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `${name} must be one of '${choices.join("', '")}'; got ${String(value)}.`,
    { expected: choices, got: value },
  );
}
