import { LanewiseError } from '../host/errors.ts';
import { type Tokenizer, tokenize } from './tokenize.ts';

/** @throws LanewiseError `INVALID_ARGUMENT` unless it is a string */
export function checkText(name: string, text: unknown): string {
  if (typeof text === 'string') return text;
  throw new LanewiseError('INVALID_ARGUMENT', `${name} must be a string; got ${typeof text}.`, {
    expected: 'string',
    got: typeof text,
  });
}

/** A copy, which the caller cannot change. @throws LanewiseError `INVALID_ARGUMENT` unless they are strings */
export function checkTexts(texts: unknown, name = 'texts'): readonly string[] {
  if (!Array.isArray(texts)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `${name} must be an array of strings; got ${typeof texts}. Put a single text into brackets.`,
      { expected: 'string[]', got: typeof texts },
    );
  }
  for (let at = 0; at < texts.length; at++) checkText(`${name}[${at}]`, texts[at]);
  return texts.slice();
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkTokenizer(tokenizer: unknown = tokenize): Tokenizer {
  if (typeof tokenizer === 'function') return tokenizer as Tokenizer;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `tokenizer must be a function from a text to its terms; got ${typeof tokenizer}.`,
    { expected: 'function', got: typeof tokenizer },
  );
}

/**
 * The terms of a text, as its tokenizer gives them.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` where they are no strings
 */
export function termsOf(text: string, tokenizer: Tokenizer): readonly string[] {
  if (tokenizer === tokenize) return tokenize(text);
  const terms: unknown = tokenizer(text);
  // A string is iterable too: its characters are hardly meant.
  if (typeof terms !== 'object' || terms === null || !(Symbol.iterator in terms)) {
    throw new LanewiseError('INVALID_ARGUMENT', `The tokenizer must give terms; it gave ${typeof terms}.`, {
      expected: 'Iterable<string>',
      got: typeof terms,
    });
  }
  // No half of a surrogate pair could be hashed or saved.
  return Array.from(terms as Iterable<unknown>, (term) =>
    checkText('Each term of the tokenizer', term).replace(/\p{Surrogate}/gu, '\ufffd'),
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless it is true or false */
export function checkFlag(name: string, flag: unknown): boolean {
  if (typeof flag === 'boolean') return flag;
  throw new LanewiseError('INVALID_ARGUMENT', `${name} must be true or false; got ${String(flag)}.`, {
    got: flag,
  });
}
