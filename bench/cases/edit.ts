import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EditDictionary, levenshtein, Random } from 'lanewise';
import {
  type Case,
  type Figure,
  type Measurement,
  patience,
  type Setting,
  summarize,
  time,
} from '../harness.ts';

const LETTERS = 26;
const LENGTHS = [5, 10, 20, 50, 100, 1000];
const PAIRS = 64;

/** Distances of pairs, and the closest words of a dictionary, beside the textbook's table in JavaScript. */
export const edit: Case = {
  name: 'edit',
  async run(setting) {
    const pairs = comparePairs(setting);
    const words = await searchWords(setting);
    return {
      measurements: [...pairs.measurements, ...words.measurements],
      figures: [...pairs.figures, ...words.figures],
    };
  },
};

function comparePairs(setting: Setting): { measurements: Measurement[]; figures: Figure[] } {
  const measurements: Measurement[] = [];
  const figures: Figure[] = [];
  for (const length of setting.isQuick ? LENGTHS.slice(0, 2) : LENGTHS) {
    const random = new Random(length);
    const text = (): string =>
      String.fromCharCode(...Array.from({ length }, () => 97 + random.integer(LETTERS)));
    const pairs = Array.from({ length: PAIRS }, () => [text(), text()] as const);
    const job = `${PAIRS} random pairs of ${length} characters`;
    const run = (distance: (a: string, b: string) => number): number[] =>
      time(() => {
        for (const [a, b] of pairs) distance(a, b);
      }, patience(setting));
    const ours = summarize(job, 'levenshtein', run(levenshtein), { queries: PAIRS });
    const table = summarize(job, 'table in JavaScript', run(byTable), { queries: PAIRS });
    measurements.push(ours, table);
    figures.push({
      job,
      text: 'table in JavaScript / levenshtein',
      ratio: table.median / ours.median,
      atLeast: 2,
    });
  }
  return { measurements, figures };
}

async function searchWords(setting: Setting): Promise<{ measurements: Measurement[]; figures: Figure[] }> {
  const words = readWords().slice(0, setting.isQuick ? 2000 : undefined);
  const random = new Random(7);
  const queries = Array.from({ length: 50 }, () => misspelled(words[random.integer(words.length)]!, random));
  const job = `closest of ${words.length} words, max 2`;
  const dictionary = await EditDictionary.create(words);
  const ours = summarize(
    job,
    'EditDictionary',
    time((i) => dictionary.closest(queries[i % queries.length]!, { k: 1, max: 2 }), patience(setting)),
    { queries: 1 },
  );
  const all = summarize(
    `distances from ${words.length} words`,
    'EditDictionary',
    time((i) => dictionary.distances(queries[i % queries.length]!), patience(setting)),
    { queries: 1 },
  );
  const loop = summarize(
    job,
    'loop in JavaScript',
    time((i) => closestByLoop(queries[i % queries.length]!, words), { milliseconds: 1, least: 3 }),
    { queries: 1 },
  );
  dictionary.dispose();
  return {
    measurements: [ours, all, loop],
    figures: [
      { job, text: 'ms a query', ratio: ours.median, atMost: 8 },
      { job, text: 'loop in JavaScript / EditDictionary', ratio: loop.median / ours.median, atLeast: 10 },
    ],
  };
}

/** The words of a large dictionary where there is one, and else those of the demo. */
function readWords(): string[] {
  const folder = process.env['LANEWISE_DATA'];
  const large = folder && join(folder, 'american-english-huge.txt');
  const own = fileURLToPath(new URL('../../demo/data/glove-40k.txt', import.meta.url));
  const file = large && existsSync(large) ? large : own;
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}

/** A word with one letter changed. */
function misspelled(word: string, random: Random): string {
  const at = random.integer(word.length);
  return `${word.slice(0, at)}${String.fromCharCode(97 + random.integer(LETTERS))}${word.slice(at + 1)}`;
}

function closestByLoop(query: string, words: readonly string[]): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [id, word] of words.entries()) {
    const distance = byTable(query, word);
    if (distance >= least) continue;
    least = distance;
    best = id;
  }
  return best;
}

/** Two rows of the table of distances, as one writes it first. */
function byTable(a: string, b: string): number {
  let above = Uint32Array.from({ length: b.length + 1 }, (_, j) => j);
  let row = new Uint32Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const change = above[j - 1]! + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1);
      row[j] = Math.min(change, above[j]! + 1, row[j - 1]! + 1);
    }
    [above, row] = [row, above];
  }
  return above[b.length]!;
}
