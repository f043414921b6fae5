import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TfidfOptions } from '../../src/text/tfidf-options.ts';
import { TfidfVectorizer } from '../../src/text/tfidf-vectorizer.ts';
import { tokenize } from '../../src/text/tokenize.ts';
import { rowsOf } from './rows-of.ts';

type Row = ReadonlyMap<number, number>;

async function fitted(
  texts: readonly string[],
  options: TfidfOptions = {},
): Promise<{ vectorizer: TfidfVectorizer; rows: Row[] }> {
  const vectorizer = await TfidfVectorizer.create(options);
  return { vectorizer, rows: rowsOf(await vectorizer.fitTransform(texts)) };
}

const bitsOf = (floats: Float32Array): number[] => [...new Uint32Array(floats.buffer)];

describe('TfidfVectorizer', () => {
  test('weighs the counts of terms by how few texts hold them', async () => {
    const { vectorizer, rows } = await fitted(['wing flow flow', 'Wing, heat!', '?']);
    expect(vectorizer.terms).toEqual(['flow', 'heat', 'wing']);
    expect([...vectorizer.vocabulary]).toEqual([
      ['flow', 0],
      ['heat', 1],
      ['wing', 2],
    ]);
    // ln((1 + 3) / (1 + 1)) + 1 = 1.693147 and, for two texts, ln((1 + 3) / (1 + 2)) + 1 = 1.287682; bits of NumPy.
    expect(bitsOf(vectorizer.idf)).toEqual([0x3fd8b90c, 0x3fd8b90c, 0x3fa4d2c4]);
    // sqrt((2 x 1.693147)^2 + 1.287682^2) = 3.622860; sqrt(1.693147^2 + 1.287682^2) = 2.127175.
    expect(rows[0]!.get(0)).toBeCloseTo(3.386294 / 3.62286, 6);
    expect(rows[0]!.get(2)).toBeCloseTo(1.287682 / 3.62286, 6);
    expect(rows[1]!.get(1)).toBeCloseTo(1.693147 / 2.127175, 6);
    expect(rows.map((row) => row.size)).toEqual([2, 2, 0]);
  });

  test.each<[string, TfidfOptions, number[]]>([
    // Terms: flow (3 times in the first text), wing (once in both); 2 texts.
    ['counts', { weights: 'count' }, [3, 1]],
    ['counts, binary', { weights: 'count', binary: true }, [1, 1]],
    ['counts, sublinear', { weights: 'count', sublinear: true }, [1 + Math.log(3), 1]],
    ['shares', { weights: 'count', norm: 'l1' }, [3 / 4, 1 / 4]],
    ['directions', { weights: 'count', norm: 'l2' }, [3 / Math.sqrt(10), 1 / Math.sqrt(10)]],
    ['smooth weights', { norm: 'none' }, [3 * (Math.log(3 / 2) + 1), Math.log(3 / 3) + 1]],
    ['weights that are not smooth', { norm: 'none', smooth: false }, [3 * (Math.log(2 / 1) + 1), 1]],
    ['binary weights', { norm: 'none', binary: true }, [Math.log(3 / 2) + 1, 1]],
  ])('gives %s', async (_, options, values) => {
    const { rows } = await fitted(['flow wing flow flow', 'wing'], options);
    expect([...rows[0]!.keys()]).toEqual([0, 1]);
    for (const [column, value] of rows[0]!) expect(value).toBeCloseTo(values[column]!, 6);
  });

  test.each<[TfidfOptions, string]>([
    // a in 4 texts, b in 3, c in 2, d in 1; c occurs most often, then a, then b and d.
    [{ minDocuments: 2 }, 'abc'],
    [{ minDocuments: 0.5 }, 'abc'],
    [{ minDocuments: 0.51 }, 'ab'],
    [{ maxDocuments: 2 }, 'cd'],
    [{ maxDocuments: 0.75 }, 'bcd'],
    [{ minDocuments: 2, maxDocuments: 3 }, 'bc'],
    [{ maxFeatures: 1 }, 'c'],
    [{ maxFeatures: 2 }, 'ac'],
    [{ maxFeatures: 3 }, 'abc'],
    [{ maxFeatures: 3, minDocuments: 1, maxDocuments: 3 }, 'bcd'],
    [{ maxFeatures: 1, binary: true }, 'a'],
    [{ maxFeatures: 9 }, 'abcd'],
  ])('with %j keeps of four terms %s', async (options, terms) => {
    const { vectorizer, rows } = await fitted(['a c c c', 'a b c c', 'a b d d d', 'a b'], options);
    expect(vectorizer.terms.join('')).toBe(terms);
    const held = ['ac', 'abc', 'abd', 'ab'].map((text) => [...text].filter((term) => terms.includes(term)));
    expect(rows.map((row) => [...row.keys()].map((column) => terms[column]))).toEqual(held);
  });

  test('orders terms by UTF-16 code units, in every locale', async () => {
    const { vectorizer } = await fitted(['zebra Äpfel apfel 10 9 ﬁ 𝔘x'], {});
    expect(vectorizer.terms).toEqual(['10', '9', 'apfel', 'zebra', 'äpfel', '𝔘x', 'ﬁ']);
  });

  test('passes over terms that it did not learn', async () => {
    const { vectorizer } = await fitted(['wing flow', 'wing']);
    const rows = rowsOf(vectorizer.transform(['unknown words', 'flow unknown', '']));
    expect(rows.map((row) => [...row])).toEqual([[], [[0, 1]], []]);
    expect(rowsOf(vectorizer.transform([]))).toEqual([]);
  });

  test('agrees with the definitions computed in float64, and fits and transforms apart as at once', async () => {
    const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'constructor', '__proto__', 'toString', 'ü');
    const lists = fc.array(fc.array(word, { maxLength: 10 }), { minLength: 1, maxLength: 8 });
    const flags = fc.record({ sublinear: fc.boolean(), smooth: fc.boolean(), binary: fc.boolean() });
    const norm = fc.constantFrom('l2', 'l1', 'none');
    await fc.assert(
      fc.asyncProperty(lists, flags, norm, async (words, chosen, norm) => {
        fc.pre(words.some((list) => list.length > 0));
        const options = {
          ...chosen,
          norm,
          tokenizer: (text: string) => text.split(' ').filter(Boolean),
        } as const;
        const texts = words.map((list) => list.join(' '));
        const { vectorizer, rows } = await fitted(texts, options);
        const expected = reference(words, options);
        expect(vectorizer.terms).toEqual(expected.terms);
        for (const [at, row] of rows.entries()) {
          expect([...row.keys()]).toEqual([...expected.rows[at]!.keys()]);
          for (const [column, value] of row)
            expect(Math.abs(value - expected.rows[at]!.get(column)!)).toBeLessThan(1e-6 * Math.max(1, value));
        }
        const apart = await (await TfidfVectorizer.create(options)).fit(texts);
        expect(rowsOf(apart.transform(texts))).toEqual(rows);
      }),
      { seed: 9, numRuns: 150 },
    );
  });

  test('takes more terms and texts than its first room holds', async () => {
    const texts = Array.from({ length: 60 }, (_, i) =>
      Array.from({ length: 100 }, (_, j) => `t${(i * 50 + j).toString().padStart(5, '0')}`).join(' '),
    );
    const { vectorizer, rows } = await fitted(texts, { weights: 'count' });
    // Text i holds the terms 50 i to 50 i + 99: 59 x 50 + 100 of them.
    expect(vectorizer.terms.length).toBe(3050);
    for (const [i, row] of rows.entries()) {
      expect([...row.keys()]).toEqual(Array.from({ length: 100 }, (_, j) => 50 * i + j));
      expect(new Set(row.values())).toEqual(new Set([1]));
    }
  });

  test('learns anew what it is given, and keeps what it learned where that fails', async () => {
    const vectorizer = await TfidfVectorizer.create();
    expect(vectorizer.isFitted).toBe(false);
    await vectorizer.fit(['wing flow']);
    const failing = [
      () => vectorizer.fit(['']),
      () => vectorizer.fitTransform(['?', '!']),
      () => vectorizer.fit(['heat'], { signal: AbortSignal.abort() }),
      () => vectorizer.fitTransform(['heat', 2] as string[]),
    ];
    for (const call of failing) await expect(call()).rejects.toThrow();
    expect(vectorizer.terms).toEqual(['flow', 'wing']);
    vectorizer.idf.fill(0);
    expect(vectorizer.idf[0]).toBe(1);
    expect((await vectorizer.fit(['heat'])).terms).toEqual(['heat']);
  });

  test('stops between texts, and tells progress up to the last of them', async () => {
    const vectorizer = await TfidfVectorizer.create();
    const texts = Array.from({ length: 50 }, (_, i) => `word${i}`);
    for (const call of ['fit', 'fitTransform'] as const) {
      const told: number[] = [];
      await vectorizer[call](texts, { onProgress: ({ done, total }) => told.push(done / total) });
      expect(told.at(-1)).toBe(1);
      expect([...told].sort((a, b) => a - b)).toEqual(told);
    }
    let read = 0;
    const stop = new AbortController();
    const slow = await TfidfVectorizer.create({
      tokenizer: (text) => {
        if (++read === 2) stop.abort('enough');
        for (const end = performance.now() + 12; performance.now() < end; );
        return [text];
      },
    });
    await expect(slow.fit(texts, { signal: stop.signal })).rejects.toBe('enough');
    expect([read, slow.isFitted]).toEqual([2, false]);
  });

  test('works on the texts that it was given, whatever becomes of the array', async () => {
    const vectorizer = await TfidfVectorizer.create();
    const texts = ['wing', 'flow'];
    const fit = vectorizer.fit(texts);
    texts.fill('heat');
    expect((await fit).terms).toEqual(['flow', 'wing']);
  });

  test('tells what keeps it from learning', async () => {
    const vectorizer = await TfidfVectorizer.create({ minDocuments: 3 });
    const { code, message } = await vectorizer.fit(['a', 'b a']).catch((error) => error);
    expect(code).toBe('INVALID_ARGUMENT');
    expect(message).toContain('None of the 2 terms is kept');
    expect(message).toContain('minDocuments (3)');
    for (const call of [() => vectorizer.terms, () => vectorizer.idf, () => vectorizer.transform(['a'])])
      expect(call).toThrow(expect.objectContaining({ code: 'UNTRAINED' }));
  });

  test.each([
    ['minDocuments', { minDocuments: 0 }],
    ['minDocuments', { minDocuments: 1.5 }],
    ['maxDocuments', { maxDocuments: -0.5 }],
    ['maxDocuments', { maxDocuments: Number.NaN }],
    ['maxFeatures', { maxFeatures: 0.5 }],
    ['weights', { weights: 'bm25' }],
    ['binary', { binary: 1 }],
    ['sublinear', { sublinear: 'yes' }],
    ['smooth', { smooth: null }],
    ['norm', { norm: 'l3' }],
    ['tokenizer', { tokenizer: /\w+/ }],
  ])('refuses %s of %j', async (name, options) => {
    await expect(TfidfVectorizer.create(options as unknown as TfidfOptions)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(name),
    });
  });
});

