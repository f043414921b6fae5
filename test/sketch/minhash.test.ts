import fc from 'fast-check';
import { capabilities, type KeyBatch, MinHash } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { flips, truncations } from '../format/damage.ts';
import { sha256 } from '../golden/recipe.ts';
import { errorOf } from '../host/error-of.ts';
import { loadWithMemory, starve } from '../host/scarce-memory.ts';
import { makePair } from './likeness-data.ts';

const EMPTY = 2 ** 32 - 1;
const SEEDS = 100;

const of = async (keys: KeyBatch, options = {}): Promise<MinHash> =>
  (await MinHash.create(options)).add(keys);

function equalShare(a: Uint32Array, b: Uint32Array): number {
  return a.filter((value, i) => value === b[i]).length / a.length;
}

const keys = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

describe('the estimate', () => {
  // From a key in eight bins to thirty-two keys a bin.
  test.each([4, 16, 60, 128, 300, 4096])(
    'of sets of %i keys together is without bias, and its error keeps the bound',
    async (union) => {
      for (const similarity of [0, 0.1, 0.5, 0.9, 1]) {
        const truth = Math.round(union * similarity) / union;
        const errors = Array.from({ length: SEEDS }, (_, seed) => {
          const signatures = MinHash.signatures(makePair(union, similarity, 500 + seed), { seed });
          return equalShare(signatures.subarray(0, 128), signatures.subarray(128)) - truth;
        });
        const mean = errors.reduce((sum, error) => sum + error, 0) / SEEDS;
        const square = errors.reduce((sum, error) => sum + error * error, 0) / SEEDS;
        // The bound at this similarity, for small sets and for those that fill two thirds of the bins.
        const bound = Math.sqrt(((union < 300 ? 2 : 1) * truth * (1 - truth)) / 128);
        expect(Math.abs(mean)).toBeLessThanOrEqual((3.5 * bound) / Math.sqrt(SEEDS));
        // The variance of a variance is twice its square over the seeds.
        expect(square).toBeLessThanOrEqual(bound * bound * (1 + 3.5 * Math.sqrt(2 / SEEDS)));
      }
    },
  );

  test('of 1000 pairs keeps the bound that the sketch tells in as many as it says', async () => {
    using sketch = await of(keys(400));
    const { kind, bound, confidence } = sketch.errorBound();
    expect({ kind, bound }).toEqual({ kind: 'similarity', bound: Math.sqrt(0.25 / 128) });
    const pairs = 1000;
    const signatures = MinHash.signatures(
      Array.from({ length: pairs }, (_, i) => makePair(400, 0.5, i)).flat(),
    );
    const kept = Array.from({ length: pairs }, (_, i) => {
      const [a, b] = [signatures.subarray(256 * i, 256 * i + 128), signatures.subarray(256 * i + 128)];
      return Math.abs(equalShare(a, b.subarray(0, 128)) - 0.5) <= bound ? 1 : 0;
    }).reduce((sum: number, one) => sum + one, 0);
    expect(kept / pairs).toBeGreaterThan(confidence - 3 * Math.sqrt((confidence * (1 - confidence)) / pairs));
  });

  test('is told with a larger bound while the set is small', async () => {
    using sketch = await of(['one']);
    expect(sketch.errorBound()).toEqual({
      kind: 'similarity',
      bound: Math.sqrt(0.5 / 128),
      confidence: 0.683,
    });
  });

  test.each([16, 128, 4096])(
    'with %i hashes is the share of equal values of the signatures',
    async (hashes) => {
      for (const union of [3, 40, 900]) {
        const [a, b] = makePair(union, 0.4, 1);
        using left = await of(a, { hashes });
        using right = await of(b, { hashes });
        expect(left.jaccard(right)).toBe(equalShare(left.signature(), right.signature()));
        expect(right.jaccard(left)).toBe(left.jaccard(right));
      }
    },
  );

  test('of a set with itself is 1, of sets without a common key 0, of sets without keys 1, of one of these and another 0', async () => {
    using none = await MinHash.create();
    using nobody = await MinHash.create();
    using some = await of(['a', 'b']);
    using others = await of(['c', 'd']);
    expect(some.jaccard(some)).toBe(1);
    expect(some.jaccard(others)).toBe(0);
    expect(none.jaccard(nobody)).toBe(1);
    expect(none.jaccard(some)).toBe(0);
    expect(some.jaccard(none)).toBe(0);
  });
});

