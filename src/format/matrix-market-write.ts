import { concatenate } from './bytes.ts';
import type { CooArrays } from './matrix-market.ts';
import { SIZE_LIMIT } from './matrix-market-header.ts';
import { checkIndices, checkLength, checkSize, checkValues } from './sparse-input.ts';

/** Lines that are turned into bytes at once: a string of all would pass the engine's limit sooner than memory does. */
const LINES_AT_ONCE = 4096;

/** A decimal of so many digits survives float32 and back, so none with fewer need be tried; with MOST, float32 survives. */
const FEWEST_DIGITS = 6;
const MOST_DIGITS = 9;

/**
 * Writes a Matrix Market file: `coordinate real general`, or `coordinate pattern general` where there are no values. Each
 * value takes the digits that give the same float32 back, 9 at most; `readMatrixMarket` gives the same arrays again, and
 * equal matrices give equal bytes.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`: sizes beyond 2^32 - 1, arrays of different lengths, or an index outside the
 *   matrix; `INVALID_VALUE`: NaN or an infinity
 */
export function writeMatrixMarket({
  rows,
  columns,
  rowIndex,
  columnIndex,
  values,
}: CooArrays): Uint8Array<ArrayBuffer> {
  const entries = rowIndex.length;
  checkSize(rows, columns, SIZE_LIMIT);
  checkLength('columnIndex', entries, columnIndex);
  checkIndices('rowIndex', rowIndex, rows);
  checkIndices('columnIndex', columnIndex, columns);
  if (values) {
    checkLength('values', entries, values);
    checkValues(values);
  }

  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const field = values ? 'real' : 'pattern';
  let text = `%%MatrixMarket matrix coordinate ${field} general\n${rows} ${columns} ${entries}\n`;
  for (let entry = 0; entry < entries; entry++) {
    text += `${rowIndex[entry] + 1} ${columnIndex[entry] + 1}${values ? ` ${decimal(values[entry])}` : ''}\n`;
    if (entry % LINES_AT_ONCE === 0) {
      parts.push(encoder.encode(text));
      text = '';
    }
  }
  parts.push(encoder.encode(text));
  return concatenate(parts);
}

/**
 * A short decimal that rounds to the float32: of the nearest decimals of 6, 7, 8 and 9 digits the first that does, without
 * its trailing zeros.
 */
function decimal(value: number): string {
  if (Object.is(value, -0)) return '-0';
  for (let digits = FEWEST_DIGITS; digits < MOST_DIGITS; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return String(candidate);
  }
  return String(Number(value.toPrecision(MOST_DIGITS)));
}
