import { expect, test } from 'vitest';
import { readBvecs, readFvecs, readIvecs } from '../../src/format/index.ts';
import { concatenate, misaligned } from './bytes.ts';

const TWO = [2, 0, 0, 0];

/** 1.0, -2.0 and 0.5, 65504.0 as float32. */
const FVECS = concatenate(
  [...TWO, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0],
  [...TWO, 0, 0, 0, 0x3f, 0, 0xe0, 0x7f, 0x47],
);

test('readFvecs reads float32 rows', () => {
  expect(readFvecs(FVECS)).toEqual({ rows: 2, dimensions: 2, data: Float32Array.of(1, -2, 0.5, 65504) });
});

test('readBvecs reads uint8 rows, whose prefixes lie at any offset', () => {
  const file = Uint8Array.of(3, 0, 0, 0, 1, 2, 255, 3, 0, 0, 0, 4, 5, 6);

  expect(readBvecs(file)).toEqual({ rows: 2, dimensions: 3, data: Uint8Array.of(1, 2, 255, 4, 5, 6) });
});

test('readIvecs reads int32 rows', () => {
  const file = Uint8Array.of(...TWO, 0xff, 0xff, 0xff, 0xff, 0x40, 0x42, 0x0f, 0);

  expect(readIvecs(file)).toEqual({ rows: 1, dimensions: 2, data: Int32Array.of(-1, 1_000_000) });
});

test('readFvecs reads a file that begins at an odd offset of its buffer', () => {
  expect(readFvecs(misaligned(FVECS))).toEqual(readFvecs(FVECS));
});

test('readFvecs copies: the file may change afterwards', () => {
  const file = FVECS.slice();

  const { data } = readFvecs(file);
  file.fill(0);

  expect(data[0]).toBe(1);
});
