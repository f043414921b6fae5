const LEAST_BUCKETS = 64;

/** Buckets of an octave with which answers keep `alpha`; the arithmetic stands in assembly/ddsketch.ts. */
export function bucketsPerOctave(alpha: number): number {
  return Math.ceil(0.35 / alpha);
}

/** Buckets of a block that must cover `needed`, of which there are no more than `most`: room is left on either side. */
export function bucketRoom(needed: number, most: number): number {
  return Math.min(most, Math.max(LEAST_BUCKETS, needed + (needed >> 1)));
}
