import { describe, fileError, invalidArgument } from './errors.ts';
import {
  ELEMENT_BYTES,
  isDtype,
  METADATA_KEY,
  PROTOTYPE_KEY,
  type TensorEntry,
} from './safetensors-layout.ts';
import { elementCount, isCount } from './shape.ts';
import { parseStrictJson } from './strict-json.ts';

/** Free-form text values by key. */
export type Metadata = Readonly<Record<string, string>>;

/** A header is an object of objects that hold arrays: three levels. */
const DEPTH_LIMIT = 3;

/**
 * The header as UTF-8 JSON, unpadded: metadata by sorted key, then the tensors as given. The members are joined by hand
 * since an object would move names such as "0" to the front.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`: metadata that are no strings
 */
export function encodeHeader(entries: readonly TensorEntry[], metadata: Metadata): Uint8Array<ArrayBuffer> {
  const texts = Object.entries(metadata)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, text]) => {
      if (key === PROTOTYPE_KEY) throw invalidArgument('metadata key', 'one not reserved', describe(key));
      if (typeof text !== 'string')
        throw invalidArgument(`metadata ${describe(key)}`, 'a string', describe(text));
      return `${JSON.stringify(key)}:${JSON.stringify(text)}`;
    });
  const members = entries.map(({ name, dtype, shape, begin, end }) => {
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`;
  });
  if (texts.length > 0) members.unshift(`"${METADATA_KEY}":{${texts.join(',')}}`);
  return new TextEncoder().encode(`{${members.join(',')}}`);
}

/**
 * Parses and checks a header of untrusted origin against the `dataBytes` that follow it in the file. The entries come
 * back in the order of their data.
 *
 * @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE`, `FILE_TRUNCATED`
 */
export function parseHeader(
  bytes: Uint8Array,
  dataBytes: number,
): { metadata: Metadata; entries: TensorEntry[] } {
  const { [METADATA_KEY]: metadata = {}, ...tensors } = parseStrictJson(
    bytes,
    'safetensors header',
    DEPTH_LIMIT,
  ) as Record<string, unknown>;
  const entries = Object.entries(tensors).map(([name, value]) => parseEntry(name, value));
  entries.sort((left, right) => left.begin - right.begin || left.end - right.end);
  checkCoverage(entries, dataBytes);
  return { metadata: parseMetadata(metadata), entries };
}

function parseMetadata(value: unknown): Metadata {
  if (!isObject(value)) {
    throw fileError('FILE_CORRUPT', 'safetensors metadata', { expected: 'an object', got: describe(value) });
  }
  for (const [key, text] of Object.entries(value)) {
    checkName(key);
    if (typeof text !== 'string') {
      const subject = `safetensors metadata ${describe(key)}`;
      throw fileError('FILE_CORRUPT', subject, { expected: 'a string', got: describe(text) });
    }
  }
  // Without a prototype, a key that the file lacks is undefined even where it is "constructor".
  return Object.assign(Object.create(null), value);
}

function parseEntry(name: string, value: unknown): TensorEntry {
  checkName(name);
  const subject = `safetensors tensor ${describe(name)}`;
  const corrupt = (part: string, expected: string, got: unknown) =>
    fileError('FILE_CORRUPT', subject + part, { expected, got: describe(got) });

  if (!isObject(value)) throw corrupt('', 'an object', value);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    throw fileError('FILE_DTYPE', `${subject}, dtype`, {
      expected: `one of ${Object.keys(ELEMENT_BYTES).join(', ')}`,
      got: describe(dtype),
      remedy: 'save the tensor as one of these',
    });
  }
  const count = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (count === undefined) throw corrupt(', shape', 'counts whose product is below 2^53', shape);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw corrupt(', data_offsets', 'two counts below 2^53', offsets);
  }
  const [begin, end] = offsets;
  const size = count * ELEMENT_BYTES[dtype];
  if (end - begin !== size) throw corrupt(', data_offsets', `${size} bytes, as shape and dtype say`, offsets);
  return { name, dtype, shape: shape as number[], begin, end };
}

/** The tensors lie one after the other and fill the data: nothing shared, nothing hidden between or behind them. */
function checkCoverage(entries: readonly TensorEntry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    const subject = `safetensors tensor ${describe(name)}`;
    if (begin !== covered) {
      throw fileError('FILE_CORRUPT', `${subject}, first byte`, { expected: covered, got: begin });
    }
    if (end > dataBytes) {
      throw fileError('FILE_TRUNCATED', `${subject}, end`, { expected: `at most ${dataBytes}`, got: end });
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw fileError('FILE_CORRUPT', 'safetensors data bytes', { expected: covered, got: dataBytes });
  }
}

function checkName(name: string): void {
  if (name === PROTOTYPE_KEY) {
    throw fileError('FILE_CORRUPT', 'safetensors key', {
      expected: 'a name free to use',
      got: describe(name),
    });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
