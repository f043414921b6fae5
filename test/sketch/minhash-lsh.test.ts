import fc from 'fast-check';
import {
  capabilities,
  type KeySet,
  MinHash,
  MinHashLsh,
  type MinHashLshOptions,
  Random,
  type SimilarSets,
} from 'lanewise';
import { describe, expect, test, vi } from 'vitest';
import { flips, truncations } from '../format/damage.ts';
import { sha256 } from '../golden/recipe.ts';
import { errorOf } from '../host/error-of.ts';
import { loadWithMemory, starve } from '../host/scarce-memory.ts';
import { jaccardOf, makeFamilies, makePair } from './likeness-data.ts';

const SHAPE = { hashes: 64, bands: 16, seed: 5 };
const FAMILIES = makeFamilies(new Random(1), 40, 5);
const idsOf = (sets: readonly unknown[]): number[] => sets.map((_, i) => 7 * i);

/** Every stored signature compared, one by one. */
function bruteForce(
  stored: ReadonlyMap<number, Uint32Array>,
  query: Uint32Array,
  { bands = 16, k = 10, least = 0 } = {},
): SimilarSets {
  const rows = query.length / bands;
  const found = [...stored]
    .map(([id, signature]) => {
      const equal = Array.from(signature, (value, i) => value === query[i]);
      const isCandidate = Array.from({ length: bands }, (_, band) =>
        equal.slice(band * rows, band * rows + rows).every(Boolean),
      ).some(Boolean);
      return { id, isCandidate, similarity: equal.filter(Boolean).length / equal.length };
    })
    .filter(({ isCandidate, similarity }) => isCandidate && similarity >= least)
    .sort((a, b) => b.similarity - a.similarity || a.id - b.id)
    .slice(0, k);
  return {
    ids: Int32Array.from(found, ({ id }) => id),
    similarities: Float32Array.from(found, ({ similarity }) => similarity),
  };
}

const signatureOf = (set: Uint32Array): Uint32Array => MinHash.signatures([set], SHAPE);

describe('a query', () => {
  test('answers what comparing with every set that shares a band answers', async () => {
    using lsh = await MinHashLsh.create(SHAPE);
    const ids = idsOf(FAMILIES);
    lsh.add(ids, FAMILIES);
    const stored = new Map(ids.map((id, i) => [id, signatureOf(FAMILIES[i]!)]));
    for (const [i, set] of FAMILIES.entries()) {
      const query = signatureOf(set);
      for (const [k, least] of [
        [1, 0],
        [3, 0.5],
        [10, 0],
        [5000, 0.25],
      ] as const) {
        const expected = bruteForce(stored, query, { k, least });
        expect(lsh.query(set, { k, minSimilarity: least })).toEqual(expected);
      }
      const own = ids[i]!;
      const { ids: others } = bruteForce(stored, query, { k: 5000 });
      expect(lsh.query(set, { k: 5000, exclude: own }).ids).toEqual(others.filter((id) => id !== own));
      expect(lsh.query(set, { exclude: [...others, 12_345] }).ids).toEqual(Int32Array.of());
    }
  });

  test('of a sketch answers what that of its keys answers, and sketches are stored like keys', async () => {
    using lsh = await MinHashLsh.create(SHAPE);
    using sketch = (await MinHash.create(SHAPE)).add(FAMILIES[0]!);
    lsh.add([1, 2], [sketch, FAMILIES[0]!]).add(3, sketch);
    expect(lsh.query(sketch)).toEqual({
      ids: Int32Array.of(1, 2, 3),
      similarities: Float32Array.of(1, 1, 1),
    });
    expect(lsh.query(FAMILIES[0]!)).toEqual(lsh.query(sketch));
  });

  test('of more than a chunk of equal sets answers all of them, by their ids', async () => {
    using lsh = await MinHashLsh.create({ hashes: 16, bands: 2 });
    const ids = Int32Array.from({ length: 5000 }, (_, i) => 5000 - i);
    lsh.add(ids, Array(5000).fill(['same']));
    expect(lsh.query(['same'], { k: 5000 }).ids).toEqual(ids.toReversed());
    expect(lsh.query(['same'], { k: 4 }).ids).toEqual(Int32Array.of(1, 2, 3, 4));
  });

  test('of a set without keys finds those without keys, and no others; an empty index answers nothing', async () => {
    using lsh = await MinHashLsh.create();
    expect(lsh.query([])).toEqual({ ids: Int32Array.of(), similarities: Float32Array.of() });
    lsh.add([1, 2, 3], [[], ['a'], []]);
    expect(lsh.query([])).toEqual({ ids: Int32Array.of(1, 3), similarities: Float32Array.of(1, 1) });
    expect(lsh.query(['a']).ids).toEqual(Int32Array.of(2));
  });
});

