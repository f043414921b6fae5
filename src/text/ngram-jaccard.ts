import { checkInteger } from '../vectors/input.ts';
import { checkText } from './texts.ts';
import { checkUnit, type TextUnit, unitsOf } from './units.ts';

const LONGEST_GRAM = 65_536;

/** How {@link ngramJaccard} cuts texts up. */
export interface NgramOptions {
  /** Units of an n-gram, 1..65536. @default 2 */
  readonly n?: number;
  /** Unicode code points, or bytes of UTF-8. @default 'codePoints' */
  readonly unit?: TextUnit;
}

/**
 * How much two texts have in common, 0..1: of the different n-grams that either has, the share that both have (Jaccard, 1912).
 * A text that is shorter than n is one n-gram by itself; two empty texts are alike. Cost: O(lengths x n).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example ngramJaccard('night', 'nacht', { n: 2 }); // 1 / 7: "ht", of ni ig gh ht na ac ch
 */
export function ngramJaccard(a: string, b: string, options: NgramOptions = {}): number {
  const n = checkInteger('n', options.n ?? 2, 1, LONGEST_GRAM);
  const unit = checkUnit(options.unit);
  const [grams, others] = [gramsOf(checkText('a', a), n, unit), gramsOf(checkText('b', b), n, unit)];
  let common = 0;
  for (const gram of grams) if (others.has(gram)) common++;
  const all = grams.size + others.size - common;
  return all === 0 ? 1 : common / all;
}

/** The different n-grams. Units of bytes become characters of the same numbers; code points stay what they are. */
function gramsOf(text: string, n: number, unit: TextUnit): Set<string> {
  const characters =
    unit === 'bytes' ? Array.from(unitsOf(text, unit), (byte) => String.fromCharCode(byte)) : [...text];
  const grams = new Set<string>();
  for (let i = 0; i + n <= characters.length; i++) grams.add(characters.slice(i, i + n).join(''));
  if (characters.length > 0 && characters.length < n) grams.add(characters.join(''));
  return grams;
}
