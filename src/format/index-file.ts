import { LanewiseError } from '../host/errors.ts';
import { countsUp } from '../vectors/counting.ts';
import { LARGEST_ID } from '../vectors/input.ts';
import { METRIC_CODES, type Metric } from '../vectors/metric.ts';
import { createSafetensors, type Metadata, readSafetensors, type Tensor } from './safetensors.ts';
import type { TensorSpec } from './safetensors-layout.ts';

/** Raised when files change in a way that older readers would misread. */
const FILE_VERSION = 1;
const NO_CHECKSUM = '0'.repeat(16);

/** A tensor of a file, and how its bytes get there and back. Both ways give the XXH64 of what was moved. */
export interface FileTensor extends TensorSpec {
  save(target: Uint8Array): string;
  load(source: Uint8Array): string;
}

/** What stands in a file beside its tensors. */
export interface FileHead {
  /** The class whose `fromBytes` reads it. */
  readonly estimator: string;
  /** What `create` was given. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly nextId: number;
  /** 0 where nothing is drawn. */
  readonly seed: number;
  /** Further metadata, by key. */
  readonly extras?: Metadata;
}

/** A saved estimator: a safetensors file with a checksum for each tensor (docs/formats.md). */
export function writeIndexFile(head: FileHead, tensors: readonly FileTensor[]): Uint8Array<ArrayBuffer> {
  const checksums: Record<string, string> = {};
  for (const { name } of tensors) checksums[name] = NO_CHECKSUM;
  const file = createSafetensors(tensors, metadataOf(head, checksums));
  for (const tensor of tensors) checksums[tensor.name] = tensor.save(file.view(tensor.name));
  file.writeMetadata(metadataOf(head, checksums));
  return file.bytes;
}

function metadataOf(
  { estimator, options, nextId, seed, extras }: FileHead,
  checksums: Readonly<Record<string, string>>,
): Metadata {
  return {
    ...extras,
    format: 'lanewise',
    version: String(FILE_VERSION),
    estimator,
    options: JSON.stringify(options),
    nextId: String(nextId),
    seed: String(seed),
    xxh64: JSON.stringify(checksums),
  };
}

/** A saved estimator whose head was read and checked; its tensors are checked as they are taken. */
export class IndexFile {
  readonly #metadata: Metadata;
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #checksums: Readonly<Record<string, unknown>>;
  /** What `create` was given; every value is still to be checked. */
  readonly options: Readonly<Record<string, unknown>>;

  /**
   * @throws LanewiseError `FILE_FORMAT` where it holds no such estimator, `FILE_VERSION`, `FILE_CORRUPT`,
   *   `FILE_TRUNCATED`
   */
  constructor(bytes: Uint8Array, estimator: string) {
    const { metadata, tensors } = readSafetensors(bytes);
    checkEstimator(metadata, estimator);
    this.#metadata = metadata;
    this.#tensors = tensors;
    this.options = readObject(metadata, 'options');
    this.#checksums = readObject(metadata, 'xxh64');
  }

