import { describe, expect, test } from 'vitest';
import { readBvecs, readFvecs, readIvecs, readNpy, readSafetensors } from '../../src/format/index.ts';
import type { ErrorCode } from '../../src/host/errors.ts';
import { ascii, concatenate, errorOf, npyFile, safetensorsFile, uint32 } from './bytes.ts';

type Case = readonly [kind: string, code: ErrorCode, bytes: Uint8Array];

const EMPTY = '{"dtype":"U8","shape":[0],"data_offsets":[0,0]}';

/** A safetensors file with one tensor of the given members. */
const tensor = (members: string, data: readonly number[] = []) => safetensorsFile(`{"a":{${members}}}`, data);
const pair = (first: string, second: string, bytes: number) =>
  safetensorsFile(
    `{"a":{"dtype":"U8","shape":[2],"data_offsets":${first}},"b":{"dtype":"U8","shape":[2],"data_offsets":${second}}}`,
    new Array(bytes).fill(0),
  );

const safetensors: readonly Case[] = [
  ['nothing', 'FILE_TRUNCATED', new Uint8Array(0)],
  ['less than a header length', 'FILE_TRUNCATED', new Uint8Array(7)],
  ['a header that ends after the file', 'FILE_TRUNCATED', safetensorsFile('{}').subarray(0, 9)],
  ['a header of more than 100 MB', 'FILE_FORMAT', concatenate(uint32(100_000_001), uint32(0))],
  ['a header length beyond 2^53', 'FILE_FORMAT', new Uint8Array(64).fill(0xff)],
  ['an empty header', 'FILE_FORMAT', concatenate(new Uint8Array(8), ascii('{}'))],
  ['an array for a header', 'FILE_FORMAT', safetensorsFile('[]')],
  ['a byte order mark', 'FILE_FORMAT', safetensorsFile('\ufeff{}')],
  ['invalid UTF-8', 'FILE_CORRUPT', safetensorsFile([...ascii(`{"\xff":${EMPTY}}`)])],
  ['invalid JSON', 'FILE_CORRUPT', safetensorsFile('{"a":}')],
  ['text after the header', 'FILE_CORRUPT', safetensorsFile('{} {}')],
  [
    'a header nested a million deep',
    'FILE_CORRUPT',
    safetensorsFile(`{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`),
  ],
  ['a tensor that stands twice', 'FILE_CORRUPT', safetensorsFile(`{"a":${EMPTY},"\\u0061":${EMPTY}}`)],
  ['a __proto__ tensor', 'FILE_CORRUPT', safetensorsFile(`{"__proto__":${EMPTY}}`)],
  ['a __proto__ metadata key', 'FILE_CORRUPT', safetensorsFile('{"__metadata__":{"__proto__":"x"}}')],
  ['metadata that are no object', 'FILE_CORRUPT', safetensorsFile('{"__metadata__":["x"]}')],
  ['metadata that are null', 'FILE_CORRUPT', safetensorsFile('{"__metadata__":null}')],
  ['a metadata value that is no string', 'FILE_CORRUPT', safetensorsFile('{"__metadata__":{"x":1}}')],
  ['a tensor that is no object', 'FILE_CORRUPT', safetensorsFile('{"a":[]}')],
  ['no dtype', 'FILE_DTYPE', tensor('"shape":[],"data_offsets":[0,1]', [0])],
  ['an unknown dtype', 'FILE_DTYPE', tensor('"dtype":"F8_E4M3","shape":[],"data_offsets":[0,1]', [0])],
  ['an inherited dtype', 'FILE_DTYPE', tensor('"dtype":"toString","shape":[],"data_offsets":[0,1]', [0])],
  ['no shape', 'FILE_CORRUPT', tensor('"dtype":"U8","data_offsets":[0,1]', [0])],
  ['a negative extent', 'FILE_CORRUPT', tensor('"dtype":"U8","shape":[-1],"data_offsets":[0,1]', [0])],
  ['a fractional extent', 'FILE_CORRUPT', tensor('"dtype":"U8","shape":[0.5],"data_offsets":[0,1]', [0])],
  [
    'an extent of 2^53',
    'FILE_CORRUPT',
    tensor('"dtype":"U8","shape":[9007199254740992],"data_offsets":[0,1]', [0]),
  ],
  ['an infinite extent', 'FILE_CORRUPT', tensor('"dtype":"U8","shape":[1e999],"data_offsets":[0,1]', [0])],
  ['an extent that is text', 'FILE_CORRUPT', tensor('"dtype":"U8","shape":["1"],"data_offsets":[0,1]', [0])],
  [
    'a product that wraps to 0 in 64 bits',
    'FILE_CORRUPT',
    tensor('"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]'),
  ],
  ['no offsets', 'FILE_CORRUPT', tensor('"dtype":"U8","shape":[1]', [0])],
  ['three offsets', 'FILE_CORRUPT', tensor('"dtype":"U8","shape":[1],"data_offsets":[0,1,2]', [0])],
  ['a negative offset', 'FILE_CORRUPT', tensor('"dtype":"U8","shape":[1],"data_offsets":[-1,0]', [0])],
  ['offsets that go backwards', 'FILE_CORRUPT', tensor('"dtype":"U8","shape":[1],"data_offsets":[1,0]', [0])],
  [
    'less data than the shape',
    'FILE_CORRUPT',
    tensor('"dtype":"F32","shape":[2],"data_offsets":[0,4]', [0, 0, 0, 0]),
  ],
  [
    'more data than the shape',
    'FILE_CORRUPT',
    tensor('"dtype":"U8","shape":[1],"data_offsets":[0,2]', [0, 0]),
  ],
  ['an end after the file', 'FILE_TRUNCATED', tensor('"dtype":"U8","shape":[2],"data_offsets":[0,2]', [0])],
  [
    'terabytes that the file lacks',
    'FILE_TRUNCATED',
    tensor('"dtype":"F64","shape":[137438953472],"data_offsets":[0,1099511627776]', [0]),
  ],
  ['overlapping tensors', 'FILE_CORRUPT', pair('[0,2]', '[1,3]', 3)],
  ['two tensors on the same bytes', 'FILE_CORRUPT', pair('[0,2]', '[0,2]', 2)],
  ['a gap between tensors', 'FILE_CORRUPT', pair('[0,2]', '[3,5]', 5)],
  ['a gap before the first tensor', 'FILE_CORRUPT', pair('[1,3]', '[3,5]', 5)],
  ['bytes after the last tensor', 'FILE_CORRUPT', pair('[0,2]', '[2,4]', 5)],
  ['data without a tensor', 'FILE_CORRUPT', safetensorsFile('{}', [0])],
];

