import type { FlatIndex } from 'lanewise';
import type { Collection } from './collection.ts';
import { rowOf } from './matrix.ts';
import type { Options } from './options.ts';
import { UsageError } from './usage-error.ts';

const LINE_WIDTH = 96;
const SHOWN_WORDS = ['king', 'coffee', 'guitar', 'berlin'];
const SHOWN_QUERIES = 3;

/** Something to look up: its own row is no neighbour of itself. */
export interface Lookup {
  readonly name: string;
  readonly vector: Float32Array;
  readonly ownRow?: number;
}

function lookupOf(word: string, { file, labels }: Collection): Lookup {
  if (labels === undefined) throw new UsageError('--word needs the names of the rows: give --labels');
  const exact = labels.indexOf(word);
  const row = exact >= 0 ? exact : labels.indexOf(word.toLowerCase());
  if (row < 0)
    throw new UsageError(`no vector for the word "${word}" among the ${labels.length} of the vectors`);
  return { name: labels[row], vector: rowOf(file, row), ownRow: row };
}

/** What the options ask to look up; an unknown word is told before anything is built. */
export function chooseLookups(collection: Collection, { vectors, word }: Options): readonly Lookup[] {
  if (word.length > 0) return word.map((text) => lookupOf(text, collection));
  if (vectors === undefined) return SHOWN_WORDS.map((text) => lookupOf(text, collection));
  const count = Math.min(SHOWN_QUERIES, collection.queries.rows);
  return Array.from({ length: count }, (_, query) => ({
    name: `query ${query}`,
    vector: rowOf(collection.queries, query),
  }));
}

/** Joins the parts with commas, broken into lines that hang under the first part. */
function wrap(title: string, parts: readonly string[], indent: number): string {
  const lines = [title.padEnd(indent)];
  for (const [place, part] of parts.entries()) {
    const text = place < parts.length - 1 ? `${part}, ` : part;
    if (lines[lines.length - 1].length + text.trimEnd().length > LINE_WIDTH) lines.push(' '.repeat(indent));
    lines[lines.length - 1] += text;
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Prints the k nearest rows of each lookup, with their scores. */
export function printNeighbours(
  index: FlatIndex,
  collection: Collection,
  chosen: readonly Lookup[],
  k: number,
): void {
  const { labels, fileRow } = collection;
  const indent = Math.max(...chosen.map(({ name }) => name.length)) + 2;
  for (const { name, vector, ownRow } of chosen) {
    const { ids, scores } = index.search(vector, { k: Math.min(k + 1, index.size) });
    const parts = Array.from(ids, (id, place) => ({ row: fileRow[id], score: scores[place] }))
      .filter(({ row }) => row !== ownRow)
      .slice(0, k)
      .map(({ row, score }) => `${labels?.[row] ?? `row ${row}`} ${score.toFixed(3)}`);
    console.log(wrap(name, parts, indent));
  }
}