describe('the S-curve', () => {
  test.each([
    [{ hashes: 128, bands: 32 }, 0.4],
    [{ hashes: 128, bands: 32 }, 0.6],
    [{ hashes: 128, bands: 20, rows: 5 }, 0.5],
    [{ hashes: 64, bands: 4 }, 0.9],
  ])('of %j tells how many pairs of similarity %d are found', async (shape, similarity) => {
    const seeds = 40;
    const each = 20;
    let found = 0;
    for (let seed = 0; seed < seeds; seed++) {
      using lsh = await MinHashLsh.create({ ...shape, seed });
      for (let i = 0; i < each; i++) {
        // So many keys that bands are all but independent of each other.
        const [a, b] = makePair(1000, similarity, each * seed + i);
        lsh.add(i, a);
        found += lsh.query(b).ids.includes(i) ? 1 : 0;
      }
    }
    using lsh = await MinHashLsh.create(shape);
    const p = lsh.candidateProbability(similarity);
    const pairs = seeds * each;
    expect(p).toBeCloseTo(1 - (1 - similarity ** lsh.rows) ** lsh.bands, 12);
    expect(Math.abs(found - pairs * p)).toBeLessThan(3 * Math.sqrt(pairs * p * (1 - p)) + 1);
  });

  // Bins that were filled depend on each other, a little: of a chance of .55 some hundredths.
  test.each([4, 12, 40])(
    'is nearly kept by sets of %i keys together, most of whose bins are filled',
    async (union) => {
      const shape = { hashes: 128, bands: 25, rows: 5 };
      const [seeds, each] = [40, 50];
      let found = 0;
      for (let seed = 0; seed < seeds; seed++) {
        using lsh = await MinHashLsh.create({ ...shape, seed });
        for (let i = 0; i < each; i++) {
          const [a, b] = makePair(union, 0.5, each * seed + i);
          lsh.add(i, a);
          found += lsh.query(b, { k: each }).ids.includes(i) ? 1 : 0;
        }
      }
      using lsh = await MinHashLsh.create(shape);
      const p = lsh.candidateProbability(0.5);
      const pairs = seeds * each;
      expect(Math.abs(found / pairs - p)).toBeLessThan(0.05 * p + 3 * Math.sqrt((p * (1 - p)) / pairs));
    },
  );

  // Table of section 3.4.2 of "Mining of Massive Datasets": b = 20, r = 5.
  test('is that of the textbook', async () => {
    using lsh = await MinHashLsh.create({ hashes: 128, bands: 20, rows: 5 });
    const table = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((s) => lsh.candidateProbability(s));
    for (const [i, printed] of [0.006, 0.047, 0.186, 0.47, 0.802, 0.975, 0.9996].entries())
      expect(table[i]).toBeCloseTo(printed, 3);
    expect([lsh.candidateProbability(0), lsh.candidateProbability(1)]).toEqual([0, 1]);
  });

  test.each([0.2, 0.5, 0.8, 0.95])(
    'rises about a threshold of %d, as near to a step as any bands',
    async (threshold) => {
      using lsh = await MinHashLsh.create({ hashes: 64, threshold });
      const wrong = (bands: number, rows: number): number => {
        const steps = 1000;
        const areas = Array.from({ length: steps }, (_, i) => {
          const s = (i + 0.5) / steps;
          const p = 1 - (1 - s ** rows) ** bands;
          return s < threshold ? p : 1 - p;
        });
        return areas.reduce((sum, area) => sum + area, 0) / steps;
      };
      const all = Array.from({ length: 64 }, (_, r) =>
        Array.from({ length: Math.floor(64 / (r + 1)) }, (_, b) => wrong(b + 1, r + 1)),
      ).flat();
      expect(wrong(lsh.bands, lsh.rows)).toBeLessThan(Math.min(...all) + 1e-3);
      expect((1 / lsh.bands) ** (1 / lsh.rows)).toBeGreaterThan(threshold - 0.15);
      expect((1 / lsh.bands) ** (1 / lsh.rows)).toBeLessThan(threshold + 0.15);
    },
  );
});

