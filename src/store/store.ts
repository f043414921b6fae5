import type { LongCallOptions } from '../host/progress.ts';

/** What is saved: bytes, or pieces of them in order. Leave them unchanged until the save is done. */
export type Parts =
  | Uint8Array
  | Iterable<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ReadableStream<Uint8Array>;

/** A file of a store, as `list` tells of it. */
export interface StoredEntry {
  readonly name: string;
  readonly bytes: number;
  /** When it was saved, in milliseconds since 1970, where the store knows. */
  readonly modified?: number;
  /** XXH32 of its bytes, seed 0, 8 hexadecimal digits, where it is known without reading them ({@link manifestOf}). */
  readonly checksum?: string;
}

/** One version of a file, opened for reading anywhere in it. Holds nothing that would have to be closed. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
  /**
   * The bytes from `from` up to `to`, not included. The checksum of the whole is not checked: formats that are read in
   * ranges bring their own (a saved index has one for each tensor).
   *
   * @throws LanewiseError `INVALID_ARGUMENT`; `FILE_CHANGED`: another version was saved since; `FILE_TRUNCATED`,
   *   `STORE_FAILED`, and the signal's reason
   */
  read(from: number, to: number, options?: LongCallOptions): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Where files are kept, by name. A save takes effect as a whole or not at all, also when the process dies meanwhile;
 * a load gives back the bytes that were saved, or throws.
 *
 * A name is 1 to 200 bytes of UTF-8, in Unicode's normal form C: letters, digits and ` ._-+=@,()~`, first a letter or
 * digit, last neither space nor dot, not ending in `.part`, `.seals` or `.crswap`, and no device of Windows.
 */
export interface Store {
  /**
   * Writes a file, or a new version of it. Progress counts bytes; its total is Infinity while a stream goes on.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `STORAGE_FULL`, `STORE_FAILED`, `UNSUPPORTED` where the store is read-only;
   *   what `parts` throws, and the signal's reason. The previous version is then untouched.
   */
  save(name: string, parts: Parts, options?: LongCallOptions): Promise<void>;
  /**
   * The whole file, checked by length and checksum.
   *
   * @throws LanewiseError `NOT_FOUND`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `INVALID_ARGUMENT`, `STORE_FAILED`, `FILE_CHANGED`
   *   where another tab saves meanwhile, and the signal's reason
   */
  load(name: string, options?: LongCallOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws LanewiseError `NOT_FOUND`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `INVALID_ARGUMENT`, `STORE_FAILED` */
  open(name: string, options?: LongCallOptions): Promise<StoredFile>;
  /** What it holds, by name. @throws LanewiseError `STORE_FAILED`, `UNSUPPORTED` where it cannot know */
  list(): Promise<StoredEntry[]>;
  /** Whether there was such a file to delete. @throws LanewiseError `INVALID_ARGUMENT`, `STORE_FAILED`, `UNSUPPORTED` */
  delete(name: string): Promise<boolean>;
}
