import { capabilities, type ErrorCode, IvfIndex } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeRows } from '../reference/data.ts';
import { forge, type Parts, tensorOf } from './forge.ts';
import { ivfOf } from './ivf-answers.ts';

let file: Uint8Array;

beforeAll(async () => {
  const rows = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 3, size: 21 }, 1);
  using index = await ivfOf(rows, { dimensions: 3, cells: 4 });
  file = index.toBytes();
});

/** The code of the error that loading the bytes throws; nothing of them may be left in memory. */
function codeOf(bytes: Uint8Array): ErrorCode {
  const before = capabilities().memory.bytesInUse;
  const { code } = errorOf(() => IvfIndex.fromBytes(bytes));
  expect(capabilities().memory.bytesInUse).toBe(before);
  return code;
}

const options = (changed: object) => (parts: Parts) => {
  parts.metadata['options'] = JSON.stringify({ ...JSON.parse(parts.metadata['options']!), ...changed });
};
const metadata = (key: string, text: string) => (parts: Parts) => {
  parts.metadata[key] = text;
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
const shape = (name: string, value: number[]) => (parts: Parts) => {
  tensorOf(parts, name).shape = value;
};
/** Writes one value into a tensor of 4-byte elements. */
const value = (name: string, element: number, number: number) => (parts: Parts) => {
  const tensor = tensorOf(parts, name);
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset);
  if (tensor.dtype === 'F32') view.setFloat32(4 * element, number, true);
  else view.setInt32(4 * element, number, true);
};
const both =
  (...changes: ((parts: Parts) => void)[]) =>
  (parts: Parts) => {
    for (const change of changes) change(parts);
  };
const counts = (...numbers: number[]) =>
  both(...numbers.map((number, cell) => value('counts', cell, number)));
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const EVERY_TENSOR = ['centroids', 'vectors', 'ids', 'counts'];

test('the file holds the tensors that the tests below forge', async () => {
  await forge(file, ({ tensors }) =>
    expect(tensors.map(({ name }) => name).sort()).toEqual([...EVERY_TENSOR].sort()),
  );
});