describe('pairs', () => {
  test('are those that share a band, each once, by ids', async () => {
    using lsh = await MinHashLsh.create(SHAPE);
    const ids = idsOf(FAMILIES).reverse();
    lsh.add(ids, FAMILIES);
    const signatures = new Map(ids.map((id, i) => [id, signatureOf(FAMILIES[i]!)]));
    const expected = [...ids].reverse().flatMap((first) => {
      const later = new Map([...signatures].filter(([id]) => id > first));
      const { ids, similarities } = bruteForce(later, signatures.get(first)!, { k: 5000, least: 0.3 });
      return Array.from(ids, (second, i) => [first, second, similarities[i]]);
    });
    const { firsts, seconds, similarities } = await lsh.pairs({ minSimilarity: 0.3 });
    expect(Array.from(firsts, (first, i) => [first, seconds[i], similarities[i]])).toEqual(expected);
    expect(expected.length).toBeGreaterThan(100);
    const sets = new Map(ids.map((id, i) => [id, FAMILIES[i]!]));
    const errors = Array.from(firsts, (first, i) =>
      Math.abs(similarities[i]! - jaccardOf(sets.get(first)!, sets.get(seconds[i]!)!)),
    );
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.1);
  });

  test('tell how far they are, stop when told to, and of an empty index are none', async () => {
    using lsh = await MinHashLsh.create(SHAPE);
    expect((await lsh.pairs()).firsts).toEqual(Int32Array.of());
    lsh.add(idsOf(FAMILIES), FAMILIES);
    const reports: number[] = [];
    await lsh.pairs({ onProgress: ({ done, total }) => reports.push(done / total) });
    expect(reports.at(-1)).toBe(1);
    const { bytesInUse } = capabilities().memory;
    await expect(lsh.pairs({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    const fails = () => {
      throw new Error('no more');
    };
    await expect(lsh.pairs({ onProgress: fails })).rejects.toThrow('no more');
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
  });

  test('look at the clock after each set, for one may have as many pairs as there are sets', async () => {
    using lsh = await MinHashLsh.create(SHAPE);
    lsh.add(idsOf(FAMILIES), FAMILIES);
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 11;
      return now;
    });
    const reports: number[] = [];
    try {
      await lsh.pairs({ onProgress: ({ done }) => reports.push(done) });
    } finally {
      clock.mockRestore();
    }
    expect(reports).toEqual(Array.from({ length: FAMILIES.length + 1 }, (_, done) => done));
  });

  test('end when the index is disposed of meanwhile', async () => {
    const { bytesInUse } = capabilities().memory;
    const lsh = (await MinHashLsh.create(SHAPE)).add(idsOf(FAMILIES), FAMILIES);
    const pairs = lsh.pairs({ onProgress: ({ done, total }) => void (done < total && lsh.dispose()) });
    await pairs.catch((error) => expect(error).toMatchObject({ code: 'DISPOSED' }));
    lsh.dispose();
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
  });
});