describe('the signature', () => {
  test('of a set without keys tells so, and that of any other has no such value', async () => {
    using none = await MinHash.create({ hashes: 16 });
    expect([...none.signature()]).toEqual(Array(16).fill(EMPTY));
    for (const count of [1, 2, 5, 9, 30]) {
      using some = await of(keys(count), { hashes: 256 });
      expect(some.signature()).not.toContain(EMPTY);
    }
  });

  test.each([
    [16, 1],
    [16, 9],
    [256, 12],
    [256, 31],
    [256, 32],
    [256, 200],
    [4096, 130],
  ])(
    'of %i bins and %i keys fills the empty ones by the order of each, and no other',
    async (hashes, count) => {
      const seed = 11;
      const bins = new Uint32Array(hashes).fill(EMPTY);
      const file = (await of(keys(count), { hashes, seed })).toBytes();
      new Uint8Array(bins.buffer).set(file.subarray(file.length - 4 * hashes));
      expect(bins).toContain(EMPTY);
      const expected = bins.map((value, bin) => (value === EMPTY ? bins[firstOf(bins, bin)]! : value));
      using sketch = await of(keys(count), { hashes, seed });
      expect(sketch.signature()).toEqual(expected);
    },
  );

  test('does not depend on the order of the keys, on how often they come, nor on how they are given', async () => {
    const values = [5, 900, 17, 4, 4_000_000_000];
    using first = await of(values);
    for (const others of [
      [...values].reverse(),
      [...values, ...values],
      Uint32Array.from(values),
      values.map(BigInt),
      Float64Array.from(values),
    ]) {
      using other = await of(others);
      expect(other.signature()).toEqual(first.signature());
      expect(MinHash.signatures([others])).toEqual(first.signature());
    }
  });

  test('of many sets at once is that of each', async () => {
    const sets = [['a', 'b'], [], ['c'], Array.from({ length: 5000 }, (_, i) => `key ${i}`)];
    const signatures = MinHash.signatures(sets, { hashes: 64, seed: 3 });
    for (const [i, set] of sets.entries()) {
      using sketch = await of(set, { hashes: 64, seed: 3 });
      expect(signatures.subarray(64 * i, 64 * i + 64)).toEqual(sketch.signature());
    }
  });

  test('is the same in every runtime and version', () => {
    const sets = Array.from({ length: 40 }, (_, i) => Array.from({ length: i * i }, (_, j) => `${i} ${j} ä`));
    const signatures = MinHash.signatures(sets, { hashes: 64, seed: 42 });
    expect(sha256(new Uint8Array(signatures.buffer))).toBe(
      '62ac4eaffcad6e08eb90fb86681ad024a19e0bb8a99280b1d971a0c2ed2f93ec',
    );
  });
});

/** The first bin that is not empty in the order of a bin, one step after another, with the finalizer of MurmurHash3. */
function firstOf(bins: Uint32Array, bin: number): number {
  let order = Math.imul(bin + 1, 0x9e3779b9);
  order = Math.imul(order ^ (order >>> 16), 0x85ebca6b);
  order = Math.imul(order ^ (order >>> 13), 0xc2b2ae35);
  order = (order ^ (order >>> 16)) >>> 0;
  const stride = (order >>> 16) | 1;
  for (let step = 0; ; step++) {
    const asked = (order + step * stride) % bins.length;
    if (bins[asked] !== EMPTY) return asked;
  }
}

