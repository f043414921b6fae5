import { capabilities, type ErrorCode, FlatIndex } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeRows } from '../reference/data.ts';
import { indexOf } from './answers.ts';
import { forge, type Parts, tensorOf } from './forge.ts';

let file: Uint8Array;

beforeAll(async () => {
  using index = await indexOf(
    makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 3, size: 21 }, 1),
    3,
    'cosine',
  );
  file = index.toBytes();
});

/** The code of the error that loading the bytes throws; nothing of them may be left in memory. */
function codeOf(bytes: Uint8Array): ErrorCode {
  const before = capabilities().memory.bytesInUse;
  const { code } = errorOf(() => FlatIndex.fromBytes(bytes));
  expect(capabilities().memory.bytesInUse).toBe(before);
  return code;
}

/** Writes one value into a tensor of 4-byte elements. */
function put(parts: Parts, name: string, element: number, value: number): void {
  const { dtype, data } = tensorOf(parts, name);
  const view = new DataView(data.buffer, data.byteOffset);
  if (dtype === 'F32') view.setFloat32(4 * element, value, true);
  else view.setInt32(4 * element, value, true);
}

const options = (value: unknown) => (parts: Parts) => {
  parts.metadata['options'] = JSON.stringify(value);
};
const metadata = (key: string, value: string) => (parts: Parts) => {
  parts.metadata[key] = value;
};
const drop = (key: string) => (parts: Parts) => {
  delete parts.metadata[key];
};
const rowsOf = (name: string, count: number) => (parts: Parts) => {
  const tensor = tensorOf(parts, name);
  tensor.data = tensor.data.slice(0, (tensor.data.length / tensor.shape[0]!) * count);
  tensor.shape[0] = count;
};
const dtype = (name: string, value: string) => (parts: Parts) => {
  tensorOf(parts, name).dtype = value;
};
const value = (name: string, element: number, number: number) => (parts: Parts) =>
  put(parts, name, element, number);
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const TENSORS = ['vectors', 'norms', 'ids', 'codes', 'codes.scales', 'codes.errors', 'codes.corrections'];
const EVERY_TENSOR = [...TENSORS, 'nibbles', 'nibbles.scales', 'nibbles.errors', 'nibbles.corrections'];

test('the file holds the tensors that the tests below forge', async () => {
  await forge(file, ({ tensors }) =>
    expect(tensors.map(({ name }) => name).sort()).toEqual([...EVERY_TENSOR].sort()),
  );
});