describe('a life', () => {
  const step = fc.oneof(
    fc.record({ add: fc.nat(30), set: fc.nat(FAMILIES.length - 1) }),
    fc.record({ remove: fc.uniqueArray(fc.nat(30), { maxLength: 20 }) }),
    fc.record({ bulk: fc.nat(400) }),
    fc.record({ unbulk: fc.nat(400) }),
    fc.constant({ save: true as const }),
  );

  test('adds, removes, saves and loads in any order, and answers as one that was given what is left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        let lsh = await MinHashLsh.create(SHAPE);
        const left = new Map<number, Uint32Array>();
        const some = (count: number) => Array.from({ length: count }, (_, i) => 1000 + i);
        for (const step of steps) {
          if ('add' in step) {
            lsh.add(step.add, FAMILIES[step.set]!, { replace: true });
            left.set(step.add, FAMILIES[step.set]!);
          } else if ('bulk' in step) {
            const ids = some(step.bulk);
            const sets = ids.map((id) => FAMILIES[id % FAMILIES.length]!);
            lsh.add(ids, sets, { replace: true });
            for (const [i, id] of ids.entries()) left.set(id, sets[i]!);
          } else if ('remove' in step || 'unbulk' in step) {
            const ids = 'remove' in step ? step.remove : some(step.unbulk);
            expect(lsh.remove(ids)).toBe(ids.filter((id) => left.delete(id)).length);
          } else {
            const loaded = MinHashLsh.fromBytes(lsh.toBytes());
            lsh.dispose();
            lsh = loaded;
          }
        }
        using fresh = (await MinHashLsh.create(SHAPE)).add([...left.keys()], [...left.values()]);
        expect(lsh.size).toBe(left.size);
        for (let id = 0; id < 30; id++) expect(lsh.has(id)).toBe(left.has(id));
        for (const set of FAMILIES.slice(0, 20))
          expect(lsh.query(set, { k: 50 })).toEqual(fresh.query(set, { k: 50 }));
        expect(sha256(lsh.toBytes())).toBe(sha256(fresh.toBytes()));
        expect(await lsh.pairs({ minSimilarity: 0.9 })).toEqual(await fresh.pairs({ minSimilarity: 0.9 }));
        lsh.dispose();
      }),
      { seed: 3, numRuns: 25 },
    );
  });

  test('many additions and removals keep no more than twice what the most sets took', async () => {
    using lsh = await MinHashLsh.create(SHAPE);
    const ids = Array.from({ length: 3000 }, (_, i) => i);
    const sets = ids.map((id) => [id]);
    lsh.add(ids, sets);
    const { total } = lsh.memoryUsage();
    for (let round = 0; round < 20; round++) {
      lsh.add(ids, sets, { replace: true });
      expect(lsh.memoryUsage().total).toBeLessThan(2.2 * total);
    }
    lsh.remove(ids.slice(10));
    expect(lsh.memoryUsage().total).toBeLessThan(0.6 * total);
    expect(lsh.query([3]).ids).toEqual(Int32Array.of(3));
  });

  test('a saved index is as it was, and its file the same in every runtime and version', async () => {
    using lsh = await MinHashLsh.create({ hashes: 64, bands: 20, rows: 3, seed: -9 });
    lsh.add(idsOf(FAMILIES), FAMILIES);
    const bytes = lsh.toBytes();
    using loaded = MinHashLsh.fromBytes(bytes);
    const shape = ({ hashes, bands, rows, seed, size }: MinHashLsh) => ({ hashes, bands, rows, seed, size });
    expect(shape(loaded)).toEqual(shape(lsh));
    expect(sha256(loaded.toBytes())).toBe(sha256(bytes));
    expect(await loaded.pairs()).toEqual(await lsh.pairs());
    expect(sha256(bytes)).toBe('5c60c9817fceba0b4f26bc9220202a0701d5e0810c648d030c9ca30499a85f58');
    const { firsts, seconds, similarities } = await lsh.pairs();
    expect(sha256(firsts, seconds, similarities)).toBe(
      '2789769b9b9d5157e734557c195a9c5e35c0ff6fb19472f67862a1040c0dd574',
    );
  });

  test('a file that is damaged is refused, or read as it was', async () => {
    using lsh = (await MinHashLsh.create({ hashes: 16, bands: 4 })).add([3, 1], [['a', 'b'], ['c']]);
    const file = lsh.toBytes();
    const { bytesInUse } = capabilities().memory;
    fc.assert(
      fc.property(fc.oneof(truncations(file), flips(file)), (damaged) => {
        try {
          const loaded = MinHashLsh.fromBytes(damaged);
          loaded.query(['a']);
          loaded.dispose();
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^FILE_/) });
        }
      }),
      { seed: 4, numRuns: 300 },
    );
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
  });

  test('memory is what it tells, and all of it is given back', async () => {
    using other = await MinHashLsh.create();
    const { bytesInUse } = capabilities().memory;
    const lsh = await MinHashLsh.create(SHAPE);
    lsh.add(
      FAMILIES.map((_, i) => i),
      FAMILIES,
    ); // ids in order take no table
    expect(capabilities().memory.bytesInUse - bytesInUse).toBe(lsh.memoryUsage().total);
    lsh.query(FAMILIES[0]!, { k: 100_000 });
    await lsh.pairs();
    MinHashLsh.fromBytes(lsh.toBytes()).dispose();
    expect(capabilities().memory.bytesInUse - bytesInUse).toBe(lsh.memoryUsage().total);
    lsh.dispose();
    lsh.dispose();
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
    expect(other.size).toBe(0);
  });
});

