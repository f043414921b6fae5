import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenize } from '../../src/text/tokenize.ts';

const SEEDED = { seed: 20, numRuns: 500 };

describe('tokenize', () => {
  test('lower-cases words and parts them at all that is no letter, mark or digit', () => {
    expect(tokenize("The B-52's engine: don't_stop (1999)!")).toEqual(
      'the b 52 s engine don t stop 1999'.split(' '),
    );
    expect(tokenize('')).toEqual([]);
    expect(tokenize(' \t\n—…!')).toEqual([]);
  });

  test('gives the runs of [a-z0-9]+ of lower-cased ASCII text', () => {
    const ascii = fc.string({ unit: 'binary-ascii', maxLength: 60 });
    const runs = (text: string): string[] =>
      Array.from(text.toLowerCase())
        .map((c) => ('abcdefghijklmnopqrstuvwxyz0123456789'.includes(c) ? c : ' '))
        .join('')
        .split(' ')
        .filter((run) => run !== '');
    fc.assert(
      fc.property(ascii, (text) => {
        expect(tokenize(text)).toEqual(runs(text));
        // The same words, when something else in the text is not ASCII.
        expect(tokenize(`${text} …`)).toEqual(runs(text));
      }),
      SEEDED,
    );
  });

  test.each([
    ['German keeps its sharp s', 'Straße STRASSE', ['straße', 'strasse']],
    ['a capital dotted I gives an i and a dot, in every locale', 'İki IKI', ['i\u0307ki', 'iki']],
    ['a letter and its mark are one composed letter', 'Cafe\u0301 Café', ['café', 'café']],
    ['letters that compose in lower case alone are composed', 'J\u030C', ['\u01F0']],
    ['marks without a composed letter stay in the word', 'n\u0303x\u0323y', ['ñx\u0323y']],
    ['a sigma is final by its own word, whatever follows', 'ΟΔΟΣ.Α', ['οδος', 'α']],
    ['Han is one run, parted by its own full stop', '东京大学。東京', ['东京大学', '東京']],
    ['vowel signs of Devanagari belong to the word', 'हिन्दी भाषा', ['हिन्दी', 'भाषा']],
    ['Arabic words and digits', 'سنة ٢٠٢٤', ['سنة', '٢٠٢٤']],
    ['emoji and their selectors are no words', 'love ❤️ 👩‍🚀 you', ['love', 'you']],
    ['letters beyond the first plane', '𝔘nicode 𐐀', ['𝔘nicode', '𐐨']],
    ['a negating stroke is no word, composed or not', '≠ =\u0338', []],
    ['lone surrogates part words', 'a\uD800b \uDC00', ['a', 'b']],
  ])('%s', (_, text, terms) => {
    expect(tokenize(text)).toEqual(terms);
  });

  test('does not depend on how text is encoded, and finds in a term the term itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const terms = tokenize(text);
        expect(tokenize(text.normalize('NFD'))).toEqual(tokenize(text.normalize('NFC')));
        expect(terms.flatMap(tokenize)).toEqual(terms);
      }),
      SEEDED,
    );
  });
});
