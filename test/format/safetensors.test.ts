import { expect, test } from 'vitest';
import { createSafetensors, readSafetensors, writeSafetensors } from '../../src/format/index.ts';
import { ascii, concatenate, errorOf, misaligned, safetensorsFile } from './bytes.ts';

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The header of a scalar flag and two floats, 146 bytes before its padding. */
const HEADER =
  '{"__metadata__":{"a":"1","b":"2"},' +
  '"wide":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},' +
  '"flag":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}}';

test('readSafetensors reads the example of the reference implementation', () => {
  // safetensors/src/tensor.rs, SafeTensors::deserialize: "<" is 60, the length of the header.
  const file = concatenate(
    ascii('<\0\0\0\0\0\0\0{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}'),
    new Array(16).fill(0),
  );

  const { metadata, tensors } = readSafetensors(file);

  expect(Object.keys(metadata)).toEqual([]);
  expect([...tensors]).toEqual([['test', { dtype: 'I32', shape: [2, 2], data: new Uint8Array(16) }]]);
});

test('readSafetensors gives tensors in the order of their data, not of the header', () => {
  const file = safetensorsFile(
    '{"1":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"b":{"data_offsets":[0,1],"shape":[1],"dtype":"U8"}}  ',
    [10, 11],
  );

  const { tensors } = readSafetensors(file);

  expect([...tensors].map(([name, { data }]) => [name, ...data])).toEqual([
    ['b', 10],
    ['1', 11],
  ]);
});

test('readSafetensors gives views of the file, wherever it begins in its buffer', () => {
  const file = misaligned(safetensorsFile('{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}', [5, 6]));

  const { data } = readSafetensors(file).tensors.get('a')!;
  file[file.length - 1] = 7;

  expect([...data]).toEqual([5, 7]);
});

test('readSafetensors gives plain arrays for a Node Buffer, so that slice() copies', () => {
  const file = Buffer.from(safetensorsFile('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', [5]));

  const { data } = readSafetensors(file).tensors.get('a')!;
  const copy = data.slice();
  file[file.length - 1] = 7;

  expect([...copy]).toEqual([5]);
});

test('readSafetensors gives metadata that inherit nothing', () => {
  const { metadata } = readSafetensors(safetensorsFile('{"__metadata__":{"format":"pt"}}'));

  expect({ ...metadata }).toEqual({ format: 'pt' });
  expect('constructor' in metadata).toBe(false);
});

test('readSafetensors accepts tensors without elements and members it does not know', () => {
  const file = safetensorsFile(
    '{"a":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0],"x":{"y":1}},"b":{"dtype":"I64","shape":[0],"data_offsets":[0,0]}}',
  );

  expect([...readSafetensors(file).tensors.keys()]).toEqual(['a', 'b']);
});

test('readSafetensors accepts a tensor without elements that the header names after its neighbour', () => {
  const file = safetensorsFile(
    '{"full":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"empty":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
    [1],
  );

  expect([...readSafetensors(file).tensors.keys()]).toEqual(['empty', 'full']);
});

test('writeSafetensors writes metadata by key, wider elements first and data from a multiple of 64', () => {
  const bytes = writeSafetensors(
    {
      flag: { dtype: 'BOOL', shape: [], data: Uint8Array.of(1) },
      wide: { dtype: 'F32', shape: [2], data: Float32Array.of(1, -2) },
    },
    { b: '2', a: '1' },
  );

  // 8 + 146 = 154, padded to 192 = 3 * 64. 1 is 3f800000 and -2 is c0000000.
  const data = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1];
  expect(bytes).toEqual(safetensorsFile(HEADER.padEnd(184), data));
});

test('writeSafetensors writes the same bytes whatever the order of the metadata', () => {
  const tensors = { a: { dtype: 'U8', shape: [1], data: Uint8Array.of(9) } } as const;

  expect(writeSafetensors(tensors, { y: '1', x: '2' })).toEqual(
    writeSafetensors(tensors, { x: '2', y: '1' }),
  );
});

