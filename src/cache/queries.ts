import { toVectors, type VectorInput } from '../vectors/input.ts';

/** Queries of one call, one by one. */
export interface Queries {
  readonly count: number;
  /** A text that query `i` shares with no other: its very bytes, or itself. */
  keyOf(i: number): string;
  /** The queries of these places, as an index takes them. */
  pick(places: readonly number[]): unknown;
}

/** Units that one call takes as arguments. */
const MOST_UNITS = 4096;

/** @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_ARGUMENT` */
export function vectorQueries(input: VectorInput, dimensions: number): Queries {
  const values = toVectors('queries', input, dimensions);
  const units = 2 * dimensions;
  const count = values.length / dimensions;
  return {
    count,
    keyOf: (i) => textOf(new Uint16Array(values.buffer, values.byteOffset + 2 * i * units, units)),
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
    keyOf: (i) => texts[i]!,
    pick: (places) => places.map((place) => texts[place]!),
  };
}

/** A character for every two bytes, whatever they are. */
function textOf(units: Uint16Array): string {
  let text = '';
  for (let from = 0; from < units.length; from += MOST_UNITS) {
    const part = units.length <= MOST_UNITS ? units : units.subarray(from, from + MOST_UNITS);
    text += String.fromCharCode.apply(null, part as unknown as number[]);
  }
  return text;
}
