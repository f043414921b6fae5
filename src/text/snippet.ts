import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';
import { checkText, checkTokenizer, termsOf } from './texts.ts';
import { type Tokenizer, termOf, tokenize, WORDS } from './tokenize.ts';

/** How a snippet is cut. */
export interface SnippetOptions {
  /** UTF-16 code units, at most. @default 160 */
  readonly length?: number;
  /** What the query's terms count: of more weight where they are rarer, say. @default 1 each */
  readonly weightOf?: (term: string) => number;
  /** That of the index. A word of the text matches by any term that it gives for the word alone. @default `tokenize` */
  readonly tokenizer?: Tokenizer;
  /** Stands before each match in `marked`. @default '**' */
  readonly before?: string;
  /** Stands behind each match in `marked`. @default '**' */
  readonly after?: string;
}

/** A part of a text that shows what a query found there. Places are in UTF-16 code units. */
export interface Snippet {
  /** `text.slice(from, to)` of the whole text. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** Where matches start and end within `text` of the snippet, ascending. */
  readonly matches: readonly (readonly [from: number, to: number])[];
  /** `text` with marks around the matches. Nothing is escaped: for a web page, build elements from `matches`. */
  readonly marked: string;
}

/** A part of a text, from a place up to another. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** A word of the text that the query has too. */
interface Match extends Span {
  /** Its place among the terms of the query. */
  readonly term: number;
}

/**
 * The part of a text that shows most of a query: of all parts of the length, one that holds the distinct terms of greatest
 * weight; of equals one with more matches, then the first. It is cut between words where there are blanks, and never
 * within a surrogate pair. Without a match, the start of the text. O(length of the text).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example
 * snippet(article, 'heated aircraft', { length: 60 }).marked; // 'models of **heated** high speed **aircraft**'
 */
export function snippet(text: string, query: string, options: SnippetOptions = {}): Snippet {
  const length = checkInteger('length', options.length ?? 160, 1, 2 ** 30);
  const before = checkText('before', options.before ?? '**');
  const after = checkText('after', options.after ?? '**');
  const tokenizer = checkTokenizer(options.tokenizer);
  const terms = [...new Set(termsOf(checkText('query', query), tokenizer))];
  const weights = terms.map((term) => checkWeight(term, options.weightOf ? options.weightOf(term) : 1));
  const found = matchesOf(checkText('text', text), terms, tokenizer);
  const { from, to } = cut(text, bestSpan(found, weights, length), length);
  const matches: [number, number][] = [];
  let marked = '';
  let written = from;
  for (const match of found) {
    const start = Math.max(from, match.from);
    const end = Math.min(to, match.to);
    if (start >= end) continue;
    matches.push([start - from, end - from]);
    marked += text.slice(written, start) + before + text.slice(start, end) + after;
    written = end;
  }
  return { text: text.slice(from, to), from, to, matches, marked: marked + text.slice(written, to) };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
function checkWeight(term: string, weight: unknown): number {
  if (Number.isFinite(weight) && (weight as number) >= 0) return weight as number;
  const message = `weightOf must give finite weights from 0 on; for '${term}' it gave ${String(weight)}.`;
  throw new LanewiseError('INVALID_ARGUMENT', message, { got: weight });
}

function matchesOf(text: string, terms: readonly string[], tokenizer: Tokenizer): Match[] {
  const places = new Map(terms.map((term, place) => [term, place]));
  const matches: Match[] = [];
  let to = 0;
  for (const word of (terms.length > 0 && text.match(WORDS)) || []) {
    // Between two words stands no letter: the next place of the word is its own.
    const from = text.indexOf(word, to);
    to = from + word.length;
    const own = tokenizer === tokenize ? [termOf(word)] : termsOf(word, tokenizer);
    const term = own.find((candidate) => places.has(candidate));
    if (term !== undefined) matches.push({ from, to, term: places.get(term)! });
  }
  return matches;
}

/** From the first to the last match of the best ones that fit into the length; one that is longer stands alone. */
function bestSpan(matches: readonly Match[], weights: readonly number[], length: number): Span {
  const counts = new Uint32Array(weights.length);
  let best = { from: 0, to: 0, weight: -1, matches: 0 };
  let weight = 0;
  let first = 0;
  for (const [last, { to, term }] of matches.entries()) {
    if (counts[term]!++ === 0) weight += weights[term]!;
    for (; first < last && to - matches[first]!.from > length; first++) {
      const left = matches[first]!.term;
      if (--counts[left]! === 0) weight -= weights[left]!;
    }
    const size = last - first + 1;
    if (weight > best.weight || (weight === best.weight && size > best.matches))
      best = { from: matches[first]!.from, to, weight, matches: size };
  }
  return best;
}

/** A span with what surrounds it, as much on either side as the length leaves. */
function cut(text: string, span: Span, length: number): Span {
  const spare = Math.max(0, length - (span.to - span.from));
  const middle = Math.max(0, span.from - Math.floor(spare / 2));
  const from = wordStart(text, Math.max(0, Math.min(middle, text.length - length)), span.from);
  const end = Math.min(text.length, from + length);
  return { from, to: wordEnd(text, end, Math.min(span.to, end)) };
}

/** The first place from `at` up to `most` where a word starts behind a blank; `at` where there is none. */
function wordStart(text: string, at: number, most: number): number {
  if (at === 0) return 0;
  for (let place = at; place <= most; place++)
    if (isBlank(text, place - 1) && !isBlank(text, place)) return place;
  return splitsPair(text, at) ? at + 1 : at;
}

/** The last place from `at` down to `least` where a word ends before a blank; `at` where there is none. */
function wordEnd(text: string, at: number, least: number): number {
  if (at === text.length) return at;
  for (let place = at; place >= least && place > 0; place--)
    if (isBlank(text, place) && !isBlank(text, place - 1)) return place;
  return splitsPair(text, at) ? at - 1 : at;
}

function isBlank(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at));
}

function splitsPair(text: string, at: number): boolean {
  return text.codePointAt(at - 1)! > 0xffff;
}
