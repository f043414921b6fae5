const FLOAT16_INFINITY = 0x7c00;

/** Powers of two are exact in float64, so the scaled value below is the real one and is rounded once. */
function exponentOf(magnitude: number): number {
  const exponent = Math.floor(Math.log2(magnitude));
  // log2 itself is rounded: just below a power of two it may name the power above.
  return magnitude < 2 ** exponent ? exponent - 1 : exponent;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The bits of the IEEE 754 half-precision number nearest to `value`. Node 20 has no Float16Array to ask. */
export function float16Bits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === 0) return sign;
  const exponent = Math.max(exponentOf(magnitude), -14);
  const significand = roundHalfToEven(magnitude / 2 ** (exponent - 10));
  // A significand that rounds up to 2048 carries into the exponent by plain addition, as the format intends.
  const bits = ((exponent + 14) << 10) + significand;
  return sign | Math.min(bits, FLOAT16_INFINITY);
}
