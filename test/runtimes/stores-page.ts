import { CONTRACT, type Damage, makeBytes, type Subject } from '../store/contract.ts';

type Stores = Pick<typeof import('../../src/store/index.ts'), 'OpfsStore' | 'IndexedDbStore'>;
type Kind = keyof Stores;

const PIECE_BYTES = 4 << 20;
const VERSIONS = [makeBytes(18_000_000, 1), makeBytes(17_000_000, 2)] as const;
// The bundler leaves it to the page, which is served the built package.
const built = '/dist/store.js';
const stores: Stores = await import(built);

async function subjectOf(kind: Kind): Promise<Subject> {
  const damage = kind === 'OpfsStore' ? damageOpfs : damageDatabase;
  return { store: await stores[kind].open('contract'), damage };
}

async function damageOpfs(name: string, damage: Damage): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const handle = await (await root.getDirectoryHandle('contract')).getFileHandle(name);
  const { size } = await handle.getFile();
  const writable = await handle.createWritable({ keepExistingData: true });
  if (damage === 'emptied') await writable.truncate(0);
  if (damage === 'truncated') await writable.truncate(size - 1);
  if (damage === 'extended') await writable.truncate(size + 1);
  if (damage === 'altered') {
    const place = size >> 1;
    const [byte] = new Uint8Array(await (await handle.getFile()).slice(place, place + 1).arrayBuffer());
    await writable.write({ type: 'write', position: place, data: Uint8Array.of(byte! ^ 4) });
  }
  await writable.close();
}

/** Damages the last piece: it stands for all, as each is a record of its own. */
async function damageDatabase(_: string, damage: Damage): Promise<void> {
  const database = await resultOf(indexedDB.open('contract'));
  const pieces = database.transaction('pieces', 'readwrite').objectStore('pieces');
  const keys = await resultOf(pieces.getAllKeys());
  const piece: Uint8Array = await resultOf(pieces.get(keys.at(-1)!));
  const { length } = piece;
  const longer = new Uint8Array(length + 1);
  longer.set(piece);
  piece[length >> 1]! ^= 4;
  const damaged = {
    altered: piece,
    emptied: new Uint8Array(),
    truncated: longer.slice(0, length - 1),
    extended: longer,
  }[damage];
  await resultOf(pieces.put(damaged, keys.at(-1)!));
  database.close();
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const page = {
  sentences: Object.keys(CONTRACT),

  /** 'kept', or what broke it. */
  async keeps(kind: Kind, sentence: string): Promise<string> {
    const subject = await subjectOf(kind);
    for (const { name } of await subject.store.list()) await subject.store.delete(name);
    try {
      await CONTRACT[sentence]!(subject);
      return 'kept';
    } catch (error) {
      return String((error as Error).stack ?? error);
    }
  },

  async saveFirst(kind: Kind): Promise<void> {
    await (await stores[kind].open('crash')).save('index', VERSIONS[0]);
  },

  /** The code of what is thrown. Chromium holds no database to the quota of a test: its third piece fails by hand. */
  async saveSecond(kind: Kind): Promise<unknown> {
    const store = await stores[kind].open('crash');
    const { put } = IDBObjectStore.prototype;
    let pieces = 0;
    IDBObjectStore.prototype.put = function (...values) {
      pieces += 1;
      if (pieces === 3) throw new DOMException('the quota is spent', 'QuotaExceededError');
      return put.apply(this, values);
    };
    const thrown = await store.save('index', VERSIONS[1]).catch((error) => error);
    IDBObjectStore.prototype.put = put;
    return thrown?.code;
  },

  /** Saves the versions in turn for ever; resolves once the save after `saves` whole ones has written `pieces`. */
  async saveUntilClosed(kind: Kind, saves: number, pieces: number): Promise<void> {
    const store = await stores[kind].open('crash');
    return new Promise((reached) => {
      const run = async (): Promise<never> => {
        for (let turn = 1; ; turn++) {
          localStorage.setItem('state', 'saving');
          const onProgress = ({ done }: { done: number }) => {
            if (turn > saves && done >= pieces * PIECE_BYTES) reached();
          };
          await store.save('index', VERSIONS[turn % 2]!, { onProgress });
          localStorage.setItem('state', 'saved');
        }
      };
      void run();
    });
  },

  /** Which version is stored, whole, and whether the last tab was closed in the middle of a save. */
  async look(kind: Kind): Promise<string> {
    const store = await stores[kind].open('crash');
    const bytes = await store.load('index').catch((error) => error);
    if (!(bytes instanceof Uint8Array)) return String(bytes);
    const version = VERSIONS.findIndex(({ length }) => length === bytes.length);
    if (!bytes.every((byte, at) => byte === VERSIONS[version]![at])) return 'mixed';
    const names = (await store.list()).map(({ name }) => name);
    return `version ${version} of ${names} after ${localStorage.getItem('state')}`;
  },

  /** Names in the folder or keys in the table of pieces: what saves that were cut off may leave behind. */
  async leftovers(kind: Kind): Promise<number> {
    if (kind === 'OpfsStore') {
      const root = await navigator.storage.getDirectory();
      const folder = (await root.getDirectoryHandle('crash')) as unknown as AsyncIterable<unknown>;
      let entries = 0;
      for await (const _ of folder) entries += 1;
      return entries - 1;
    }
    const database = await resultOf(indexedDB.open('crash'));
    const keys = await resultOf(database.transaction('pieces').objectStore('pieces').getAllKeys());
    database.close();
    // Both versions take five pieces.
    return keys.length - 5;
  },
};

Object.assign(globalThis, { page });
