import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';
import { checkMax } from './edit-distance.ts';
import type { Runtime } from './edit-kernels.ts';
import { writeQuery } from './edit-query.ts';
import type { EncodedWords, WordClass } from './edit-words.ts';
import { checkTexts } from './texts.ts';
import { type TextUnit, unitsOf } from './units.ts';

/** No word is so far from a query. */
const FARTHEST = 2 ** 31 - 2;
/** Elements of the longest array that every engine grants. */
const MOST_ELEMENTS = 2 ** 32 - 2;
/** Most results a query. */
const MOST_RESULTS = 2 ** 31 - 1;

/** Which words are sought. */
export interface ClosestOptions {
  /** Results a query, from 1 on. @default 10 */
  readonly k?: number;
  /** Words that are farther do not qualify. The smaller, the faster. @default Infinity */
  readonly max?: number;
}

/** What was found: `queries x k`, row-major, best first. */
export interface ClosestWords {
  /** Places of words in the dictionary; -1 where fewer than k qualify. Equal distances: the lower id first. */
  readonly ids: Int32Array;
  /** Levenshtein distances; -1 where fewer than k qualify. */
  readonly distances: Int32Array;
  readonly k: number;
}

/** Words in linear memory, and what compares them. */
export interface EditStore {
  readonly runtime: Runtime;
  readonly unit: TextUnit;
  readonly words: EncodedWords;
}

export function closestIn(
  store: EditStore,
  query: string | readonly string[],
  options: ClosestOptions = {},
): ClosestWords {
  const k = checkInteger('k', options.k ?? 10, 1, MOST_RESULTS);
  const limit = Math.min(checkMax(options.max), FARTHEST);
  const queries = toQueries(query);
  const ids = integers(queries.length, k).fill(-1);
  const distances = integers(queries.length, k).fill(-1);
  for (const [row, text] of queries.entries()) {
    const wanted = { k: Math.min(k, store.words.size), limit };
    withQuery(store, text, wanted, (at, length) => {
      for (const words of outwards(store.words.classes, length)) {
        const most = store.runtime.memory.i32[at / 4 + 12]!;
        if (Math.abs(words.length - length) > most) break;
        store.runtime.kernels.closestWords(
          ...([at, words.ids, words.codes, words.signatures, words.count, words.length] as const),
        );
      }
      const found = store.runtime.kernels.sortClosest(at);
      const { u32, i32 } = store.runtime.memory;
      const results = u32[at / 4 + 9]! / 4;
      for (let i = 0; i < found; i++) {
        ids[row * k + i] = i32[results + 2 * i]!;
        distances[row * k + i] = i32[results + 2 * i + 1]!;
      }
    });
  }
  return { ids, distances, k };
}

export function distancesIn(store: EditStore, query: string | readonly string[]): Int32Array {
  const { runtime, words } = store;
  const queries = toQueries(query);
  const distances = integers(queries.length, words.size);
  const rows = new Arena(runtime.memory);
  try {
    const out = rows.allocate(4 * words.size);
    for (const [row, text] of queries.entries()) {
      withQuery(store, text, { k: 0, limit: FARTHEST }, (at) => {
        for (const { ids, codes, count, length } of words.classes)
          runtime.kernels.wordDistances(at, ids, codes, count, length, out);
      });
      distances.set(runtime.memory.i32.subarray(out / 4, out / 4 + words.size), row * words.size);
    }
  } finally {
    rows.release();
  }
  return distances;
}

function toQueries(query: string | readonly string[]): readonly string[] {
  return checkTexts(typeof query === 'string' ? [query] : query, 'queries');
}

/** Writes a query for `use`, which is given its address and its length. */
function withQuery(
  { runtime, unit, words }: EditStore,
  text: string,
  wanted: { readonly k: number; readonly limit: number },
  use: (at: number, length: number) => void,
): void {
  const arena = new Arena(runtime.memory);
  try {
    const units = unitsOf(text, unit);
    use(writeQuery(units, words, wanted, arena), units.length);
  } finally {
    arena.release();
  }
}

/** Words of the query's own length first, then those of other lengths: each letter more or less is an edit at least. */
function outwards(classes: readonly WordClass[], length: number): readonly WordClass[] {
  return [...classes].sort((a, b) => Math.abs(a.length - length) - Math.abs(b.length - length));
}

/** @throws LanewiseError `MEMORY_EXHAUSTED` */
function integers(rows: number, columns: number): Int32Array {
  try {
    if (rows * columns <= MOST_ELEMENTS) return new Int32Array(rows * columns);
  } catch {
    // told below
  }
  throw new LanewiseError(
    'MEMORY_EXHAUSTED',
    `There is no array for ${rows} x ${columns} results. Ask for fewer at once.`,
    { expected: MOST_ELEMENTS, got: rows * columns },
  );
}
