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
