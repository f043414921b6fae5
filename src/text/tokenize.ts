/** What splits a text into terms: an own one may stem, drop stop words, or segment scripts that write no spaces. */
export type Tokenizer = (text: string) => Iterable<string>;

/** Words begin with a letter or digit: a mark that stands alone, as behind an emoji or "≠", is none. */
export const WORDS: RegExp = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

/**
 * The words of a text, lower-cased, in their order: maximal runs of letters, digits and combining marks that begin with a
 * letter or digit (Unicode categories L, N and M). All else parts words, the apostrophe and the underscore too: "don't"
 * gives `don` and `t`, and ASCII text exactly the runs of `[a-z0-9]+`.
 *
 * Lower-casing is that of no locale, and terms are in normalization form C, so that "é" is one term however it is encoded;
 * accents are kept, and "ß" is not "ss". Han, kana, Thai and others that write no spaces give long runs: pass a tokenizer
 * that knows them. The letters are those of the runtime's Unicode version: of two runtimes, the newer one may know some of
 * a recently encoded script that the older one does not.
 *
 * @example
 * tokenize('The Café, 1999'); // ['the', 'café', '1999']
 * const segmenter = new Intl.Segmenter('ja', { granularity: 'word' });
 * const japanese: Tokenizer = (text) => Array.from(segmenter.segment(text), ({ segment }) => segment);
 */
export function tokenize(text: string): string[] {
  // As fast as a loop over character codes, and over twice the speed of the Unicode classes with a look at each word.
  if (!/[\u0080-\uffff]/.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const terms: string[] = text.match(WORDS) ?? [];
  for (let at = 0; at < terms.length; at++) terms[at] = termOf(terms[at]!);
  return terms;
}

/** The term of a word. Composed last: lower case may compose where upper case does not, as "J̌" and "ǰ". */
export function termOf(word: string): string {
  const lower = word.toLowerCase();
  return /[\u0300-\uffff]/.test(lower) ? lower.normalize('NFC') : lower;
}
