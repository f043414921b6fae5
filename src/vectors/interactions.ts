import { LanewiseError } from '../host/errors.ts';
import { checkInteger, type IdInput, LARGEST_ID, toIds, toVectors, type VectorInput } from './input.ts';

/** What users did with items, one entry each: ratings, or with none, that they did. Users and items count from 0. */
export interface Interactions {
  /** The user of each entry. */
  readonly users: IdInput;
  /** The item of each entry. */
  readonly items: IdInput;
  /** The rating, or weight, of each entry, finite. @default 1 each, where ratings are not needed */
  readonly ratings?: VectorInput;
  /** Users that there are, with and without entries. @default as many as the largest number among them asks for */
  readonly userCount?: number;
  /** Items that there are, with and without entries. @default as many as the largest number among them asks for */
  readonly itemCount?: number;
}

/** Entries that were checked: copies that nobody else changes, but of `ratings`. */
export interface CheckedInteractions {
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly ratings: Float32Array | undefined;
  readonly userCount: number;
  readonly itemCount: number;
}

/** So that 12 bytes an entry are an address. */
const MOST_ENTRIES = 2 ** 28;

/**
 * @throws LanewiseError `INVALID_ARGUMENT` for no entries, ids that are negative or beyond the counts, and ratings that are
 *   missing where they are needed; `DIMENSION_MISMATCH` for arrays of different lengths; `INVALID_VALUE` for NaN and infinities
 */
export function checkInteractions(
  input: Interactions,
  { needsRatings = false }: { readonly needsRatings?: boolean } = {},
): CheckedInteractions {
  if (input === null || typeof input !== 'object')
    throw invalid('Interactions are { users, items, ratings }.', input);
  const users = toIds(input.users);
  const items = toIds(input.items);
  if (users.length === 0) throw invalid('There is nothing to learn from: give at least one entry.', 0);
  if (users.length > MOST_ENTRIES) throw invalid(`More than ${MOST_ENTRIES} entries.`, users.length);
  checkLength('items', items.length, users.length);
  const ratings = input.ratings === undefined ? undefined : toVectors('ratings', input.ratings, 1);
  if (ratings) {
    checkLength('ratings', ratings.length, users.length);
    let at = 0;
    while (at < ratings.length && Number.isFinite(ratings[at])) at++;
    if (at < ratings.length) {
      throw new LanewiseError(
        'INVALID_VALUE',
        `Ratings must be finite in float32; ratings[${at}] is ${ratings[at]}. Drop or replace such entries first.`,
        { got: ratings[at] },
      );
    }
  } else if (needsRatings) throw invalid('Each entry needs a rating; there are no ratings.', undefined);
  return {
    ...{ users, items, ratings },
    userCount: checkCount('user', input.userCount, users),
    itemCount: checkCount('item', input.itemCount, items),
  };
}

/** How many there are: as many as given, and no id beyond, or as many as the ids ask for. */
function checkCount(kind: 'user' | 'item', count: number | undefined, ids: Int32Array): number {
  let at = 0;
  for (let i = 1; i < ids.length; i++) if (ids[i]! > ids[at]!) at = i;
  const least = ids[at]! + 1;
  if (count === undefined) return least;
  checkInteger(`${kind}Count`, count, 0, LARGEST_ID + 1);
  if (count >= least) return count;
  throw invalid(
    `There are ${count} ${kind}s, from 0 on; ${kind}s[${at}] is ${ids[at]}. Raise ${kind}Count, or number them without gaps.`,
    ids[at],
  );
}

function checkLength(name: string, got: number, expected: number): void {
  if (got === expected) return;
  throw new LanewiseError(
    'DIMENSION_MISMATCH',
    `${name} must hold one number an entry: ${expected}; got ${got}.`,
    { expected, got },
  );
}

function invalid(message: string, got: unknown): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', message, { got });
}
