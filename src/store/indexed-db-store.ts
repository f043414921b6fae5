import type { LongCallOptions } from '../host/progress.ts';
import { Xxh32 } from './checksum.ts';
import { changed, guarded, notFound, unsupported } from './failures.ts';
import { checkName } from './names.ts';
import { PIECE_BYTES, piecesOf } from './pieces.ts';
import { checkRange, loadChecked, type Seal, wrongLength } from './seal.ts';
import type { Parts, Store, StoredEntry, StoredFile } from './store.ts';

/** What the table of files holds of each; its pieces are [name, version, 0..] in the table of pieces. */
interface Row extends Seal {
  readonly modified: number;
  readonly version: number;
}

type Mode = 'readonly' | 'readwrite';

/**
 * Files in a database of the page's origin, in every browser and in its workers. A save is one transaction: it takes
 * effect as a whole, on disk where the browser heeds `durability: 'strict'`. The pieces of a stream are gathered in memory
 * first, as no transaction waits for them.
 *
 * @example
 * const store = await IndexedDbStore.open();
 * await store.save('words.safetensors', index.toBytes());
 */
export class IndexedDbStore implements Store {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
    database.onversionchange = () => database.close();
  }

  /**
   * @param database a database of this origin, made if there is none
   * @throws LanewiseError `UNSUPPORTED` where there are no databases, `INVALID_ARGUMENT`, `STORE_FAILED`, `STORAGE_FULL`
   */
  static async open(database = 'lanewise'): Promise<IndexedDbStore> {
    const { indexedDB } = globalThis;
    if (!indexedDB) {
      const remedy = 'Use FileStore in Node, Deno and Bun, HttpStore elsewhere.';
      throw unsupported('IndexedDbStore needs a browser that lets this page keep data', remedy);
    }
    return guarded('open the database', checkName(database), undefined, async () => {
      const request = indexedDB.open(database, 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('files');
        request.result.createObjectStore('pieces');
      };
      return new IndexedDbStore(await resultOf(request));
    });
  }

  async save(name: string, parts: Parts, options: LongCallOptions = {}): Promise<void> {
    const { signal, onProgress } = options;
    await guarded('save', checkName(name), signal, async () => {
      const hash = new Xxh32();
      const pieces: Uint8Array[] = [];
      for await (const piece of piecesOf(parts, signal ? { signal } : {})) {
        hash.update(piece);
        pieces.push(piece);
      }
      const row: Row = {
        bytes: hash.bytes,
        checksum: hash.digest(),
        modified: Date.now(),
        version: Math.random(),
      };
      await this.#change(async (files, table) => {
        const old: Row | undefined = await resultOf(files.get(name));
        for (const [place, piece] of pieces.entries()) {
          // A copy: of a view, all that its buffer holds would be stored.
          await resultOf(table.put(new Uint8Array(piece), [name, row.version, place]));
          signal?.throwIfAborted();
          onProgress?.({ done: Math.min(row.bytes, (place + 1) * PIECE_BYTES), total: row.bytes });
        }
        if (row.bytes === 0) onProgress?.({ done: 0, total: 0 });
        signal?.throwIfAborted();
        if (old) table.delete(piecesWithin(name, old));
        files.put(row, name);
      });
    });
  }

  async load(name: string, options: LongCallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return guarded('load', checkName(name), options.signal, async () => {
      const [files, table] = this.#tables('readonly');
      const row: Row | undefined = await resultOf(files.get(name));
      if (!row) throw notFound(name);
      const fill = (target: Uint8Array, from: number) => fillFrom(table, name, row, target, from);
      return loadChecked(name, { bytes: row.bytes, seals: [row], fill }, options);
    });
  }

  async open(name: string, options: LongCallOptions = {}): Promise<StoredFile> {
    const row: Row | undefined = await guarded('open', checkName(name), options.signal, () =>
      resultOf(this.#tables('readonly')[0].get(name)),
    );
    if (!row) throw notFound(name);
    const { bytes } = row;
    return {
      name,
      bytes,
      read: async (from, to, options = {}) => {
        checkRange(name, from, to, bytes);
        return guarded('read', name, options.signal, async () => {
          const [files, table] = this.#tables('readonly');
          const now: Row | undefined = await resultOf(files.get(name));
          if (now?.version !== row.version) throw changed(name);
          const target = new Uint8Array(to - from);
          await fillFrom(table, name, row, target, from);
          options.onProgress?.({ done: target.length, total: target.length });
          return target;
        });
      },
    };
  }

  async list(): Promise<StoredEntry[]> {
    return guarded('list', '', undefined, async () => {
      const [files] = this.#tables('readonly');
      const [names, rows] = await Promise.all([resultOf(files.getAllKeys()), resultOf(files.getAll())]);
      // Keys come sorted.
      return (rows as Row[]).map(({ bytes, modified }, i) => ({ name: String(names[i]), bytes, modified }));
    });
  }

  async delete(name: string): Promise<boolean> {
    let row: Row | undefined;
    await guarded('delete', checkName(name), undefined, () =>
      this.#change(async (files, table) => {
        row = await resultOf(files.get(name));
        if (row) table.delete(piecesWithin(name, row));
        files.delete(name);
      }),
    );
    return row !== undefined;
  }

  /** Closes the database, so that another version of the page may delete it. */
  close(): void {
    this.#database.close();
  }

  #tables(mode: Mode): [IDBObjectStore, IDBObjectStore] {
    const transaction = this.#database.transaction(['files', 'pieces'], mode, { durability: 'strict' });
    return [transaction.objectStore('files'), transaction.objectStore('pieces')];
  }

  /** One transaction, which takes effect when all of it is done, and not at all where `run` throws. */
  async #change(run: (files: IDBObjectStore, pieces: IDBObjectStore) => Promise<void>): Promise<void> {
    const [files, pieces] = this.#tables('readwrite');
    const { transaction } = files;
    const end = new Promise<void>((complete, fail) => {
      transaction.oncomplete = () => complete();
      transaction.onabort = () => fail(transaction.error);
    });
    try {
      await run(files, pieces);
    } catch (error) {
      end.catch(() => {});
      try {
        transaction.abort();
      } catch {
        // it ended by the error that is thrown
      }
      throw error;
    }
    await end;
  }
}

function piecesWithin(name: string, { version }: Row): IDBKeyRange {
  return IDBKeyRange.bound([name, version], [name, version, Number.POSITIVE_INFINITY]);
}

async function fillFrom(
  table: IDBObjectStore,
  name: string,
  { version, bytes }: Row,
  target: Uint8Array,
  from: number,
): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const place = Math.floor((from + done) / PIECE_BYTES);
    const start = from + done - place * PIECE_BYTES;
    const piece: unknown = await resultOf(table.get([name, version, place]));
    const expected = Math.min(PIECE_BYTES, bytes - place * PIECE_BYTES);
    const got = piece instanceof Uint8Array ? piece.length : 0;
    if (got !== expected) throw wrongLength(`piece ${place} of ${name}`, expected, got);
    const part = (piece as Uint8Array).subarray(start, start + target.length - done);
    target.set(part, done);
    done += part.length;
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
