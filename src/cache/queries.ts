import { toVectors, type VectorInput } from '../vectors/input.ts';
import { areSame, bitsOf, hashText, hashWords } from './bits.ts';

/** A query as it is remembered: its bits, or its words. */
export type KeptQuery = Int32Array | string;

/** Queries of one call, one by one. */
export interface Queries {
  readonly count: number;
  /** Under which query `i` with these options is kept; others may be, too, and are told apart by `holds`. */
  keyOf(i: number, options: string): string | number;
  keep(i: number): KeptQuery;
  /** Whether this is query `i`, to the bit. */
  holds(i: number, kept: KeptQuery): boolean;
  /** The queries of these places, as an index takes them. */
  pick(places: readonly number[]): unknown;
}

/** @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_ARGUMENT` */
export function vectorQueries(input: VectorInput, dimensions: number): Queries {
  const values = toVectors('queries', input, dimensions);
  const bits = bitsOf(values);
  const wordsOf = (i: number): Int32Array => bits.subarray(i * dimensions, (i + 1) * dimensions);
  return {
    count: values.length / dimensions,
    keyOf: (i, options) => hashWords(wordsOf(i), hashText(options)),
    keep: (i) => wordsOf(i).slice(),
    holds: (i, kept) =>
      typeof kept !== 'string' &&
      kept.length === dimensions &&
      areSame(kept, 0, bits, i * dimensions, dimensions),
    pick(places) {
      const picked = new Float32Array(places.length * dimensions);
      for (const [to, from] of places.entries()) {
        picked.set(values.subarray(from * dimensions, (from + 1) * dimensions), to * dimensions);
      }
      return picked;
    },
  };
}

/** Queries of words; undefined for what is none, which the index refuses with its own words. */
export function textQueries(input: unknown): Queries | undefined {
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  return {
    count: texts.length,
    keyOf: (i, options) => `${options}\n${texts[i]}`,
    keep: (i) => texts[i]!,
    holds: (i, kept) => kept === texts[i],
    pick: (places) => places.map((place) => texts[place]!),
  };
}
