import { Bitmap, Bm25Index, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { type Doc, rankByFormula, skewedText } from './bm25-reference.ts';

const TEXTS = ['the cat sat', 'the dog', 'the cat and the other cat ran', ''];

async function indexOf(texts: readonly string[], ids?: number[]): Promise<Bm25Index> {
  const index = await Bm25Index.create();
  index.add(texts, ids ? { ids } : {});
  return index;
}

describe('scores', () => {
  test('are those of the formula, worked out by hand', async () => {
    // N = 4, lengths 3, 2, 7, 0: a = 3. "cat" stands in n = 2: idf = ln(1 + 2.5 / 2.5) = ln 2.
    // Document 0: f = 1, l = 3: 1 * 2.2 / (1 + 1.2 (.25 + .75 * 3/3)) = 2.2 / 2.2 = 1.
    // Document 2: f = 2, l = 7: 2 * 2.2 / (2 + 1.2 (.25 + .75 * 7/3)) = 4.4 / (2 + 1.2 * 2) = 4.4 / 4.4 = 1: a tie.
    const index = await indexOf(TEXTS);
    const { ids, scores } = index.search('cat', { k: 3 });
    expect(ids).toEqual(Int32Array.of(0, 2, -1));
    expect(scores).toEqual(Float32Array.of(Math.fround(Math.LN2), Math.fround(Math.LN2), -Infinity));
    // "dog" stands in n = 1: idf = ln(1 + 3.5 / 1.5) = ln(10/3); l = 2: 2.2 / (1 + 1.2 (.25 + .5)) = 2.2 / 1.9.
    expect(index.search('dog', { k: 1 }).scores[0]).toBeCloseTo(Math.log(10 / 3) * (2.2 / 1.9), 6);
  });

  test('count a term of the query once, however often it stands there', async () => {
    const index = await indexOf(TEXTS);
    expect(index.search('cat CAT cat')).toEqual(index.search('cat'));
  });

  test('follow k1 and b: at k1 = 0 once is enough, at b = 0 no length counts', async () => {
    const once = await Bm25Index.create({ k1: 0 });
    once.add(['a', 'a a a b', 'c']);
    const { ids, scores } = once.search('a', { k: 3 });
    expect(ids).toEqual(Int32Array.of(0, 1, -1));
    expect(scores[0]).toBe(scores[1]);
    const free = await Bm25Index.create({ b: 0 });
    free.add(['a', 'a b c d e f', 'c']);
    expect(free.search('a').scores[0]).toBe(free.search('a').scores[1]);
    expect([free.k1, free.b, once.k1]).toEqual([1.2, 0, 0]);
  });

  test('are those of a float64 reference within float32 rounding, and rank as it does', async () => {
    const random = new Random(1);
    const docs: Doc[] = Array.from({ length: 150 }, (_, i) => ({
      id: 3 * i,
      text: skewedText(random, 30, 60),
    }));
    const index = await indexOf(
      docs.map(({ text }) => text),
      docs.map(({ id }) => id),
    );
    for (let round = 0; round < 30; round++) {
      const query = skewedText(random, 6, 60);
      const expected = rankByFormula(docs, query);
      const { ids, scores } = index.search(query, { k: 150 });
      const found = Array.from(ids).filter((id) => id >= 0);
      expect([...found].sort()).toEqual(expected.map(({ id }) => id).sort());
      const scoreOf = new Map(expected.map(({ id, score }) => [id, score]));
      found.forEach((id, rank) => {
        const exact = scoreOf.get(id)!;
        // Six products and sums, and their factors: 16 roundings of 2^-24 at most.
        expect(Math.abs(scores[rank]! - exact)).toBeLessThanOrEqual(exact * 2 ** -20);
        expect(Math.abs(expected[rank]!.score - exact)).toBeLessThanOrEqual(exact * 2 ** -19);
        if (rank === 0) return;
        expect(scores[rank]!).toBeLessThanOrEqual(scores[rank - 1]!);
        if (scores[rank] === scores[rank - 1]) expect(id).toBeGreaterThan(found[rank - 1]!);
      });
    }
  });
});

describe('a search', () => {
  test('without a known term is empty, not an error', async () => {
    const index = await indexOf(TEXTS);
    for (const query of ['', 'zebra', '?!']) {
      expect(index.search(query, { k: 2 })).toEqual({
        ids: Int32Array.of(-1, -1),
        scores: Float32Array.of(-Infinity, -Infinity),
        k: 2,
      });
    }
  });

  test('of an empty index is empty', async () => {
    const index = await Bm25Index.create();
    expect(index.search('cat', { k: 1 }).ids).toEqual(Int32Array.of(-1));
    expect(index.averageLength).toBe(0);
  });

  test('takes a whole text, of ever so many words, as its query', async () => {
    const text = Array.from({ length: 150_000 }, (_, i) => `word${i}`).join(' ');
    using index = await indexOf(['word7', text]);
    // Looking each word up among those before it would take ten seconds and more.
    expect(index.search(text, { k: 3 }).ids).toEqual(Int32Array.of(1, 0, -1));
  });

  test('answers a batch as its queries one by one', async () => {
    const index = await indexOf(TEXTS);
    const queries = ['cat', 'nothing', 'the dog'];
    const batch = index.search(queries, { k: 3 });
    queries.forEach((query, i) => {
      const { ids, scores } = index.search(query, { k: 3 });
      expect(batch.ids.slice(3 * i, 3 * i + 3)).toEqual(ids);
      expect(batch.scores.slice(3 * i, 3 * i + 3)).toEqual(scores);
    });
    expect(index.search([], { k: 3 }).ids.length).toBe(0);
  });

  test('reports its work on demand', async () => {
    const index = await indexOf(TEXTS);
    expect(index.search('the cat', { stats: true }).stats).toEqual([
      { postings: 5, added: 5, skipped: 0, rescored: 0 },
    ]);
    expect(index.search('cat')).not.toHaveProperty('stats');
  });

  test('finds only what the filter allows, whether that is much or little', async () => {
    const random = new Random(2);
    const docs: Doc[] = Array.from({ length: 3000 }, (_, id) => ({ id, text: skewedText(random, 12, 40) }));
    const index = await indexOf(docs.map(({ text }) => text));
    for (const share of [2, 5, 100, 2000]) {
      const filter = Bitmap.where(docs, ({ id }) => id % share === 1);
      for (const query of ['w0', 'w1 w2 w9', 'w30 w0']) {
        const all = index.search(query, { k: 3000 });
        const expected = Array.from(all.ids).filter((id) => filter.has(id));
        const { ids, scores } = index.search(query, { k: 3000, filter });
        expect(Array.from(ids).filter((id) => id >= 0)).toEqual(expected);
        expect(scores[0]).toBe(all.scores[all.ids.indexOf(ids[0]!)]);
      }
    }
    expect(index.search('w0', { k: 1, filter: new Bitmap() }).ids).toEqual(Int32Array.of(-1));
    expect(index.search('w0', { k: 1, filter: Bitmap.of([1_000_000]) }).ids).toEqual(Int32Array.of(-1));
  });
});

describe('documents', () => {
  test('without terms count, and are never found', async () => {
    const index = await indexOf(['a b', '', '...']);
    expect([index.size, index.terms, index.averageLength]).toEqual([3, 2, 2 / 3]);
    expect(index.has(1)).toBe(true);
    expect(index.search('a', { k: 3 }).ids).toEqual(Int32Array.of(0, -1, -1));
  });

  test('may hold any words, those that objects inherit too', async () => {
    const words = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const index = await Bm25Index.create({ tokenizer: (text) => text.split(' ') });
    expect(index.search(words.join(' '), { k: 1 }).ids[0]).toBe(-1);
    index.add(words);
    words.forEach((word, id) => {
      expect(index.search(word, { k: 2 }).ids).toEqual(Int32Array.of(id, -1));
    });
  });

  test('are updated and removed by id; unknown ids are passed over', async () => {
    const index = await indexOf(TEXTS);
    expect(index.update([1, 9], ['a zebra', 'zebra'])).toEqual(Int32Array.of(1, 9));
    expect(index.search('dog', { k: 1 }).ids[0]).toBe(-1);
    expect(index.search('zebra', { k: 3 }).ids).toEqual(Int32Array.of(9, 1, -1));
    expect(index.remove([9, 77])).toBe(1);
    expect(index.remove(1)).toBe(1);
    expect([index.has(9), index.has(1), index.size]).toEqual([false, false, 3]);
    expect(index.search('zebra', { k: 1 }).ids[0]).toBe(-1);
    expect(index.add(['next'])).toEqual(Int32Array.of(10));
  });

  test('that take the words of one text many times are as long as that', async () => {
    const index = await indexOf([`${'a '.repeat(70_000)} b`, 'b']);
    expect(index.averageLength).toBe(35_001);
    expect(index.search('a').ids[0]).toBe(0);
    expect(index.search('b').ids.subarray(0, 2)).toEqual(Int32Array.of(1, 0));
  });
});

describe('a tokenizer of one’s own', () => {
  test('splits documents and queries', async () => {
    const stem = (text: string) => text.split(' ').map((word) => word.replace(/s$/, ''));
    const index = await Bm25Index.create({ tokenizer: stem });
    index.add(['cats run', 'dog runs']);
    expect(index.search('cat', { k: 2 }).ids).toEqual(Int32Array.of(0, -1));
    expect(index.search('dogs', { k: 2 }).ids).toEqual(Int32Array.of(1, -1));
  });

  test('may give halves of surrogate pairs, which count as the replacement character', async () => {
    const index = await Bm25Index.create({ tokenizer: (text) => [text] });
    index.add(['\ud800', '\ufeffx', '']);
    const loaded = Bm25Index.fromBytes(index.toBytes(), { tokenizer: (text) => [text] });
    for (const some of [index, loaded]) {
      expect(some.search('\udc00', { k: 2 }).ids).toEqual(Int32Array.of(0, -1));
      expect(some.search('\ufffd', { k: 2 }).ids).toEqual(Int32Array.of(0, -1));
      expect(some.search('\ufeffx', { k: 2 }).ids).toEqual(Int32Array.of(1, -1));
      expect(some.search('', { k: 2 }).ids).toEqual(Int32Array.of(2, -1));
    }
  });
});
