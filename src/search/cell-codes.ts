import type { KeptRows } from '../vectors/cell-layout.ts';
import { layoutSketcher, type SketchKind } from './sketch-layout.ts';

/** What the rows of a cell are searched by. */
export type CellCodes = 'float32' | 'int8' | SketchKind;

/** Rows scored in float32 for each result wanted; false where no float rows are kept. */
export type Rescore = number | false;

export const CELL_CODES: readonly CellCodes[] = ['float32', 'int8', 'pq4', 'bits'];
/** Unless it is told. */
export const USUAL_CODES: CellCodes = 'int8';
export const MOST_CELLS = 65_536;

/** Whether the rows of a cell are found by sketches. */
export function isSketch(codes: CellCodes): codes is SketchKind {
  return codes === 'pq4' || codes === 'bits';
}

/** What a store keeps of the rows of an index. */
export function keptRows(codes: CellCodes, rescore: Rescore, dimensions: number): KeptRows {
  if (!isSketch(codes)) return { planes: codes === 'int8' ? ['codes'] : [] };
  return {
    planes: [],
    sketchBytes: layoutSketcher({ kind: codes, dimensions }).blockBytes,
    keepsRows: rescore !== false,
  };
}
