import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Bitmap, capabilities, FlatIndex, IvfIndex, type Metric, Random, readNpy } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { bell } from '../reference/data.ts';
import { expectSameAnswers, sameBytes } from './answers.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
const CODES = ['pq4', 'bits'] as const;
type Codes = (typeof CODES)[number];

/** Hashes of file and answers, without and with float rows. */
const GOLDEN: Readonly<Record<string, readonly string[]>> = {
  'cosine pq4': ['02550afe8974f860', 'ff31e28d286d2a7e'],
  'cosine bits': ['fcf37d200451fd49', '30773dd0d3be92c4'],
  'ip pq4': ['b923351bc8ba87bc', '8eb67bee3cde7381'],
  'ip bits': ['51de5cc737e73b3a', 'b16568d05d377d33'],
  'l2 pq4': ['996152dfcd95ca9c', '3257ce1bfc585360'],
  'l2 bits': ['be26b1bf0fe2ebdf', '897932df2b5516e7'],
};

function bells(seed: number, length: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => bell(random));
}

interface Shape {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly codes: Codes;
  readonly cells?: number;
  readonly rescore?: number | false;
}

async function trainedIndex(shape: Shape, sample: Float32Array): Promise<IvfIndex> {
  const index = await IvfIndex.create({ cells: 8, ...shape });
  return await index.train(sample, { seed: 4 });
}

/** The same cells and codebooks, and no rows. */
function emptyCopy(index: IvfIndex): IvfIndex {
  const copy = IvfIndex.fromBytes(index.toBytes());
  if (copy.size > 0) throw new Error('Copy an index without rows.');
  return copy;
}

describe.each(METRICS)('%s', (metric) => {
  describe.each(CODES)('%s', (codes) => {
    test.each([5, 24, 33])(
      'scoring every row gives the exact answer, to the bit: %i dimensions',
      async (dimensions) => {
        const rows = bells(1, 700 * dimensions);
        using index = await trainedIndex({ dimensions, metric, codes }, rows);
        using flat = await FlatIndex.create({ dimensions, metric });
        index.add(rows);
        flat.add(rows);
        const queries = bells(2, 12 * dimensions);
        // 10 results of 100 rows each are more than there are.
        expectSameAnswers(
          index.search(queries, { k: 10, probes: 8, rescore: 100 }),
          flat.search(queries, { k: 10 }),
        );
      },
    );

    test('scores are those of the float32 rows, whatever found them', async () => {
      const dimensions = 20;
      const rows = bells(3, 900 * dimensions);
      using index = await trainedIndex({ dimensions, metric, codes }, rows);
      using flat = await FlatIndex.create({ dimensions, metric });
      index.add(rows);
      flat.add(rows);
      const query = bells(4, dimensions);
      const all = flat.search(query, { k: 900 });
      const scoreOf = new Map(Array.from(all.ids, (id, i) => [id, all.scores[i]]));
      const { ids, scores, rescored } = index.search(query, { k: 7, probes: 3, rescore: 2, stats: true });
      expect([...scores]).toEqual(Array.from(ids, (id) => scoreOf.get(id)));
      expect([...rescored!]).toEqual([14]);
    });

    test('the answers of a batch are those of its queries one by one', async () => {
      const dimensions = 12;
      const rows = bells(5, 400 * dimensions);
      using index = await trainedIndex({ dimensions, metric, codes }, rows);
      index.add(rows);
      const queries = bells(6, 30 * dimensions);
      const batch = index.search(queries, { k: 5, probes: 2 });
      for (let i = 0; i < 30; i++) {
        const { ids, scores } = index.search(queries.slice(i * dimensions, (i + 1) * dimensions), {
          k: 5,
          probes: 2,
        });
        expect(ids).toEqual(batch.ids.slice(5 * i, 5 * i + 5));
        expect(scores).toEqual(batch.scores.slice(5 * i, 5 * i + 5));
      }
    });

    test.each([false, 3] as const)(
      'adding, removing, replacing and saving in any order answers as a fresh index does (rescore %s)',
      async (rescore) => {
        const dimensions = 9;
        const sample = bells(7, 300 * dimensions);
        using empty = await trainedIndex({ dimensions, metric, codes, rescore }, sample);
        const queries = bells(8, 3 * dimensions);
        const rowOf = (seed: number) => bells(1000 + (seed % 40), dimensions); // some rows are alike
        const step = fc.oneof(
          fc.record({ add: fc.array(fc.nat(60), { maxLength: 40 }) }),
          fc.record({ remove: fc.array(fc.nat(60), { maxLength: 30 }) }),
          fc.constant({ save: true } as const),
        );
        fc.assert(
          fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
            let index = emptyCopy(empty);
            const live = new Map<number, number>();
            let seed = 0;
            for (const action of steps) {
              if ('add' in action) {
                const ids = [...new Set(action.add)];
                const rows = new Float32Array(ids.length * dimensions);
                ids.forEach((id, i) => {
                  live.set(id, ++seed);
                  rows.set(rowOf(seed), i * dimensions);
                });
                index.add(rows, { ids, replace: true });
              } else if ('remove' in action) {
                index.remove(action.remove);
                for (const id of action.remove) live.delete(id);
              } else {
                const loaded = IvfIndex.fromBytes(index.toBytes());
                index.dispose();
                index = loaded;
              }
            }
            using fresh = emptyCopy(empty);
            const ids = [...live.keys()].sort((a, b) => a - b);
            const rows = new Float32Array(ids.length * dimensions);
            ids.forEach((id, i) => {
              rows.set(rowOf(live.get(id)!), i * dimensions);
            });
            fresh.add(rows, { ids });
            const filter = Bitmap.of(ids.filter((id) => id % 2 === 0));
            for (const options of [
              { k: 4, probes: 2 },
              { k: 9, probes: 8 },
              { k: 3, probes: 1, filter },
            ]) {
              expectSameAnswers(index.search(queries, options), fresh.search(queries, options));
            }
            expect(index.size).toBe(live.size);
            index.dispose();
          }),
          { seed: 11, numRuns: 25 },
        );
      },
    );

    test('k results come whenever k rows qualify, from further cells if need be', async () => {
      const dimensions = 6;
      const rows = bells(9, 200 * dimensions);
      for (const rescore of [false, 2] as const) {
        using index = await trainedIndex({ dimensions, metric, codes, rescore }, rows);
        index.add(rows);
        const query = bells(10, dimensions);
        const all = index.search(query, { k: 250, probes: 1 });
        expect(new Set(all.ids.slice(0, 200)).size).toBe(200);
        expect([...all.ids.slice(200)]).toEqual(new Array(50).fill(-1));
        const filter = Bitmap.of([3, 77, 150]);
        const few = index.search(query, { k: 3, probes: 1, filter });
        expect([...few.ids].sort((a, b) => a - b)).toEqual([3, 77, 150]);
      }
    });

    test('the same rows and seed are the same file and answers in every tier', async () => {
      const dimensions = 10;
      const rows = bells(12, 300 * dimensions);
      const hashes: string[] = [];
      for (const rescore of [false, 4] as const) {
        using index = await trainedIndex({ dimensions, metric, codes, rescore }, rows);
        index.add(rows);
        const { ids, scores } = index.search(bells(13, 5 * dimensions), { k: 6, probes: 3 });
        const hash = createHash('sha256');
        for (const array of [index.toBytes(), ids, scores]) hash.update(new Uint8Array(array.buffer));
        hashes.push(hash.digest('hex').slice(0, 16));
      }
      expect(hashes).toEqual(GOLDEN[`${metric} ${codes}`]);
    });
  });
});

