import { array, assert as check, constant, integer, nat, oneof, property, record, tuple } from 'fast-check';
import { Bm25Index, Random } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import { searchBm25 } from '../../src/text/bm25-search.ts';
import { Bm25Store } from '../../src/text/bm25-store.ts';
import { tokenize } from '../../src/text/tokenize.ts';
import { Bitmap } from '../../src/vectors/bitmap.ts';
import { skewedText } from './bm25-reference.ts';

let kernels: Bm25Index;
beforeAll(async () => {
  kernels = await Bm25Index.create(); // loads them, so that the rest is synchronous
});

/** An empty index, at once. */
function fresh(): Bm25Index {
  return Bm25Index.fromBytes(kernels.toBytes());
}

const QUERIES = ['w0', 'w1 w0', 'w5 w2 w0', 'w11 w3', 'w7 w8 w9 w10'];

describe('an index that documents were added to, updated in, removed from, saved and loaded, in any order', () => {
  const text = tuple(nat(1000), integer({ min: 0, max: 12 })).map(([seed, most]) =>
    skewedText(new Random(seed), most, 12),
  );
  const some = array(tuple(nat(40), text), { maxLength: 12 });
  const change = oneof(
    { weight: 4, arbitrary: record({ kind: constant('put' as const), some }) },
    {
      weight: 2,
      arbitrary: record({ kind: constant('remove' as const), ids: array(nat(40), { maxLength: 8 }) }),
    },
    record({ kind: constant('save' as const) }),
    record({ kind: constant('compact' as const) }),
    record({ kind: constant('search' as const) }),
  );

  test('answers as a fresh one of the same documents does, to the bit', () => {
    const holds = property(array(change, { maxLength: 14 }), (changes) => {
      let index = fresh();
      const held = new Map<number, string>();
      for (const step of changes) {
        if (step.kind === 'put') {
          const texts = new Map(step.some);
          index.update([...texts.keys()], [...texts.values()]);
          for (const [id, words] of texts) held.set(id, words);
        } else if (step.kind === 'remove') {
          const gone = new Set(step.ids.filter((id) => held.delete(id)));
          expect(index.remove(step.ids)).toBe(gone.size);
        } else if (step.kind === 'save') {
          const loaded = Bm25Index.fromBytes(index.toBytes());
          index.dispose();
          index = loaded;
        } else if (step.kind === 'compact') index.compact();
        else index.search('w0 w1');
      }
      using same = fresh();
      same.add([...held.values()], { ids: [...held.keys()] });
      expect([index.size, index.terms, index.averageLength]).toEqual([
        same.size,
        same.terms,
        same.averageLength,
      ]);
      expect(index.search(QUERIES, { k: 50 })).toEqual(same.search(QUERIES, { k: 50 }));
      index.dispose();
    });
    check(holds, { numRuns: 300, seed: 5 });
  });
});

/** A store of documents, so many to a call. */
function storeOf(texts: readonly string[], ids: Int32Array, perCall: number): Bm25Store {
  const store = new Bm25Store({ k1: 1.2, b: 0.75 });
  for (let from = 0; from < texts.length; from += perCall) {
    const staged = store.stage(
      Math.min(perCall, texts.length - from),
      ids.slice(from, from + perCall),
      false,
    );
    for (const text of texts.slice(from, from + perCall)) staged.take(tokenize(text));
    staged.commit();
  }
  return store;
}

/** Adds documents so long that the average length doubles. */
function addLong(store: Bm25Store): void {
  const staged = store.stage(20, undefined, false);
  for (let i = 0; i < 20; i++)
    staged.take(tokenize(`long${i} `.repeat((store.size * store.averageLength) / 20)));
  staged.commit();
}

describe('a pruned search', () => {
  const random = new Random(3);
  // Some ten windows of 2048 documents; short ones, of few words, so that many scores are equal.
  const size = 21_000;
  const texts = Array.from({ length: size }, (_, i) =>
    i % 37 === 0 ? skewedText(random, 200, 300) : skewedText(random, 6, 300),
  );
  for (let i = 0; i < 40; i++) texts[random.integer(size)] += ` rare rare${i % 3}`;
  for (let i = 0; i < 400; i++) texts[random.integer(size)] += ' scarce';
  const backwards = Int32Array.from({ length: size }, (_, i) => 2 * (size - i));

  test.each([size, 5000])(
    'gives what an unpruned one does, to the bit, with %d documents a call',
    (perCall) => {
      const store = storeOf(texts, backwards, perCall);
      store.remove(backwards.filter((_, i) => i % 11 === 5));
      const filter = Bitmap.where(new Map(Array.from(backwards, (id) => [id, id])), (id) => id % 3 === 0);
      let skipped = 0;
      let rescored = 0;
      for (let round = 0; round < 150; round++) {
        // From here on documents are shorter than average: whatever was known of their weights would be too low.
        if (round === 75) addLong(store);
        const words = tokenize(
          `${skewedText(random, 5, 300)} ${['rare', 'rare1 rare2', 'scarce', 'rare scarce'][round % 4]}`,
        );
        const terms = [...new Set(words.map((word) => store.dictionary.find(word)))].filter(
          (term) => term >= 0,
        );
        for (const k of [1, 10, 300]) {
          const wanted = { k, filter: round % 5 === 4 ? filter : undefined };
          const { ids, scores, stats } = searchBm25(store, [terms], { ...wanted, prunes: true });
          const plain = searchBm25(store, [terms], { ...wanted, prunes: false });
          expect(ids).toEqual(plain.ids);
          expect(scores).toEqual(plain.scores);
          skipped += stats[0]!.skipped;
          rescored += stats[0]!.rescored;
        }
      }
      // Both ways of sparing work were taken.
      expect(Math.min(skipped, rescored)).toBeGreaterThan(20);
      store.release();
    },
  );
});

test('equal scores come in the order of their ids, whatever the order of adding', () => {
  const random = new Random(4);
  using index = fresh();
  const ids = new Set<number>();
  while (ids.size < 5000) ids.add(random.integer(1_000_000));
  index.add(
    Array.from(ids, () => 'same words'),
    { ids: [...ids] },
  );
  const expected = [...ids].sort((a, b) => a - b);
  expect(Array.from(index.search('words same', { k: 100 }).ids)).toEqual(expected.slice(0, 100));
});

test('a term of every document, and more documents than a segment holds, are found', () => {
  using index = fresh();
  const size = 70_000;
  index.add(Array.from({ length: size }, (_, i) => (i % 1000 === 999 ? 'all twice' : 'all')));
  expect(index.search('twice', { k: 3 }).ids).toEqual(Int32Array.of(999, 1999, 2999));
  const { ids } = index.search('all', { k: size });
  expect(new Set(ids).size).toBe(size);
  expect([ids[0], ids[999], ids.at(-1)]).toEqual([0, 1000, 69_999]);
});
