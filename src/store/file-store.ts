import type * as Files from 'node:fs/promises';
import type { LongCallOptions } from '../host/progress.ts';
import { Xxh32 } from './checksum.ts';
import { changed, guarded, unsupported } from './failures.ts';
import { checkName } from './names.ts';
import { piecesOf } from './pieces.ts';
import {
  allocate,
  checkLength,
  checkRange,
  cutShort,
  loadChecked,
  type Seal,
  type Snapshot,
} from './seal.ts';
import type { Parts, Store, StoredEntry, StoredFile } from './store.ts';

/** Files that a save leaves behind when its process is killed; the number is that of the process. */
const LEFTOVER = /^\..+\.(\d+)-\w+\.part$/;
/** A leftover of this age is nobody's, whatever lives under the number of its process. */
const DAY = 86_400_000;
/** More records than this are cut down to the last ones. */
const MOST_SEALS = 64;
const KEPT_SEALS = 8;

/**
 * Files of a folder, in Node, Deno and Bun. A file is its bytes and nothing else, for other programs to read; the lengths
 * and checksums of its latest versions stand beside it, in `.name.seals`. docs/stores.md tells why a version and its
 * checksum cannot come apart.
 *
 * @example
 * const store = await FileStore.open('indexes');
 * await store.save('words.safetensors', index.toBytes());
 * const loaded = FlatIndex.fromBytes(await store.load('words.safetensors'));
 */
export class FileStore implements Store {
  readonly directory: string;
  readonly #files: typeof Files;

  private constructor(directory: string, files: typeof Files) {
    this.directory = directory;
    this.#files = files;
  }

