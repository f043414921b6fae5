import { ALS_LANES, type Extents, layoutFactors } from '../../recommend/factor-layout.ts';
import { layoutNeighbours, layoutUserRows, mostNeighbours } from '../../recommend/item-knn-layout.ts';
import { checkFlag, given } from '../options.ts';
import { checkCount } from '../quantity.ts';
import { held } from './held.ts';

/** A recommender that learned factors. */
export interface FactorMemoryOptions {
  readonly users: number;
  readonly items: number;
  /** @default 64 */
  readonly factors?: number;
  /** Whether `similarItems` was called: 4 bytes an item are kept from then on. @default false */
  readonly similarItems?: boolean;
}

/** A `MatrixFactorization`. */
export interface FactorizationMemoryOptions extends FactorMemoryOptions {
  /** @default true */
  readonly biases?: boolean;
}

/** An `ItemKnn` that was fitted. */
export interface ItemKnnMemoryOptions {
  readonly users: number;
  readonly items: number;
  /** Interactions as they were given, of the same user and item too. */
  readonly entries: number;
  /** Kept for each item, at most. @default 100 */
  readonly neighbors?: number;
  /** Neighbours of all items together. @default as many as there can be, which dense data has */
  readonly links?: number;
}

/** Bytes of what was learned. */
export interface FactorMemory {
  readonly total: number;
  /** Of users, items, and their biases. */
  readonly factors: number;
}

/** Bytes of what was learned. */
export interface ItemKnnMemory {
  readonly total: number;
  /** What users have. */
  readonly users: number;
  /** Neighbours of items, and their mean ratings. */
  readonly items: number;
}

/**
 * What `MatrixFactorization.memoryUsage()` reports, bytes, equal to the byte: a row of float32 factors a user and an item, their number
 * rounded up to 4, and a bias each (src/recommend/factor-layout.ts). While it learns, it holds as much two or three times.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function matrixFactorization(options: FactorizationMemoryOptions): FactorMemory {
  const { biases = true } = given(options);
  return factorMemory(options, { biases: checkFlag('biases', biases) });
}

/**
 * What `ImplicitALS.memoryUsage()` reports, bytes, equal to the byte: as `matrixFactorization`, without biases and the number of factors
 * rounded up to 8 (src/recommend/factor-layout.ts). `foldIn` keeps what it solves with on top, 4 to 12 bytes a factor squared.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function implicitALS(options: FactorMemoryOptions): FactorMemory {
  return factorMemory(options, { biases: false, lanes: ALS_LANES });
}

function factorMemory(options: FactorMemoryOptions, shape: Pick<Extents, 'biases' | 'lanes'>): FactorMemory {
  const { users, items, factors = 64, similarItems = false } = given(options);
  const { floats } = layoutFactors({
    userCount: checkCount('users', users, 0),
    itemCount: checkCount('items', items, 0),
    factors: checkCount('factors', factors),
    ...shape,
  });
  const bytes = held(4 * floats);
  return { total: bytes + (checkFlag('similarItems', similarItems) ? held(4 * items) : 0), factors: bytes };
}

/**
 * What `ItemKnn.memoryUsage()` reports, bytes: 8 an entry and 8 a neighbour (src/recommend/item-knn-layout.ts). Equal to the byte
 * where `links` is known; otherwise every item is taken to have all `neighbors`, the most that it can be.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function itemKnn(options: ItemKnnMemoryOptions): ItemKnnMemory {
  const { neighbors = 100 } = given(options);
  const userCount = checkCount('users', options.users, 0);
  const itemCount = checkCount('items', options.items);
  const most = itemCount * mostNeighbours(checkCount('neighbors', neighbors), itemCount);
  const rows = layoutUserRows(userCount, checkCount('entries', options.entries, 0));
  const lists = layoutNeighbours(itemCount, checkCount('links', options.links ?? most, 0));
  const users = held(rows.starts, rows.entries, rows.entries);
  const items = held(lists.starts, lists.links, lists.links, lists.means);
  return { total: users + items, users, items };
}
