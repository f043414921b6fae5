import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CellStore } from '../../src/vectors/cell-store.ts';
import { runtime } from '../../src/vectors/kernels.ts';
import { NEXT_WORD } from '../../src/vectors/segment.ts';
import { errorOf } from '../host/error-of.ts';
import { randomValues } from './rows.ts';

const CELLS = 5;
let bytesBefore = 0;
let store: CellStore;

beforeEach(() => {
  bytesBefore = runtime().memory.statistics.bytesInUse;
  store = new CellStore(3, 'l2', CELLS, { planes: ['codes'] });
});

afterEach(() => {
  store.release();
  expect(runtime().memory.statistics.bytesInUse).toBe(bytesBefore);
});

/** Adds rows to cells as an index does. */
function add(
  cellOf: readonly number[],
  values: Float32Array,
  ids?: readonly number[],
  replaces = false,
): Int32Array {
  const staged = store.stage(Int32Array.from(cellOf), ids && Int32Array.from(ids), replaces);
  while (staged.written < staged.pieces.length) store.writePiece(staged, values);
  store.commit(staged);
  return staged.ids;
}

/** Addresses of the segments of a cell, by the table and the links that the kernels follow. */
function chainOf(cell: number): number[] {
  const { u32 } = runtime().memory;
  const addresses: number[] = [];
  for (let at = u32[store.table / 4 + cell]!; at !== 0; at = u32[at / 4 + NEXT_WORD]!) addresses.push(at);
  return addresses;
}

/** Ids of a cell in their order, tombstones and all. */
function idsOf(cell: number): number[] {
  const { i32 } = runtime().memory;
  return [...store.cellSegments(cell)].flatMap(({ address, layout, count }) => {
    const start = (address + layout.ids) / 4;
    return [...i32.subarray(start, start + count)];
  });
}

const times = <T>(count: number, value: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => value(i));

describe('rows of cells', () => {
  test('stand in their cells in the order of adding, and come back by id', () => {
    const values = randomValues(1, 3 * 200);
    const ids = add(
      times(200, (i) => (i * i) % CELLS),
      values,
    );
    expect([...ids]).toEqual(times(200, (i) => i));
    for (let cell = 0; cell < CELLS; cell++) {
      expect(idsOf(cell)).toEqual(times(200, (i) => i).filter((i) => (i * i) % CELLS === cell));
      expect(chainOf(cell)).toEqual([...store.cellSegments(cell)].map(({ address }) => address));
    }
    for (let id = 0; id < 200; id++) expect(store.get(id)).toEqual(values.slice(3 * id, 3 * id + 3));
    expect([store.size, store.slots, store.nextId]).toEqual([200, 200, 200]);
  });

  test('of one cell grow without moving those of the others', () => {
    add(
      times(100, (i) => i % CELLS),
      randomValues(1, 300),
    );
    const before = times(CELLS, chainOf);
    for (let i = 0; i < 60; i++) add(new Array(10).fill(2), randomValues(i, 30));
    const after = times(CELLS, chainOf);
    expect(after[2]).not.toEqual(before[2]);
    for (const cell of [0, 1, 3, 4]) expect(after[cell]).toEqual(before[cell]);
    expect(idsOf(2).length).toBe(620);
  });

  test('move seldom when they come one by one: a quarter more room at a time', () => {
    const places = new Set<number>();
    for (let i = 0; i < 1000; i++) {
      add([1], randomValues(i, 3));
      places.add(chainOf(1)[0]! * 8192 + [...store.cellSegments(1)][0]!.layout.rowsPerSegment);
    }
    // From 16 to 1000 rows by blocks of 16 and then by quarters: log(1000 / 64) / log(1.25) = 12, and some before.
    expect(places.size).toBeLessThan(24);
  });

  test('of more than 4096 go on in further segments, which stay where they are', () => {
    const values = randomValues(1, 3 * 9000);
    add(new Array(4096).fill(3), values.slice(0, 3 * 4096));
    const [first] = chainOf(3);
    add(new Array(4904).fill(3), values.slice(3 * 4096));
    expect(chainOf(3).length).toBe(3);
    expect(chainOf(3)[0]).toBe(first);
    expect([...store.cellSegments(3)].map(({ count }) => count)).toEqual([4096, 4096, 808]);
    for (const id of [0, 4095, 4096, 8191, 8192, 8999])
      expect(store.get(id)).toEqual(values.slice(3 * id, 3 * id + 3));
    // A segment from the middle goes when its rows go, and the chain closes.
    expect(store.remove(Int32Array.from(times(4096, (i) => 4096 + i)))).toBe(4096);
    expect(chainOf(3).length).toBe(2);
    expect([store.get(8999), store.get(5000)]).toEqual([values.slice(3 * 8999, 3 * 9000), undefined]);
    add([3, 0], randomValues(2, 6));
    expect(idsOf(3).at(-1)).toBe(9000);
  });

  test('that replace others may lie in another cell; the old ones are gone', () => {
    add([0, 0, 0, 1], randomValues(1, 12));
    add([4, 0], Float32Array.of(7, 8, 9, 1, 2, 3), [1, 2], true);
    expect([store.size, store.get(1), store.get(2)]).toEqual([
      4,
      Float32Array.of(7, 8, 9),
      Float32Array.of(1, 2, 3),
    ]);
    expect(
      times(CELLS, idsOf)
        .flat()
        .filter((id) => id >= 0)
        .sort(),
    ).toEqual([0, 1, 2, 3]);
  });
});

