import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { widenHalves } from '../format/half.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import { readSafetensors, type Tensor } from '../format/safetensors.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkBytes } from '../vectors/input.ts';
import { ACTIVATIONS, type Activation, OUTPUTS, type OutputActivation } from './activations.ts';
import type { Runtime } from './kernels.ts';
import { type CheckedLayer, checkChain, checkNumbers } from './mlp-layers.ts';

const ESTIMATOR = 'MlpRanker';
const WEIGHT = '.weight';
const BIAS = '.bias';

/** What a file holds: activations only where it was written by `toBytes()`. */
interface SavedMlp {
  readonly layers: CheckedLayer[];
  readonly activation?: Activation;
  readonly output?: OutputActivation;
}

export function writeMlp(
  runtime: Runtime,
  layers: readonly CheckedLayer[],
  activation: Activation,
  output: OutputActivation,
): Uint8Array<ArrayBuffer> {
  const options = { activation, output, layers: layers.map(({ name }) => name) };
  const tensors = layers.flatMap(({ name, inputs, outputs, weights, bias }) => [
    arrayTensor(runtime, { name: name + WEIGHT, dtype: 'F32', shape: [outputs, inputs] }, weights),
    ...(bias ? [arrayTensor(runtime, { name: name + BIAS, dtype: 'F32', shape: [outputs] }, bias)] : []),
  ]);
  return writeIndexFile({ estimator: ESTIMATOR, options, nextId: 0, seed: 0 }, tensors);
}

/**
 * @throws LanewiseError `FILE_FORMAT` where it holds no dense layers, or none of a name; `FILE_DTYPE`, `FILE_TRUNCATED`,
 *   `FILE_CORRUPT`, `FILE_VERSION`
 */
export function readMlp(
  runtime: Runtime,
  input: Uint8Array | ArrayBuffer,
  wanted: readonly string[] | undefined,
): SavedMlp {
  const bytes = checkBytes(input);
  const { metadata, tensors } = readSafetensors(bytes);
  const own = metadata['format'] === 'lanewise' ? new IndexFile(bytes, ESTIMATOR) : undefined;
  if (own) for (const [name, { dtype, shape }] of tensors) readChecked(runtime, own, { name, dtype, shape });
  const names = wanted ?? savedNames(own) ?? detectNames([...tensors.keys()]);
  const layers = names.map((name) => readLayer(tensors, name));
  if (layers.length === 0) throw foreign('The file holds no layers', []);
  checkChain(layers, 'FILE_CORRUPT');
  if (!wanted && !own) checkOrder(layers);
  if (!own) return { layers };
  const { activation, output } = own.options;
  return { layers, activation: savedChoice(activation, ACTIVATIONS), output: savedChoice(output, OUTPUTS) };
}

function savedNames(own: IndexFile | undefined): string[] | undefined {
  if (!own) return undefined;
  const names = own.options['layers'];
  // Each once: a name that stands there a million times would be as many copies of its weights.
  if (Array.isArray(names) && new Set(names).size === names.length && names.every(isString)) return names;
  throw corruptFile('The file must name its layers, each once.', names);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function savedChoice<Choice>(value: unknown, choices: readonly Choice[]): Choice {
  if (choices.includes(value as Choice)) return value as Choice;
  throw corruptFile(`The file must name an activation out of ${choices.join(', ')}.`, value);
}

function readLayer(tensors: ReadonlyMap<string, Tensor>, name: string): CheckedLayer {
  const weight = tensors.get(name + WEIGHT);
  const bias = tensors.get(name + BIAS);
  if (!weight) throw foreign(`There is no tensor '${name}${WEIGHT}'`, [...tensors.keys()]);
  const [outputs, inputs] = weight.shape;
  if (weight.shape.length !== 2 || !(outputs! > 0 && inputs! > 0)) {
    throw corruptFile(
      `'${name}${WEIGHT}' must be outputs x inputs; it is of shape [${weight.shape}].`,
      weight.shape,
    );
  }
  if (bias && bias.shape.join() !== String(outputs)) {
    const shapes = `'${name}${BIAS}' must be of shape [${outputs}], the outputs of '${name}${WEIGHT}'`;
    throw corruptFile(`${shapes}; it is of shape [${bias.shape}].`, bias.shape);
  }
  const layer = {
    ...{ name, inputs: inputs!, outputs: outputs! },
    weights: toFloats(name + WEIGHT, weight),
    bias: bias && toFloats(name + BIAS, bias),
  };
  checkNumbers(layer, 'FILE_CORRUPT');
  return layer;
}

function toFloats(name: string, { dtype, data }: Tensor): Float32Array {
  const { buffer } = data.slice(); // a tensor need not be aligned in its file
  if (dtype === 'F32') return new Float32Array(buffer);
  if (dtype === 'F16') return widenHalves(new Uint16Array(buffer));
  if (dtype === 'BF16')
    return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (half) => half << 16).buffer);
  throw new LanewiseError('FILE_DTYPE', `Tensor '${name}' must be F32, F16 or BF16; it is ${dtype}.`, {
    expected: ['F32', 'F16', 'BF16'],
    got: dtype,
  });
}

/** The layers of a file in the order of the numbers in their names: PyTorch sorts them as text, 10 before 2. */
function detectNames(tensors: readonly string[]): string[] {
  const other = tensors.find((tensor) => !tensor.endsWith(WEIGHT) && !tensor.endsWith(BIAS));
  if (other !== undefined) throw foreign(`Tensor '${other}' is no weight or bias`, tensors);
  const names = new Set(tensors.map((tensor) => tensor.slice(0, tensor.lastIndexOf('.'))));
  const key = (name: string): string => name.replaceAll(/\d+/g, (digits) => digits.padStart(16, '0'));
  return [...names].sort((left, right) => (key(left) < key(right) ? -1 : 1));
}

/** Names tell the order where only their numbers differ; else shapes must, where no two widths are alike. */
function checkOrder(layers: readonly CheckedLayer[]): void {
  const series = new Set(layers.map(({ name }) => name.replaceAll(/\d+/g, '0')));
  const widths = new Set(layers.map(({ outputs }) => outputs)).add(layers[0]!.inputs);
  if (series.size > 1 && widths.size <= layers.length)
    throw foreign(
      'The order of the layers is not clear',
      layers.map(({ name }) => name),
    );
}

function foreign(fault: string, names: readonly string[]): LanewiseError {
  const shown = names.slice(0, 8).map((name) => JSON.stringify(name.slice(0, 40)));
  return new LanewiseError(
    'FILE_FORMAT',
    `${fault}. Give the dense layers by their names, in their order: { layers: ['fc1', 'fc2'] } reads 'fc1.weight', ` +
      `'fc1.bias' and so on. The file holds ${shown.join(', ') || 'nothing'}${names.length > 8 ? ', ...' : ''}.`,
    { got: names },
  );
}