describe('a forged file whose checksums fit', () => {
  test.each<[string, ErrorCode, (parts: Parts) => void]>([
    ['of a newer version', 'FILE_VERSION', metadata('version', '2')],
    ['of no version', 'FILE_CORRUPT', drop('version')],
    ['of version 0', 'FILE_CORRUPT', metadata('version', '0')],
    ['of version 1.5', 'FILE_CORRUPT', metadata('version', '1.5')],
    ['of another estimator', 'FILE_FORMAT', metadata('estimator', 'IvfIndex')],
    ['of another format', 'FILE_FORMAT', metadata('format', 'pt')],
    ['of no estimator', 'FILE_FORMAT', drop('estimator')],
    ['without options', 'FILE_CORRUPT', drop('options')],
    ['with options that are null', 'FILE_CORRUPT', options(null)],
    ['with options that are no JSON', 'FILE_CORRUPT', metadata('options', '{')],
    ['of no dimensions', 'FILE_CORRUPT', options({ metric: 'cosine' })],
    ['of 0 dimensions', 'FILE_CORRUPT', options({ dimensions: 0, metric: 'cosine' })],
    ['of 65 537 dimensions', 'FILE_CORRUPT', options({ dimensions: 65_537, metric: 'cosine' })],
    ["of '3' dimensions", 'FILE_CORRUPT', options({ dimensions: '3', metric: 'cosine' })],
    ['of 4 dimensions, with rows of 3', 'FILE_CORRUPT', options({ dimensions: 4, metric: 'cosine' })],
    ['of an unknown metric', 'FILE_CORRUPT', options({ dimensions: 3, metric: 'hamming' })],
    ['of an inherited metric', 'FILE_CORRUPT', options({ dimensions: 3, metric: 'toString' })],
    ['without checksums', 'FILE_CORRUPT', metadata('xxh64', '{}')],
    ['with checksums that are no object', 'FILE_CORRUPT', metadata('xxh64', '1')],
    [
      'with ids of 64 bits',
      'FILE_DTYPE',
      (parts) => Object.assign(tensorOf(parts, 'ids'), { dtype: 'I64', data: new Uint8Array(168) }),
    ],
    ['with unsigned ids', 'FILE_DTYPE', dtype('ids', 'U32')],
    ['with integer vectors', 'FILE_DTYPE', dtype('vectors', 'I32')],
    ['with unsigned codes', 'FILE_DTYPE', dtype('codes', 'U8')],
    ['with a type that is none', 'FILE_DTYPE', dtype('norms', 'F33')],
    ['with flat vectors', 'FILE_CORRUPT', (parts) => (tensorOf(parts, 'vectors').shape = [63])],
    ['with ids in a matrix', 'FILE_CORRUPT', (parts) => (tensorOf(parts, 'ids').shape = [21, 1])],
    [
      'with a number for ids',
      'FILE_CORRUPT',
      (parts) => Object.assign(tensorOf(parts, 'ids'), { shape: [], data: new Uint8Array(4) }),
    ],
    ['with fewer ids than rows', 'FILE_CORRUPT', rowsOf('ids', 20)],
    ['with fewer rows than ids', 'FILE_CORRUPT', rowsOf('vectors', 20)],
    ['with fewer blocks than rows need', 'FILE_CORRUPT', rowsOf('codes', 1)],
    ['with fewer errors than rows', 'FILE_CORRUPT', rowsOf('nibbles.errors', 0)],
    ['with an id that stands twice', 'FILE_CORRUPT', value('ids', 20, 3)],
    ['with the id of a removed row', 'FILE_CORRUPT', value('ids', 0, -1)],
    ['with a negative id', 'FILE_CORRUPT', value('ids', 7, -(2 ** 31))],
    ['with a norm of NaN', 'FILE_CORRUPT', value('norms', 20, nan)],
    ['with an infinite norm', 'FILE_CORRUPT', value('norms', 0, infinity)],
    ['with a norm of 0 under cosine', 'FILE_CORRUPT', value('norms', 3, 0)],
    ['with a negative norm', 'FILE_CORRUPT', value('norms', 3, -2)],
    ['with a scale of NaN', 'FILE_CORRUPT', value('codes.scales', 0, nan)],
    ['with a negative scale', 'FILE_CORRUPT', value('nibbles.scales', 20, -1)],
    ['with an error of NaN', 'FILE_CORRUPT', value('codes.errors', 20, nan)],
    ['with an infinite error', 'FILE_CORRUPT', value('nibbles.errors', 1, infinity)],
    ['with a negative error', 'FILE_CORRUPT', value('nibbles.errors', 1, -1)],
  ])('%s is %s', async (_, code, change) => {
    expect(codeOf(await forge(file, change))).toBe(code);
  });

  test.each(EVERY_TENSOR)('without the tensor %s is FILE_CORRUPT', async (name) => {
    const forged = await forge(file, ({ tensors }) => {
      tensors.splice(
        tensors.findIndex((tensor) => tensor.name === name),
        1,
      );
    });
    expect(codeOf(forged)).toBe('FILE_CORRUPT');
  });

  test('that claims more rows than it has bytes for is refused before memory is taken', async () => {
    const { highWaterMark, bytesReserved } = capabilities().memory;
    const forged = await forge(file, ({ tensors }) => {
      for (const tensor of tensors) tensor.shape[0] = 2 ** 40;
    });
    expect(codeOf(forged)).toMatch(/^FILE_/);
    expect(capabilities().memory).toMatchObject({ highWaterMark, bytesReserved });
  });
});

test.each([[undefined], [null], [42], ['text'], [[1, 2, 3]], [{}], [Float32Array.of(1, 2)]])(
  'fromBytes(%o) is INVALID_ARGUMENT',
  (bytes) => {
    expect(errorOf(() => FlatIndex.fromBytes(bytes as never)).code).toBe('INVALID_ARGUMENT');
  },
);
