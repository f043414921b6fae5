import { afterEach, expect, test } from 'vitest';
import { Random } from '../../src/host/random.ts';
import { MinHashLsh, type MinHashLshOptions } from '../../src/sketch/index.ts';

const made: MinHashLsh[] = [];
afterEach(() => {
  for (const lsh of made.splice(0)) lsh.dispose();
});

async function create(options: MinHashLshOptions = {}): Promise<MinHashLsh> {
  const lsh = await MinHashLsh.create({ hashes: 64, bands: 16, ...options });
  made.push(lsh);
  return lsh;
}

/** Sets of 30 numbers below 60: many of them somewhat alike. */
function drawn(seed: number, count: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => Array.from({ length: 30 }, () => random.integer(60)));
}

const idsFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

test('what is merged answers and is saved as one index with the sets of both; the other stays as it was', async () => {
  const [one, other, whole] = [await create(), await create(), await create()];
  const [ours, theirs] = [drawn(1, 90), drawn(2, 300)];
  one.add(idsFrom(500, 90), ours);
  other.add(idsFrom(0, 300), theirs);
  other.remove(idsFrom(10, 100));
  whole.add(idsFrom(500, 90), ours);
  whole.add(
    idsFrom(0, 300).filter((id) => id < 10 || id >= 110),
    theirs.filter((_, id) => id < 10 || id >= 110),
  );
  const before = other.toBytes();
  expect(one.merge(other)).toBe(one);
  expect(one.size).toBe(290);
  expect(one.toBytes()).toEqual(whole.toBytes());
  expect(one.query(theirs[5]!, { k: 20 })).toEqual(whole.query(theirs[5]!, { k: 20 }));
  expect(other.toBytes()).toEqual(before);
});

test('an id of both, other bands, another seed and what is no index are refused, and nothing changes', async () => {
  const one = await create();
  one.add(7, [1, 2, 3]);
  const before = one.toBytes();
  const same = await create();
  same.add([8, 7], [[1], [2]]);
  expect(() => one.merge(same)).toThrow(expect.objectContaining({ code: 'DUPLICATE_ID' }));
  expect(() => one.merge(one)).toThrow(expect.objectContaining({ code: 'DUPLICATE_ID' }));
  for (const options of [{ bands: 8 }, { seed: 1 }, { hashes: 128 }]) {
    const other = await create(options);
    expect(() => one.merge(other)).toThrow(expect.objectContaining({ code: 'MERGE_MISMATCH' }));
  }
  expect(() => one.merge({} as MinHashLsh)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  const gone = await create();
  gone.dispose();
  expect(() => one.merge(gone)).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  expect(one.toBytes()).toEqual(before);
});

test('a clone goes its own way, and a cleared index takes the same ids again', async () => {
  const one = await create({ seed: 3 });
  one.add(idsFrom(0, 200), drawn(4, 200));
  const bytes = one.toBytes();
  const clone = one.clone();
  made.push(clone);
  one.clear();
  expect([one.size, clone.size]).toEqual([0, 200]);
  expect(one.query(drawn(4, 1)[0]!).ids).toHaveLength(0);
  expect(clone.toBytes()).toEqual(bytes);
  one.add(idsFrom(0, 200), drawn(4, 200));
  expect(one.toBytes()).toEqual(bytes);
});

test('similarities that are told are off by sqrt(.5 / hashes) at most, by their standard error', async () => {
  const lsh = await create();
  expect(lsh.errorBound()).toEqual({ kind: 'similarity', bound: Math.sqrt(0.5 / 64), confidence: 0.683 });
});