  /** The dimensions and the metric among the options. @throws LanewiseError `FILE_CORRUPT` */
  get shape(): { dimensions: number; metric: Metric } {
    const { metric } = this.options;
    if (typeof metric !== 'string' || !Object.hasOwn(METRIC_CODES, metric)) {
      throw corruptFile('The options of the file are none of an index.', this.#metadata['options']);
    }
    return { dimensions: this.integer('dimensions', 1, 65_536), metric: metric as Metric };
  }

  /** An integer among the options. @throws LanewiseError `FILE_CORRUPT` */
  integer(option: string, least: number, most: number): number {
    const value = this.options[option];
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
      return value as number;
    throw corruptFile('The options of the file are none of an index.', this.#metadata['options']);
  }

  /** @throws LanewiseError `FILE_CORRUPT` */
  get nextId(): number {
    const nextId = Number(this.#metadata['nextId']);
    if (Number.isInteger(nextId) && nextId >= 0 && nextId <= LARGEST_ID + 1) return nextId;
    throw corruptFile('The file names no next id.', this.#metadata['nextId']);
  }

  /** @throws LanewiseError `FILE_CORRUPT` */
  get seed(): number {
    const seed = Number(this.#metadata['seed']);
    if (Number.isSafeInteger(seed)) return seed;
    throw corruptFile('The file names no seed.', this.#metadata['seed']);
  }

  /** Further metadata, as it was written. */
  extra(key: string): string | undefined {
    return this.#metadata[key];
  }

  /** How many rows a tensor has; 0 where there is none of that name. */
  rowsOf(name: string): number {
    return this.#tensors.get(name)?.shape[0] ?? 0;
  }

  /** The tensor of a name, type and shape. @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE` */
  take({ name, dtype, shape }: TensorSpec): Tensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw corruptFile(`Tensor '${name}' is missing.`, undefined);
    if (tensor.dtype !== dtype) {
      throw new LanewiseError('FILE_DTYPE', `Tensor '${name}' must be ${dtype}; it is ${tensor.dtype}.`, {
        expected: dtype,
        got: tensor.dtype,
      });
    }
    if (tensor.shape.join() !== shape.join()) {
      throw corruptFile(
        `Tensor '${name}' must be of shape [${shape}]; it is [${tensor.shape}].`,
        tensor.shape,
      );
    }
    return tensor;
  }

  /** The ids in tensor `name`, none negative. @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE` */
  ids(name: string, rows: number): Int32Array {
    const ids = new Int32Array(this.take({ name, dtype: 'I32', shape: [rows] }).data.slice().buffer);
    if (countsUp(ids, 0)) return ids;
    for (const id of ids) if (id < 0) throw corruptFile(`The file holds the id ${id}.`, id);
    return ids;
  }

  /** Loads tensors into their places and checks what arrives. @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE` */
  load(tensors: readonly FileTensor[]): void {
    const sources = tensors.map((tensor) => this.take(tensor).data);
    tensors.forEach((tensor, i) => {
      if (tensor.load(sources[i]!) !== this.#checksums[tensor.name]) {
        throw corruptFile(`The checksum of tensor '${tensor.name}' does not match its bytes.`, tensor.name);
      }
    });
  }
}

/** An id that stands twice in a file is the file's fault, not the caller's. */
export function asFileError(error: unknown): unknown {
  return error instanceof LanewiseError && error.code === 'DUPLICATE_ID'
    ? corruptFile(`Id ${error.got} stands twice in the file.`, error.got)
    : error;
}

export function corruptFile(fault: string, got: unknown): LanewiseError {
  return new LanewiseError(
    'FILE_CORRUPT',
    `${fault} The file was damaged or altered; take it from its source again.`,
    { got },
  );
}

function checkEstimator(metadata: Metadata, estimator: string): void {
  if (metadata['format'] !== 'lanewise' || metadata['estimator'] !== estimator) {
    const got = metadata['estimator'] ?? metadata['format'];
    throw new LanewiseError(
      'FILE_FORMAT',
      `This safetensors file holds ${got ? `a '${got}'` : 'no lanewise index'}, not a ${estimator}. ` +
        `Give the bytes that ${estimator}.toBytes() wrote.`,
      { expected: estimator, got },
    );
  }
  const version = Number(metadata['version']);
  if (!Number.isInteger(version) || version < 1)
    throw corruptFile('The file names no version.', metadata['version']);
  if (version > FILE_VERSION) {
    throw new LanewiseError(
      'FILE_VERSION',
      `The file is of version ${version}; this package reads up to ${FILE_VERSION}. Update lanewise.`,
      { expected: FILE_VERSION, got: version },
    );
  }
}

function readObject(metadata: Metadata, key: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(metadata[key] ?? '');
    if (value !== null && typeof value === 'object') return value as Record<string, unknown>;
  } catch {
    // told below, with what stood there
  }
  throw corruptFile(`The metadata '${key}' of the file is not an object.`, metadata[key]);
}
