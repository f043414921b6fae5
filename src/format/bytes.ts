import { LanewiseError } from '../host/errors.ts';

/** Zeros for a file. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    const message = `no array of ${length} bytes for the file; save fewer rows in one file`;
    throw new LanewiseError('MEMORY_EXHAUSTED', message, { got: length, cause });
  }
}

/** The parts, one after the other. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = allocate(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