describe.each(CODES)('%s of word vectors', (codes) => {
  const words = readNpy(readFileSync('demo/data/glove-40k.npy'));
  const dimensions = words.shape[1]!;
  const values = Float32Array.from(words.data as ArrayLike<number>);
  const rows = values.subarray(0, 12_000 * dimensions);
  const queries = values.slice(30_000 * dimensions, 30_100 * dimensions);

  async function recallOf(rescore: number | false, factor?: number): Promise<number> {
    using index = await trainedIndex({ dimensions, metric: 'cosine', codes, cells: 60, rescore }, rows);
    using flat = await FlatIndex.create({ dimensions });
    index.add(rows);
    flat.add(rows);
    const options = { k: 10, probes: 60, ...(factor && { rescore: factor }) };
    const { ids } = index.search(queries, options);
    const truth = flat.search(queries, { k: 10 }).ids;
    let hits = 0;
    for (let at = 0; at < ids.length; at += 10) {
      const found = new Set(ids.subarray(at, at + 10));
      for (const id of truth.subarray(at, at + 10)) if (found.has(id)) hits++;
    }
    return hits / truth.length;
  }

  test('scoring a few rows a result finds nearly all of the best', async () => {
    expect(await recallOf(codes === 'pq4' ? 10 : 30)).toBeGreaterThan(codes === 'pq4' ? 0.995 : 0.97);
  });

  test('sketches alone find a good part of the best', async () => {
    expect(await recallOf(false)).toBeGreaterThan(codes === 'pq4' ? 0.7 : 0.45);
  });
});

