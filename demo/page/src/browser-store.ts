/** A file that is kept. */
export interface Kept {
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970, where it is known. */
  readonly modified?: number;
}

/** What the page asks of a store. */
interface BrowserStore {
  save(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  load(name: string): Promise<Uint8Array<ArrayBuffer>>;
  list(): Promise<Kept[]>;
  delete(name: string): Promise<unknown>;
}

const DATABASE = 'lanewise-page';
const FILES = 'files';

interface Row extends Kept {
  readonly content: Blob;
}

function finished<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Opens the page's store in this browser. */
export async function browserStore(): Promise<BrowserStore> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(FILES, { keyPath: 'name' });
  const database = await finished(opening);
  const files = (mode: IDBTransactionMode): IDBObjectStore =>
    database.transaction(FILES, mode).objectStore(FILES);
  return {
    async save(name, bytes) {
      const row: Row = { name, bytes: bytes.length, modified: Date.now(), content: new Blob([bytes]) };
      await finished(files('readwrite').put(row));
    },
    async load(name) {
      const row = (await finished(files('readonly').get(name))) as Row | undefined;
      if (!row) throw new Error(`Nothing is kept as ${name}.`);
      return new Uint8Array(await row.content.arrayBuffer());
    },
    async list() {
      const rows = (await finished(files('readonly').getAll())) as Row[];
      return rows.map(({ name, bytes, modified }) => ({ name, bytes, ...(modified && { modified }) }));
    },
    delete: (name) => finished(files('readwrite').delete(name)),
  };
}
