import { expect, test } from 'vitest';
import { widenHalves } from '../../src/format/half.ts';

/** IEEE 754-2008, section 3.4, in float64. */
function exactValue(half: number): number {
  const sign = half >> 15 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = (half & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

test('widenHalves gives the exact value of all 65 536 halves', () => {
  const halves = Uint16Array.from({ length: 65_536 }, (_, half) => half);

  const floats = widenHalves(halves);

  const wrong = [...halves].filter((half) => !Object.is(floats[half], exactValue(half)));
  expect(wrong).toEqual([]);
});

test.each([
  ['zero', 0x0000, 0x00000000],
  ['negative zero', 0x8000, 0x80000000],
  ['2^-24, the least subnormal', 0x0001, 0x33800000],
  ['the greatest negative subnormal', 0x83ff, 0xb87fc000],
  ['2^-14, the least normal', 0x0400, 0x38800000],
  ['65504, the greatest', 0x7bff, 0x477fe000],
  ['negative infinity', 0xfc00, 0xff800000],
  ['a quiet NaN with its payload', 0x7e01, 0x7fc02000],
  ['a signalling NaN with its payload', 0xfd55, 0xffaaa000],
])('widenHalves gives the bits of %s', (_, half, word) => {
  const floats = widenHalves(Uint16Array.of(half));

  expect(new Uint32Array(floats.buffer)).toEqual(Uint32Array.of(word));
});
