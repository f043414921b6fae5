import { Arena } from '../host/arena.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { type LongCallOptions, runPieces } from '../host/progress.ts';
import { init, runtime } from './edit-kernels.ts';
import {
  type ClosestOptions,
  type ClosestWords,
  closestIn,
  distancesIn,
  type EditStore,
} from './edit-search.ts';
import { encodeWords } from './edit-words.ts';
import { checkTexts } from './texts.ts';
import { checkUnit, type TextUnit } from './units.ts';

/** What an {@link EditDictionary} is made for. */
export interface EditDictionaryOptions {
  /** What an edit changes: one Unicode code point, or one byte of UTF-8. @default 'codePoints' */
  readonly unit?: TextUnit;
}

/**
 * Words that are encoded once, to be compared with many queries by Levenshtein distance, sixteen at a time: `closest` is what
 * a spelling corrector asks, `distances` what clustering needs. Words are compared as they are, and one may stand there
 * twice. Ties go to the word that comes first, so put the common ones there. Nothing is approximate.
 *
 * Words of one length stand together, and `closest` goes outwards from the query's; groups of words whose letters alone rule
 * them out are passed over. Queries of more than 32 units are compared with a word at a time.
 *
 * @example
 * const dictionary = await EditDictionary.create(words);
 * const { ids } = dictionary.closest('acommodate', { k: 3, max: 2 });
 * const best = ids[0] === -1 ? undefined : words[ids[0]]; // 'accommodate'
 */
export class EditDictionary {
  readonly #store: EditStore;
  readonly #arena: Arena;
  readonly #lifetime: Lifetime;
  /** `using dictionary = await EditDictionary.create(words)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(store: EditStore, arena: Arena) {
    this.#store = store;
    this.#arena = arena;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'EditDictionary', arena);
  }

  /**
   * A dictionary of words, whose ids are their places. Progress counts words, twice: read, and written.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, also for more than 65 536 different symbols, `MEMORY_EXHAUSTED`,
   *   `SIMD_UNSUPPORTED`, `CSP_BLOCKED`, and the signal's reason
   */
  static async create(
    words: readonly string[],
    options: EditDictionaryOptions & LongCallOptions = {},
  ): Promise<EditDictionary> {
    const unit = checkUnit(options.unit);
    const checked = checkTexts(words, 'words');
    await init();
    const loaded = runtime();
    const arena = new Arena(loaded.memory);
    try {
      const encoded = await runPieces(encodeWords(checked, unit, arena), options);
      return new EditDictionary({ runtime: loaded, unit, words: encoded }, arena);
    } catch (error) {
      arena.release();
      throw error;
    }
  }

  /** How many words it holds. */
  get size(): number {
    return this.#store.words.size;
  }

  /**
   * The k words closest to a query, or to each of several.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  closest(query: string | readonly string[], options?: ClosestOptions): ClosestWords {
    this.#lifetime.check();
    return closestIn(this.#store, query, options);
  }

  /**
   * The distances of queries from all words: `queries x words`, row-major. A few thousand queries against a large dictionary
   * take seconds: give some at a time.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  distances(queries: string | readonly string[]): Int32Array {
    this.#lifetime.check();
    return distancesIn(this.#store, queries);
  }

  /** Bytes of linear memory held. @throws LanewiseError `DISPOSED` */
  memoryUsage(): { readonly total: number } {
    this.#lifetime.check();
    return { total: this.#arena.bytes };
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }
}

/**
 * The k words closest to a query, or to each of several: {@link EditDictionary.closest}. An array of words is encoded for this
 * one call, which takes far longer than the search: make an {@link EditDictionary} of words that are used again.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
 * @example closest('recieve', ['receive', 'relieve'], { k: 1 }); // { ids: [1], distances: [1], k: 1 }
 */
export function closest(
  query: string | readonly string[],
  dictionary: EditDictionary | readonly string[],
  options?: ClosestOptions,
): ClosestWords {
  if (dictionary instanceof EditDictionary) return dictionary.closest(query, options);
  return withWords(dictionary, (store) => closestIn(store, query, options));
}

/**
 * The distances of queries from all words, `queries x words`, row-major: {@link EditDictionary.distances}.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
 * @example distances(['ship', 'shop'], ['slip', 'shape']); // [1, 2, 2, 2]
 */
export function distances(
  queries: string | readonly string[],
  dictionary: EditDictionary | readonly string[],
): Int32Array {
  if (dictionary instanceof EditDictionary) return dictionary.distances(queries);
  return withWords(dictionary, (store) => distancesIn(store, queries));
}

/** Encodes words for the while of a call. */
function withWords<Result>(words: readonly string[], use: (store: EditStore) => Result): Result {
  const checked = checkTexts(words, 'dictionary');
  const loaded = runtime();
  const arena = new Arena(loaded.memory);
  try {
    const encoding = encodeWords(checked, 'codePoints', arena);
    let step = encoding.next();
    while (!step.done) step = encoding.next();
    return use({ runtime: loaded, unit: 'codePoints', words: step.value });
  } finally {
    arena.release();
  }
}
