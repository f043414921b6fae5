import fc from 'fast-check';
import { LanewiseError, levenshtein, optimalStringAlignment, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { runtime } from '../../src/text/edit-kernels.ts';
import { editDistance } from '../reference/edit-distance.ts';

const BOTH = [
  ['levenshtein', levenshtein, false],
  ['optimalStringAlignment', optimalStringAlignment, true],
] as const;

/** A text of letters from `first` on. */
function randomText(random: Random, length: number, letters: number, first = 97): string {
  return Array.from({ length }, () => String.fromCodePoint(first + random.integer(letters))).join('');
}

/** A text with some edits, exchanges of neighbours among them. */
function edited(random: Random, text: string, edits: number): string {
  const units = [...text];
  for (let i = 0; i < edits; i++) {
    const at = random.integer(units.length + 1);
    const kind = random.integer(4);
    if (kind === 0) units.splice(at, 1);
    else if (kind === 1) units.splice(at, 0, 'x');
    else if (kind === 2) units.splice(at, 2, ...units.slice(at, at + 2).reverse());
    else units.splice(at, 1, 'y');
  }
  return units.join('');
}

test.each([
  ['ship', 'slip', 1],
  ['kitten', 'sitting', 3],
  ['order arrived damaged', 'order arrived on time', 7],
  ['', '', 0],
  ['', 'abc', 3],
  ['flaw', 'lawn', 2],
  ['intention', 'execution', 5],
])('levenshtein of "%s" and "%s" is %i', (a, b, distance) => {
  expect(levenshtein(a, b)).toBe(distance);
  expect(levenshtein(b, a)).toBe(distance);
});

test('neighbours that changed places are one edit of an alignment, and none is edited twice', () => {
  expect(levenshtein('teh', 'the')).toBe(2);
  expect(optimalStringAlignment('teh', 'the')).toBe(1);
  // Without that restriction: ca, ac, abc.
  expect(optimalStringAlignment('ca', 'abc')).toBe(3);
});

describe.each(BOTH)('%s', (_, distance, transposes) => {
  test.each([1, 8, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 300, 513])(
    'agrees with the whole table about texts of %i units, alike and not',
    (length) => {
      const random = new Random(length);
      for (const letters of [2, 26]) {
        const text = randomText(random, length, letters);
        const others = [
          randomText(random, length, letters),
          randomText(random, length + random.integer(40), letters),
          ...[1, 3, 20].map((edits) => edited(random, text, edits)),
        ];
        for (const other of others)
          expect(distance(text, other)).toBe(editDistance([...text], [...other], transposes));
      }
    },
  );

  test('agrees with the whole table about any texts, whatever the cut-off', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\u{1f600}'), maxLength: 150 });
    fc.assert(
      fc.property(text, text, fc.nat(20), (a, b, margin) => {
        const expected = editDistance([...a], [...b], transposes);
        expect(distance(a, b)).toBe(expected);
        expect(distance(a, b, { max: expected + margin })).toBe(expected);
        if (expected > 0) expect(distance(a, b, { max: expected - 1 })).toBe(Number.POSITIVE_INFINITY);
        if (expected > margin) expect(distance(a, b, { max: margin })).toBe(Number.POSITIVE_INFINITY);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('finds long texts that are alike in a narrow band', () => {
    const random = new Random(5);
    const text = randomText(random, 1500, 4);
    for (const edits of [2, 40, 90, 300]) {
      const other = edited(random, text, edits);
      const expected = editDistance([...text], [...other], transposes);
      expect(distance(text, other)).toBe(expected);
      expect(distance(text, other, { max: expected })).toBe(expected);
      expect(distance(text, other, { max: expected - 1 })).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test('counts code points, of which half a surrogate pair is one by itself', () => {
    expect(distance('\u{1f600}', '\u{1f601}')).toBe(1);
    expect(distance('\ud83d', '\u{1f600}')).toBe(1);
    expect(distance('\ude00', '\u{1f600}')).toBe(1);
    expect(distance('\ud83d', '\ufffd')).toBe(1);
    expect(distance('\ud83d', '\ud83d')).toBe(0);
    expect(distance('a\ud83db', 'a\ud83eb')).toBe(1);
    // A letter and its accent are two.
    expect(distance('e\u0301', 'é')).toBe(2);
    const units = Array.from({ length: 90 }, (_, i) => String.fromCodePoint(0x1f300 + (i % 50)));
    expect(distance(units.join(''), units.slice(1).join(''))).toBe(1);
  });

  test('counts bytes of UTF-8 where asked', () => {
    const random = new Random(9);
    const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];
    for (const length of [3, 20, 50, 90]) {
      const letters = ['a', 'b', 'é', '語', '\u{1f600}'];
      const text = (): string => Array.from({ length }, () => letters[random.integer(5)]).join('');
      const [a, b] = [text(), text()];
      expect(distance(a, b, { unit: 'bytes' })).toBe(editDistance(bytes(a), bytes(b), transposes));
    }
    expect(distance('abc', 'abd', { unit: 'bytes' })).toBe(1);
    // ED A0 BD and EF BF BD have one byte in common.
    expect(distance('\ud83d', '\ufffd', { unit: 'bytes' })).toBe(2);
  });

  test('holds no linear memory afterwards', () => {
    const { memory } = runtime();
    const before = memory.statistics.bytesInUse;
    distance('ab'.repeat(500), 'ba'.repeat(400), { max: 3 });
    distance('ab'.repeat(500), 'cd'.repeat(400));
    expect(memory.statistics.bytesInUse).toBe(before);
  });

  test.each([
    ['a text that is none', () => distance(1 as never, 'a'), 'a must be a string; got number'],
    ['another that is none', () => distance('a', undefined as never), 'b must be a string; got undefined'],
    ['a negative cut-off', () => distance('a', 'b', { max: -1 }), 'max must be a whole number'],
    ['a fraction', () => distance('a', 'b', { max: 1.5 }), 'got 1.5'],
    ['no number', () => distance('a', 'a', { max: Number.NaN }), 'got NaN'],
    ['an unknown unit', () => distance('a', 'b', { unit: 'words' as never }), 'codePoints'],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(LanewiseError);
    expect(call).toThrow(message);
  });
});
