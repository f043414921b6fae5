import { concatenate } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { invalidArgument } from './errors.ts';

/** PKZIP 2.0, the oldest that reads such a file; the upper byte of who made it says that attributes are those of Unix. */
const VERSION = 20;
const UNIX = 3 << 8;
/** A file that its owner may read and write. */
const ATTRIBUTES = 0o100600;
/** The first day of the format's calendar, 1980-01-01: equal entries give equal bytes whenever they are written. */
const TIME = 0;
const DATE = (1 << 5) | 1;

/** An archive of the contents by name, stored, in their order. Names are ASCII. Deterministic. */
export function writeZip(contents: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let start = 0;
  for (const [name, content] of Object.entries(contents)) {
    const { length } = content;
    const crc = crc32(content);
    const text = new TextEncoder().encode(name);
    // Version, flags, method, time, date, CRC-32, both sizes, length of the name and of no extra field.
    const shared = [
      VERSION,
      0,
      0,
      TIME,
      DATE,
      ...wide(crc),
      ...wide(length),
      ...wide(length),
      text.length,
      0,
    ];
    files.push(record(0x0403, shared), text, content);
    // No comment, disk 0, no internal attributes.
    const own = [0, 0, 0, 0, ATTRIBUTES, ...wide(start)];
    directory.push(record(0x0201, [UNIX | VERSION, ...shared, ...own]), text);
    start += 30 + text.length + length;
  }
  if (start > 0xffff0000) throw invalidArgument('bytes of the file', 'less than 4 GiB', start);
  const count = files.length / 3;
  const directoryBytes = directory.reduce((total, { length }) => total + length, 0);
  const end = record(0x0605, [0, 0, count, count, ...wide(directoryBytes), ...wide(start), 0]);
  return concatenate([...files, ...directory, end]);
}

/** A field of 32 bits as two of 16: there are no narrower ones. */
function wide(value: number): [number, number] {
  return [value & 0xffff, value >>> 16];
}

function record(mark: number, fields: readonly number[]): Uint8Array {
  return new Uint8Array(Uint16Array.of(0x4b50, mark, ...fields).buffer);
}
