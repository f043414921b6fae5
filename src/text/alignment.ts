import { LanewiseError } from '../host/errors.ts';
import { checkFlag, checkText } from './texts.ts';
import { checkUnit, type TextUnit, unitsOf } from './units.ts';

/** Cells of the largest table: 16 MB. */
const MOST_CELLS = 2 ** 22;

/** How {@link alignment} compares texts. */
export interface AlignmentOptions {
  /** Whether two neighbours that changed places are one edit (optimal string alignment). @default false */
  readonly transpositions?: boolean;
  /** Unicode code points, or bytes of UTF-8. @default 'codePoints' */
  readonly unit?: TextUnit;
}

/** One edit. Positions count units, not UTF-16 halves. */
export interface Edit {
  /** A transposition takes two units of each text; an insertion none of `a`, a deletion none of `b`. */
  readonly kind: 'substitute' | 'insert' | 'delete' | 'transpose';
  /** The unit of `a` that is edited, or before which is inserted. */
  readonly from: number;
  /** The unit of `b` that it becomes, or before which it is left out. */
  readonly to: number;
}

/** How one text becomes another. */
export interface Alignment {
  readonly distance: number;
  /** As many edits as the distance, in the order of their positions; what lies between them stays. */
  readonly edits: readonly Edit[];
  /** The distance of the first i units of `a` from the first j of `b`, at i * columns + j. */
  readonly table: Uint32Array;
  /** One more than `a` has units. */
  readonly rows: number;
  /** One more than `b` has units. */
  readonly columns: number;
}

/**
 * A shortest way to edit one text into another, with the whole table of distances (Wagner and Fischer, "The string-to-string
 * correction problem", JACM 21(1), 1974). Of several shortest ways, the one that substitutes rather than deletes, and deletes
 * rather than inserts, looking from the end. Cost: O(n * m) time, and 4 bytes a cell.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, also where the table would hold more than 4 194 304 cells, as for two texts of 2 047
 *   units; `levenshtein` has no such limit
 * @example alignment('ship', 'slip').edits; // [{ kind: 'substitute', from: 1, to: 1 }]
 */
export function alignment(a: string, b: string, options: AlignmentOptions = {}): Alignment {
  const unit = checkUnit(options.unit);
  const transposes = checkFlag('transpositions', options.transpositions ?? false);
  const source = unitsOf(checkText('a', a), unit);
  const target = unitsOf(checkText('b', b), unit);
  const [rows, columns] = [source.length + 1, target.length + 1];
  if (rows * columns > MOST_CELLS) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `The table of ${rows} x ${columns} cells is too large, of at most ${MOST_CELLS}. Align parts of the texts; ` +
        'levenshtein() gives the distance alone, of any length.',
      { expected: MOST_CELLS, got: rows * columns },
    );
  }
  const table = fill(source, target, transposes);
  return {
    distance: table.at(-1)!,
    edits: trace(table, source, target, transposes),
    ...{ table, rows, columns },
  };
}

function fill(source: Uint32Array, target: Uint32Array, transposes: boolean): Uint32Array {
  const columns = target.length + 1;
  const table = new Uint32Array((source.length + 1) * columns);
  for (let j = 0; j < columns; j++) table[j] = j;
  for (let i = 1; i <= source.length; i++) {
    const row = i * columns;
    table[row] = i;
    for (let j = 1; j < columns; j++) {
      const cell = row + j;
      const change = source[i - 1] === target[j - 1] ? 0 : 1;
      let least = Math.min(
        table[cell - columns - 1]! + change,
        table[cell - columns]! + 1,
        table[cell - 1]! + 1,
      );
      if (transposes && isCrossed(source, target, i, j))
        least = Math.min(least, table[cell - 2 * columns - 2]! + 1);
      table[cell] = least;
    }
  }
  return table;
}

/** Whether the last two of i units of one text are the last two of j of the other, the other way round. */
function isCrossed(source: Uint32Array, target: Uint32Array, i: number, j: number): boolean {
  return i > 1 && j > 1 && source[i - 1] === target[j - 2] && source[i - 2] === target[j - 1];
}

/** Walks back from the last cell of the table to the first. */
function trace(table: Uint32Array, source: Uint32Array, target: Uint32Array, transposes: boolean): Edit[] {
  const columns = target.length + 1;
  const edits: Edit[] = [];
  let [i, j] = [source.length, target.length];
  while (i > 0 || j > 0) {
    const cell = i * columns + j;
    const before = table[cell]! - 1;
    const isSame = i > 0 && j > 0 && source[i - 1] === target[j - 1];
    let kind: Edit['kind'] | undefined;
    if (isSame && table[cell - columns - 1] === before + 1) kind = undefined;
    else if (i > 0 && j > 0 && table[cell - columns - 1] === before) kind = 'substitute';
    else if (transposes && isCrossed(source, target, i, j) && table[cell - 2 * columns - 2] === before)
      kind = 'transpose';
    else kind = i > 0 && table[cell - columns] === before ? 'delete' : 'insert';
    const step = kind === 'transpose' ? 2 : 1;
    if (kind !== 'insert') i -= step;
    if (kind !== 'delete') j -= step;
    if (kind) edits.push({ kind, from: i, to: j });
  }
  return edits.reverse();
}
