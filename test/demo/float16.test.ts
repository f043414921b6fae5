import { expect, test } from 'vitest';
import { float16Bits } from '../../demo/data/float16.ts';

// Examples of https://en.wikipedia.org/wiki/Half-precision_floating-point_format, and the ties between them.
test.each([
  ['zero', 0, 0x0000],
  ['minus zero', -0, 0x8000],
  ['one', 1, 0x3c00],
  ['minus two', -2, 0xc000],
  ['a third, rounded down', 1 / 3, 0x3555],
  ['the smallest subnormal', 2 ** -24, 0x0001],
  ['half of it, a tie that goes to even', 2 ** -25, 0x0000],
  ['the largest subnormal', 2 ** -14 - 2 ** -24, 0x03ff],
  ['the smallest normal number', 2 ** -14, 0x0400],
  ['a number that rounds up to the next power of two', 2 - 2 ** -12, 0x4000],
  ['the largest number', 65504, 0x7bff],
  ['a number beyond the largest', 65520, 0x7c00],
])('%s has its half-precision bits', (_, value, bits) => {
  expect(float16Bits(value)).toBe(bits);
});
