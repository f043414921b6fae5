import { type ErrorCode, readSafetensors } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TfidfOptions } from '../../src/text/tfidf-options.ts';
import { TfidfVectorizer } from '../../src/text/tfidf-vectorizer.ts';
import { errorOf } from '../host/error-of.ts';
import { forge, type Parts, tensorOf } from '../search/forge.ts';
import { rowsOf } from './rows-of.ts';

const TEXTS = ['wing flow flow', 'Wing heat 東京', 'Straße'];
const OPTIONS: TfidfOptions = { maxDocuments: 0.9, sublinear: true, norm: 'l1', smooth: false };

let file: Uint8Array;

beforeAll(async () => {
  file = (await (await TfidfVectorizer.create(OPTIONS)).fit(TEXTS)).toBytes();
});

/** The code of the error that a file throws whose checksums fit what was changed in it. */
async function codeOf(change: (parts: Parts) => void): Promise<ErrorCode> {
  const forged = await forge(file, change);
  return errorOf(() => TfidfVectorizer.fromBytes(forged)).code;
}

const metadata = (key: string, value: string) => (parts: Parts) => {
  parts.metadata[key] = value;
};

describe('a saved TfidfVectorizer', () => {
  test('gives the same rows, weights and file', async () => {
    const vectorizer = await (await TfidfVectorizer.create(OPTIONS)).fit(TEXTS);
    const loaded = TfidfVectorizer.fromBytes(file);
    expect(loaded.terms).toEqual(vectorizer.terms);
    expect(loaded.idf).toEqual(vectorizer.idf);
    expect(rowsOf(loaded.transform(TEXTS))).toEqual(rowsOf(vectorizer.transform(TEXTS)));
    expect(loaded.toBytes()).toEqual(file);
    // What bounds the vocabulary holds for what is learned next, too.
    expect((await loaded.fit(['a b', 'a', 'a'])).terms).toEqual(['b']);
  });

  test('holds the terms in UTF-8, where each ends, and their weights', () => {
    const { tensors, metadata } = readSafetensors(file);
    expect(new TextDecoder().decode(tensors.get('terms')!.data)).toBe('flowheatstraßewing東京');
    // 4, 4, 7 (ß takes 2), 4 and 6 bytes.
    expect([...new Uint32Array(tensors.get('termEnds')!.data.slice().buffer)]).toEqual([4, 8, 15, 19, 25]);
    expect(tensors.get('idf')!.shape).toEqual([5]);
    expect(metadata['estimator']).toBe('TfidfVectorizer');
  });

  test('needs the tokenizer that it was fitted with, where that was an own one', async () => {
    const tokenizer = (text: string): string[] => text.split(' ');
    const own = (await (await TfidfVectorizer.create({ tokenizer })).fit(TEXTS)).toBytes();
    expect(errorOf(() => TfidfVectorizer.fromBytes(own)).message).toContain(
      'fromBytes(bytes, { tokenizer })',
    );
    const loaded = TfidfVectorizer.fromBytes(own, { tokenizer });
    expect([...rowsOf(loaded.transform(['Wing']))[0]!]).toEqual([[loaded.vocabulary.get('Wing'), 1]]);
    expect(errorOf(() => TfidfVectorizer.fromBytes(own, { tokenizer: 'x' as never })).code).toBe(
      'INVALID_ARGUMENT',
    );
  });

  test('is not written before anything was learned', async () => {
    const vectorizer = await TfidfVectorizer.create();
    expect(errorOf(() => vectorizer.toBytes()).code).toBe('UNTRAINED');
  });

  test.each<[string, (parts: Parts) => void]>([
    ['a term that is no UTF-8', (parts) => tensorOf(parts, 'terms').data.set([0xff], 1)],
    ['terms that do not ascend', (parts) => tensorOf(parts, 'terms').data.set([0x7a], 0)],
    [
      'a term that stands twice',
      (parts) => tensorOf(parts, 'terms').data.set(new TextEncoder().encode('flow'), 4),
    ],
    ['an end behind the terms', (parts) => tensorOf(parts, 'termEnds').data.set([26], 16)],
    ['an end before its start', (parts) => tensorOf(parts, 'termEnds').data.set([2], 4)],
    ['a weight that is NaN', (parts) => tensorOf(parts, 'idf').data.set([0, 0, 0xc0, 0x7f], 0)],
    ['a weight below 1', (parts) => tensorOf(parts, 'idf').data.set([0, 0, 0, 0x3f], 0)],
    ['options of another kind', metadata('options', '{"norm":"l9","ownTokenizer":false}')],
  ])('is refused with %s', async (_, change) => {
    expect(await codeOf(change)).toBe('FILE_CORRUPT');
  });

  test('is refused before terms are read that overlap: together they could be far longer than the file', async () => {
    const forged = await forge(file, (parts) => {
      const ends = tensorOf(parts, 'termEnds').data;
      new DataView(ends.buffer).setUint32(0, 25, true);
    });
    const { code, message } = errorOf(() => TfidfVectorizer.fromBytes(forged));
    expect(code).toBe('FILE_CORRUPT');
    expect(message).toContain('no partition of its bytes');
  });

  test('is refused after a flipped bit, cut short, or as another kind of file', async () => {
    const flipped = file.slice();
    flipped[flipped.length - 1]! ^= 1;
    expect(errorOf(() => TfidfVectorizer.fromBytes(flipped)).code).toBe('FILE_CORRUPT');
    expect(errorOf(() => TfidfVectorizer.fromBytes(file.subarray(0, -1))).code).toBe('FILE_TRUNCATED');
    expect(await codeOf(metadata('estimator', 'FlatIndex'))).toBe('FILE_FORMAT');
    expect(await codeOf(metadata('version', '9'))).toBe('FILE_VERSION');
  });
});
