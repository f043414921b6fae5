import type { CellCodes, Rescore } from '../../search/cell-codes.ts';

/** What an index is built and searched with: options of `create` and `search` of its class, by their names there. */
export interface EffortOptions {
  readonly cells?: number;
  readonly probes?: number;
  readonly codes?: CellCodes;
  readonly rescore?: Rescore;
  readonly m?: number;
  readonly efConstruction?: number;
  readonly ef?: number;
  readonly tables?: number;
  readonly bits?: number;
  readonly probesPerTable?: number;
}

/** What is searched, and for how many: k is at most the rows. */
export interface Size {
  readonly rows: number;
  readonly dimensions: number;
  readonly k: number;
}

/** What an index finds with the options that it is given, and what finds enough. */
export interface Model {
  /** The share found, with the defaults of what is left open; `shift` moves it to data that are easier (above 0) or harder. */
  recall(shift: number): number;
  /** The shifts to the hardest and the easiest of the data sets that were measured. */
  readonly shifts: readonly [number, number];
  /** What is given, and the least of what is left open that is expected to find so much; undefined where nothing does. */
  least(recall: number): EffortOptions | undefined;
  /** The most that can be found with what is given. */
  most(): number;
}
