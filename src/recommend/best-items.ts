import { LanewiseError } from '../host/errors.ts';
import { checkFilter } from '../search/options.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import { checkInteger, LARGEST_ID, toIds } from '../vectors/input.ts';
import type { Runtime } from './kernels.ts';
import type { Recommendations, RecommendOptions } from './recommender.ts';

/** Of a query (assembly/items.ts). */
const QUERY_BYTES = 64;
const RESULT_BYTES = 8;
/** Items that are scored before the best of them are looked for: their scores stay in the first-level cache. */
const TILE = 4096;
/** Results of one call: beyond, arrays of them are refused before they are asked for. */
const MOST_RESULTS = 2 ** 28;

/** Options that were checked. */
export interface WantedItems {
  readonly k: number;
  readonly exclude: Int32Array | undefined;
  readonly filter: Bitmap | undefined;
}

/** @throws LanewiseError `INVALID_ARGUMENT`, also for an excluded item that is none of the `items` */
export function checkWanted(options: RecommendOptions | undefined, items: number): WantedItems {
  const { k = 10, exclude, filter } = options ?? {};
  checkInteger('k', k, 1, LARGEST_ID);
  if (k > MOST_RESULTS) throw tooMany(k);
  const ids = exclude === undefined ? undefined : toIds(exclude);
  for (const id of ids ?? []) if (id >= items) checkInteger('An excluded item', id, 0, items - 1);
  return { k, exclude: ids, filter: checkFilter(filter) };
}

/** The same, but for one more item that does not qualify: what an item is like, without itself. */
export function without(wanted: WantedItems, item: number): WantedItems {
  const exclude = new Int32Array(1 + (wanted.exclude?.length ?? 0)).fill(item);
  exclude.set(wanted.exclude ?? []);
  return { ...wanted, exclude };
}

/**
 * The k best of the items that qualify, by scores that `score` writes for a stretch of them: f32 x count at an address. It
 * must not allocate. Scores below `least` do not qualify, nor does NaN.
 *
 * @throws LanewiseError `MEMORY_EXHAUSTED`
 */
export function bestItems(
  { memory, kernels }: Runtime,
  items: number,
  { k, exclude, filter }: WantedItems,
  score: (first: number, count: number, out: number) => void,
  least: number = Number.NEGATIVE_INFINITY,
): Recommendations {
  const found = unranked(k);
  const room = Math.min(k, items);
  const scoresAt = QUERY_BYTES;
  const resultsAt = scoresAt + 4 * Math.min(items, TILE) + ((4 * Math.min(items, TILE)) % 8);
  const excludedAt = resultsAt + RESULT_BYTES * room;
  const words = exclude || filter ? Math.ceil(items / 32) : 0;
  const query = memory.allocate(excludedAt + 4 * words);
  try {
    const { u32, f32, i32 } = memory;
    const excluded = words && query + excludedAt;
    if (words) writeExcluded(u32.subarray(excluded / 4, excluded / 4 + words), exclude, filter);
    u32.fill(0, query / 4, (query + QUERY_BYTES) / 4);
    f32[query / 4 + 8] = least;
    u32[query / 4 + 10] = query + resultsAt;
    u32[query / 4 + 12] = room;
    for (let first = 0; first < items; first += TILE) {
      const count = Math.min(TILE, items - first);
      score(first, count, query + scoresAt);
      kernels.selectItems(query, query + scoresAt, first, count, excluded);
    }
    kernels.sortResults(query);
    const results = (query + resultsAt) / 4;
    for (let i = 0; i < u32[query / 4 + 11]!; i++) {
      found.scores[i] = f32[results + 2 * i]!;
      found.ids[i] = i32[results + 2 * i + 1]!;
    }
  } finally {
    memory.free(query);
  }
  return found;
}

/** Sets the bits of items that do not qualify. */
function writeExcluded(
  words: Uint32Array,
  exclude: Int32Array | undefined,
  filter: Bitmap | undefined,
): void {
  words.fill(filter ? 0xffffffff : 0);
  if (filter) {
    const allowed = filter.words;
    for (let i = 0; i < Math.min(words.length, allowed.length); i++) words[i] = ~allowed[i]!;
  }
  for (const id of exclude ?? []) words[id >>> 5]! |= 1 << (id & 31);
}

function unranked(k: number): Recommendations {
  try {
    return { ids: new Int32Array(k).fill(-1), scores: new Float32Array(k).fill(Number.NEGATIVE_INFINITY), k };
  } catch {
    throw tooMany(k);
  }
}

function tooMany(k: number): LanewiseError {
  return new LanewiseError('MEMORY_EXHAUSTED', `There are no arrays for ${k} results. Ask for a smaller k.`, {
    expected: MOST_RESULTS,
    got: k,
  });
}
