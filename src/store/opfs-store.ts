import type { LongCallOptions } from '../host/progress.ts';
import { Xxh32 } from './checksum.ts';
import { changed, guarded, unsupported } from './failures.ts';
import { checkName } from './names.ts';
import { piecesOf } from './pieces.ts';
import { checkLength, checkRange, cutShort, loadChecked, type Snapshot } from './seal.ts';
import type { Parts, Store, StoredEntry, StoredFile } from './store.ts';

/*
 * A file ends with its seal, as no other program reads the files of a page; they are replaced as one:
 *
 *   0          bytes        + 8            + 16              + 24
 *   +----------+------------+--------------+-----------------+
 *   | content  | 'lanewise' | f64: bytes   | XXH32, 8 digits |
 *   +----------+------------+--------------+-----------------+
 */
const SEAL_BYTES = 24;
const MARK = 'lanewise';

/** The part of a folder that the DOM's types leave out. */
type Folder = FileSystemDirectoryHandle & AsyncIterable<[string, FileSystemHandle]>;

/**
 * Files of the origin private file system, in windows and workers of Chromium, Firefox and Safari 26. A save goes to a
 * file of the browser's own, which takes the place of the previous version when all is written.
 *
 * @example
 * const store = await OpfsStore.open();
 * await store.save('words.safetensors', index.toBytes());
 */
export class OpfsStore implements Store {
  readonly #folder: Folder;

  private constructor(folder: Folder) {
    this.#folder = folder;
  }

  /**
   * @param folder a folder of this origin, made if there is none
   * @throws LanewiseError `UNSUPPORTED` where there is no such file system, `INVALID_ARGUMENT`, `STORE_FAILED`
   */
  static async open(folder = 'lanewise'): Promise<OpfsStore> {
    const storage = globalThis.navigator?.storage;
    if (!storage?.getDirectory || !('createWritable' in (globalThis.FileSystemFileHandle?.prototype ?? {}))) {
      const what =
        'OpfsStore needs the origin private file system with createWritable, on a page served by HTTPS';
      throw unsupported(what, 'Use IndexedDbStore in a browser, FileStore in Node, Deno and Bun.');
    }
    return guarded('open the folder', checkName(folder), undefined, async () => {
      const root = await storage.getDirectory();
      return new OpfsStore((await root.getDirectoryHandle(folder, { create: true })) as Folder);
    });
  }

  async save(name: string, parts: Parts, options: LongCallOptions = {}): Promise<void> {
    await guarded('save', checkName(name), options.signal, async () => {
      const handle = await this.#folder.getFileHandle(name, { create: true });
      try {
        await write(handle, parts, options);
      } catch (error) {
        // A name that had no version has none still.
        if ((await settled(handle.getFile()))?.size === 0) await settled(this.#folder.removeEntry(name));
        throw error;
      }
    });
  }

  async load(name: string, options: LongCallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return guarded('load', checkName(name), options.signal, async () =>
      loadChecked(name, await this.#snapshot(name), options),
    );
  }

  async open(name: string, options: LongCallOptions = {}): Promise<StoredFile> {
    const { bytes, fill } = await guarded('open', checkName(name), options.signal, () =>
      this.#snapshot(name),
    );
    return {
      name,
      bytes,
      read: async (from, to, options = {}) => {
        checkRange(name, from, to, bytes);
        return guarded('read', name, options.signal, async () => {
          const target = new Uint8Array(to - from);
          await fill(target, from);
          options.onProgress?.({ done: target.length, total: target.length });
          return target;
        });
      },
    };
  }

  async list(): Promise<StoredEntry[]> {
    return guarded('list', '', undefined, async () => {
      const entries: StoredEntry[] = [];
      for await (const [name, handle] of this.#folder) {
        if (handle.kind !== 'file' || /\.crswap$/.test(name)) continue;
        const { size, lastModified } = await (handle as FileSystemFileHandle).getFile();
        // An empty file waits for its first save to end.
        if (size > 0) entries.push({ name, bytes: Math.max(0, size - SEAL_BYTES), modified: lastModified });
      }
      return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
    });
  }

  async delete(name: string): Promise<boolean> {
    return guarded('delete', checkName(name), undefined, async () => {
      try {
        await this.#folder.removeEntry(name);
        return true;
      } catch (error) {
        if ((error as { name?: string }).name === 'NotFoundError') return false;
        throw error;
      }
    });
  }

  async #snapshot(name: string): Promise<Snapshot> {
    const handle = await this.#folder.getFileHandle(name);
    const file = await handle.getFile();
    const bytes = file.size - SEAL_BYTES;
    if (bytes < 0) throw cutShort(name, SEAL_BYTES, file.size);
    const seal = await file.slice(bytes).arrayBuffer();
    const text = new TextDecoder('latin1').decode(seal);
    const seals = text.startsWith(MARK)
      ? [{ bytes: new DataView(seal).getFloat64(8, true), checksum: text.slice(16) }]
      : [];
    checkLength(name, bytes, seals);
    const fill = async (target: Uint8Array, from: number): Promise<void> => {
      const read = await settled(file.slice(from, from + target.length).arrayBuffer());
      const now = await settled(handle.getFile());
      if (!read || now?.size !== file.size || now.lastModified !== file.lastModified) throw changed(name);
      target.set(new Uint8Array(read));
    };
    return { bytes, seals, fill };
  }
}

/** What a promise gives; undefined where it fails. */
const settled = <Value>(promise: Promise<Value>): Promise<Value | undefined> =>
  promise.catch(() => undefined);

async function write(handle: FileSystemFileHandle, parts: Parts, options: LongCallOptions): Promise<void> {
  const writable = await handle.createWritable();
  try {
    const hash = new Xxh32();
    for await (const piece of piecesOf(parts, options)) {
      hash.update(piece);
      await writable.write(piece as Uint8Array<ArrayBuffer>);
    }
    const seal = new TextEncoder().encode(MARK + MARK + hash.digest());
    new DataView(seal.buffer).setFloat64(8, hash.bytes, true);
    await writable.write(seal);
    options.signal?.throwIfAborted();
  } catch (error) {
    await settled(writable.abort());
    throw error;
  }
  await writable.close();
}
