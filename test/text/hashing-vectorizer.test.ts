import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { murmur3 } from '../../src/host/murmur3.ts';
import { HashingVectorizer, type HashingVectorizerOptions } from '../../src/text/hashing-vectorizer.ts';
import { rowsOf } from './rows-of.ts';

const TEXTS = ['the wing of the aircraft', 'strasse straße café 東京'];

async function hashed(
  texts: readonly string[],
  options: HashingVectorizerOptions,
): Promise<ReadonlyMap<number, number>[]> {
  return rowsOf((await HashingVectorizer.create(options)).transform(texts));
}

describe('HashingVectorizer', () => {
  // Of scikit-learn's HashingVectorizer. With 7 columns, "of", -1, and "aircraft" and "wing" fall apart; "the" counts -2.
  test.each<[HashingVectorizerOptions, Record<number, number>[]]>([
    [
      { features: 1000 },
      [
        { 196: 1, 258: 1, 388: -1, 958: -2 },
        { 102: -1, 437: 1, 632: 1, 851: 1 },
      ],
    ],
    [
      { features: 7 },
      [
        { 0: 1, 1: -1, 4: 1, 5: -2 },
        { 3: -1, 5: 2, 6: 1 },
      ],
    ],
    [
      { features: 7, signed: false },
      [
        { 0: 1, 1: 1, 4: 1, 5: 2 },
        { 3: 1, 5: 2, 6: 1 },
      ],
    ],
    [
      { features: 7, binary: true },
      [
        { 0: 1, 1: 1, 4: 1, 5: 1 },
        { 3: 1, 5: 1, 6: 1 },
      ],
    ],
  ])('with %j gives the rows that scikit-learn gives', async (options, rows) => {
    const found = await hashed(TEXTS, { ...options, norm: 'none' });
    expect(found.map((row) => Object.fromEntries(row))).toEqual(rows);
  });

  test('divides rows by their norm', async () => {
    const [[squares], [magnitudes]] = [
      await hashed(TEXTS, { features: 1000 }),
      await hashed(TEXTS, { features: 1000, norm: 'l1' }),
    ] as const;
    // 1 + 1 + 1 + 4 = 7, and 1 + 1 + 1 + 2 = 5.
    expect([...squares!.values()]).toEqual([1, 1, -1, -2].map((n) => Math.fround(n / Math.sqrt(7))));
    expect([...magnitudes!.values()]).toEqual([1, 1, -1, -2].map((n) => Math.fround(n / 5)));
  });

  test('leaves rows empty of texts without terms, and of terms that cancel out', async () => {
    // One column: wing +1, of -1 (see above).
    const rows = await hashed(['', '...', 'wing of'], { features: 1 });
    expect(rows.map((row) => row.size)).toEqual([0, 0, 0]);
    expect(await hashed([], {})).toEqual([]);
    // Those who ask whether a term is there are told so.
    expect([...(await hashed(['wing of'], { features: 1, binary: true }))[0]!]).toEqual([[0, 1]]);
  });

  test('takes the largest number of columns, and keeps columns ascending', async () => {
    const [row] = await hashed(['one two three four five'], { features: 2 ** 30, norm: 'none' });
    const columns = ['one', 'two', 'three', 'four', 'five'].map(
      (term) => Math.abs(murmur3(term) | 0) % 2 ** 30,
    );
    expect([...row!.keys()]).toEqual(columns.sort((a, b) => a - b));
  });

  test('sums the signs of all terms of a column, whatever the texts', async () => {
    const word = fc.constantFrom('a', 'b', 'c', 'd', 'ä', '東', 'e1', 'f2');
    const texts = fc.array(fc.array(word, { maxLength: 12 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 9 }), async (lists, features) => {
        const rows = await hashed(
          lists.map((list) => list.join(' ')),
          { features, norm: 'none' },
        );
        for (const [at, list] of lists.entries()) {
          const sums = new Float32Array(features);
          for (const term of list) {
            const hash = murmur3(term) | 0;
            sums[Math.abs(hash) % features]! += hash < 0 ? -1 : 1;
          }
          for (let column = 0; column < features; column++)
            expect(rows[at]!.get(column) ?? 0).toBe(sums[column]);
          expect([...rows[at]!.values()]).not.toContain(0);
        }
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  test('gives in slices what it gives at once, and tells how far it is', async () => {
    const vectorizer = await HashingVectorizer.create();
    const told: number[] = [];
    const matrix = await vectorizer.fitTransform(TEXTS, { onProgress: ({ done }) => told.push(done) });
    expect(rowsOf(matrix)).toEqual(rowsOf(vectorizer.transform(TEXTS)));
    expect(told.at(-1)).toBe(2);
    const aborted = vectorizer.fitTransform(TEXTS, { signal: AbortSignal.abort('enough') });
    await expect(aborted).rejects.toBe('enough');
  });

  test('takes the terms of a tokenizer, halves of surrogate pairs as U+FFFD', async () => {
    const tokenizer = (text: string): Set<string> => new Set(text.split('-'));
    const own = { features: 1000, norm: 'none', signed: false, tokenizer } as const;
    const [row] = await hashed(['The-wing-\ud800-The'], own);
    const columns = ['The', 'wing', '\ufffd'].map((term) => Math.abs(murmur3(term) | 0) % 1000);
    expect([...row!.keys()]).toEqual(columns.sort((a, b) => a - b));
  });

  test.each([
    ['features', { features: 0 }],
    ['features', { features: 2 ** 30 + 1 }],
    ['features', { features: 1.5 }],
    ['signed', { signed: 1 }],
    ['binary', { binary: 'no' }],
    ['norm', { norm: 'max' }],
    ['tokenizer', { tokenizer: 'words' }],
  ])('refuses %s of %j', async (name, options) => {
    const create = HashingVectorizer.create(options as HashingVectorizerOptions);
    await expect(create).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(name),
    });
  });

  test.each([
    ['texts must be an array', 'a text'],
    ['texts[1] must be a string', ['a', 1]],
  ])('tells that %s', async (message, texts) => {
    const vectorizer = await HashingVectorizer.create();
    expect(() => vectorizer.transform(texts as string[])).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  test.each([[() => 'word'], [() => [1]], [() => undefined]])(
    'refuses a tokenizer that gives no terms: %s',
    async (tokenizer) => {
      const vectorizer = await HashingVectorizer.create({ tokenizer: tokenizer as never });
      expect(() => vectorizer.transform(['a'])).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    },
  );
});