/** An npy header with the given values, and data for one float. */
const npy = (descr: string, order: string, shape: string, bytes = 4) =>
  npyFile(`{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`, new Array(bytes).fill(0));
const npyPrefix = (...bytes: number[]) => concatenate(ascii('\x93NUMPY'), bytes);

const npys: readonly Case[] = [
  ['nothing', 'FILE_TRUNCATED', new Uint8Array(0)],
  ['the magic alone', 'FILE_TRUNCATED', npyPrefix()],
  ['half a header length', 'FILE_TRUNCATED', npyPrefix(2, 0, 118, 0)],
  ['a header that ends after the file', 'FILE_TRUNCATED', npyPrefix(1, 0, 118, 0)],
  ['other magic bytes', 'FILE_FORMAT', ascii('\x89PNG\r\n\x1a\n\0\0\0\r')],
  ['an archive of arrays', 'FILE_FORMAT', ascii('PK\x03\x04\x2d\0\0\0\0\0')],
  ['version 4.0', 'FILE_FORMAT', npyPrefix(4, 0, 0, 0)],
  ['version 0.0', 'FILE_FORMAT', npyPrefix(0, 0, 0, 0)],
  ['version 1.1', 'FILE_FORMAT', npyPrefix(1, 1, 0, 0)],
  ['a header of 4 GiB', 'FILE_FORMAT', npyPrefix(2, 0, 0xff, 0xff, 0xff, 0xff)],
  ['an empty header', 'FILE_CORRUPT', npyFile('')],
  ['a list for a header', 'FILE_CORRUPT', npyFile('[]')],
  ['an empty dict', 'FILE_CORRUPT', npyFile('{}')],
  ['no shape', 'FILE_CORRUPT', npyFile("{'descr': '<f4', 'fortran_order': False}")],
  [
    'a key that stands twice',
    'FILE_CORRUPT',
    npyFile("{'shape': (1,), 'shape': (1,), 'descr': '|u1', 'fortran_order': False}", [0]),
  ],
  ['a key of another kind', 'FILE_CORRUPT', npyFile("{'__proto__': (1,)}")],
  ['an open string', 'FILE_CORRUPT', npyFile("{'descr': '<f4")],
  ['no comma between keys', 'FILE_CORRUPT', npyFile("{'descr': '<f4' 'fortran_order': False}")],
  ['no closing brace', 'FILE_CORRUPT', npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)")],
  [
    'text after the dict',
    'FILE_CORRUPT',
    npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + 1"),
  ],
  ['an expression', 'FILE_CORRUPT', npy("'<f4'", 'not True', '(1,)')],
  ['a call', 'FILE_CORRUPT', npy("__import__('os')", 'False', '(1,)')],
  ['a shape that is no tuple', 'FILE_CORRUPT', npy("'<f4'", 'False', '1')],
  ['a negative extent', 'FILE_CORRUPT', npy("'<f4'", 'False', '(-1,)')],
  ['a fractional extent', 'FILE_CORRUPT', npy("'<f4'", 'False', '(1.0,)')],
  ['an extent of 2^53', 'FILE_CORRUPT', npy("'<f4'", 'False', '(9007199254740992,)')],
  ['an extent of 400 digits', 'FILE_CORRUPT', npy("'<f4'", 'False', `(${'9'.repeat(400)},)`)],
  ['a product beyond 2^53', 'FILE_CORRUPT', npy("'<f4'", 'False', '(4294967296, 4294967296)')],
  ['tuples in tuples', 'FILE_CORRUPT', npy("'<f4'", 'False', '('.repeat(10_000))],
  ['float64', 'FILE_DTYPE', npy("'<f8'", 'False', '(1,)')],
  ['big-endian floats', 'FILE_DTYPE', npy("'>f4'", 'False', '(1,)')],
  ['integers of 64 bits', 'FILE_DTYPE', npy("'<i8'", 'False', '(1,)')],
  ['booleans', 'FILE_DTYPE', npy("'|b1'", 'False', '(1,)')],
  ['Python objects', 'FILE_DTYPE', npy("'|O'", 'False', '(1,)')],
  ['a structured dtype', 'FILE_DTYPE', npy("[('a', '<f4'), ('b', '<i4')]", 'False', '(1,)')],
  ['a subarray dtype', 'FILE_DTYPE', npy("('<f4', (2,))", 'False', '(1,)')],
  ['Fortran order', 'FILE_FORMAT', npy("'<f4'", 'True', '(1,)')],
  ['less data than the shape', 'FILE_TRUNCATED', npy("'<f4'", 'False', '(1,)', 3)],
  ['terabytes that the file lacks', 'FILE_TRUNCATED', npy("'<f4'", 'False', '(1099511627776,)')],
  ['more data than the shape', 'FILE_CORRUPT', npy("'<f4'", 'False', '(1,)', 5)],
];