describe.each(CODES)('%s without float rows', (codes) => {
  const dimensions = 100;
  const rows = bells(20, 1600 * dimensions);

  test('takes a few bytes a row, ids apart', async () => {
    using index = await trainedIndex({ dimensions, metric: 'l2', codes, cells: 1, rescore: false }, rows);
    const empty = index.memoryUsage();
    index.add(rows);
    const full = index.memoryUsage();
    expect(full.vectors).toBe(0);
    // 50 codes of 4 bits, or 104 signs; scale and term. A hundred bytes of descriptor and alignment at most.
    const bytes = codes === 'pq4' ? 28 : 16;
    expect(full.codes - empty.codes).toBeGreaterThanOrEqual(1600 * bytes);
    expect(full.codes - empty.codes).toBeLessThan(1600 * bytes + 200);
  });

  test('says what it cannot do, and stays as it was', async () => {
    using index = await trainedIndex({ dimensions, metric: 'l2', codes, rescore: false }, rows);
    index.add(rows);
    const before = index.toBytes();
    const query = rows.slice(0, dimensions);
    for (const call of [
      () => index.get(0),
      () => index.range(query, { radius: 1 }),
      () => index.search(query, { exact: true }),
      () => index.search(query, { rescore: 5 }),
    ]) {
      const error = errorOf(call);
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toContain('keeps no float rows');
    }
    const bad = rows.slice(0, 600 * dimensions);
    bad[500 * dimensions] = Number.NaN;
    expect(errorOf(() => index.add(bad)).message).toContain('Vector 500');
    expect(sameBytes(index.toBytes(), before)).toBe(true);
  });

  test('estimates are near the scores they stand for', async () => {
    using index = await trainedIndex({ dimensions, metric: 'l2', codes, rescore: false }, rows);
    index.add(rows);
    using flat = await FlatIndex.create({ dimensions, metric: 'l2' });
    flat.add(rows);
    const query = bells(21, dimensions);
    const exact = flat.search(query, { k: 1600 });
    const scoreOf = new Map(Array.from(exact.ids, (id, i) => [id, exact.scores[i]!]));
    const { ids, scores } = index.search(query, { k: 1600, probes: 8 });
    let sum = 0;
    ids.forEach((id, i) => {
      sum += (scores[i]! / scoreOf.get(id)! - 1) ** 2;
    });
    // |q-x|^2 misses 2 <y,e>, e the part of r that f r0 misses: 2 |y| |r| 0.75 / sqrt(104) of |y|^2 + |r|^2, about
    // equal here, is 0.074 for signs.
    expect(Math.sqrt(sum / 1600)).toBeLessThan(codes === 'pq4' ? 0.05 : 0.09);
  });
});

describe('options and life', () => {
  test.each([
    [{ codes: 'int8', rescore: 10 }],
    [{ codes: 'pq4', rescore: 0 }],
    [{ codes: 'pq4', rescore: 1.5 }],
    [{ codes: 'bits', rescore: true }],
    [{ codes: 'pq8' }],
  ])('%o is refused', async (options) => {
    const created = IvfIndex.create({ dimensions: 4, cells: 2, ...(options as object) } as never);
    await expect(created).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test.each([0, -1, 2.5, Number.NaN, '3'])('a search with rescore %s is refused', async (rescore) => {
    using index = await trainedIndex({ dimensions: 4, metric: 'ip', codes: 'pq4' }, bells(1, 400));
    const search = () => index.search([1, 2, 3, 4], { rescore: rescore as never });
    expect(errorOf(search).code).toBe('INVALID_ARGUMENT');
  });

  test.each(CODES)(
    '%s: memory is given back by dispose(), by an aborted training and by a bad file',
    async (codes) => {
      const inUse = () => capabilities().memory.bytesInUse;
      const before = inUse();
      const shape = { dimensions: 16, metric: 'cosine', codes } as const;
      const index = await trainedIndex(shape, bells(1, 4000 * 16));
      index.add(bells(2, 100 * 16));
      const bytes = index.toBytes();
      index.dispose();
      expect(inUse()).toBe(before);

      const fresh = await IvfIndex.create({ ...shape, cells: 40 });
      const held = inUse();
      const controller = new AbortController();
      const aborted = fresh.train(bells(3, 40_000 * 16), {
        rowsPerCell: 1000,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
      expect(fresh.isTrained).toBe(false);
      expect(inUse()).toBe(held);
      fresh.dispose();

      for (let at = bytes.length - 1; at > 4000; at -= 997) {
        const altered = bytes.slice();
        altered[at]! ^= 16;
        expect(errorOf(() => IvfIndex.fromBytes(altered)).code).toBe('FILE_CORRUPT');
      }
      expect(inUse()).toBe(before);
    },
  );
});