/** The definitions, term by term, in float64. */
function reference(
  words: readonly string[][],
  {
    sublinear,
    smooth,
    binary,
    norm,
  }: Required<Pick<TfidfOptions, 'sublinear' | 'smooth' | 'binary' | 'norm'>>,
): { terms: string[]; rows: Row[] } {
  const terms = [...new Set(words.flat())].sort();
  const rows = words.map((list) => {
    const row = new Map<number, number>();
    terms.forEach((term, column) => {
      const count = list.filter((word) => word === term).length;
      if (count === 0) return;
      const documents = words.filter((other) => other.includes(term)).length;
      const added = smooth ? 1 : 0;
      const idf = Math.log((words.length + added) / (documents + added)) + 1;
      const tf = binary ? 1 : count;
      row.set(column, (sublinear ? 1 + Math.log(tf) : tf) * idf);
    });
    const values = [...row.values()];
    const length =
      norm === 'l2'
        ? Math.hypot(...values)
        : norm === 'l1'
          ? values.reduce((sum, value) => sum + value, 0)
          : 1;
    return new Map([...row].map(([column, value]) => [column, value / length]));
  });
  return { terms, rows };
}

test('a tokenizer of its own may build on the one of the package', async () => {
  const stemming = (text: string): string[] => tokenize(text).map((term) => term.replace(/s$/, ''));
  const { vectorizer } = await fitted(['Wings', 'wing flows'], { tokenizer: stemming });
  expect(vectorizer.terms).toEqual(['flow', 'wing']);
});
