import { afterEach, describe, expect, test } from 'vitest';
import { runtime } from '../../src/vectors/kernels.ts';
import { VectorStore } from '../../src/vectors/store.ts';
import { errorOf } from '../host/error-of.ts';
import { readCodes, readNibbles } from './decode.ts';
import { addRows, randomValues } from './rows.ts';

/** 16 000 bytes a row, 128 rows a segment. */
const DIMENSIONS = 4000;
const PER_SEGMENT = 128;

let store: VectorStore;

/** A store of `rows` random rows with ids in order. */
function storeOf(rows: number): Float32Array {
  store = new VectorStore(DIMENSIONS, 'cosine');
  const values = randomValues(rows, rows * DIMENSIONS);
  addRows(store, values);
  return values;
}

function idsFrom(start: number, end: number, step = 1): Int32Array {
  return Int32Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step);
}

afterEach(() => store.release());

describe('removing', () => {
  test('half of the rows and one moves the others together and frees the segments left over', () => {
    const values = storeOf(4 * PER_SEGMENT);
    const full = runtime().memory.statistics.bytesInUse;

    store.remove(idsFrom(0, 4 * PER_SEGMENT, 2));
    expect(store.slots).toBe(4 * PER_SEGMENT); // exactly half are tombstones: not yet
    store.remove(Int32Array.of(1));

    expect(store.slots).toBe(2 * PER_SEGMENT - 1);
    expect(store.segments).toHaveLength(2);
    expect(full - runtime().memory.statistics.bytesInUse).toBe(2 * store.layout.bytes);
    for (const id of [3, 5, 2 * PER_SEGMENT + 1, 4 * PER_SEGMENT - 1]) {
      expect(store.get(id)).toEqual(values.slice(id * DIMENSIONS, (id + 1) * DIMENSIONS));
    }
  });

  test('leaves a single segment alone, however sparse', () => {
    storeOf(PER_SEGMENT);
    store.remove(idsFrom(0, PER_SEGMENT - 1));
    expect([store.size, store.slots]).toEqual([1, PER_SEGMENT]);
  });

  test('every row frees every segment, and ids go on where they were', () => {
    storeOf(2 * PER_SEGMENT);
    store.remove(idsFrom(0, 2 * PER_SEGMENT));
    expect([store.size, store.slots, store.segments]).toEqual([0, 0, []]);
    expect(addRows(store, randomValues(1, DIMENSIONS))).toEqual(Int32Array.of(2 * PER_SEGMENT));
  });

  test('passes over ids that are unknown or given twice', () => {
    storeOf(3);
    expect(store.remove(Int32Array.of(1, 1, 99))).toBe(1);
    expect(store.size).toBe(2);
  });
});

describe('a row that moved', () => {
  test('has the codes, bounds and norm that it had', () => {
    storeOf(20);
    const before = [readCodes(store, 19), readNibbles(store, 19)];
    store.remove(Int32Array.of(4));
    store.compact();
    expect(store.slotOf(19)).toBe(4);
    expect([readCodes(store, 4), readNibbles(store, 4)]).toEqual(before);
  });

  test('leaves an empty place behind: no id, no norm, no codes', () => {
    storeOf(20);
    store.remove(Int32Array.of(4));
    store.compact();
    const { layout, segments } = store;
    const { memory } = runtime();
    expect(store.slots).toBe(19);
    expect(memory.i32[(segments[0]! + layout.ids) / 4 + 19]).toBe(-1);
    expect(memory.f32[(segments[0]! + layout.norms) / 4 + 19]).toBe(0);
    for (const { factors, error, scale, correction } of [readCodes(store, 19), readNibbles(store, 19)]) {
      expect([...new Set(factors), error, scale, correction]).toEqual([0, 0, 0, 0]);
    }
  });
});

describe('while rows are staged', () => {
  test('nothing shows, and other changes must wait', () => {
    const values = storeOf(3);
    const staged = store.stage(2, undefined, false);
    staged.writeChunk(values);
    expect([store.size, store.slots, store.has(3)]).toEqual([3, 3, false]);
    for (const change of [
      () => store.stage(1, undefined, false),
      () => store.remove(Int32Array.of(0)),
      () => store.compact(),
    ]) {
      expect(errorOf(change).code).toBe('INVALID_ARGUMENT');
    }
    staged.rollback();
    expect(store.remove(Int32Array.of(0))).toBe(1);
  });

  test('the segments that they took are freed by a rollback', () => {
    const values = storeOf(PER_SEGMENT);
    const before = runtime().memory.statistics.bytesInUse;
    const staged = store.stage(PER_SEGMENT, undefined, false);
    staged.writeChunk(values);
    staged.rollback();
    expect(runtime().memory.statistics.bytesInUse).toBe(before);
  });
});

test('automatic ids end with the largest id', () => {
  storeOf(1);
  addRows(store, randomValues(2, DIMENSIONS), Int32Array.of(2 ** 31 - 1));
  expect(errorOf(() => addRows(store, randomValues(3, DIMENSIONS))).code).toBe('INVALID_ARGUMENT');
  expect([store.size, store.has(2 ** 31 - 1)]).toEqual([2, true]);
});

test('an id that stands twice in one call is refused, replacing or not', () => {
  storeOf(1);
  for (const replaces of [true, false]) {
    const error = errorOf(() =>
      addRows(store, randomValues(2, 2 * DIMENSIONS), Int32Array.of(9, 9), replaces),
    );
    expect([error.code, error.got, store.size]).toEqual(['DUPLICATE_ID', 9, 1]);
  }
});
