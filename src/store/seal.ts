import { LanewiseError } from '../host/errors.ts';
import type { LongCallOptions } from '../host/progress.ts';
import { Xxh32 } from './checksum.ts';
import { PIECE_BYTES } from './pieces.ts';

/** What a file is checked against. */
export interface Seal {
  readonly bytes: number;
  /** XXH32 as 8 hexadecimal digits. */
  readonly checksum: string;
}

const REMEDY = 'It was damaged, or altered by another program; save it again.';

/** @throws LanewiseError `FILE_TRUNCATED`, `FILE_CORRUPT`: none of the versions that may stand here has this length */
export function checkLength(name: string, got: number, seals: readonly Seal[]): void {
  const lengths = seals.map(({ bytes }) => bytes);
  if (lengths.includes(got)) return;
  const expected = lengths.at(-1);
  if (expected === undefined) {
    const message = `'${name}' has no record of its checksum: this store did not save it, or the record was removed. Save it again.`;
    throw new LanewiseError('FILE_CORRUPT', message, { got: name });
  }
  throw wrongLength(name, expected, got);
}

export function wrongLength(name: string, expected: number, got: number): LanewiseError {
  return new LanewiseError(
    got < expected ? 'FILE_TRUNCATED' : 'FILE_CORRUPT',
    `'${name}' must have ${expected} bytes; it has ${got}. ${REMEDY}`,
    { expected, got },
  );
}

/** @throws LanewiseError `FILE_TRUNCATED`, `FILE_CORRUPT` */
export function checkSeal(name: string, hash: Xxh32, seals: readonly Seal[]): void {
  checkLength(name, hash.bytes, seals);
  const got = hash.digest();
  if (seals.some(({ bytes, checksum }) => bytes === hash.bytes && checksum === got)) return;
  const expected = seals.at(-1)!.checksum;
  throw new LanewiseError('FILE_CORRUPT', `The checksum of '${name}' does not match its bytes. ${REMEDY}`, {
    expected,
    got,
  });
}

/** A version of a file that stays the same while it is read. */
export interface Snapshot {
  readonly bytes: number;
  readonly seals: readonly Seal[];
  /** Fills `target` with the bytes from `from` on. @throws LanewiseError `FILE_CHANGED`, `FILE_TRUNCATED` */
  fill(target: Uint8Array, from: number): Promise<void>;
}

/** The whole file, checked. @throws LanewiseError `FILE_TRUNCATED`, `FILE_CORRUPT`, `MEMORY_EXHAUSTED` */
export async function loadChecked(
  name: string,
  { bytes, seals, fill }: Snapshot,
  { signal, onProgress }: LongCallOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  checkLength(name, bytes, seals);
  const whole = allocate(name, bytes);
  const hash = new Xxh32();
  for (let done = 0; done < bytes; done = hash.bytes) {
    const piece = whole.subarray(done, done + PIECE_BYTES);
    await fill(piece, done);
    hash.update(piece);
    signal?.throwIfAborted();
    onProgress?.({ done: hash.bytes, total: bytes });
  }
  checkSeal(name, hash, seals);
  return whole;
}

/** An array for what a file holds. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function allocate(name: string, bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    const message = `This runtime has no array of ${bytes} bytes for '${name}'. Open it, and read ranges.`;
    throw new LanewiseError('MEMORY_EXHAUSTED', message, { got: bytes, cause });
  }
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkRange(name: string, from: number, to: number, bytes: number): void {
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= bytes) return;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `A range of '${name}' lies within 0 and ${bytes}; got ${from} to ${to}.`,
    { expected: [0, bytes], got: [from, to] },
  );
}

/** A short read: the file ends before what is known of it. */
export function cutShort(name: string, expected: number, got: number): LanewiseError {
  return new LanewiseError(
    'FILE_TRUNCATED',
    `'${name}' ended after ${got} of ${expected} bytes. Try again.`,
    {
      expected,
      got,
    },
  );
}
