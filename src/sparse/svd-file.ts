import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { checkBytes } from '../vectors/input.ts';
import type { Runtime } from './kernels.ts';

const ESTIMATOR = 'TruncatedSVD';

/** What a saved decomposition holds. */
export interface SavedSvd {
  readonly components: number;
  readonly columns: number;
  readonly iterations: number;
  readonly oversamples: number;
  readonly seed: number;
  /** components x columns, row-major. */
  readonly vectors: Float32Array<ArrayBuffer>;
  readonly singularValues: Float64Array<ArrayBuffer>;
  readonly explainedVariance: Float64Array<ArrayBuffer>;
  readonly explainedVarianceRatio: Float64Array<ArrayBuffer>;
}

const NUMBERS = ['singularValues', 'explainedVariance', 'explainedVarianceRatio'] as const;

/** A decomposition as a safetensors file. */
export function writeSvd(runtime: Runtime, saved: SavedSvd): Uint8Array<ArrayBuffer> {
  const { components, columns, iterations, oversamples, seed } = saved;
  const options = { components, columns, iterations, oversamples };
  return writeIndexFile({ estimator: ESTIMATOR, options, nextId: 0, seed }, [
    arrayTensor(runtime, vectorSpec(components, columns), saved.vectors),
    ...NUMBERS.map((name) => arrayTensor(runtime, numberSpec(name, components), saved[name])),
  ]);
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE` */
export function readSvd(runtime: Runtime, bytes: Uint8Array | ArrayBuffer): SavedSvd {
  const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
  const components = file.integer('components', 1, 4096);
  const columns = file.integer('columns', components, 2 ** 32 - 2);
  const iterations = file.integer('iterations', 0, 10_000);
  const oversamples = file.integer('oversamples', 0, 4096);
  const read = (spec: TensorSpec) => readChecked(runtime, file, spec).slice().buffer;
  const vectors = new Float32Array(read(vectorSpec(components, columns)));
  const [singularValues, explainedVariance, explainedVarianceRatio] = NUMBERS.map((name) => {
    const values = new Float64Array(read(numberSpec(name, components)));
    if (values.every((value) => value >= 0 && value < Number.POSITIVE_INFINITY)) return values;
    throw corruptFile(`Tensor '${name}' of the file holds what is no ${name}.`, name);
  });
  if (!vectors.every(Number.isFinite)) throw corruptFile('The file holds a component of NaN.', Number.NaN);
  return {
    ...{ components, columns, iterations, oversamples, seed: file.seed, vectors },
    singularValues: singularValues!,
    explainedVariance: explainedVariance!,
    explainedVarianceRatio: explainedVarianceRatio!,
  };
}

function vectorSpec(components: number, columns: number): TensorSpec {
  return { name: 'components', dtype: 'F32', shape: [components, columns] };
}

function numberSpec(name: string, components: number): TensorSpec {
  return { name, dtype: 'F64', shape: [components] };
}
