import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';
import { CELL_CODES, type CellCodes, isSketch, type Rescore } from './cell-codes.ts';
import {
  type CommonSearchOptions,
  checkChoice,
  checkFilter,
  type IndexOptions,
  type SearchResult,
} from './options.ts';
import type { ProbeSearch } from './probe-search.ts';
import type { SketchKind } from './sketch-layout.ts';

const USUAL_RESCORE: Readonly<Record<SketchKind, number>> = { pq4: 10, bits: 30 };
const MOST_RESCORE = 10_000;

/** What an {@link IvfIndex} is made for. */
export interface IvfOptions extends IndexOptions {
  /** Cells that the rows are divided into, 1..65536: about the square root of their number, and up to ten times that. */
  readonly cells: number;
  /**
   * `int8` bounds the rows of a cell by 8-bit codes and scores what the bounds leave: the answer is that of `float32`,
   * which scores them all. `pq4` and `bits` estimate scores from sketches, which are faster and smaller: 4-bit product
   * codes of two dimensions each, or the signs of the rotated row (RaBitQ). @default 'int8'
   */
  readonly codes?: CellCodes;
  /**
   * With `pq4` and `bits`: how many rows are scored in float32 for each result wanted, those of the best estimates.
   * `false` keeps no float rows: a row of d dimensions then takes d/4 + 3 bytes (`pq4`) or d/8 + 3 bytes (`bits`), scores
   * are estimates, and `get`, `range` and exact search are not to be had. @default 10 for `pq4`, 30 for `bits`
   */
  readonly rescore?: Rescore;
}

/** How an {@link IvfIndex} is trained. */
export interface TrainOptions {
  /** Draws the sample and the first centroids. @default 0 */
  readonly seed?: number;
  /** Lloyd's iterations, at most. @default 10 */
  readonly maxIterations?: number;
  /** Rows drawn from the sample for each cell, at most. @default 256 */
  readonly rowsPerCell?: number;
}

/** How an {@link IvfIndex} is saved. */
export interface SaveOptions {
  /**
   * Saves the sketches of `pq4` and `bits` beside the float rows that give them, for `loadInStages`: the file grows by
   * 7 % (`pq4`) or 4 % (`bits`) at 100 dimensions. @default false
   */
  readonly sketches?: boolean;
}

/** How an {@link IvfIndex} is searched. */
export interface ProbeOptions extends CommonSearchOptions {
  /** Cells searched, nearest first. More than there are: all. @default what `tune` found, or a sixteenth of the cells */
  readonly probes?: number;
  /** Rows scored in float32 for each result wanted, in this search. @default what `create` was given */
  readonly rescore?: number;
  /** Whether every row is compared, as by a `FlatIndex`. @default false */
  readonly exact?: boolean;
}

/** What a search of an {@link IvfIndex} found. */
export interface ProbeResult extends SearchResult {
  /** With `stats`: cells searched, a query; more than `probes` where these held fewer than k rows that qualify. */
  readonly probed?: Int32Array;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkProbeOptions(
  options: ProbeOptions,
  usual: number,
  codes: CellCodes,
  rescore: Rescore,
): ProbeSearch {
  return {
    k: checkInteger('k', options.k ?? 10, 1, 2 ** 31 - 1),
    probes: checkInteger('probes', options.probes ?? usual, 1, 2 ** 31 - 1),
    filter: checkFilter(options.filter),
    rescore: checkSearchRescore(options.rescore, codes, rescore),
  };
}

function checkSearchRescore(wanted: number | undefined, codes: CellCodes, rescore: Rescore): Rescore {
  if (wanted !== undefined && rescore === false && isSketch(codes))
    throw rowsMissing('score in float32', codes);
  return checkRescore(wanted ?? rescore, codes);
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkRescore(rescore: unknown, codes: CellCodes): Rescore {
  if (!isSketch(codes)) {
    if (!rescore) return false;
    const message = `An index of '${codes}' codes scores what its bounds leave; rescore is for 'pq4' and 'bits'.`;
    throw new LanewiseError('INVALID_ARGUMENT', message, { got: rescore });
  }
  return rescore === false
    ? false
    : checkInteger('rescore', rescore ?? USUAL_RESCORE[codes], 1, MOST_RESCORE);
}

/** The error for what only float rows could answer. */
export function rowsMissing(what: string, codes: CellCodes): LanewiseError {
  const message =
    `This IvfIndex keeps no float rows to ${what}, only sketches. ` +
    `Create it with codes: '${codes}' and a number for rescore.`;
  return new LanewiseError('INVALID_ARGUMENT', message, { got: false });
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkTrainOptions({
  seed = 0,
  maxIterations = 10,
  rowsPerCell = 256,
}: TrainOptions): Required<TrainOptions> {
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('maxIterations', maxIterations, 1, 100_000);
  checkInteger('rowsPerCell', rowsPerCell, 1, 2 ** 31 - 1);
  return { seed, maxIterations, rowsPerCell };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkCodes(codes: unknown): CellCodes {
  return checkChoice('codes', codes, CELL_CODES);
}
