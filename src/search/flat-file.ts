import { createSafetensors, type Metadata, readSafetensors, type Tensor } from '../format/safetensors.ts';
import { LanewiseError } from '../host/errors.ts';
import { LARGEST_ID } from '../vectors/input.ts';
import { METRIC_CODES, type Metric, normRange } from '../vectors/metric.ts';
import { VectorStore } from '../vectors/store.ts';
import { loadTensor, type RowTensor, rowTensors, saveTensor } from './row-tensors.ts';

/** Raised when a file changes in a way that older readers would misread. */
const FILE_VERSION = 1;
const ESTIMATOR = 'FlatIndex';
const NO_CHECKSUM = '0'.repeat(16);

/** The rows of an index as a safetensors file; removed rows are compacted away first. */
export function writeFlatIndex(store: VectorStore): Uint8Array<ArrayBuffer> {
  store.compact();
  const rows = store.size;
  const tensors = rowTensors(store, rows);
  const checksums: Record<string, string> = {};
  for (const { name } of tensors) checksums[name] = NO_CHECKSUM;
  const file = createSafetensors(tensors, metadataOf(store, checksums));
  for (const tensor of tensors)
    checksums[tensor.name] = saveTensor(store, tensor, rows, file.view(tensor.name));
  file.writeMetadata(metadataOf(store, checksums));
  return file.bytes;
}

function metadataOf(
  { dimensions, metric, nextId }: VectorStore,
  checksums: Record<string, string>,
): Metadata {
  return {
    format: 'lanewise',
    version: String(FILE_VERSION),
    estimator: ESTIMATOR,
    options: JSON.stringify({ dimensions, metric }),
    nextId: String(nextId),
    seed: '0', // exact search draws nothing
    xxh64: JSON.stringify(checksums),
  };
}

/**
 * The rows of a saved index. Everything is checked before memory is allocated, checksums while it is filled.
 *
 * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
 */
export function readFlatIndex(bytes: Uint8Array): VectorStore {
  const { metadata, tensors } = readSafetensors(bytes);
  const { dimensions, metric } = readOptions(metadata);
  const checksums = readObject(metadata, 'xxh64');
  const store = new VectorStore(dimensions, metric);
  try {
    const rows = tensors.get('ids')?.shape[0] ?? 0;
    const expected = rowTensors(store, rows);
    const sources = expected.map((tensor) => checkTensor(tensor, tensors.get(tensor.name)));
    const staged = store.stage(rows, readIds(tensors.get('ids')!), false);
    expected.forEach((tensor, i) => {
      if (loadTensor(store, tensor, rows, sources[i]!.data) !== checksums[tensor.name]) {
        throw corrupt(`The checksum of tensor '${tensor.name}' does not match its bytes.`, tensor.name);
      }
    });
    checkNumbers(store, rows);
    staged.commit();
    store.skipIds(readNextId(metadata));
    return store;
  } catch (error) {
    store.release();
    if (error instanceof LanewiseError && error.code === 'DUPLICATE_ID') {
      throw corrupt(`Id ${error.got} stands twice in the file.`, error.got);
    }
    throw error;
  }
}

function readOptions(metadata: Metadata): { dimensions: number; metric: Metric } {
  if (metadata['format'] !== 'lanewise' || metadata['estimator'] !== ESTIMATOR) {
    const got = metadata['estimator'] ?? metadata['format'];
    throw new LanewiseError(
      'FILE_FORMAT',
      `This safetensors file holds ${got ? `a '${got}'` : 'no lanewise index'}, not a ${ESTIMATOR}. ` +
        `Give the bytes that ${ESTIMATOR}.toBytes() wrote.`,
      { expected: ESTIMATOR, got },
    );
  }
  const version = Number(metadata['version']);
  if (!Number.isInteger(version) || version < 1)
    throw corrupt('The file names no version.', metadata['version']);
  if (version > FILE_VERSION) {
    throw new LanewiseError(
      'FILE_VERSION',
      `The file is of version ${version}; this package reads up to ${FILE_VERSION}. Update lanewise.`,
      { expected: FILE_VERSION, got: version },
    );
  }
  const { dimensions, metric } = readObject(metadata, 'options');
  const isPossible =
    Number.isInteger(dimensions) && (dimensions as number) >= 1 && (dimensions as number) <= 65_536;
  if (!isPossible || typeof metric !== 'string' || !Object.hasOwn(METRIC_CODES, metric)) {
    throw corrupt('The options of the file are none of an index.', metadata['options']);
  }
  return { dimensions: dimensions as number, metric: metric as Metric };
}

function readNextId(metadata: Metadata): number {
  const nextId = Number(metadata['nextId']);
  if (Number.isInteger(nextId) && nextId >= 0 && nextId <= LARGEST_ID + 1) return nextId;
  throw corrupt('The file names no next id.', metadata['nextId']);
}

function readObject(metadata: Metadata, key: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(metadata[key] ?? '');
    if (value !== null && typeof value === 'object') return value as Record<string, unknown>;
  } catch {
    // told below, with what stood there
  }
  throw corrupt(`The metadata '${key}' of the file is not an object.`, metadata[key]);
}

function checkTensor(expected: RowTensor, tensor: Tensor | undefined): Tensor {
  const { name, dtype, shape } = expected;
  if (!tensor) throw corrupt(`Tensor '${name}' is missing.`, undefined);
  if (tensor.dtype !== dtype) {
    throw new LanewiseError('FILE_DTYPE', `Tensor '${name}' must be ${dtype}; it is ${tensor.dtype}.`, {
      expected: dtype,
      got: tensor.dtype,
    });
  }
  if (tensor.shape.join() !== shape.join()) {
    throw corrupt(`Tensor '${name}' must be of shape [${shape}]; it is [${tensor.shape}].`, tensor.shape);
  }
  return tensor;
}

function readIds({ data }: Tensor): Int32Array {
  const ids = new Int32Array(data.slice().buffer);
  for (let i = 0; i < ids.length; i++)
    if (ids[i]! < 0) throw corrupt(`The file holds the id ${ids[i]}.`, ids[i]);
  return ids;
}

/** Numbers that bounds are made of must be numbers, whatever the checksums say: NaN would hide rows. */
function checkNumbers(store: VectorStore, rows: number): void {
  const { layout, segments, runtime, metric } = store;
  const { f32 } = runtime.memory;
  const { least, most } = normRange(metric);
  const planes = [layout.codes, layout.nibbles].flatMap(({ scales, errors }) => [scales, errors]);
  for (let first = 0; first < rows; first += layout.rowsPerSegment) {
    const segment = segments[first / layout.rowsPerSegment]!;
    const count = Math.min(layout.rowsPerSegment, rows - first);
    const norms = (segment + layout.norms) / 4;
    for (let i = norms; i < norms + count; i++) {
      if (!(f32[i]! > least && f32[i]! <= most)) throw corrupt(`The file holds the norm ${f32[i]}.`, f32[i]);
    }
    for (const plane of planes) {
      const start = (segment + plane) / 4;
      for (let i = start; i < start + count; i++) {
        if (!(f32[i]! >= 0 && f32[i]! < Number.POSITIVE_INFINITY)) {
          throw corrupt(`The file holds the bound ${f32[i]}.`, f32[i]);
        }
      }
    }
  }
}

function corrupt(fault: string, got: unknown): LanewiseError {
  return new LanewiseError(
    'FILE_CORRUPT',
    `${fault} The file was damaged or altered; take it from its source again.`,
    {
      got,
    },
  );
}
