import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Metric } from '../../src/vectors/metric.ts';
import { VectorStore } from '../../src/vectors/store.ts';
import { readCodes, readNibbles } from './decode.ts';
import { addRows, normOf, randomValues } from './rows.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
const DIMENSIONS = [1, 3, 4, 5, 8, 9, 31, 32, 33, 100, 257];
const PLANES = { codes: readCodes, nibbles: readNibbles };

/** Rows that encoders get wrong, each of `d` dimensions; none is zero, none longer than 2^57. */
const ROWS: Readonly<Record<string, (d: number) => Iterable<number>>> = {
  random: (d) => randomValues(d, d),
  constant: (d) => new Array(d).fill(-0.7),
  'one-hot': (d) => new Array(d).fill(0).fill(3, d - 1),
  alternating: (d) => Array.from({ length: d }, (_, i) => (i % 2 ? 1 : -1)),
  dominated: (d) => randomValues(d, d).map((value, i) => (i === 0 ? 1000 : value)),
  huge: (d) => randomValues(d, d).map((value) => (value * 2 ** 57) / Math.sqrt(d)),
  tiny: (d) => randomValues(d, d).map((value) => value * 2 ** -70 + 2 ** -72),
  denormal: (d) => randomValues(d, d).map((value) => Math.trunc(value * 8) * 2 ** -149 + 2 ** -149),
  'one denormal': (d) => new Array(d).fill(0).fill(2 ** -149, 0, 1),
  'of both ends': (d) => Array.from({ length: d }, (_, i) => (i % 2 ? 2 ** -149 : 2 ** 50)),
};

function withStore(dimensions: number, metric: Metric, use: (store: VectorStore) => void): void {
  const store = new VectorStore(dimensions, metric);
  try {
    use(store);
  } finally {
    store.release();
  }
}

/** The stored float32 norm. */
function normAt(store: VectorStore, slot: number): number {
  const { segment, row } = store.place(slot);
  return store.runtime.memory.f32[(segment + store.layout.norms) / 4 + row]!;
}

/** The vector that the codes stand for, in float64, padded with zeros: x, or x over its float32 norm under cosine. */
function codedVector(store: VectorStore, slot: number, length: number): number[] {
  const { segment, row } = store.place(slot);
  const start = (segment + store.layout.rows + row * store.layout.stride) / 4;
  const norm =
    store.metric === 'cosine' ? store.runtime.memory.f32[(segment + store.layout.norms) / 4 + row]! : 1;
  const values = [...store.runtime.memory.f32.subarray(start, start + store.layout.lanes * 4)];
  return Array.from({ length }, (_, i) => (values[i] ?? 0) / norm);
}

/** What a row's error must hold beside what its codes miss (docs/certified-search.md, "Rows"). */
function allowance({ metric, dimensions }: VectorStore, vector: readonly number[], norm: number): number {
  return metric === 'cosine' ? Math.max(0, normOf(vector) - 1) + (2 * dimensions * 2 ** -149) / norm : 0;
}

function expectBounded(store: VectorStore, slot: number): void {
  for (const [plane, readRow] of Object.entries(PLANES)) {
    const { decoded, factors, error, correction } = readRow(store, slot);
    const vector = codedVector(store, slot, decoded.length);
    const missed = normOf(vector.map((value, i) => value - decoded[i]!));
    const least = missed + allowance(store, vector, normAt(store, slot));
    expect(error, `${plane} of slot ${slot}`).toBeGreaterThanOrEqual(least);
    expect(error).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(correction + 0).toBe(-64 * factors.reduce((sum, factor) => sum + factor) + 0);
  }
}

describe.each(METRICS)('under %s', (metric) => {
  test.each(Object.entries(ROWS))('the stored errors bound what codes miss of %s rows', (_, rowOf) => {
    for (const dimensions of DIMENSIONS) {
      withStore(dimensions, metric, (store) => {
        addRows(store, Float32Array.from(rowOf(dimensions)));
        expectBounded(store, 0);
      });
    }
  });

  test('the stored errors bound what codes miss of any rows, in every place of a block', () => {
    const value = fc.float({ min: -(2 ** 54), max: 2 ** 54, noNaN: true });
    const row = fc.array(value, { minLength: 9, maxLength: 9 }).filter((values) => normOf(values) > 0);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        withStore(9, metric, (store) => {
          addRows(store, Float32Array.from(rows.flat()));
          for (let slot = 0; slot < rows.length; slot++) expectBounded(store, slot);
        });
      }),
    );
  });

  test('the stored errors are tight: a few millionths of the vector above what codes miss', () => {
    withStore(100, metric, (store) => {
      addRows(store, randomValues(3, 100 * 50));
      for (let slot = 0; slot < 50; slot++) {
        for (const readRow of Object.values(PLANES)) {
          const { decoded, error } = readRow(store, slot);
          const vector = codedVector(store, slot, decoded.length);
          const missed = normOf(vector.map((value, i) => value - decoded[i]!));
          // 2^-20 |v| for roundings, and (25 + 16 + ...) 2^-23 of the error itself (docs/certified-search.md, "Rows")
          expect(error).toBeLessThanOrEqual(missed * (1 + 2 ** -17) + normOf(vector) * 2 ** -19);
        }
      }
    });
  });

  test('every dimension is within half a step of its code', () => {
    withStore(9, metric, (store) => {
      addRows(store, randomValues(4, 9 * 200));
      for (let slot = 0; slot < 200; slot++) {
        const vector = codedVector(store, slot, 16);
        // A nibble counts 16 units, so half its step is 8; fewer than 32 dimensions are never clipped.
        for (const [readRow, half] of [
          [readCodes, 0.5],
          [readNibbles, 8],
        ] as const) {
          const { decoded, scale } = readRow(store, slot);
          const farthest = Math.max(...decoded.map((value, i) => Math.abs(vector[i]! - value)));
          expect(farthest).toBeLessThanOrEqual(half * scale * (1 + 2 ** -15));
        }
      }
    });
  });
});

test('codes use their whole range: the largest magnitude is step 127', () => {
  withStore(4, 'ip', (store) => {
    addRows(store, Float32Array.of(1, -2, 0.5, 0));
    const { steps, scale } = readCodes(store, 0);
    // 1, -2, 0.5, 0 over 2/127 are 63.5, -127, 31.75 and 0; 63.5 may round either way.
    expect([63, 64]).toContain(steps[0]);
    expect(steps.slice(1)).toEqual([-127, 32, 0]);
    expect(scale).toBe(Math.fround(2 / 127));
  });
});

test('a zero row has zero codes, and next to no error', () => {
  withStore(12, 'l2', (store) => {
    addRows(store, new Float32Array(12));
    const { steps, scale, error } = readCodes(store, 0);
    expect([steps, scale]).toEqual([new Array(12).fill(0), 0]);
    expect(error).toBeLessThan(2 ** -60);
    expectBounded(store, 0);
  });
});
