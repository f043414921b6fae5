import type { ExactMethod, SearchScope } from './exact-search.ts';
import { type CommonSearchOptions, checkChoice, checkFilter, type SearchResult } from './options.ts';

/** How a search is done. */
export interface SearchOptions extends CommonSearchOptions {
  /** `certified` bounds every row by its codes and scores what the bounds leave; `scan` scores every row. @default 'certified' */
  readonly exact?: ExactMethod;
}

/** How a range search is done. */
export interface RangeOptions extends Omit<SearchOptions, 'k'> {
  /** Scores from here on qualify: at least `radius` for `ip` and `cosine`, at most `radius` (squared) for `l2`. */
  readonly radius: number;
}

/** What a range search found, best first. */
export type RangeResult = Omit<SearchResult, 'k'>;

/** Checks what search and range have in common. @throws LanewiseError `INVALID_ARGUMENT` */
export function checkScope({
  filter,
  exact = 'certified',
}: Pick<SearchOptions, 'filter' | 'exact'>): SearchScope {
  return { filter: checkFilter(filter), method: checkChoice('exact', exact, ['certified', 'scan']) };
}
