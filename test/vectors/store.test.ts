import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runtime } from '../../src/vectors/kernels.ts';
import { VectorStore } from '../../src/vectors/store.ts';
import { errorOf } from '../host/error-of.ts';
import { addRows, normOf, randomValues } from './rows.ts';

let bytesBefore = 0;
let store: VectorStore;

function storeOf(dimensions: number): VectorStore {
  store = new VectorStore(dimensions, 'l2');
  return store;
}

/** The words of linear memory that a slot's row takes, padding included. */
function paddedRow(slot: number): number[] {
  const { segment, row } = store.place(slot);
  const start = (segment + store.layout.rows + row * store.layout.stride) / 4;
  return [...store.runtime.memory.f32.subarray(start, start + store.layout.stride / 4)];
}

beforeEach(() => {
  bytesBefore = runtime().memory.statistics.bytesInUse;
});

afterEach(() => {
  store.release();
  expect(runtime().memory.statistics.bytesInUse).toBe(bytesBefore);
});

describe('rows', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'of %i dimensions come back as added and are padded with zeros',
    (dimensions) => {
      storeOf(dimensions);
      const values = randomValues(dimensions, 50 * dimensions);
      addRows(store, values);
      for (let id = 0; id < 50; id++) {
        const row = values.slice(id * dimensions, (id + 1) * dimensions);
        expect(store.get(id)).toEqual(row);
        const padding = new Array<number>((4 - (dimensions % 4)) % 4).fill(0);
        expect(paddedRow(id)).toEqual([...row, ...padding]);
      }
    },
  );

  test('are padded with zeros in memory that other things have used', () => {
    const { memory } = runtime();
    const dirty = memory.allocate(4 << 20);
    memory.u8.fill(0xff, dirty, dirty + (4 << 20));
    memory.free(dirty);
    storeOf(5);
    addRows(store, Float32Array.of(1, 2, 3, 4, 5));
    expect(paddedRow(0)).toEqual([1, 2, 3, 4, 5, 0, 0, 0]);
  });

  test('have the norms that float64 gives, rounded to float32', () => {
    storeOf(7);
    const values = randomValues(1, 7 * 100);
    addRows(store, values);
    for (let slot = 0; slot < 100; slot++) {
      const { segment, row } = store.place(slot);
      const norm = store.runtime.memory.f32[(segment + store.layout.norms) / 4 + row]!;
      const expected = normOf(values.subarray(7 * slot, 7 * slot + 7));
      expect(Math.abs(norm - expected)).toBeLessThanOrEqual(expected * 2 ** -23);
    }
  });

  test('stay where they are while others are added one at a time, over several segments', () => {
    storeOf(600); // 2400 bytes a row: 512 rows a segment
    const rows = 2 * store.layout.rowsPerSegment + 3;
    const values = randomValues(2, 600 * rows);
    const addresses: number[] = [];
    for (let i = 0; i < rows; i++) {
      addRows(store, values.subarray(600 * i, 600 * (i + 1)));
      if (store.segments.length > addresses.length) addresses.push(store.segments.at(-1)!);
      expect(store.segments).toEqual(addresses);
    }
    expect(addresses).toHaveLength(3);
    expect(store.get(0)).toEqual(values.slice(0, 600));
    expect(store.get(rows - 1)).toEqual(values.slice(600 * (rows - 1)));
  });

  test('added at once across a segment boundary are all there', () => {
    storeOf(600);
    const rows = store.layout.rowsPerSegment + 40;
    const values = randomValues(3, 600 * rows);
    addRows(store, values.subarray(0, 600 * 500));
    addRows(store, values.subarray(600 * 500));
    for (const id of [0, 499, 500, 511, 512, rows - 1]) {
      expect(store.get(id)).toEqual(values.slice(600 * id, 600 * (id + 1)));
    }
  });
});

describe('a row that is refused', () => {
  test.each([
    ['NaN', Number.NaN, 'INVALID_VALUE'],
    ['infinite', Number.NEGATIVE_INFINITY, 'INVALID_VALUE'],
    ['too long', 2 ** 65, 'INVALID_VALUE'],
  ])('because it is %s takes the whole call back', (_, value, code) => {
    storeOf(600);
    addRows(store, randomValues(4, 600 * 500));
    const segments = [...store.segments];
    const values = randomValues(5, 600 * 600);
    values[600 * 300 + 7] = value;

    const error = errorOf(() => addRows(store, values));

    expect(error.code).toBe(code);
    expect(error.message).toContain('Vector 300 ');
    expect([store.size, store.slots, store.segments]).toEqual([500, 500, segments]);
    const [next] = addRows(store, randomValues(6, 600));
    expect(next).toBe(500);
  });

  test('leaves nothing behind the rows that count', () => {
    storeOf(5);
    addRows(store, randomValues(7, 5 * 3));
    errorOf(() => addRows(store, Float32Array.of(1, 1, 1, 1, 1, Number.NaN, 0, 0, 0, 0)));
    expect(paddedRow(3)).toEqual(new Array(8).fill(0));
    expect(paddedRow(4)).toEqual(new Array(8).fill(0));
  });
});
