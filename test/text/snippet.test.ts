import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SnippetOptions, snippet } from '../../src/text/snippet.ts';
import { tokenize } from '../../src/text/tokenize.ts';
import { errorOf } from '../host/error-of.ts';

const FILLER = 'lorem ipsum dolor sit amet '.repeat(20);
const marked = (text: string, query: string, options?: SnippetOptions): string =>
  snippet(text, query, options).marked;

describe('snippet', () => {
  test('shows a short text whole, its matches marked and told', () => {
    const text = 'The Wing of an aircraft; wings, and a WING.';
    expect(snippet(text, 'wing AIRCRAFT')).toEqual({
      text,
      from: 0,
      to: text.length,
      matches: [
        [4, 8],
        [15, 23],
        [38, 42],
      ],
      marked: 'The **Wing** of an **aircraft**; wings, and a **WING**.',
    });
  });

  test('shows the part that holds most of the distinct terms, rather than one term often', () => {
    const text = `wing wing wing wing ${FILLER} heated wing aircraft ${FILLER} wing wing heated wing`;
    expect(marked(text, 'heated wing aircraft', { length: 22 })).toBe('**heated** **wing** **aircraft**');
  });

  test('of equals takes the part with more matches, and then the first', () => {
    const text = `one wing here ${FILLER} two wing wing here ${FILLER} wing wing again`;
    expect(marked(text, 'wing', { length: 18 })).toBe('two **wing** **wing** here');
  });

  test('prefers terms of more weight', () => {
    const text = `of the wing ${FILLER} flutter`;
    expect(marked(text, 'of the flutter', { length: 15 })).toBe('**of** **the** wing');
    const weightOf = (term: string): number => (term === 'flutter' ? 5 : 0.1);
    expect(marked(text, 'of the flutter', { length: 15, weightOf })).toBe('amet  **flutter**');
  });

  test('stands in the middle of what surrounds it, cut between words', () => {
    const text = 'alpha beta gamma delta wing epsilon zeta eta theta';
    // 24 are left beside the match, 12 on either side: from "a gamma delta " on, and up to "epsilon zeta" or beyond.
    expect(snippet(text, 'wing', { length: 28 })).toMatchObject({
      text: 'gamma delta wing epsilon',
      from: 11,
      to: 35,
    });
  });

  test('at the end of a text shows more of what is before', () => {
    expect(snippet('alpha beta gamma delta wing', 'wing', { length: 15 }).text).toBe('delta wing');
    expect(snippet('alpha beta gamma delta wing', 'wing', { length: 16 }).text).toBe('gamma delta wing');
  });

  test.each([
    ['a query without terms', '...'],
    ['a query that is nowhere', 'zzz'],
    ['no query', ''],
  ])('shows the start of the text for %s', (_, query) => {
    expect(snippet('alpha beta gamma', query, { length: 12 })).toEqual({
      ...{ text: 'alpha beta', from: 0, to: 10, matches: [], marked: 'alpha beta' },
    });
    expect(snippet('', query)).toEqual({ text: '', from: 0, to: 0, matches: [], marked: '' });
  });

  test('cuts within words that are longer than all there is room for, but never within a surrogate pair', () => {
    const long = '東'.repeat(10) + '𠮷'.repeat(30);
    expect(snippet(long, 'x', { length: 13 }).text).toBe(`${'東'.repeat(10)}𠮷`);
    expect(snippet(long, long, { length: 13 })).toMatchObject({ from: 0, to: 12, matches: [[0, 12]] });
    expect(snippet('𠮷', '𠮷', { length: 1 })).toMatchObject({ text: '', matches: [] });
  });

  test('matches composed and decomposed letters, and gives places in the text as it is', () => {
    expect(marked('un cafe\u0301 CAFÉ', 'café')).toBe('un **cafe\u0301** **CAFÉ**');
  });

  test('matches words by the terms that a tokenizer of its own gives them', () => {
    const tokenizer = (text: string): string[] => tokenize(text).map((term) => term.replace(/s$/, ''));
    expect(marked('Wings, a wing', 'the wings', { tokenizer, before: '<', after: '>' })).toBe(
      '<Wings>, a <wing>',
    );
  });

  test('never is longer than asked, holds whole characters, and marks what the query has', () => {
    const word = fc.constantFrom(
      'wing',
      'Flow',
      'heat',
      '東京',
      '𠮷',
      'e\u0301',
      '👩‍🚀',
      ' ',
      '\n',
      ', ',
      '-',
    );
    const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(''));
    fc.assert(
      fc.property(
        text,
        fc.array(word, { maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        (text, words, length) => {
          const query = words.join(' ');
          const found = snippet(text, query, { length, before: '[', after: ']' });
          expect(found.text).toBe(text.slice(found.from, found.to));
          expect(found.text.length).toBeLessThanOrEqual(length);
          expect(found.text).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
          expect(found.marked.replace(/[[\]]/g, '')).toBe(found.text);
          let last = -1;
          for (const [from, to] of found.matches) {
            expect(from).toBeGreaterThan(last);
            expect(to).toBeGreaterThan(from);
            last = to;
          }
          // A match is shown wherever there is one; half of a surrogate pair is none.
          const asked = new Set(tokenize(query));
          const isFound = tokenize(text).some((term) => asked.has(term));
          if (length > 1) expect(found.matches.length > 0).toBe(isFound);
        },
      ),
      { seed: 4, numRuns: 500 },
    );
  });

  test('holds as many distinct terms as any part of its length', () => {
    const word = fc.constantFrom('aa', 'bb', 'cc', 'dd', 'zz', 'zz', 'zz');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), fc.integer({ min: 2, max: 30 }), (words, length) => {
        const text = words.join(' ');
        const shown = (part: string): number => new Set(part.match(/\b(aa|bb|cc|dd)\b/g)).size;
        let most = 0;
        for (let from = 0; from < text.length; from += 3)
          most = Math.max(most, shown(text.slice(from, from + length)));
        expect(shown(snippet(text, 'aa bb cc dd', { length }).text)).toBe(most);
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  test('takes time in proportion to the text, however often the query is in it', () => {
    const text = 'wing flow '.repeat(100_000);
    const start = performance.now();
    expect(snippet(text, 'wing flow heat').matches.length).toBe(32);
    // Some 100 ms; a quadratic search would take minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test.each<[string, () => unknown]>([
    ['text', () => snippet(1 as never, 'a')],
    ['query', () => snippet('a', undefined as never)],
    ['length', () => snippet('a', 'a', { length: 0 })],
    ['weightOf', () => snippet('a', 'a', { weightOf: () => Number.NaN })],
    ['weightOf', () => snippet('a', 'a', { weightOf: () => -1 })],
    ['before', () => snippet('a', 'a', { before: 1 as never })],
    ['tokenizer', () => snippet('a', 'a', { tokenizer: {} as never })],
  ])('refuses another %s', (name, call) => {
    const { code, message } = errorOf(call);
    expect(code).toBe('INVALID_ARGUMENT');
    expect(message).toContain(name);
  });
});
