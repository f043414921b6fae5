import { type CellCodes, isSketch, MOST_CELLS, type Rescore } from '../../search/cell-codes.ts';
import { checkCodes, checkRescore } from '../../search/ivf-options.ts';
import type { SketchKind } from '../../search/sketch-layout.ts';
import { checkInteger } from '../../vectors/input.ts';
import { type Curve, heightOf, leastThat, shareAt } from './curve.ts';
import type { EffortOptions, Model, Size } from './model.ts';

/** Options of an `IvfIndex` that recall depends on. */
interface CellEffort {
  readonly cells: number;
  readonly probes: number;
  readonly codes: CellCodes;
  readonly rescore: Rescore;
}

/** `reach` is probes x cells / (cells - probes): the probes, while these are few, and without end where they are all. */
const CELLS: Curve<'reach' | 'cells' | 'rows' | 'k'> = {
  at: 0.803,
  reach: 1.105,
  cells: -0.457,
  rows: 0.221,
  k: -0.427,
};
const CELL_SHIFTS: readonly [number, number] = [-1.288, 3.227];
/** What sketches find with every cell searched: where the best of them are scored in float32, and alone. */
const RESCORED: Readonly<Record<SketchKind, Curve<'rescore' | 'dimensions' | 'rows' | 'k'>>> = {
  pq4: { at: -5.074, rescore: 2.588, dimensions: 1.042, rows: 0.068, k: 0.215 },
  bits: { at: -7.249, rescore: 1.575, dimensions: 1.407, rows: -0.014, k: 0.124 },
};
const ALONE: Readonly<Record<SketchKind, Curve<'dimensions' | 'rows' | 'k'>>> = {
  pq4: { at: -2.264, dimensions: 0.616, rows: 0.052, k: 0.061 },
  bits: { at: -2.832, dimensions: 0.679, rows: -0.016, k: 0.035 },
};
const MOST_RESCORE = 10_000;
/** Of what may be missed, the share that is left to the sketches: scoring more rows is cheap beside more cells. */
const SKETCH_SHARE = 0.1;
/** One cell in so many is searched where nothing else is asked for (search/ivf.ts). */
const USUAL_SHARE = 16;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function ivfModel(size: Size, given: EffortOptions): Model {
  const cells = checkInteger('cells', given.cells ?? usualCells(size.rows), 1, MOST_CELLS);
  const codes = checkCodes(given.codes ?? 'int8');
  const rescore = checkRescore(given.rescore, codes);
  const probes =
    given.probes === undefined ? undefined : checkInteger('probes', given.probes, 1, 2 ** 31 - 1);
  const isOpen = isSketch(codes) && given.rescore === undefined;
  const found = (effort: CellEffort, shift: number): number =>
    probedShare(size, effort, shift) * sketchedShare(size, effort, shift);
  return {
    shifts: CELL_SHIFTS,
    recall: (shift) =>
      found({ cells, codes, rescore, probes: probes ?? Math.ceil(cells / USUAL_SHARE) }, shift),
    most: () => found({ cells, codes, probes: probes ?? cells, rescore: isOpen ? MOST_RESCORE : rescore }, 0),
    least(recall) {
      const effort = { cells, codes, rescore, probes: probes ?? cells };
      if (isOpen) {
        const kept = 1 - SKETCH_SHARE * (1 - recall);
        const enough = (rescore: number): boolean => sketchedShare(size, { codes, rescore }, 0) >= kept;
        const usual = leastThat(rescore || 1, MOST_RESCORE, enough) ?? MOST_RESCORE;
        // More than its share is scored where there are no more cells to search.
        const atAll = (rescore: number): boolean => found({ ...effort, rescore }, 0) >= recall;
        const least = leastThat(usual, MOST_RESCORE, atAll);
        if (least === undefined) return undefined;
        effort.rescore = least;
      }
      const enough = (probes: number): boolean => found({ ...effort, probes }, 0) >= recall;
      const least = leastThat(probes ?? 1, effort.probes, enough);
      if (least === undefined) return undefined;
      return { cells, probes: least, codes, ...(isSketch(codes) && { rescore: effort.rescore }) };
    },
  };
}

/** The power of two nearest to 4 sqrt(rows), by its ratio, as far as an index may have so many. */
export function usualCells(rows: number): number {
  let cells = 1;
  // On to the next one while cells x sqrt 2 is below 4 sqrt(rows).
  while (cells < MOST_CELLS && cells * cells < 8 * rows) cells *= 2;
  return Math.min(cells, rows);
}

/** The share of the neighbours that lies in the probed cells. */
function probedShare({ rows, k }: Size, { cells, probes }: CellEffort, shift: number): number {
  if (probes >= cells) return 1;
  return shareAt(shift + heightOf(CELLS, { reach: (probes * cells) / (cells - probes), cells, rows, k }));
}

/** The share of these that is not lost among the estimates of sketches. */
function sketchedShare(
  { rows, dimensions, k }: Size,
  { codes, rescore }: Pick<CellEffort, 'codes' | 'rescore'>,
  shift: number,
): number {
  if (!isSketch(codes) || (rescore && rescore * k >= rows)) return 1;
  const alone = heightOf(ALONE[codes], { dimensions, rows, k });
  const rescored = heightOf(RESCORED[codes], { rescore: rescore || 1, dimensions, rows, k });
  return shareAt(shift + Math.max(alone, rescored));
}
