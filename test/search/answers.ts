import { FlatIndex, type Metric } from 'lanewise';
import { expect } from 'vitest';

interface Answers {
  readonly ids: Int32Array;
  readonly scores: Float32Array;
}

/** The bit patterns of floats: unlike the floats, they tell 0 from -0. */
export function bitsOf(floats: Float32Array): Uint32Array {
  return new Uint32Array(floats.slice().buffer);
}

/** Same ids, and same scores to the bit. */
export function expectSameAnswers(actual: Answers, expected: Answers, context?: string): void {
  // Thousands of comparisons a test: vitest's own, which words the difference, runs where there is one.
  if (sameBytes(actual.ids, expected.ids) && sameBytes(actual.scores, expected.scores)) return;
  expect(actual.ids, context).toEqual(expected.ids);
  expect(bitsOf(actual.scores), context).toEqual(bitsOf(expected.scores));
}

/** Same bytes, which vitest compares slowly where there are many. */
export function sameBytes(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );
}

/** An index over rows x dimensions. */
export async function indexOf(rows: Float32Array, dimensions: number, metric: Metric): Promise<FlatIndex> {
  const index = await FlatIndex.create({ dimensions, metric });
  index.add(rows);
  return index;
}