  /**
   * Makes the folder if there is none, and removes what killed processes left in it.
   *
   * @throws LanewiseError `UNSUPPORTED` where there are no files, `STORE_FAILED`, `STORAGE_FULL`
   */
  static async open(directory: string): Promise<FileStore> {
    const files = globalThis.process?.getBuiltinModule?.('node:fs/promises');
    if (!files) {
      const remedy = 'Use OpfsStore or IndexedDbStore in a browser, HttpStore elsewhere.';
      throw unsupported('FileStore needs Node 20.16, Deno or Bun', remedy);
    }
    const store = new FileStore(directory, files);
    await guarded('open the folder', directory, undefined, () => store.#prepare());
    return store;
  }

  async save(name: string, parts: Parts, options: LongCallOptions = {}): Promise<void> {
    const path = this.#path(checkName(name));
    const part = this.#path(`.${name}.${process.pid}-${Math.random().toString(36).slice(2)}.part`);
    await guarded('save', name, options.signal, async () => {
      let line: string;
      try {
        const { bytes, checksum } = await this.#write(part, piecesOf(parts, options));
        line = `${bytes} ${checksum}`;
        await this.#record(name, line);
        options.signal?.throwIfAborted();
        await this.#files.rename(part, path);
      } catch (error) {
        await this.#files.rm(part, { force: true }).catch(() => {});
        throw error;
      }
      await this.#syncDirectory();
      await this.#keepRecord(name, line);
    });
  }

  async load(name: string, options: LongCallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reading(name, options, async (handle) =>
      loadChecked(name, await this.#snapshot(name, handle), options),
    );
  }

  async open(name: string, options: LongCallOptions = {}): Promise<StoredFile> {
    const { bytes, version } = await this.#reading(name, options, async (handle) => {
      const { bytes, seals } = await this.#snapshot(name, handle);
      checkLength(name, bytes, seals);
      return { bytes, version: await versionOf(handle) };
    });
    return {
      name,
      bytes,
      read: async (from, to, options = {}) => {
        checkRange(name, from, to, bytes);
        return this.#reading(name, options, async (handle) => {
          if ((await versionOf(handle)) !== version) throw changed(name);
          const target = allocate(name, to - from);
          await fill(handle, name, target, from);
          options.onProgress?.({ done: target.length, total: target.length });
          return target;
        }).catch((error) => {
          throw error.code === 'NOT_FOUND' ? changed(name) : error;
        });
      },
    };
  }

  async list(): Promise<StoredEntry[]> {
    return guarded('list', this.directory, undefined, async () => {
      const all = new Set(await this.#files.readdir(this.directory));
      const names = [...all].filter((name) => !name.startsWith('.') && all.has(`.${name}.seals`)).sort();
      const entries: StoredEntry[] = [];
      for (const name of names) {
        const found = await this.#files.stat(this.#path(name)).catch(() => undefined);
        if (found) entries.push({ name, bytes: found.size, modified: found.mtimeMs });
      }
      return entries;
    });
  }

  async delete(name: string): Promise<boolean> {
    const path = this.#path(checkName(name));
    try {
      await guarded('delete', name, undefined, () => this.#files.unlink(path));
    } catch (error) {
      if ((error as { code?: string }).code === 'NOT_FOUND') return false;
      throw error;
    }
    await guarded('delete', name, undefined, async () => {
      await this.#files.rm(this.#path(`.${name}.seals`), { force: true });
      await this.#syncDirectory();
    });
    return true;
  }

  #path(name: string): string {
    return `${this.directory}/${name}`;
  }

  async #reading<Result>(
    name: string,
    { signal }: LongCallOptions,
    run: (handle: Files.FileHandle) => Promise<Result>,
  ): Promise<Result> {
    checkName(name);
    return guarded('load', name, signal, async () => {
      const handle = await this.#files.open(this.#path(name), 'r');
      try {
        return await run(handle);
      } finally {
        await handle.close();
      }
    });
  }

  /** The version that is open. Its record was written before it came here, so it is there to be read now. */
  async #snapshot(name: string, handle: Files.FileHandle): Promise<Snapshot> {
    const { size } = await handle.stat();
    const seals = (await this.#records(name)).map((line): Seal => {
      const [bytes, checksum] = line.split(' ') as [string, string];
      return { bytes: Number(bytes), checksum };
    });
    return { bytes: size, seals, fill: (target, from) => fill(handle, name, target, from) };
  }

  async #write(path: string, pieces: AsyncIterable<Uint8Array>): Promise<Seal> {
    const hash = new Xxh32();
    const handle = await this.#files.open(path, 'wx');
    try {
      for await (const piece of pieces) {
        for (let done = 0; done < piece.length; ) {
          const { bytesWritten } = await handle.write(piece, done, piece.length - done, hash.bytes + done);
          done += bytesWritten;
        }
        hash.update(piece);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    return { bytes: hash.bytes, checksum: hash.digest() };
  }

  /** The lines of a name's records that were written whole, the oldest first. */
  async #records(name: string): Promise<string[]> {
    const text = await this.#files.readFile(this.#path(`.${name}.seals`), 'utf8').catch((error) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return text.match(/^\d+ [\da-f]{8}$/gm) ?? [];
  }

  /** Adds a record. Begins with a newline: a crash may have left half a line. */
  async #record(name: string, line: string): Promise<void> {
    const handle = await this.#files.open(this.#path(`.${name}.seals`), 'a');
    try {
      const { size } = await handle.stat();
      await handle.write(`\n${line}\n`);
      await handle.sync();
      if (size === 0) await this.#syncDirectory();
    } finally {
      await handle.close();
    }
  }

  /** Puts the record back where another process deleted or shortened the records meanwhile; shortens long ones. */
  async #keepRecord(name: string, line: string): Promise<void> {
    const records = await this.#records(name);
    if (!records.includes(line)) return this.#record(name, line);
    if (records.length <= MOST_SEALS) return;
    const part = this.#path(`.${name}.${process.pid}-${Math.random().toString(36).slice(2)}.part`);
    const kept = `${records.slice(-KEPT_SEALS).join('\n')}\n`;
    await this.#write(part, piecesOf(new TextEncoder().encode(kept), {}));
    await this.#files.rename(part, this.#path(`.${name}.seals`));
  }

  async #prepare(): Promise<void> {
    await this.#files.mkdir(this.directory, { recursive: true });
    for (const name of await this.#files.readdir(this.directory)) {
      const writer = LEFTOVER.exec(name)?.[1];
      if (writer === undefined) continue;
      const path = this.#path(name);
      const modified = await this.#files.stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      );
      if (isLeftover(Number(writer), modified)) await this.#files.rm(path, { force: true });
    }
  }

  /** Makes renames last through a loss of power. Windows has no such call for folders. */
  async #syncDirectory(): Promise<void> {
    if (process.platform === 'win32') return;
    const handle = await this.#files.open(this.directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

/** Differs between versions of a file, as each is a file of its own until it is renamed. */
async function versionOf(handle: Files.FileHandle): Promise<string> {
  const { ino, size, mtimeNs } = await handle.stat({ bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

async function fill(handle: Files.FileHandle, name: string, target: Uint8Array, from: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await handle.read(target, done, target.length - done, from + done);
    if (bytesRead === 0) throw cutShort(name, from + target.length, from + done);
    done += bytesRead;
  }
}

/** Whether nobody can be writing it: its process is gone, or was another one under the same number. */
function isLeftover(writer: number, modified: number): boolean {
  const age = Date.now() - modified;
  if (age > DAY) return true;
  if (writer === process.pid) return age > 1000 * process.uptime() + 1000;
  try {
    process.kill(writer, 0);
    return false;
  } catch (error) {
    return (error as { code?: string }).code === 'ESRCH';
  }
}
