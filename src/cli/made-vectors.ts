import { Random } from '../search/index.ts';
import type { Matrix } from './files.ts';
import { UsageError } from './usage-error.ts';

/** Shape of the vectors that are made. */
export interface MadeShape {
  readonly rows: number;
  readonly dimensions: number;
  readonly seed: number;
}

const CLUSTERS = 256;
/** Directions in which the rows of a cluster spread, and how far, by the length of its centre. */
const DIRECTIONS = 16;
const SPREAD = 1;
const NOISE = 0.3;
const TABLE = 65_536;

/**
 * Clusters that spread in a few directions of their own, with a little noise: about as hard to search as embeddings are. The
 * same numbers for the same seed; fewer rows are a part of more.
 */
export function makeVectors({ rows, dimensions, seed }: MadeShape): Matrix {
  const data = allocate(rows, dimensions);
  const random = new Random(seed);
  // Drawn once and looked up by 16 random bits: a sum of twelve for each number would take most of the time.
  const gaussians = Float32Array.from({ length: TABLE }, () => gaussian(random));
  const draw = (): number => gaussians[random.uint32() >>> 16]!;
  const length = 1 / Math.sqrt(dimensions);
  const frames = Float32Array.from({ length: CLUSTERS * (1 + DIRECTIONS) * dimensions }, (_, i) => {
    const isCentre = Math.floor(i / dimensions) % (1 + DIRECTIONS) === 0;
    return draw() * length * (isCentre ? 1 : SPREAD / Math.sqrt(DIRECTIONS));
  });
  for (let row = 0; row < rows; row++) {
    const vector = data.subarray(row * dimensions, (row + 1) * dimensions);
    let at = random.integer(CLUSTERS) * (1 + DIRECTIONS) * dimensions;
    for (let i = 0; i < dimensions; i++) vector[i] = frames[at + i]! + NOISE * length * draw();
    for (let direction = 0; direction < DIRECTIONS; direction++) {
      at += dimensions;
      const along = draw();
      for (let i = 0; i < dimensions; i++) vector[i]! += along * frames[at + i]!;
    }
  }
  return { rows, dimensions, data };
}

/** @throws UsageError */
function allocate(rows: number, dimensions: number): Float32Array {
  try {
    return new Float32Array(rows * dimensions);
  } catch (cause) {
    throw new UsageError(`there is no memory for ${rows} x ${dimensions} numbers: ask for fewer`, { cause });
  }
}

/** Nearly: the sum of twelve uniform numbers about its mean, whose variance is 1. */
function gaussian(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.uniform();
  return sum;
}
