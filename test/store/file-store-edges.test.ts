import { spawnSync } from 'node:child_process';
import * as files from 'node:fs/promises';
import { appendFile, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FileStore } from '../../src/store/index.ts';
import { makeBytes } from './contract.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/lanewise-store-`);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

const contents = async (): Promise<string[]> => (await readdir(directory)).sort();

/** Calls of the file system, in order: what was done to which file. */
type Log = string[];

/**
 * A store whose file system keeps a log, and fails where it is told to: at the n-th call of a kind, with an error's code.
 */
async function watched(
  failures: Readonly<Record<string, string>> = {},
  beforeRename: () => Promise<unknown> = async () => {},
): Promise<{ store: FileStore; log: Log }> {
  const log: Log = [];
  const note = (what: string, path: unknown): void => {
    const kind = String(path)
      .replace(/.*\//, '')
      .replace(/^\..*\.part$/, 'PART')
      .replace(/^\..*\.seals$/, 'SEALS');
    const entry = `${what} ${path === directory ? 'FOLDER' : kind}`;
    log.push(entry);
    const code = failures[entry];
    if (code) throw Object.assign(new Error(`${code}: ${entry}`), { code });
  };
  const watchedFiles = {
    ...files,
    async open(path: string, flags: string) {
      const handle = await files.open(path, flags);
      const { write, sync } = handle;
      return Object.assign(handle, {
        async write(...values: unknown[]) {
          note('write', path);
          return Reflect.apply(write, handle, values);
        },
        async sync() {
          note('sync', path);
          await sync.call(handle);
        },
      });
    },
    async rename(from: string, to: string) {
      note('rename to', to);
      await beforeRename();
      await files.rename(from, to);
    },
  };
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(watchedFiles as never);
  const store = await FileStore.open(directory);
  vi.restoreAllMocks();
  return { store, log };
}

describe('a save', () => {
  test('has its bytes and then its record on disk before it takes the place of the previous version', async () => {
    const { store, log } = await watched();
    await store.save('file', makeBytes(5_000_000));
    expect(log).toEqual([
      ...['write PART', 'write PART', 'sync PART'],
      ...['write SEALS', 'sync SEALS', 'sync FOLDER'],
      ...['rename to file', 'sync FOLDER'],
    ]);
  });

  test.each([
    ['write PART', 'ENOSPC', 'STORAGE_FULL'],
    ['write PART', 'EDQUOT', 'STORAGE_FULL'],
    ['sync PART', 'EIO', 'STORE_FAILED'],
    ['write SEALS', 'ENOSPC', 'STORAGE_FULL'],
    ['sync SEALS', 'EIO', 'STORE_FAILED'],
    ['rename to file', 'EPERM', 'STORE_FAILED'],
  ])(
    'that fails at "%s" with %s throws %s, and leaves the previous version and no part',
    async (at, errno, code) => {
      const before = await FileStore.open(directory);
      await before.save('file', makeBytes(100));
      const { store } = await watched({ [at]: errno });
      const error = await store.save('file', makeBytes(5_000_000, 2)).catch((error) => error);
      expect(error).toMatchObject({ name: 'LanewiseError', code, cause: { code: errno } });
      expect(await contents()).toEqual(['.file.seals', 'file']);
      expect(await store.load('file')).toEqual(makeBytes(100));
      await before.save('file', makeBytes(200, 3));
      expect(await store.load('file')).toEqual(makeBytes(200, 3));
    },
  );

  test('goes on where a crash left half a record', async () => {
    const store = await FileStore.open(directory);
    await store.save('file', makeBytes(100));
    await appendFile(`${directory}/.file.seals`, '\n200 12ab');
    expect(await store.load('file')).toEqual(makeBytes(100));
    await store.save('file', makeBytes(200));
    expect(await store.load('file')).toEqual(makeBytes(200));
  });

  test('puts its record back where another process deleted the file meanwhile', async () => {
    const other = await FileStore.open(directory);
    await other.save('file', makeBytes(100));
    const { store } = await watched({}, () => other.delete('file'));
    await store.save('file', makeBytes(200));
    expect(await other.load('file')).toEqual(makeBytes(200));
  });

  test('repeated 300 times keeps the records short', async () => {
    const store = await FileStore.open(directory);
    for (let turn = 0; turn < 300; turn++) await store.save('file', makeBytes(10 + turn));
    expect((await readFile(`${directory}/.file.seals`)).length).toBeLessThan(2000);
    expect(await store.load('file')).toEqual(makeBytes(309));
    expect(await contents()).toEqual(['.file.seals', 'file']);
  });

  test('of two stores of one folder leaves one version or the other, whole, however they overlap', async () => {
    const stores = [await FileStore.open(directory), await FileStore.open(directory)] as const;
    for (let turn = 0; turn < 40; turn++) {
      const saves = stores.map((store, place) => store.save('file', makeBytes(1000 + turn, place)));
      const load = stores[0].load('file').catch((error) => error.code);
      await Promise.all(saves);
      expect(turn === 0 || (await load) instanceof Uint8Array).toBe(true);
      const bytes = await stores[turn % 2]!.load('file');
      expect([makeBytes(1000 + turn, 0), makeBytes(1000 + turn, 1)]).toContainEqual(bytes);
    }
  });
});

describe('a folder', () => {
  test('is made where there is none; what cannot be one is STORE_FAILED', async () => {
    const store = await FileStore.open(`${directory}/a/b`);
    expect(await store.list()).toEqual([]);
    await writeFile(`${directory}/file`, '');
    await expect(FileStore.open(`${directory}/file`)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  test('loses the parts of dead processes when it is opened, and keeps those of living ones', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const parts = [`.a.${pid}-x1.part`, `.b.${process.ppid}-x2.part`, `.c.${process.pid}-x3.part`];
    const old = [`.d.${process.ppid}-x4.part`, `.e.${process.pid}-x5.part`];
    for (const name of [...parts, ...old, 'other.part']) await writeFile(`${directory}/${name}`, 'half');
    for (const name of old) await utimes(`${directory}/${name}`, 1e9, 1e9);
    const store = await FileStore.open(directory);
    expect(await contents()).toEqual([parts[1], parts[2], 'other.part'].sort());
    expect(await store.list()).toEqual([]);
  });

  test('holds files for other programs: one that another wrote is not listed, and loading it says why', async () => {
    const store = await FileStore.open(directory);
    await writeFile(`${directory}/foreign`, 'text');
    expect(await store.list()).toEqual([]);
    await expect(store.load('foreign')).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
    await expect(store.load('foreign')).rejects.toThrow(/this store did not save it/);
    await expect(store.open('foreign')).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
    expect(await store.delete('foreign')).toBe(true);
  });
});

describe('an opened file', () => {
  test('that was replaced or deleted is FILE_CHANGED', async () => {
    const store = await FileStore.open(directory);
    for (const change of [() => store.save('file', makeBytes(100)), () => store.delete('file')]) {
      await store.save('file', makeBytes(100));
      const file = await store.open('file');
      expect(await file.read(10, 20)).toEqual(makeBytes(100).slice(10, 20));
      await change();
      await expect(file.read(10, 20)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    }
  });

  test('that was truncated is not opened', async () => {
    const store = await FileStore.open(directory);
    await store.save('file', makeBytes(100));
    await files.truncate(`${directory}/file`, 99);
    await expect(store.open('file')).rejects.toMatchObject({
      code: 'FILE_TRUNCATED',
      expected: 100,
      got: 99,
    });
    await appendFile(`${directory}/file`, 'ab');
    await expect(store.open('file')).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  });
});

test('many small parts cost what their bytes cost', async () => {
  const store = await FileStore.open(directory);
  const bytes = makeBytes(9_000_000);
  function* parts() {
    for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
  }
  await store.save('file', parts());
  expect(Buffer.compare(await store.load('file'), bytes)).toBe(0);
});

test('where there are no files, the error names the stores to use', async () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  const error = await FileStore.open(directory).catch((error) => error);
  expect(error).toMatchObject({ code: 'UNSUPPORTED' });
  expect(error.message).toMatch(/OpfsStore.*IndexedDbStore.*HttpStore/);
});