const row = (dimensions: number, bytes: number) => [...uint32(dimensions), ...new Array(bytes).fill(0)];

const fvecs: readonly Case[] = [
  ['nothing', 'FILE_TRUNCATED', new Uint8Array(0)],
  ['half a prefix', 'FILE_TRUNCATED', new Uint8Array(3)],
  ['no dimensions', 'FILE_FORMAT', Uint8Array.from(row(0, 4))],
  ['negative dimensions', 'FILE_FORMAT', Uint8Array.from(row(-1, 4))],
  ['a million dimensions', 'FILE_FORMAT', Uint8Array.from(row(1_000_000, 4))],
  ['a prefix alone', 'FILE_TRUNCATED', Uint8Array.from(row(999_999, 0))],
  ['half a row', 'FILE_TRUNCATED', Uint8Array.from([...row(2, 8), ...row(2, 4)])],
  ['a second row of other dimensions', 'FILE_CORRUPT', Uint8Array.from([...row(2, 8), ...row(3, 8)])],
];

describe.each([
  ['readSafetensors', readSafetensors, safetensors],
  ['readNpy', readNpy, npys],
  ['readFvecs', readFvecs, fvecs],
] as const)('%s', (_, read, cases) => {
  test.each(cases)('answers %s with %s', (_kind, code, bytes) => {
    const error = errorOf(() => read(bytes));

    expect(error.code).toBe(code);
    expect(error.message).toContain(`expected ${error.expected}, got ${error.got}; `);
    expect(error.message.length).toBeLessThan(400);
  });
});

test.each([
  ['readBvecs', readBvecs, row(3, 2)],
  ['readIvecs', readIvecs, row(3, 8)],
] as const)('%s answers half a row with FILE_TRUNCATED', (_, read, bytes) => {
  expect(errorOf(() => read(Uint8Array.from(bytes))).code).toBe('FILE_TRUNCATED');
});

test('an unreadable array names the NumPy call that makes it readable', () => {
  expect(errorOf(() => readNpy(npy("'<f8'", 'False', '(1,)'))).message).toContain('.astype(np.float32)');
  expect(errorOf(() => readNpy(npy("'<f4'", 'True', '(1,)'))).message).toContain('np.ascontiguousarray');
});

test('a hostile name is cut short and escaped in the message', () => {
  const name = `\\u001b[2J${'x'.repeat(1e5)}`;

  const { message } = errorOf(() => readSafetensors(safetensorsFile(`{"${name}":1}`)));

  expect(message).toContain('"\\u001b[2Jxxx');
  expect(message.length).toBeLessThan(200);
});