describe('removing', () => {
  test('leaves tombstones until more than half are, then closes up in order and gives memory back', () => {
    add(new Array(1000).fill(0), randomValues(1, 3000));
    const { bytes } = store.arena;
    store.remove(Int32Array.from(times(500, (i) => 2 * i)));
    expect([store.size, store.slots]).toEqual([500, 1000]);
    store.remove(Int32Array.of(1));
    expect([store.size, store.slots]).toEqual([499, 499]);
    expect(idsOf(0)).toEqual(times(499, (i) => 2 * i + 3));
    expect(store.arena.bytes).toBeLessThan(0.6 * bytes);
    expect([store.get(3), store.get(2)]).toEqual([randomValues(1, 3000).slice(9, 12), undefined]);
  });

  test('every row of a cell frees its segment, whose number is used again', () => {
    const { bytes } = store.arena;
    for (let round = 0; round < 3; round++) {
      add(
        times(50, (i) => i % CELLS),
        randomValues(round, 150),
        times(50, (i) => i),
      );
      expect(store.remove(Int32Array.from(times(60, (i) => i)))).toBe(50);
      expect([store.size, store.slots, store.arena.bytes, store.segments]).toEqual([0, 0, bytes, []]);
      expect(times(CELLS, chainOf).flat()).toEqual([]);
    }
  });

  test('and compacting keeps every other row as it was', () => {
    const values = randomValues(4, 3 * 300);
    add(
      times(300, (i) => i % 3),
      values,
    );
    store.remove(Int32Array.from(times(100, (i) => 3 * i + (i % 2))));
    store.compact();
    expect(store.slots).toBe(200);
    for (let id = 0; id < 300; id++) {
      const isGone = id % 3 === Math.floor(id / 3) % 2;
      expect(store.get(id)).toEqual(isGone ? undefined : values.slice(3 * id, 3 * id + 3));
    }
  });
});

describe('staged rows', () => {
  test('do not show before they are committed, and never when they are rolled back', () => {
    add(
      times(40, (i) => i % CELLS),
      randomValues(1, 120),
    );
    const before = { bytes: store.arena.bytes, ids: times(CELLS, idsOf), chains: times(CELLS, chainOf) };
    const expectUnchanged = () => {
      expect({ ids: times(CELLS, idsOf), chains: times(CELLS, chainOf) }).toEqual({
        ids: before.ids,
        chains: before.chains,
      });
      expect([store.size, store.nextId, store.get(40)]).toEqual([40, 40, undefined]);
    };
    for (const written of [0, 1, 3, CELLS]) {
      const staged = store.stage(Int32Array.from(times(30, (i) => i % CELLS)), undefined, false);
      while (staged.written < written) store.writePiece(staged, randomValues(2, 90));
      expectUnchanged();
      store.rollback(staged);
      expectUnchanged();
      expect(store.arena.bytes).toBe(before.bytes);
    }
    expect([...add([0], randomValues(3, 3))]).toEqual([40]);
  });

  test('refuse every other change', () => {
    const staged = store.stage(Int32Array.of(1), undefined, false);
    const changes = [
      () => store.stage(Int32Array.of(2), undefined, false),
      () => store.remove(Int32Array.of(0)),
      () => store.compact(),
    ];
    for (const change of changes) expect(errorOf(change).code).toBe('INVALID_ARGUMENT');
    store.rollback(staged);
    store.compact();
  });

  test('that a norm refuses are named by their number, and rolled back leave nothing', () => {
    const staged = store.stage(Int32Array.of(2, 1, 2), undefined, false);
    const values = Float32Array.of(1, 1, 1, 1, 1, 1, 1, Number.NaN, 1);
    const error = errorOf(() => {
      while (staged.written < staged.pieces.length) store.writePiece(staged, values);
    });
    expect([error.code, error.message]).toEqual(['INVALID_VALUE', expect.stringMatching(/^Vector 2 /)]);
    store.rollback(staged);
    expect([store.size, store.slots, times(CELLS, chainOf).flat()]).toEqual([0, 0, []]);
  });
});
