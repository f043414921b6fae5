const LEAST_BUCKETS = 64;

/** Buckets of an octave with which answers keep `alpha`; the arithmetic stands in assembly/ddsketch.ts. */
export function bucketsPerOctave(alpha: number): number {
  return Math.ceil(0.35 / alpha);
}

/** Buckets of a block that must cover `needed`, of which there are no more than `most`: room is left on either side. */
export function bucketRoom(needed: number, most: number): number {
  return Math.min(most, Math.max(LEAST_BUCKETS, needed + (needed >> 1)));
}

/** The bucket of a magnitude of at least 2^-1022: what `bucketOf` of assembly/ddsketch.ts finds, by the same arithmetic. */
export function bucketOf(magnitude: number, perOctave: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, magnitude);
  const exponent = (view.getUint16(0) >>> 4) - 1023;
  view.setUint16(0, 0x3ff0 | (view.getUint16(0) & 15));
  const s = view.getFloat64(0) - 1;
  const part = (((6 / 35) * s - 0.6) * s + 10 / 7) * s;
  return exponent * perOctave + Math.trunc(part * perOctave);
}
