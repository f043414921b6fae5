/*
 * A zip file (PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16), all numbers little-endian:
 *
 *   +----------------+--------+----------------+--------+-----------+------------
 *   | local header 0 | data 0 | local header 1 | data 1 | directory | end record
 *   +----------------+--------+----------------+--------+-----------+------------
 *
 * Sizes are read from the directory alone: a writer that streams leaves them out of the local headers.
 */
import { crc32 } from './crc32.ts';
import { describe, fileError } from './errors.ts';
import { DEFLATE_RATIO, inflate } from './inflate.ts';

const LOCAL = 0x04034b50;
const DIRECTORY = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const DIRECTORY_BYTES = 46;
const END_BYTES = 22;

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
/** What stands in a field of 32 bits whose value is elsewhere, in a record of Zip64. */
const ELSEWHERE = 0xffffffff;

/** A file in the archive: its bytes as they are stored there, and what the directory says that they become. */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly data: Uint8Array;
  readonly size: number;
  readonly crc: number;
}

/**
 * Finds the entries of an archive, and reads none. Every byte may be hostile: entries lie apart, within the file, and
 * have names of their own.
 *
 * @throws LanewiseError `FILE_FORMAT`: not a zip file, or one with encryption, of other methods than stored and deflate,
 *   of several disks or of Zip64; `FILE_TRUNCATED`: the end is missing; `FILE_CORRUPT`: the directory contradicts the file
 */
export function readZip(bytes: Uint8Array): ReadonlyMap<string, ZipEntry> {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = findEnd(file);
  const count = file.getUint16(end + 10, true);
  const start = file.getUint32(end + 16, true);
  if (start === ELSEWHERE || file.getUint32(end + 4, true) !== 0) throw unreadable('Zip64 or several disks');
  if (start + file.getUint32(end + 12, true) !== end)
    throw corrupt('directory', `to end at ${end}`, 'another end');

  const entries = new Map<string, ZipEntry>();
  const extents: Extent[] = [];
  let position = start;
  for (let index = 0; index < count; index++) {
    if (position + DIRECTORY_BYTES > end || file.getUint32(position, true) !== DIRECTORY) {
      throw corrupt('directory', `${count} entries`, index);
    }
    const nameEnd = position + DIRECTORY_BYTES + file.getUint16(position + 28, true);
    const name = new TextDecoder('latin1').decode(bytes.subarray(position + DIRECTORY_BYTES, nameEnd));
    if (entries.has(name)) throw corrupt('names', 'each once', describe(name));
    const extent = extentOf(file, position, start, name);
    extents.push(extent);
    entries.set(name, {
      name,
      isDeflated: methodOf(file, position, name) === DEFLATED,
      data: bytes.subarray(extent.dataStart, extent.end),
      size: file.getUint32(position + 24, true),
      crc: file.getUint32(position + 16, true),
    });
    position = nameEnd + file.getUint16(position + 30, true) + file.getUint16(position + 32, true);
  }
  if (position !== end) throw corrupt('directory', `${count} entries`, 'other bytes');
  checkApart(extents);
  return entries;
}

/**
 * The bytes of an entry: a view of the file where they are stored, a new array where they are inflated. Never more than
 * the directory announces, and that is at most `limit`.
 *
 * @throws LanewiseError `FILE_CORRUPT`: another size or checksum than announced, or a size beyond the limit or beyond
 *   what the bytes can inflate to; `UNSUPPORTED`: the runtime cannot inflate; `MEMORY_EXHAUSTED`
 */
export async function extract(
  { name, isDeflated, data, size, crc }: ZipEntry,
  limit: number,
): Promise<Uint8Array> {
  const subject = `entry ${describe(name)}`;
  const least = isDeflated ? 0 : data.length;
  const most = Math.min(limit, isDeflated ? data.length * DEFLATE_RATIO : least);
  if (size < least || size > most) throw corrupt(`${subject}, bytes`, `${least} to ${most}`, size);
  const content = isDeflated ? await inflate(data, size, `npz ${subject}`) : data;
  const sum = crc32(content);
  if (sum !== crc) throw corrupt(`${subject}, CRC-32`, crc, sum);
  return content;
}

/** The end record: the last place that has its mark, and a comment that ends with the file. */
function findEnd(file: DataView): number {
  const last = file.byteLength - END_BYTES;
  for (let position = last; position >= Math.max(0, last - 0xffff); position--) {
    const isEnd =
      file.getUint32(position, true) === END && file.getUint16(position + 20, true) === last - position;
    if (isEnd) return position;
  }
  const isBegun = file.byteLength < 4 || file.getUint32(0, true) === LOCAL;
  throw fileError(isBegun ? 'FILE_TRUNCATED' : 'FILE_FORMAT', 'npz file', {
    expected: 'a zip file with its directory',
    got: isBegun ? `${file.byteLength} bytes without it` : 'other bytes',
  });
}

interface Extent {
  readonly start: number;
  readonly dataStart: number;
  readonly end: number;
}

/** Where the entry lies from its local header to its data's end, once that is known to be before the directory. */
function extentOf(file: DataView, entry: number, directoryStart: number, name: string): Extent {
  const start = file.getUint32(entry + 42, true);
  const size = file.getUint32(entry + 20, true);
  if (start === ELSEWHERE || size === ELSEWHERE) throw unreadable('Zip64');
  const headerEnd = start + LOCAL_BYTES;
  const isHeader = headerEnd <= directoryStart && file.getUint32(start, true) === LOCAL;
  const dataStart = isHeader
    ? headerEnd + file.getUint16(start + 26, true) + file.getUint16(start + 28, true)
    : directoryStart + 1;
  if (dataStart + size > directoryStart) {
    throw corrupt(`entry ${describe(name)}`, `${size} bytes before the directory`, `position ${start}`);
  }
  return { start, dataStart, end: dataStart + size };
}

function methodOf(file: DataView, entry: number, name: string): number {
  const method = file.getUint16(entry + 10, true);
  const isEncrypted = (file.getUint16(entry + 8, true) & ENCRYPTED) !== 0;
  if (isEncrypted || (method !== STORED && method !== DEFLATED)) {
    throw unreadable(`${describe(name)} ${isEncrypted ? 'encrypted' : `by method ${method}`}`);
  }
  return method;
}

function checkApart(extents: Extent[]): void {
  extents.sort((left, right) => left.start - right.start);
  for (let index = 1; index < extents.length; index++) {
    const { end } = extents[index - 1];
    if (extents[index].start < end) throw corrupt('entries', `the next from ${end}`, extents[index].start);
  }
}

function corrupt(subject: string, expected: string | number, got: string | number): Error {
  return fileError('FILE_CORRUPT', `npz ${subject}`, { expected, got });
}

function unreadable(got: string): Error {
  return fileError('FILE_FORMAT', 'npz file', {
    expected: 'entries stored or deflated, not encrypted, below 4 GiB',
    got,
    remedy: 'save it by scipy.sparse.save_npz',
  });
}
