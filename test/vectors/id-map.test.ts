import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { IdMap } from '../../src/vectors/id-map.ts';

/** Ids that land close together: neighbours, multiples of large powers of two, and the largest of all. */
const ids = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 1023 }).map((i) => i * 2 ** 21),
  fc.integer({ min: 0, max: 40 }).map((i) => 2 ** 31 - 1 - i),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
);
const actions = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ id: ids, slot: fc.nat() }) },
    { weight: 2, arbitrary: ids.map((id) => ({ id, slot: id })) },
    { weight: 2, arbitrary: fc.record({ id: ids }) },
  ),
  { maxLength: 400, size: 'max' },
);

function expectSame(map: IdMap, model: ReadonlyMap<number, number>, others: readonly number[]): void {
  expect(map.size).toBe(model.size);
  for (const [id, slot] of model) expect(map.get(id)).toBe(slot);
  for (const id of others) expect(map.get(id)).toBe(model.get(id) ?? -1);
}

describe('IdMap', () => {
  test('answers as a Map does after any sets and deletes', () => {
    fc.assert(
      fc.property(fc.nat(50), actions, (inOrder, steps) => {
        const map = new IdMap();
        const model = new Map<number, number>();
        for (let id = 0; id < inOrder; id++) {
          map.set(id, id);
          model.set(id, id);
        }
        for (const step of steps) {
          if ('slot' in step) {
            map.set(step.id, step.slot);
            model.set(step.id, step.slot);
          } else {
            map.delete(step.id);
            model.delete(step.id);
          }
          expect(map.get(step.id)).toBe(model.get(step.id) ?? -1);
        }
        expectSame(
          map,
          model,
          steps.map(({ id }) => id),
        );
      }),
    );
  });

  test.each([1, 2 ** 16, 2 ** 20, 2 ** 24])('keeps 127 ids that are multiples of %i apart', (factor) => {
    const map = new IdMap();
    const model = new Map<number, number>();
    for (let i = 0; i < 127; i++) {
      map.set(i * factor, i);
      model.set(i * factor, i);
    }
    for (let i = 0; i < 127; i += 3) {
      map.delete(i * factor);
      model.delete(i * factor);
    }
    expectSame(
      map,
      model,
      Array.from({ length: 127 }, (_, i) => i * factor),
    );
  });

  test('holds nothing for ids in the order of their slots, and finds them all once one is out of order', () => {
    const map = new IdMap();
    for (let id = 0; id < 1000; id++) expect(map.set(id, id)).toBe(-1);
    map.delete(999);
    expect([map.size, map.bytes, map.get(998), map.get(999), map.get(-1)]).toEqual([999, 0, 998, -1, -1]);

    expect(map.set(5, 2000)).toBe(5);
    expect(map.bytes).toBeGreaterThan(8 * 999);
    expectSame(map, new Map(Array.from({ length: 999 }, (_, id) => [id, id === 5 ? 2000 : id])), [999, -1]);
  });

  test.each([
    ['set', (map: IdMap) => map.set(7, 3)],
    ['delete', (map: IdMap) => map.delete(2)],
    ['makeRoom', (map: IdMap) => map.makeRoom(10)],
  ] as const)('is as it was where %s finds no memory for the entries', (_, change) => {
    const map = new IdMap();
    for (let id = 0; id < 5; id++) map.set(id, id);
    class Scarce {
      constructor() {
        throw new RangeError('Array buffer allocation failed');
      }
    }
    vi.stubGlobal('Int32Array', Scarce);
    expect(() => change(map)).toThrow(RangeError);
    vi.unstubAllGlobals();

    expectSame(map, new Map(Array.from({ length: 5 }, (_, id) => [id, id])), [5, 7, -1]);
    change(map);
    expect(map.get(4)).toBe(4);
  });

  test('replaces the slot of a known id without growing', () => {
    const map = new IdMap();
    map.set(5, 1);
    map.set(5, 2);
    expect([map.size, map.get(5)]).toEqual([1, 2]);
  });

  test('keeps its ids when room is made for more', () => {
    const map = new IdMap();
    for (let id = 0; id < 30; id++) map.set(id, id + 100);
    const before = map.bytes;
    map.makeRoom(1000);
    expect(map.bytes).toBeGreaterThan(before);
    for (let id = 0; id < 30; id++) expect(map.get(id)).toBe(id + 100);
  });

  test('does not grow while what was reserved is filled', () => {
    const map = new IdMap();
    const ids = Int32Array.from({ length: 1000 }, (_, i) => i * 2 ** 20);
    map.makeRoom(1000);
    const reserved = map.bytes;
    expect(reserved).toBeGreaterThanOrEqual(16 * 1000);
    for (let i = 0; i < 1000; i++) map.set(ids[i]!, i);
    expect(map.bytes).toBe(reserved);
  });

  test('is at most half full: 16 bytes an id at least, 32 at most beyond the first 64 entries', () => {
    const map = new IdMap();
    for (let id = 0; id < 5000; id++) {
      map.set(id, id + 1);
      expect(map.bytes).toBeGreaterThanOrEqual(16 * map.size);
      expect(map.bytes).toBeLessThanOrEqual(Math.max(64 * 8, 32 * map.size));
    }
  });

  test('has nothing under the number that marks an empty entry, even after deletes', () => {
    const map = new IdMap();
    for (let id = 0; id < 32; id++) map.set(id, id + 1);
    for (let id = 0; id < 32; id++) map.delete(id);
    expect(map.get(-1)).toBe(-1);
  });
});
