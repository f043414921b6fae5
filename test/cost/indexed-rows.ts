import { Random } from 'lanewise';
import { bell } from '../reference/data.ts';

/** Rows about some centres, so that cells are of different sizes: centre i has a share of rows that falls with i. */
export function rowsOf({
  rows,
  dimensions,
}: {
  readonly rows: number;
  readonly dimensions: number;
}): Float32Array {
  const random = new Random(rows + dimensions);
  const centres = Array.from({ length: 40 }, () =>
    Float32Array.from({ length: dimensions }, () => 3 * bell(random)),
  );
  const values = new Float32Array(rows * dimensions);
  for (let row = 0, at = 0; row < rows; row++) {
    const centre = centres[Math.floor(40 * random.uniform() * random.uniform())]!;
    for (let i = 0; i < dimensions; i++) values[at++] = centre[i]! + bell(random);
  }
  return values;
}

/** Ids that are not in order, each once. */
export function shuffledIds(rows: number): Int32Array {
  const random = new Random(rows);
  const ids = Int32Array.from({ length: rows }, (_, i) => 2 * i + 5);
  for (let i = rows - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [ids[i], ids[j]] = [ids[j]!, ids[i]!];
  }
  return ids;
}

/** How far a prediction is off, as a part of the truth. */
export function relativeError(predicted: number, actual: number): number {
  return Math.abs(predicted - actual) / actual;
}
