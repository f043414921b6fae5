import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LanewiseError } from '../../src/host/errors.ts';
import { runtime } from '../../src/vectors/kernels.ts';
import { VectorStore } from '../../src/vectors/store.ts';
import { addRows } from './rows.ts';

/** 31 996 bytes a row, 64 rows a segment: a few dozen rows fill several segments. */
const DIMENSIONS = 7999;

/** A row that differs from every other in each of its numbers. */
function rowOf(version: number): Float32Array {
  return new Float32Array(DIMENSIONS).fill(version + 0.5).fill(-version, 0, 3);
}

function rowsOf(versions: readonly number[]): Float32Array {
  const values = new Float32Array(versions.length * DIMENSIONS);
  for (const [i, version] of versions.entries()) values.set(rowOf(version), i * DIMENSIONS);
  return values;
}

const ids = fc.integer({ min: 0, max: 199 });
const manyIds = fc.uniqueArray(ids, { maxLength: 90, size: 'max' });
const actions = fc.array(
  fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 40 }) }),
    fc.record({ addAs: fc.uniqueArray(ids, { maxLength: 40 }), replaces: fc.boolean() }),
    fc.record({ remove: manyIds }),
    fc.constant({ compact: true }),
  ),
  { maxLength: 12 },
);
type Action = typeof actions extends fc.Arbitrary<(infer T)[]> ? T : never;

/** A store beside the Map that it should answer as, with the ids that it must give out by itself. */
class Pair {
  readonly store = new VectorStore(DIMENSIONS, 'l2');
  readonly model = new Map<number, number>();
  #nextId = 0;
  #version = 0;

  run(action: Action): void {
    if ('compact' in action) this.store.compact();
    else if ('remove' in action) this.#remove(action.remove);
    else if ('add' in action)
      this.#add(
        Array.from({ length: action.add }, (_, i) => this.#nextId + i),
        false,
        false,
      );
    else this.#add(action.addAs, true, action.replaces);
  }

  #remove(removed: readonly number[]): void {
    const known = removed.filter((id) => this.model.delete(id)).length;
    expect(this.store.remove(Int32Array.from(removed))).toBe(known);
  }

  #add(added: readonly number[], isGiven: boolean, replaces: boolean): void {
    const versions = added.map((_, i) => this.#version + i);
    const isDuplicate = !replaces && added.some((id) => this.model.has(id));
    try {
      const got = addRows(
        this.store,
        rowsOf(versions),
        isGiven ? Int32Array.from(added) : undefined,
        replaces,
      );
      expect([...got]).toEqual(added);
      expect(isDuplicate).toBe(false);
    } catch (error) {
      if (!(error instanceof LanewiseError)) throw error;
      expect([error.code, isDuplicate]).toEqual(['DUPLICATE_ID', true]);
      return;
    }
    added.forEach((id, i) => void this.model.set(id, versions[i]!));
    this.#version += added.length;
    this.#nextId = Math.max(this.#nextId, ...added.map((id) => id + 1));
  }

  /** Sizes, ids and tombstones agree after every step; rows are read at the end, since each is 32 KB. */
  check(): void {
    const { store, model } = this;
    const { rowsPerSegment } = store.layout;
    expect(store.size).toBe(model.size);
    expect(store.segments.length).toBe(Math.ceil(store.slots / rowsPerSegment));
    if (store.slots > rowsPerSegment) expect(store.slots).toBeLessThanOrEqual(2 * store.size);
    for (let id = 0; id < 300; id++) expect(store.has(id)).toBe(model.has(id));
  }

  checkRows(): void {
    for (const [id, version] of this.model) {
      const same = Buffer.compare(bytesOf(this.store.get(id)!), bytesOf(rowOf(version)));
      expect(same, `row ${id}`).toBe(0);
    }
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

test('after any adds, replacements, removals and compactions a store holds what a Map holds', () => {
  const { memory } = runtime();
  const before = memory.statistics.bytesInUse;
  fc.assert(
    fc.property(actions, (steps) => {
      const pair = new Pair();
      try {
        for (const step of steps) {
          pair.run(step);
          pair.check();
        }
        pair.checkRows();
        pair.store.compact();
        expect(pair.store.slots).toBe(pair.model.size);
        pair.check();
        pair.checkRows();
      } finally {
        pair.store.release();
      }
    }),
    { numRuns: 60 },
  );
  expect(memory.statistics.bytesInUse).toBe(before);
});