test('createSafetensors aligns each tensor to its element and keeps the given order among equals', () => {
  const file = createSafetensors(
    [
      { name: 'bytes', dtype: 'I8', shape: [3] },
      { name: '7', dtype: 'F16', shape: [1] },
      { name: 'half', dtype: 'BF16', shape: [1] },
      { name: 'ids', dtype: 'I64', shape: [1] },
      { name: 'rows', dtype: 'F32', shape: [1, 3] },
    ],
    {},
  );

  const offsets = ['ids', 'rows', '7', 'half', 'bytes'].map((name) => file.view(name).byteOffset);
  expect(offsets[0] % 64).toBe(0);
  expect(offsets.map((offset) => offset - offsets[0])).toEqual([0, 8, 20, 22, 24]);
});

test('createSafetensors gives views that are the file itself', () => {
  const file = createSafetensors([{ name: 'a', dtype: 'U8', shape: [2] }], {});

  file.view('a').set([3, 4]);

  expect([...file.bytes.subarray(-2)]).toEqual([3, 4]);
  expect(() => file.view('b')).toThrow('no tensor b');
});

test('writeMetadata replaces values of equal length and leaves the data alone', () => {
  const file = createSafetensors([{ name: 'a', dtype: 'U8', shape: [1] }], { checksum: '00000000' });
  file.view('a').set([42]);

  file.writeMetadata({ checksum: 'deadbeef' });

  expect(decode(file.bytes)).toContain('"checksum":"deadbeef"');
  expect(file.bytes.at(-1)).toBe(42);
});

test('writeMetadata refuses values of another length and leaves the file alone', () => {
  const file = createSafetensors([{ name: 'a', dtype: 'U8', shape: [1] }], { checksum: '0000' });
  const before = file.bytes.slice();

  expect(() => file.writeMetadata({ checksum: '00000' })).toThrow(Error);
  expect(file.bytes).toEqual(before);
});

test('what writeSafetensors writes, readSafetensors reads, names and metadata in any script included', () => {
  const data = Float64Array.of(Math.PI, -0, Number.NaN);
  const bytes = writeSafetensors(
    { 'größe ":"': { dtype: 'F64', shape: [3], data } },
    { 名: '\u0000\ud83d\ude00' },
  );

  const { metadata, tensors } = readSafetensors(bytes);

  expect({ ...metadata }).toEqual({ 名: '\u0000\ud83d\ude00' });
  expect(tensors.get('größe ":"')).toEqual({ dtype: 'F64', shape: [3], data: new Uint8Array(data.buffer) });
});

const one = { name: 'a', dtype: 'U8', shape: [1] } as const;

test.each([
  ['a reserved name', [{ ...one, name: '__metadata__' }], {}],
  ['a name that changes prototypes', [{ ...one, name: '__proto__' }], {}],
  ['a name that stands twice', [one, one], {}],
  ['an unknown dtype', [{ ...one, dtype: 'constructor' as 'U8' }], {}],
  ['a negative extent', [{ ...one, shape: [-1] }], {}],
  ['a fractional extent', [{ ...one, shape: [1.5] }], {}],
  ['a product beyond 2^53', [{ ...one, shape: [2 ** 30, 2 ** 30] }], {}],
  ['metadata that are no strings', [one], { rows: 5 as unknown as string }],
  ['metadata longer than a reader accepts', [], { text: 'x'.repeat(100_000_000) }],
])('createSafetensors refuses %s', (_, tensors, metadata) => {
  expect(errorOf(() => createSafetensors(tensors, metadata)).code).toBe('INVALID_ARGUMENT');
});

test('createSafetensors says that a file is larger than any array', () => {
  const error = errorOf(() => createSafetensors([{ name: 'a', dtype: 'U8', shape: [2 ** 52] }], {}));

  expect(error.code).toBe('MEMORY_EXHAUSTED');
  expect(error.got).toBeGreaterThan(2 ** 52);
});

test('writeSafetensors refuses data that do not fill their shape', () => {
  const error = errorOf(() =>
    writeSafetensors({ a: { dtype: 'F32', shape: [2], data: new Float32Array(3) } }),
  );

  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', expected: 8, got: 12 });
});
