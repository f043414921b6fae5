import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMatrixMarket, readSparseNpz } from '../../src/format/index.ts';
import { LanewiseError } from '../../src/host/errors.ts';
import { ascii, npyFile, uint32, type ZipMember, zipFile } from './bytes.ts';
import { flips, truncations } from './damage.ts';
import { COO_INT32, CSC_FLOAT64, CSR_FLOAT32, CSR_FLOAT32_STORED } from './scipy-files.ts';

const seed = 20_240_604;

/** The bytes of all arrays that were read, or of none where the one error was thrown that may be. */
async function outcome(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Promise<number> {
  try {
    const arrays = Object.values((await read(bytes)) as object).filter(ArrayBuffer.isView);
    return arrays.reduce((total, { byteLength }) => total + byteLength, 0);
  } catch (error) {
    expect(error).toBeInstanceOf(LanewiseError);
    return 0;
  }
}

/** A value of an array takes two bytes of text, and becomes two indices and a float. */
const MOST_OF_TEXT = 6;
/** A byte of deflate becomes 1032 of int8, and each of these a float. */
const MOST_OF_DEFLATE = 4 * 1032;

async function survives(
  read: (bytes: Uint8Array) => unknown,
  files: fc.Arbitrary<Uint8Array>,
  most: number,
  numRuns: number,
): Promise<void> {
  const property = fc.asyncProperty(
    files,
    async (bytes) => (await outcome(read, bytes)) <= most * bytes.length,
  );
  await fc.assert(property, { seed, numRuns });
}

describe.each([
  ['real', '%%MatrixMarket matrix coordinate real general\n% c\n3 3 2\n1 2 0.5\n3 1 -2e-3\n'],
  ['pattern', '%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n'],
  ['array', '%%MatrixMarket matrix array integer general\r\n2 2\r\n1\r\n2\r\n3\r\n4\r\n'],
])('readMatrixMarket, %s', (_, text) => {
  const file = ascii(text);
  const size = text.split('\n').findIndex((line) => /^\d/.test(line));

  test('reads the file unharmed', async () => {
    expect(await outcome(readMatrixMarket, file)).toBeGreaterThan(0);
  });
  test('reads or refuses a file cut anywhere', () =>
    survives(readMatrixMarket, truncations(file), MOST_OF_TEXT, 300));
  test('reads or refuses a file with flipped bits', () =>
    survives(readMatrixMarket, flips(file), MOST_OF_TEXT, 3_000));
  test('reads or refuses any text after the banner', () => {
    const token = fc.constantFrom(
      ...[
        '1',
        '2',
        '3',
        '0',
        '-1',
        '+1',
        '4294967296',
        '99999999999999999999',
        '1e9',
        '1e999',
        '.',
        '.5',
        'nan',
      ],
      ...['%', '\n', '\n', '\n', ' ', ' ', '\r\n', '\t', '\0', 'é', 'x'],
    );
    const files = fc
      .array(token, { maxLength: 40 })
      .map((tokens) => new TextEncoder().encode(`${text.split('\n')[0]}\n${tokens.join('')}`));

    return survives(readMatrixMarket, files, MOST_OF_TEXT, 3_000);
  });
  test('reads or refuses any size line', () => {
    const count = fc.oneof(fc.nat(5), fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 70n }));
    const files = fc.array(count, { minLength: 2, maxLength: 3 }).map((sizes) => {
      return ascii(text.split('\n').with(size, sizes.join(' ')).join('\n'));
    });

    return survives(readMatrixMarket, files, MOST_OF_TEXT, 1_000);
  });
});

describe.each([
  ['csr', CSR_FLOAT32],
  ['csr, stored', CSR_FLOAT32_STORED],
  ['csc', CSC_FLOAT64],
  ['coo', COO_INT32],
])('readSparseNpz, %s', (_, file) => {
  test('reads the file unharmed', async () => {
    expect(await outcome(readSparseNpz, file)).toBeGreaterThan(0);
  });
  test('reads or refuses a file cut anywhere', () =>
    survives(readSparseNpz, truncations(file), MOST_OF_DEFLATE, 200));
  test('reads or refuses a file with flipped bits', () =>
    survives(readSparseNpz, flips(file), MOST_OF_DEFLATE, 400));
  test('reads or refuses a file with flipped bits in its directory', () => {
    const start = Buffer.from(file).indexOf('PK\x01\x02', 'latin1');
    const files = flips(file.subarray(start)).map((directory) =>
      Buffer.concat([file.subarray(0, start), directory]),
    );

    return survives(readSparseNpz, files, MOST_OF_DEFLATE, 600);
  });
});

