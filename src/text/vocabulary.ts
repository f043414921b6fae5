import { LanewiseError } from '../host/errors.ts';
import type { Progress } from '../host/progress.ts';
import { TermCounts } from './term-counts.ts';
import { TermRows, twice } from './term-rows.ts';
import { checkFlag, termsOf } from './texts.ts';
import type { Tokenizer } from './tokenize.ts';

/** Which terms of the texts are kept. */
export interface VocabularyOptions {
  /** Terms of fewer texts are dropped: a share of the texts if below 1, else a number of them. @default 1 */
  readonly minDocuments?: number;
  /** Terms of more texts are dropped: a share of the texts if below 1, else a number of them. @default Infinity */
  readonly maxDocuments?: number;
  /** Keeps only so many terms, those that occur most often; of equals those that sort first. @default Infinity */
  readonly maxFeatures?: number;
  /** Whether a term counts 1, however often the text holds it. @default false */
  readonly binary?: boolean;
}

/** All terms of the texts, by their numbers. */
export interface CountedTexts {
  readonly texts: number;
  readonly numbers: ReadonlyMap<string, number>;
  /** In how many texts each occurs. */
  readonly documents: Uint32Array;
  /** How often each occurs. */
  readonly occurrences: Uint32Array;
  /** What each text holds, numbers in no order and counts, where it was asked for. */
  readonly rows: TermRows | undefined;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkVocabulary(options: VocabularyOptions): Required<VocabularyOptions> {
  const { minDocuments = 1, maxDocuments = Infinity, maxFeatures = Infinity, binary = false } = options;
  const documents = 'a share of the texts, in 0..1, or a number of them';
  check('minDocuments', minDocuments, isShare(minDocuments) || isCount(minDocuments), documents);
  check('maxDocuments', maxDocuments, isShare(maxDocuments) || isCount(maxDocuments), documents);
  check('maxFeatures', maxFeatures, isCount(maxFeatures), 'an integer from 1 on, or Infinity');
  return { minDocuments, maxDocuments, maxFeatures, binary: checkFlag('binary', binary) };
}

function check(name: string, got: unknown, isRight: boolean, expected: string): void {
  if (isRight) return;
  const message = `${name} must be ${expected}; got ${String(got)}.`;
  throw new LanewiseError('INVALID_ARGUMENT', message, { expected, got });
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < 1;
}

function isCount(value: unknown): boolean {
  return value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1);
}

/** Counts the terms of texts, a text a piece. */
export function* countTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  keepsRows: boolean,
): Generator<Progress, CountedTexts> {
  const numbers = new Map<string, number>();
  const counter = new TermCounts(numbers, numbers);
  const rows = keepsRows ? new TermRows(texts.length, 'none') : undefined;
  let documents = new Uint32Array(1024);
  let occurrences = new Uint32Array(1024);
  for (let done = 0; done < texts.length; ) {
    counter.count(termsOf(texts[done]!, tokenizer));
    const { met, counts } = counter;
    while (documents.length < counts.length) {
      documents = twice(documents, new Uint32Array(2 * documents.length));
      occurrences = twice(occurrences, new Uint32Array(documents.length));
    }
    for (let at = 0; at < met.length; at++) {
      const number = met[at]!;
      documents[number]!++;
      occurrences[number]! += counts[number]!;
      rows?.add(number, counts[number]!);
    }
    rows?.endRow();
    yield { done: ++done, total: texts.length };
  }
  return { texts: texts.length, numbers, documents, occurrences, rows };
}

/**
 * The terms that are kept, ascending by UTF-16 code units; each piece ends with `progress`. O(terms log terms).
 *
 * @throws LanewiseError `INVALID_ARGUMENT` where none is
 */
export function* chooseTerms(
  counted: CountedTexts,
  options: Required<VocabularyOptions>,
  progress: Progress,
): Generator<Progress, string[]> {
  const { texts, numbers, documents, occurrences } = counted;
  const least = inTexts(options.minDocuments, texts);
  const most = inTexts(options.maxDocuments, texts);
  const met: string[] = [];
  for (const [term, number] of numbers)
    if (documents[number]! >= least && documents[number]! <= most) met.push(term);
  if (met.length === 0) throw noTerms(counted, options);
  const terms = yield* sorted(met, progress);
  const spared = terms.length - options.maxFeatures;
  if (spared <= 0) return terms;
  const all = options.binary ? documents : occurrences;
  const counts = Uint32Array.from(terms, (term) => all[numbers.get(term)!]!);
  const ranked = counts.slice().sort();
  const rarest = ranked[spared]!;
  // Of those that are equally rare, the ones that sort first.
  let equals = ranked.lastIndexOf(rarest) + 1 - spared;
  return terms.filter((_, at) => counts[at]! > rarest || (counts[at] === rarest && equals-- > 0));
}

/** Terms that are sorted at once: a few milliseconds. */
const PIECE_TERMS = 8192;

/** Merge sort, for a sort of many terms takes longer than a frame. */
function* sorted(terms: readonly string[], progress: Progress): Generator<Progress, string[]> {
  let runs: string[][] = [];
  for (let at = 0; at < terms.length; at += PIECE_TERMS) {
    runs.push(terms.slice(at, at + PIECE_TERMS).sort());
    yield progress;
  }
  while (runs.length > 1) {
    const merged: string[][] = [];
    for (let at = 0; at < runs.length; at += 2)
      merged.push(yield* merge(runs[at]!, runs[at + 1] ?? [], progress));
    runs = merged;
  }
  return runs[0]!;
}

function* merge(
  left: readonly string[],
  right: readonly string[],
  progress: Progress,
): Generator<Progress, string[]> {
  const merged: string[] = [];
  for (let at = 0, i = 0, j = 0; at < left.length + right.length; at++) {
    const isLeft = j === right.length || (i < left.length && left[i]! < right[j]!);
    merged.push(isLeft ? left[i++]! : right[j++]!);
    if (at % PIECE_TERMS === PIECE_TERMS - 1) yield progress;
  }
  return merged;
}

function inTexts(bound: number, texts: number): number {
  return bound < 1 ? bound * texts : bound;
}

function noTerms({ texts, numbers }: CountedTexts, options: Required<VocabularyOptions>): LanewiseError {
  const message =
    numbers.size === 0
      ? `There is no term in the ${texts} texts. Give texts with words, or a tokenizer that finds them.`
      : `None of the ${numbers.size} terms is kept: each is in fewer than minDocuments (${options.minDocuments}) or in more ` +
        `than maxDocuments (${options.maxDocuments}) of the ${texts} texts.`;
  return new LanewiseError('INVALID_ARGUMENT', message, { got: texts });
}
