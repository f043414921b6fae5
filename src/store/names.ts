import { LanewiseError } from '../host/errors.ts';

/** File systems take 255 bytes; this leaves room for what a store appends. */
const LONGEST_BYTES = 200;
const SHAPE = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._+=@,()~-]*$/u;
/** What stores and browsers end their own files with, and what file systems cut off. */
const RESERVED_END = /(\.part|\.seals|\.crswap|[ .])$/i;
/** Devices of Windows, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** @throws LanewiseError `INVALID_ARGUMENT`: the same names are refused by every store */
export function checkName(name: string): string {
  if (
    typeof name === 'string' &&
    name.length <= LONGEST_BYTES &&
    SHAPE.test(name) &&
    name.normalize() === name &&
    !RESERVED_END.test(name) &&
    !DEVICE.test(name) &&
    new TextEncoder().encode(name).length <= LONGEST_BYTES
  )
    return name;
  const shown = typeof name === 'string' ? JSON.stringify(name.slice(0, 40)) : typeof name;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `${shown} is no name of a file in a store. Use letters, digits and " ._-+=@,()~", first a letter or digit, in normal ` +
      `form C, at most ${LONGEST_BYTES} bytes, and no folders.`,
    { got: name },
  );
}