describe('what is refused', () => {
  const shapes: Record<string, unknown>[] = [
    { hashes: 100 },
    { bands: 0 },
    { bands: 129 },
    { bands: 20 },
    { bands: 20, rows: 7 },
    { bands: 20, rows: 0 },
    { rows: 4 },
    { bands: 16, threshold: 0.5 },
    { threshold: -0.1 },
    { threshold: 1.1 },
    { threshold: Number.NaN },
    { threshold: '0.5' },
    { seed: 0.5 },
  ];
  test.each(shapes)('%j', async (options) => {
    await expect(MinHashLsh.create(options as MinHashLshOptions)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('sets, ids and questions that are none leave the index as it was', async () => {
    using lsh = await MinHashLsh.create(SHAPE);
    using wider = await MinHash.create({ hashes: 128, seed: 5 });
    lsh.add(idsOf(FAMILIES), FAMILIES);
    const state = () => [sha256(lsh.toBytes()), lsh.memoryUsage()];
    const before = state();
    const text = 'one text' as unknown as KeySet;
    for (const [call, code] of [
      [() => lsh.add([1, 7], [['a'], ['b']]), 'DUPLICATE_ID'],
      [() => lsh.add([1, 1], [['a'], ['b']], { replace: true }), 'DUPLICATE_ID'],
      [() => lsh.add([1, 2], [['a']]), 'DIMENSION_MISMATCH'],
      [() => lsh.add([1, 2], 'ab' as never), 'INVALID_ARGUMENT'],
      [() => lsh.add([1, 2], [['a'], [Number.NaN]]), 'INVALID_VALUE'],
      [() => lsh.add([1, 2], [['a'], wider]), 'MERGE_MISMATCH'],
      [() => lsh.add(1, text), 'INVALID_ARGUMENT'],
      [() => lsh.add(1, undefined as never), 'INVALID_ARGUMENT'],
      [() => lsh.add(-1, ['a']), 'INVALID_ARGUMENT'],
      [() => lsh.add(1.5, ['a']), 'INVALID_ARGUMENT'],
      [() => lsh.remove([7, -1]), 'INVALID_ARGUMENT'],
      [() => lsh.query(text), 'INVALID_ARGUMENT'],
      [() => lsh.query(wider), 'MERGE_MISMATCH'],
      [() => lsh.query(['a'], { k: 0 }), 'INVALID_ARGUMENT'],
      [() => lsh.query(['a'], { minSimilarity: 2 }), 'INVALID_ARGUMENT'],
      [() => lsh.query(['a'], { exclude: [-1] }), 'INVALID_ARGUMENT'],
      [() => lsh.candidateProbability(1.1), 'INVALID_ARGUMENT'],
    ] as const) {
      expect(errorOf(call), String(call)).toMatchObject({ code });
      expect(state()).toEqual(before);
    }
    await expect(lsh.pairs({ minSimilarity: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(lsh.query(FAMILIES[3]!).ids).toContain(21);
  });

  test('every call after dispose()', async () => {
    const lsh = (await MinHashLsh.create(SHAPE)).add(1, ['a']);
    lsh.dispose();
    for (const call of [
      () => lsh.add(2, ['b']),
      () => lsh.remove(1),
      () => lsh.has(1),
      () => lsh.size,
      () => lsh.query(['a']),
      () => lsh.toBytes(),
      () => lsh.memoryUsage(),
    ]) {
      expect(errorOf(call)).toMatchObject({ code: 'DISPOSED' });
    }
    await expect(lsh.pairs()).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

test('a call that finds no memory, wherever on its way, leaves the index, and no more bytes than it tells of', async () => {
  const scarce = await loadWithMemory(3 << 20);
  const { MinHashLsh: Scarce } = scarce.lanewise;
  const ids = FAMILIES.map((_, i) => i);
  using lsh = (await Scarce.create({ hashes: 256, bands: 64 })).add(ids, FAMILIES);
  const bytes = lsh.toBytes();
  const many = Array.from({ length: 400 }, (_, i) => 1000 + i);
  const sets: KeySet[] = many.map((id) => [id]);
  sets[399] = [];
  const state = () => [sha256(lsh.toBytes()), lsh.query(FAMILIES[3]!), lsh.has(1000)];
  const before = state();
  const others = scarce.memory.statistics.bytesInUse - lsh.memoryUsage().total;
  for (const call of [
    () => {
      lsh.add(many, sets);
      lsh.remove(many);
    },
    () => lsh.add(1000, ['x'.repeat(100_000)]),
    () => lsh.pairs(),
    () => Scarce.fromBytes(bytes).dispose(),
    async () => (await Scarce.create()).dispose(),
  ]) {
    const check = (error: unknown) => {
      expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
      expect(state()).toEqual(before);
    };
    const checked = async () => {
      await call();
      lsh.remove(1000);
    };
    expect(await starve(scarce, checked, check), String(call)).toBeGreaterThan(0);
    expect(scarce.memory.statistics.bytesInUse - lsh.memoryUsage().total).toBeLessThanOrEqual(others);
  }
});
