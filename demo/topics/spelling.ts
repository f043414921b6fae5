import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EditDictionary, optimalStringAlignment } from 'lanewise';
import type { Options } from '../options.ts';
import { readPackages } from '../packages.ts';
import { formatMegabytes, formatMilliseconds, formatNumber } from '../table.ts';
import { UsageError } from '../usage-error.ts';

/** Edits that a correction may take. */
const MOST_EDITS = 2;
/** Words within so many edits that are ranked: a word whose letters changed places is two edits to a dictionary, and one here. */
const RANKED = 2000;

/** Words, the most common ones first, and what finds them. */
interface Speller {
  readonly words: readonly string[];
  readonly dictionary: EditDictionary;
  /** Whether they are in small letters. */
  readonly isLowerCase: boolean;
}

/** A word that may have been meant. */
interface Correction {
  /** How many words are more common. */
  readonly id: number;
  readonly word: string;
  readonly edits: number;
}

/** Corrects words: those of the command line, or line after line what is typed. */
export async function showSpelling({ words: file, text, k }: Options): Promise<void> {
  const words = file === undefined ? ownWords() : readWords(file);
  const start = performance.now();
  const dictionary = await EditDictionary.create(words);
  console.log(
    `Words     ${formatNumber(words.length)}, encoded in ${formatMilliseconds(performance.now() - start)} ms, ` +
      `${formatMegabytes(dictionary.memoryUsage().total)}`,
  );
  const speller = { words, dictionary, isLowerCase: file === undefined };
  const tally = { count: 0, milliseconds: 0 };
  try {
    if (text.length > 0) show(speller, text, k, tally);
    else await prompt((line) => show(speller, line.split(/\s+/u).filter(Boolean), k, tally));
  } finally {
    dictionary.dispose();
  }
  if (tally.count === 0) return;
  console.log(
    `Took      ${formatMilliseconds(tally.milliseconds / tally.count)} ms a look-up, ` +
      `${formatNumber(Math.round((1000 * tally.count) / tally.milliseconds))} words/s`,
  );
}

/** Words of GloVe by their frequency, then names of packages. */
function ownWords(): string[] {
  const file = join(import.meta.dirname, '../data/glove-40k.txt');
  const words = readWords(file).filter((word) => /^\p{Letter}/u.test(word));
  return [...new Set([...words, ...readPackages().names])];
}

/** A word a line. @throws UsageError */
function readWords(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
  const words = text.split(/\r?\n/u).filter(Boolean);
  if (words.length === 0) throw new UsageError(`${file} holds no words, one a line`);
  return words;
}

function show(
  speller: Speller,
  texts: readonly string[],
  k: number,
  tally: { count: number; milliseconds: number },
): void {
  for (const text of texts) {
    const start = performance.now();
    const corrections = correct(speller, text).slice(0, k);
    const milliseconds = performance.now() - start;
    tally.count++;
    tally.milliseconds += milliseconds;
    console.log(`${text.padEnd(16)} ${tell(corrections)}  [${formatMilliseconds(milliseconds)} ms]`);
  }
}

function tell(corrections: readonly Correction[]): string {
  const [best] = corrections;
  if (!best) return `no word within ${MOST_EDITS} edits`;
  const list = (some: readonly Correction[]): string =>
    some.map(({ word, edits }) => `${word} (${edits})`).join(', ');
  if (best.edits > 0) return list(corrections);
  // Words gathered from texts hold common mistakes, too.
  const likelier = corrections.filter(({ edits, id }) => edits === 1 && id < best.id);
  return likelier.length === 0 ? 'is a word' : `is a word; more common: ${list(likelier)}`;
}

/** Words within two edits: the fewest edits first, then the most common word. */
function correct({ words, dictionary, isLowerCase }: Speller, text: string): Correction[] {
  const query = isLowerCase ? text.toLowerCase() : text;
  const { ids } = dictionary.closest(query, { k: RANKED, max: MOST_EDITS });
  return [...ids.subarray(0, ids.includes(-1) ? ids.indexOf(-1) : ids.length)]
    .map((id) => ({ id, word: words[id]!, edits: optimalStringAlignment(query, words[id]!) }))
    .sort((a, b) => a.edits - b.edits || a.id - b.id);
}

/** Gives `use` line after line, until the input ends; asks for them, where somebody types. */
async function prompt(use: (line: string) => void): Promise<void> {
  const isTyped = process.stdin.isTTY === true;
  if (isTyped) console.log('Type words to correct; Ctrl-D ends.');
  const lines = createInterface({
    input: process.stdin,
    terminal: isTyped,
    prompt: '> ',
    ...(isTyped && { output: process.stdout }),
  });
  if (isTyped) {
    lines.prompt();
    // Without a listener readline leaves the terminal as it is, and the program goes on.
    lines.on('SIGINT', () => lines.close());
  }
  for await (const line of lines) {
    use(line);
    if (isTyped) lines.prompt();
  }
  if (isTyped) console.log('');
}
