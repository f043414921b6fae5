import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBvecs, readFvecs, readIvecs, readNpy, readSafetensors } from '../../src/format/index.ts';
import { LanewiseError } from '../../src/host/errors.ts';
import { concatenate, npyFile, safetensorsFile, uint32 } from './bytes.ts';
import { flips, truncations } from './damage.ts';

const runs = { seed: 20_240_601, numRuns: 3_000 };

const SAFETENSORS = safetensorsFile(
  '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}  ',
  [0, 0, 0, 0, 0, 0, 0x80, 0x3f, 1, 2, 3],
);
const NPY = npyFile(
  "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 2), }",
  [1, 2, 3, 4, 5, 6, 7, 8],
  2,
);
const ROW = [2, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
const WIDE_ROWS = concatenate(ROW, ROW, ROW);
const NARROW_ROWS = Uint8Array.of(2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 3, 4);

/** The bytes of data that a reader gives, or of none where it throws the one error that it may throw. */
function outcome(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): number {
  try {
    return sizeOf(read(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(LanewiseError);
    return 0;
  }
}

function sizeOf(result: unknown): number {
  const { data, tensors } = result as {
    data?: ArrayBufferView;
    tensors?: Map<string, { data: ArrayBufferView }>;
  };
  if (data) return data.byteLength;
  return [...tensors!.values()].reduce((total, tensor) => total + tensor.data.byteLength, 0);
}

/** Nothing but LanewiseError is thrown, and no more memory is held than float16 widened to float32 needs. */
function survives(read: (bytes: Uint8Array) => unknown, files: fc.Arbitrary<Uint8Array>): void {
  fc.assert(
    fc.property(files, (bytes) => outcome(read, bytes) <= 2 * bytes.length),
    runs,
  );
}

describe.each([
  ['readSafetensors', readSafetensors, SAFETENSORS],
  ['readNpy', readNpy, NPY],
  ['readFvecs', readFvecs, WIDE_ROWS],
  ['readBvecs', readBvecs, NARROW_ROWS],
  ['readIvecs', readIvecs, WIDE_ROWS],
] as const)('%s', (_, read, file) => {
  test('reads the file unharmed', () => expect(outcome(read, file)).toBeGreaterThan(0));
  test('reads or refuses a file cut anywhere', () => survives(read, truncations(file)));
  test('reads or refuses a file with flipped bits', () => survives(read, flips(file)));
  test('reads or refuses random bytes', () => survives(read, fc.uint8Array({ maxLength: 256 })));
});

const extent = fc.oneof(
  fc.nat(4),
  fc.integer(),
  fc.double(),
  fc.constant(2 ** 32),
  fc.jsonValue({ maxDepth: 1 }),
);
const members = fc.record(
  {
    dtype: fc.oneof(
      fc.constantFrom('U8', 'F32', 'F64', '__proto__', 'valueOf'),
      fc.jsonValue({ maxDepth: 1 }),
    ),
    shape: fc.oneof(fc.array(extent, { maxLength: 4 }), fc.jsonValue({ maxDepth: 1 })),
    data_offsets: fc.oneof(fc.array(extent, { maxLength: 3 }), fc.jsonValue({ maxDepth: 1 })),
  },
  { requiredKeys: [] },
);
const name = fc.oneof(fc.constantFrom('__metadata__', '__proto__', 'constructor', 'a', '0'), fc.string());
const header = fc.oneof(fc.dictionary(name, members), fc.dictionary(name, fc.jsonValue()));

test('readSafetensors reads or refuses any header that is JSON', () => {
  const files = fc
    .record({ header, data: fc.array(fc.nat(255), { maxLength: 16 }) })
    .map(({ header, data }) => safetensorsFile(JSON.stringify(header), data));

  survives(readSafetensors, files);
});

test('readSafetensors reads or refuses any header that begins like one', () => {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"',
    '\\',
    '"a"',
    '"dtype"',
    '1',
    '-',
    '\u00e9',
  );
  const files = fc.array(token, { maxLength: 40 }).map((tokens) => safetensorsFile(`{${tokens.join('')}`));

  survives(readSafetensors, files);
});

test('readNpy reads or refuses any header made of Python tokens', () => {
  const token = fc.constantFrom(
    ..."{ } ( ) [ ] , : ' \\ 'descr' 'fortran_order' 'shape' '<f4' '|u1' False True None 0 3 -1 1e9 2L".split(
      ' ',
    ),
    ' ',
    "'descr': '|u1',",
    "'fortran_order': False,",
    "'shape': (2,),",
  );
  const files = fc
    .record({ tokens: fc.array(token, { maxLength: 24 }), data: fc.array(fc.nat(255), { maxLength: 4 }) })
    .map(({ tokens, data }) => npyFile(`{${tokens.join('')}}`, data));

  survives(readNpy, files);
});

test('readFvecs reads or refuses any row prefixes', () => {
  const prefix = fc.oneof(fc.integer({ min: -2, max: 3 }), fc.integer());
  const files = fc
    .array(prefix, { maxLength: 12 })
    .map((prefixes) => Uint8Array.from(prefixes.flatMap((value) => uint32(value))));

  survives(readFvecs, files);
});
