/** Where values begin in the state of a sketch (assembly/kll.ts). */
export const BLOCK = 576;
export const MOST_LEVELS = 64;
const LEAST_BLOCK = 1024;
const LEAST_CAPACITY = 8;

/** What follows from k. */
export interface KllShape {
  readonly k: number;
  /** Values of a block: enough that sorting one pays, and no fewer than 2k, so that its compaction costs less than 1/k. */
  readonly block: number;
  /** Of levels from the highest down. */
  readonly capacities: Uint32Array;
  readonly bytes: number;
  /** Bytes of an area of scratch: whatever is merged at a time. */
  readonly room: number;
}

export function kllShape(k: number): KllShape {
  let block = LEAST_BLOCK;
  while (block < 2 * k) block *= 2;
  const capacities = new Uint32Array(MOST_LEVELS);
  let [capacity, sum] = [k, 0];
  for (let depth = 0; depth < MOST_LEVELS; depth++) {
    capacities[depth] = capacity;
    sum += capacity;
    capacity = Math.max(LEAST_CAPACITY, Math.ceil((2 * capacity) / 3));
  }
  return { k, block, capacities, bytes: BLOCK + 8 * (block + sum), room: 8 * (block + 2 * sum) };
}
