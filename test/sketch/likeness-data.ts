import type { Random } from 'lanewise';

/** Two sets of `union` keys together, of which both have a share `similarity`; keys are those of no other `number`. */
export function makePair(union: number, similarity: number, number: number): [Uint32Array, Uint32Array] {
  const both = Math.round(union * similarity);
  const only = Math.floor((union - both) / 2);
  const keys = Uint32Array.from({ length: union }, (_, i) => number * 100_000 + i);
  return [
    keys.subarray(0, both + only),
    Uint32Array.of(...keys.subarray(0, both), ...keys.subarray(both + only)),
  ];
}

/** Sets in families: each member lacks and adds some keys of its family's. */
export function makeFamilies(random: Random, families: number, members: number): Uint32Array[] {
  return Array.from({ length: families * members }, (_, at) => {
    const first = 1000 * Math.floor(at / members);
    const kept = Array.from({ length: 30 }, (_, i) => first + i).filter(() => random.integer(8) > 0);
    return Uint32Array.of(...kept, first + 100 + random.integer(800));
  });
}

export function jaccardOf(a: Iterable<number>, b: Iterable<number>): number {
  const [left, right] = [new Set(a), new Set(b)];
  const both = [...left].filter((key) => right.has(key)).length;
  const union = left.size + right.size - both;
  return union === 0 ? 1 : both / union;
}
