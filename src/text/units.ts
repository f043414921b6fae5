import { checkChoice } from '../search/options.ts';

/** What texts are counted in: Unicode code points, or bytes of UTF-8. */
export type TextUnit = 'codePoints' | 'bytes';

const UNITS: readonly TextUnit[] = ['codePoints', 'bytes'];

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkUnit(unit: unknown = 'codePoints'): TextUnit {
  return checkChoice('unit', unit, UNITS);
}

/**
 * The units of a text. Half a surrogate pair is a code point by itself, and in bytes the three that UTF-8 would give it
 * (WTF-8): like itself, and like nothing else.
 */
export function unitsOf(text: string, unit: TextUnit): Uint32Array {
  const units = new Uint32Array(mostUnits(text, unit));
  return units.subarray(0, writeUnits(text, unit, units, 0));
}

/** At most so many units has a text. */
export function mostUnits({ length }: string, unit: TextUnit): number {
  return unit === 'bytes' ? 3 * length : length;
}

/** Writes the units of a text; returns the place after them. */
export function writeUnits(text: string, unit: TextUnit, out: Uint32Array, start: number): number {
  const isBytes = unit === 'bytes';
  let place = start;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 0xd800 && code < 0xdc00) {
      code = text.codePointAt(i)!;
      if (code > 0xffff) i++;
    }
    if (!isBytes || code < 0x80) out[place++] = code;
    else place = writeBytes(out, place, code);
  }
  return place;
}

/** Writes a code point beyond ASCII in UTF-8; returns the place after it. */
function writeBytes(out: Uint32Array, start: number, code: number): number {
  const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  out[start] = ((0xf0 << (3 - more)) & 0xff) | (code >> (6 * more));
  for (let i = 1; i <= more; i++) out[start + i] = 0x80 | ((code >> (6 * (more - i))) & 0x3f);
  return start + more + 1;
}
