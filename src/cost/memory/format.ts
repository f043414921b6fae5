import { checkInteger } from '../../vectors/input.ts';
import { checkChoice, given } from '../options.ts';
import { checkQuantity } from '../quantity.ts';

/** Powers of 1000. */
export type DecimalUnit = 'B' | 'kB' | 'MB' | 'GB' | 'TB' | 'PB' | 'EB';
/** Powers of 1024. */
export type BinaryUnit = 'B' | 'KiB' | 'MiB' | 'GiB' | 'TiB' | 'PiB' | 'EiB';

/** How bytes are written. */
export interface FormatBytesOptions {
  /** A unit, or the largest of a family that leaves a number of at least 1. @default 'binary' */
  readonly unit?: 'decimal' | 'binary' | DecimalUnit | BinaryUnit;
  /** Decimals at most; zeros at the end are dropped. @default 2 */
  readonly digits?: number;
}

const DECIMAL: readonly string[] = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
const BINARY: readonly string[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/**
 * Bytes for people, with the unit that says which thousand is meant: MB = 1e6, MiB = 2^20 bytes (IEC 80000-13).
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for an unknown unit (the message lists them) or a negative number
 * @example
 * memory.formatBytes(134_217_728); // '128 MiB'
 * memory.formatBytes(134_217_728, { unit: 'decimal' }); // '134.22 MB'
 */
export function formatBytes(bytes: number, options: FormatBytesOptions = {}): string {
  const { unit = 'binary', digits = 2 } = given(options);
  let value = checkQuantity('bytes', bytes);
  checkInteger('digits', digits, 0, 100);
  const known = Object.fromEntries(['decimal', 'binary', ...DECIMAL, ...BINARY].map((name) => [name, 0]));
  checkChoice('unit', unit, known);
  const units = unit === 'decimal' || DECIMAL.includes(unit) ? DECIMAL : BINARY;
  const thousand = units === DECIMAL ? 1000 : 1024;
  const fixed = units.indexOf(unit);
  const most = fixed < 0 ? units.length - 1 : fixed;
  let power = 0;
  for (; power < most && (fixed >= 0 || Number(value.toFixed(digits)) >= thousand); power++)
    value /= thousand;
  return `${Number(value.toFixed(digits))} ${units[power]!}`;
}