const descr = fc.constantFrom(
  '<f4',
  '<f8',
  '|b1',
  '|i1',
  '<i2',
  '<i4',
  '<u4',
  '<i8',
  '<u8',
  '|S3',
  '<U3',
  '>i4',
  '|O',
);
const extent = fc.oneof(fc.nat(4), fc.constantFrom(2 ** 31, 2 ** 32 - 1, 2 ** 40));
const content = fc
  .record({
    descr,
    shape: fc.array(extent, { maxLength: 2 }),
    data: fc.oneof(
      fc.array(fc.oneof(fc.nat(4), fc.integer()), { maxLength: 4 }).map((values) => values.flatMap(uint32)),
      fc.constantFrom('csr', 'csc', 'coo', 'dia').map((name) => [...ascii(name)]),
      fc.array(fc.nat(255), { maxLength: 32 }),
    ),
  })
  .map(({ descr, shape, data }) =>
    npyFile(
      `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.map((n) => `${n},`).join('')}), }`,
      data,
    ),
  );

const sound = (descr: string, shape: string, data: readonly number[]): Uint8Array =>
  npyFile(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`, data);
const SOUND: Readonly<Record<string, Uint8Array>> = {
  format: sound('|S3', '()', [...ascii('csr')]),
  shape: sound('<i4', '(2,)', [2, 3].flatMap(uint32)),
  indptr: sound('<i4', '(3,)', [0, 1, 3].flatMap(uint32)),
  indices: sound('<i4', '(3,)', [2, 0, 2].flatMap(uint32)),
  row: sound('<i4', '(3,)', [0, 1, 1].flatMap(uint32)),
  col: sound('<i4', '(3,)', [2, 0, 2].flatMap(uint32)),
  data: sound('|i1', '(3,)', [1, 2, 3]),
};

test('readSparseNpz reads or refuses sound archives of any arrays', async () => {
  const arrays = fc
    .dictionary(fc.constantFrom(...Object.keys(SOUND)), content, { maxKeys: 3 })
    .map((changes) =>
      zipFile(
        Object.entries({ ...SOUND, ...changes }).map(([name, content]) => ({ name: `${name}.npy`, content })),
      ),
    );

  await survives(readSparseNpz, arrays, MOST_OF_DEFLATE, 2_000);
});

test('readSparseNpz reads or refuses archives that lie about their entries', async () => {
  const lies: fc.Arbitrary<Partial<ZipMember>> = fc.record(
    {
      isDeflated: fc.boolean(),
      compressed: fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(1e6).map((length) => deflateRawSync(new Uint8Array(length))),
      ),
      method: fc.constantFrom(0, 8, 9, 12, 99),
      flags: fc.nat(0xffff),
      crc: fc.nat(),
      size: fc.oneof(fc.nat(300), fc.nat(), fc.constantFrom(2 ** 31, 2 ** 32 - 2)),
      start: fc.oneof(fc.nat(600), fc.constantFrom(2 ** 31, 2 ** 32 - 1)),
    },
    { requiredKeys: [] },
  );
  // Most entries stay sound, or the first lie would end every reading.
  const placed = fc.record({ at: fc.nat(6), lie: lies });
  const archives = fc.array(placed, { minLength: 1, maxLength: 2 }).map((changes) => {
    const members: ZipMember[] = Object.entries(SOUND).map(([name, content]) => ({
      name: `${name}.npy`,
      content,
    }));
    for (const { at, lie } of changes) members[at] = { ...members[at]!, ...lie };
    return zipFile(members);
  });

  await survives(readSparseNpz, archives, MOST_OF_DEFLATE, 500);
});