describe('a forged file whose checksums fit', () => {
  test.each<[string, ErrorCode, (parts: Parts) => void]>([
    ['of a newer version', 'FILE_VERSION', metadata('version', '2')],
    ['of another estimator', 'FILE_FORMAT', metadata('estimator', 'FlatIndex')],
    ['without options', 'FILE_CORRUPT', drop('options')],
    ['of 0 dimensions', 'FILE_CORRUPT', options({ dimensions: 0 })],
    ['of 4 dimensions, with rows of 3', 'FILE_CORRUPT', options({ dimensions: 4 })],
    ['of an inherited metric', 'FILE_CORRUPT', options({ metric: 'toString' })],
    ['of no cells', 'FILE_CORRUPT', options({ cells: undefined })],
    ['of 0 cells', 'FILE_CORRUPT', options({ cells: 0 })],
    ['of 5 cells, with centroids of 4', 'FILE_CORRUPT', options({ cells: 5 })],
    ['of 65 537 cells', 'FILE_CORRUPT', options({ cells: 65_537 })],
    ["of '4' cells", 'FILE_CORRUPT', options({ cells: '4' })],
    ['of no codes', 'FILE_CORRUPT', options({ codes: undefined })],
    ['of unknown codes', 'FILE_CORRUPT', options({ codes: 'int4' })],
    ['of inherited codes', 'FILE_CORRUPT', options({ codes: 'constructor' })],
    ['of no next id', 'FILE_CORRUPT', drop('nextId')],
    ['of a negative next id', 'FILE_CORRUPT', metadata('nextId', '-1')],
    ['of a next id beyond all ids', 'FILE_CORRUPT', metadata('nextId', String(2 ** 31 + 1))],
    ['of no seed', 'FILE_CORRUPT', drop('seed')],
    ['of half a seed', 'FILE_CORRUPT', metadata('seed', '0.5')],
    ['without checksums', 'FILE_CORRUPT', metadata('xxh64', '{}')],
    ['with unsigned ids', 'FILE_DTYPE', dtype('ids', 'U32')],
    ['with integer vectors', 'FILE_DTYPE', dtype('vectors', 'I32')],
    ['with integer centroids', 'FILE_DTYPE', dtype('centroids', 'I32')],
    ['with float counts', 'FILE_DTYPE', dtype('counts', 'F32')],
    ['with flat vectors', 'FILE_CORRUPT', shape('vectors', [63])],
    ['with flat centroids', 'FILE_CORRUPT', shape('centroids', [12])],
    ['with counts in a matrix', 'FILE_CORRUPT', shape('counts', [2, 2])],
    ['with ids in a matrix', 'FILE_CORRUPT', shape('ids', [21, 1])],
    ['with fewer ids than rows', 'FILE_CORRUPT', rowsOf('ids', 20)],
    ['with fewer rows than ids', 'FILE_CORRUPT', rowsOf('vectors', 20)],
    ['with fewer counts than cells', 'FILE_CORRUPT', rowsOf('counts', 3)],
    ['with fewer centroids than cells', 'FILE_CORRUPT', rowsOf('centroids', 3)],
    ['with rows and no centroids', 'FILE_CORRUPT', rowsOf('centroids', 0)],
    ['with an id that stands twice', 'FILE_CORRUPT', both(value('ids', 0, 3), value('ids', 20, 3))],
    ['with the id of a removed row', 'FILE_CORRUPT', value('ids', 0, -1)],
    ['with a negative id', 'FILE_CORRUPT', value('ids', 7, -(2 ** 31))],
    ['with counts of too few rows', 'FILE_CORRUPT', counts(5, 5, 5, 5)],
    ['with counts of too many rows', 'FILE_CORRUPT', counts(6, 5, 5, 6)],
    ['with a count that is negative', 'FILE_CORRUPT', counts(22, -1, 0, 0)],
    ['with counts that are right by overflow', 'FILE_CORRUPT', counts(2 ** 31 - 1, 2 ** 31 - 1, 2, 21)],
    ['with a count beyond memory', 'FILE_CORRUPT', counts(2 ** 31 - 1, 0, 0, 0)],
    ['with NaN in a vector', 'FILE_CORRUPT', value('vectors', 62, nan)],
    ['with an infinity in a vector', 'FILE_CORRUPT', value('vectors', 0, infinity)],
    ['with NaN in a centroid', 'FILE_CORRUPT', value('centroids', 11, nan)],
    ['with an infinity in a centroid', 'FILE_CORRUPT', value('centroids', 0, -infinity)],
    [
      'with a zero vector under cosine',
      'FILE_CORRUPT',
      (parts) => tensorOf(parts, 'vectors').data.fill(0, 36, 48),
    ],
    [
      'with a centroid of 0 under cosine',
      'FILE_CORRUPT',
      (parts) => tensorOf(parts, 'centroids').data.fill(0, 12, 24),
    ],
    [
      'with a norm beyond 2^58 under l2',
      'FILE_CORRUPT',
      both(options({ metric: 'l2' }), value('vectors', 9, 2 ** 58)),
    ],
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

  test('that claims more than it has bytes for is refused before memory is taken', async () => {
    const { highWaterMark, bytesReserved } = capabilities().memory;
    for (const claim of EVERY_TENSOR) {
      const forged = await forge(file, (parts) => {
        tensorOf(parts, claim).shape[0] = 2 ** 40;
      });
      expect(codeOf(forged)).toMatch(/^FILE_/);
    }
    expect(codeOf(await forge(file, options({ dimensions: 65_536, cells: 65_536 })))).toBe('FILE_CORRUPT');
    expect(capabilities().memory).toMatchObject({ highWaterMark, bytesReserved });
  });

  test('with rows in other cells is still an index that holds and finds them all', async () => {
    using index = IvfIndex.fromBytes(await forge(file, counts(0, 21, 0, 0)));
    using original = IvfIndex.fromBytes(file);
    const query = original.get(3)!;
    expect(index.search(query, { k: 21 }).ids).toEqual(original.search(query, { k: 21, probes: 4 }).ids);
  });
});
