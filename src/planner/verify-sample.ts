import { LanewiseError } from '../host/errors.ts';
import { Random } from '../host/random.ts';
import { Bitmap } from '../vectors/bitmap.ts';
import { toVectors, type VectorInput } from '../vectors/input.ts';

/** What an index is verified on. */
export interface VerifiedRows {
  /** Rows x dimensions. */
  readonly rows: Float32Array;
  /** Queries x dimensions, none of them among the rows unless they were given. */
  readonly queries: Float32Array;
}

/** Queries held out, at most; and rows for each of them, at least. */
const MOST_QUERIES = 256;
const ROWS_A_QUERY = 10;

/** How many rows are held out of so many as queries. */
export function heldOut(rows: number): number {
  return Math.min(MOST_QUERIES, Math.max(1, Math.floor(rows / ROWS_A_QUERY)));
}

/** `count` rows drawn without replacement, and queries: those given, or further rows. */
export function drawRows(
  vectors: Float32Array,
  dimensions: number,
  {
    count,
    queries,
    seed,
  }: { readonly count: number; readonly queries?: VectorInput | undefined; readonly seed: number },
): VerifiedRows {
  const total = vectors.length / dimensions;
  const given = queries && toVectors('queries', queries, dimensions);
  if (given?.length === 0) {
    const message = 'There are no queries. Give some that stand for those to come, or none to hold rows out.';
    throw new LanewiseError('INVALID_ARGUMENT', message, { got: 0 });
  }
  if (given && count === total) return { rows: vectors, queries: given };
  const held = given ? 0 : heldOut(total);
  const drawn = drawNumbers(held + count, total, seed);
  const take = (numbers: Int32Array): Float32Array => {
    const taken = new Float32Array(numbers.length * dimensions);
    numbers.forEach((row, i) => {
      taken.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
    });
    return taken;
  };
  return { rows: take(drawn.subarray(held)), queries: given ?? take(drawn.subarray(0, held)) };
}

/** The first numbers of a random order of 0..below-1 (Fisher and Yates). */
function drawNumbers(count: number, below: number, seed: number): Int32Array {
  const random = new Random(seed);
  const order = Int32Array.from({ length: below }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const other = i + random.integer(below - i);
    const drawn = order[other]!;
    order[other] = order[i]!;
    order[i] = drawn;
  }
  return order.subarray(0, count);
}

/** A filter that lets a share of the ids 0..rows-1 through, at least `least` of them; undefined for all. */
export function drawFilter(
  rows: number,
  { share, least, seed }: { readonly share: number; readonly least: number; readonly seed: number },
): Bitmap | undefined {
  if (share === 1) return undefined;
  return Bitmap.of(drawNumbers(Math.max(least, Math.round(share * rows)), rows, seed + 1));
}