describe('a life', () => {
  test('merged sketches are the sketch of the union, bit for bit', async () => {
    const texts = fc.array(fc.string({ maxLength: 3 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(texts, texts, async (a, b) => {
        using left = await of(a, { hashes: 32 });
        using right = await of(b, { hashes: 32 });
        using both = await of([...a, ...b], { hashes: 32 });
        left.signature(); // which is not kept
        const before = right.toBytes();
        expect(left.merge(right).toBytes()).toEqual(both.toBytes());
        expect(left.signature()).toEqual(both.signature());
        expect(right.toBytes()).toEqual(before);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test('a clone goes its own way, and a cleared sketch is as new', async () => {
    using sketch = await of(['a', 'b']);
    using clone = sketch.clone();
    const before = sketch.signature();
    expect(clone.signature()).toEqual(before);
    clone.add('c');
    expect(sketch.signature()).toEqual(before);
    sketch.clear();
    using fresh = await MinHash.create();
    expect(sketch.toBytes()).toEqual(fresh.toBytes());
    expect(sketch.jaccard(fresh)).toBe(1);
  });

  test('a saved sketch goes on as it was, and its file is the same in every runtime and version', async () => {
    using sketch = await of(keys(50), { hashes: 64, seed: -7 });
    using loaded = MinHash.fromBytes(sketch.toBytes());
    expect([loaded.hashes, loaded.seed]).toEqual([64, -7]);
    expect(loaded.signature()).toEqual(sketch.signature());
    expect(loaded.add('more').toBytes()).toEqual(sketch.add('more').toBytes());
    expect(sha256(sketch.toBytes())).toBe('ed8727a250d25c89b925da39fe46e9323017e9eb7c67253cf1f532150fea61e2');
  });

  test('a file that is damaged is refused, or read as it was', async () => {
    const file = (await of(keys(20), { hashes: 16 })).toBytes();
    const { bytesInUse } = capabilities().memory;
    fc.assert(
      fc.property(fc.oneof(truncations(file), flips(file)), (damaged) => {
        try {
          const loaded = MinHash.fromBytes(damaged);
          loaded.signature();
          loaded.dispose();
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^FILE_/) });
        }
      }),
      { seed: 2, numRuns: 300 },
    );
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
  });

  test('memory is what it tells, and all of it is given back', async () => {
    using other = await MinHash.create();
    const { bytesInUse } = capabilities().memory;
    const sketch = await of(keys(50), { hashes: 1024 });
    expect(capabilities().memory.bytesInUse - bytesInUse).toBe(sketch.memoryUsage().total);
    expect(sketch.memoryUsage().total).toBe(2 * 4 * 1024);
    sketch.clone().merge(sketch).dispose();
    MinHash.signatures([[1]], { hashes: 1024 });
    errorOf(() => MinHash.signatures([[1], [Number.NaN]]));
    sketch.dispose();
    sketch.dispose();
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
    expect(other.memoryUsage().total).toBe(2 * 4 * 128);
  });
});

describe('what is refused', () => {
  test.each([0, 8, 100, 129, 2 ** 17, 128.5, Number.NaN, '128', null])('%s hashes', async (hashes) => {
    await expect(MinHash.create({ hashes: hashes as number })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('sketches of other hashes or another seed, with both, and what is no sketch', async () => {
    using sketch = await of(['a']);
    using wider = await MinHash.create({ hashes: 256 });
    using seeded = await MinHash.create({ seed: 1 });
    const before = sketch.toBytes();
    for (const call of ['merge', 'jaccard'] as const) {
      expect(errorOf(() => sketch[call](wider))).toMatchObject({
        code: 'MERGE_MISMATCH',
        expected: { hashes: 128, seed: 0 },
        got: { hashes: 256, seed: 0 },
      });
      expect(errorOf(() => sketch[call](seeded))).toMatchObject({ code: 'MERGE_MISMATCH' });
      expect(errorOf(() => sketch[call]({} as MinHash))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(sketch.toBytes()).toEqual(before);
  });

  test('keys that are none leave the sketch as it was', async () => {
    using sketch = await of(['a']);
    const before = sketch.toBytes();
    expect(errorOf(() => sketch.add([1, Number.NaN]))).toMatchObject({ code: 'INVALID_VALUE' });
    expect(errorOf(() => sketch.add(['b', 1] as string[]))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(sketch.toBytes()).toEqual(before);
    const text = 'one text' as unknown as KeyBatch;
    expect(errorOf(() => MinHash.signatures([text])).message).toContain('Split a text');
    expect(errorOf(() => MinHash.signatures(text as never))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('every call after dispose()', async () => {
    const sketch = await of(['a']);
    using other = await of(['a']);
    const bytes = sketch.toBytes();
    sketch.dispose();
    for (const call of [
      () => sketch.add('b'),
      () => sketch.jaccard(other),
      () => other.jaccard(sketch),
      () => sketch.merge(other),
      () => other.merge(sketch),
      () => sketch.signature(),
      () => sketch.clone(),
      () => sketch.clear(),
      () => sketch.errorBound(),
      () => sketch.toBytes(),
      () => sketch.memoryUsage(),
    ]) {
      expect(errorOf(call)).toMatchObject({ code: 'DISPOSED' });
    }
    expect(other.toBytes()).toEqual(bytes);
  });
});

test('a call that finds no memory, wherever on its way, leaves the sketch, and no bytes', async () => {
  const scarce = await loadWithMemory(1 << 21);
  const { MinHash: Scarce } = scarce.lanewise;
  using sketch = (await Scarce.create({ hashes: 1024 })).add(['a', 'b']);
  const bytes = sketch.toBytes();
  const long = 'x'.repeat(100_000);
  const state = () => [sha256(sketch.toBytes()), scarce.memory.statistics.bytesInUse];
  const before = state();
  for (const call of [
    () => sketch.clone().dispose(),
    () => Scarce.fromBytes(bytes).dispose(),
    () => Scarce.signatures([['a'], [long]]),
    async () => (await Scarce.create()).dispose(),
    () => {
      using clone = sketch.clone();
      clone.add(long);
    },
  ]) {
    const check = (error: unknown) => expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
    expect(await starve(scarce, call, check), String(call)).toBeGreaterThan(0);
  }
  expect(state()).toEqual(before);
});
