import { crc32, deflateRawSync } from 'node:zlib';
import { LanewiseError } from '../../src/host/errors.ts';

/** Files built byte by byte from the formats' descriptions, without the code under test. */

export function concatenate(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function uint16(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff];
}

export function uint32(value: number): number[] {
  return [...uint16(value & 0xffff), ...uint16(value >>> 16)];
}

/** Eight bytes of header length, the header as given, the data. */
export function safetensorsFile(
  header: string | readonly number[],
  data: readonly number[] = [],
): Uint8Array<ArrayBuffer> {
  const bytes = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  return concatenate(uint32(bytes.length), uint32(0), bytes, data);
}

/** Magic, version, length, the header as given with its newline, the data. */
export function npyFile(header: string, data: readonly number[] = [], major = 1): Uint8Array<ArrayBuffer> {
  const text = `${header}\n`;
  const length = major === 1 ? uint16(text.length) : uint32(text.length);
  return concatenate(ascii('\x93NUMPY'), [major, 0], length, ascii(text), data);
}

/** A file for an archive; what is not its name or content lies, where a test wants it to. */
export interface ZipMember {
  readonly name: string;
  readonly content: Uint8Array;
  readonly isDeflated?: boolean;
  readonly compressed?: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly start?: number;
}

/** What the end record says beside the truth. */
interface ZipEnd {
  readonly count?: number;
  readonly disk?: number;
  readonly gap?: number;
  readonly comment?: string;
}

/** Local headers with their data, the directory, the end record with its comment. */
export function zipFile(
  members: readonly ZipMember[],
  { count = members.length, disk = 0, gap = 0, comment = '' }: ZipEnd = {},
): Uint8Array<ArrayBuffer> {
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let end = 0;
  for (const member of members) {
    const { name, content, isDeflated = false, flags = 0, start = end } = member;
    const data = member.compressed ?? (isDeflated ? deflateRawSync(content) : content);
    const { method = isDeflated ? 8 : 0, crc = crc32(content), size = content.length } = member;
    const shared = [
      ...[...uint16(20), ...uint16(flags), ...uint16(method), ...uint32(0), ...uint32(crc)],
      ...[...uint32(data.length), ...uint32(size), ...uint16(name.length), ...uint16(0)],
    ];
    files.push(concatenate(ascii('PK\x03\x04'), shared, ascii(name), data));
    const own = [...uint16(0), ...uint16(0), ...uint16(0), ...uint32(0), ...uint32(start)];
    directory.push(concatenate(ascii('PK\x01\x02'), uint16(20), shared, own, ascii(name)));
    end += files.at(-1)!.length;
  }
  const entries = concatenate(...directory);
  const counts = [...uint16(disk), ...uint16(disk), ...uint16(count), ...uint16(count)];
  const places = [...uint32(entries.length), ...uint32(end + gap), ...uint16(comment.length)];
  return concatenate(...files, entries, ascii('PK\x05\x06'), counts, places, ascii(comment));
}

/** The same bytes in a buffer where they begin at an odd offset. */
export function misaligned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatenate([0], bytes).subarray(1);
}

/** The LanewiseError that the call throws; any other outcome fails the test. */
export function errorOf(call: () => unknown): LanewiseError {
  try {
    call();
  } catch (error) {
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  throw new Error('the call did not throw');
}
