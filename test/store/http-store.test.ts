import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileStore, HttpStore, manifestOf, type Store } from '../../src/store/index.ts';
import { type Server, serve } from '../runtimes/server.ts';
import { CONTRACT, makeBytes } from './contract.ts';
import { damageFile } from './damage.ts';

let directory: string;
let files: FileStore;
let server: Server;
let store: HttpStore;
/** Requests as they came: path and range. */
let requests: string[];
/** Answers in the place of the folder, when it returns true. */
let answer: (request: IncomingMessage, response: ServerResponse) => boolean;

beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/lanewise-store-`);
  files = await FileStore.open(directory);
  requests = [];
  answer = () => false;
  server = await serve({
    roots: [directory],
    handler(request, response) {
      requests.push(`${request.url} ${request.headers.range ?? 'whole'}`);
      return answer(request, response);
    },
  });
  store = new HttpStore(server.url);
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** Answers everything with these bytes, whatever range is asked for. */
function always(status: number, headers: Record<string, string>, body: Uint8Array = new Uint8Array()): void {
  answer = (_, response) => {
    response.writeHead(status, headers).end(body);
    return true;
  };
}

/** Makes a file old enough for its time to name its version. */
async function age(name: string): Promise<void> {
  await utimes(`${directory}/${name}`, 1e9, 1e9);
}

async function listed(): Promise<void> {
  await writeFile(`${directory}/manifest.json`, JSON.stringify(await manifestOf(files)));
}

/** The reader, with the writer of its folder in the place of what it refuses. */
async function writable(): Promise<Store> {
  const reader = new HttpStore(server.url, { manifest: 'manifest.json' });
  await listed();
  return {
    load: (name, options) => reader.load(name, options),
    open: (name) => reader.open(name),
    list: () => reader.list(),
    async save(name, parts, options) {
      await files.save(name, parts, options);
      await listed();
    },
    async delete(name) {
      const wasThere = await files.delete(name);
      await listed();
      return wasThere;
    },
  };
}

describe('an HttpStore with a manifest', () => {
  test.each(Object.entries(CONTRACT))('%s', async (_, run) => {
    await run({
      store: await writable(),
      damage: (name, damage) => damageFile(`${directory}/${name}`, damage),
    });
  });

  test('tells a manifest that is none from a missing one', async () => {
    const store = new HttpStore(server.url, { manifest: 'manifest.json' });
    await expect(store.list()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const text of ['', '{}', '[1]', '[{"name":"../up","bytes":1}]', '[{"name":"a","bytes":-1}]']) {
      await writeFile(`${directory}/manifest.json`, text);
      await expect(store.list(), text).rejects.toMatchObject({ code: 'FILE_FORMAT' });
    }
  });

  test('refuses a file that the server replaced without its manifest', async () => {
    const store = await writable();
    await store.save('file', makeBytes(100));
    await files.save('file', makeBytes(100, 2));
    await expect(store.load('file')).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
    await files.save('file', makeBytes(90, 2));
    await expect(store.open('file')).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
  });
});

describe('an HttpStore without a manifest', () => {
  test('loads whole files by one request', async () => {
    await files.save('größe +1.bin', makeBytes(100_000));
    expect(await store.load('größe +1.bin')).toEqual(makeBytes(100_000));
    expect(requests).toEqual(['/gr%C3%B6%C3%9Fe%20+1.bin whole']);
  });

  test('refuses to save, to delete and to list, and says what to use instead', async () => {
    await expect(store.save('file', makeBytes(1))).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(store.delete('file')).rejects.toThrow(/FileStore/);
    await expect(store.list()).rejects.toThrow(/manifestOf/);
    expect(requests).toEqual([]);
  });

  test('fetches the ranges that are read, and none twice that came with the opening', async () => {
    await files.save('file', makeBytes(100_000));
    await age('file');
    const file = await store.open('file');
    expect(file.bytes).toBe(100_000);
    expect(await file.read(0, 16_384)).toEqual(makeBytes(100_000).slice(0, 16_384));
    expect(await file.read(16_000, 20_000)).toEqual(makeBytes(100_000).slice(16_000, 20_000));
    expect(await file.read(50_000, 50_000)).toHaveLength(0);
    expect(await file.read(99_999, 100_000)).toEqual(makeBytes(100_000).slice(99_999));
    expect(requests).toEqual(['/file bytes=0-16383', '/file bytes=16384-19999', '/file bytes=99999-99999']);
  });

  test('fetches the whole once from a server that knows no ranges', async () => {
    always(200, { ETag: '"1"' }, makeBytes(50_000));
    const file = await store.open('file');
    expect(file.bytes).toBe(50_000);
    expect(await file.read(20_000, 30_000)).toEqual(makeBytes(50_000).slice(20_000, 30_000));
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['names no version', { 'Content-Range': 'bytes 0-16383/50000' }],
    ['does not tell the length', { 'Content-Range': 'bytes 0-16383/*', ETag: '"1"' }],
    ['hides which range it is', { ETag: '"1"' }],
    [
      'compresses the range',
      { 'Content-Range': 'bytes 0-16383/50000', ETag: '"1"', 'Content-Encoding': 'gzip' },
    ],
  ])('fetches the whole from a server that %s', async (_, headers) => {
    const bytes = makeBytes(50_000);
    answer = (request, response) => {
      if (!request.headers.range) response.end(bytes);
      else
        response.writeHead(206, headers as Record<string, string>).end(gzipSync(bytes.subarray(0, 16_384)));
      return true;
    };
    const file = await store.open('file');
    expect(await file.read(49_000, 50_000)).toEqual(bytes.slice(49_000));
    expect(requests).toEqual(['/file bytes=0-16383', '/file whole']);
  });

  test('reads what comes compressed, whose length is not the announced one', async () => {
    const bytes = new Uint8Array(50_000).fill(7);
    const body = gzipSync(bytes);
    always(200, { 'Content-Encoding': 'gzip', 'Content-Length': String(body.length) }, body);
    expect(await store.load('file')).toEqual(bytes);
    expect((await store.open('file')).bytes).toBe(50_000);
  });

  test.each([
    ['another tag', { ETag: '"2"' }, 100_000],
    ['another time', { ETag: '"1"', 'Last-Modified': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 100_000],
    ['another length', { ETag: '"1"' }, 100_001],
  ])('refuses a range of %s: FILE_CHANGED', async (_, later, total) => {
    const ranged = (headers: Record<string, string>, total: number) => {
      answer = (request, response) => {
        const [from, to] = request.headers.range!.match(/\d+/g)!.map(Number) as [number, number];
        const range = { 'Content-Range': `bytes ${from}-${to}/${total}` };
        response.writeHead(206, { ...headers, ...range }).end(makeBytes(100_000).subarray(from, to + 1));
        return true;
      };
    };
    ranged({ ETag: '"1"' }, 100_000);
    const file = await store.open('file');
    expect(await file.read(20_000, 20_003)).toEqual(makeBytes(100_000).slice(20_000, 20_003));
    ranged(later, total);
    await expect(file.read(20_000, 20_003)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    always(200, { ETag: '"2"' }, makeBytes(100_000, 2));
    await expect(file.read(20_000, 20_003)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  test('fetches the whole of a file so new that its time may stand for two versions', async () => {
    await files.save('file', makeBytes(100_000));
    await utimes(`${directory}/file`, Date.now() / 1000, Date.now() / 1000 + 5);
    const file = await store.open('file');
    await files.save('file', makeBytes(100_000, 2));
    expect(await file.read(50_000, 60_000)).toEqual(makeBytes(100_000).slice(50_000, 60_000));
    expect(requests).toEqual(['/file bytes=0-16383', '/file whole']);
  });

  test('refuses a range that is not the one asked for, or cut short', async () => {
    await files.save('file', makeBytes(100_000));
    await age('file');
    const file = await store.open('file');
    const { headers } = await fetch(`${server.url}/file`, { headers: { Range: 'bytes=0-1' } });
    const version = { 'Last-Modified': headers.get('last-modified')! };
    for (const range of ['bytes 20000-20001/100000', 'bytes 19999-20099/100000']) {
      always(206, { ...version, 'Content-Range': range }, makeBytes(2));
      await expect(file.read(20_000, 20_100)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
    }
    always(206, { ...version, 'Content-Range': 'bytes 20000-20099/100000' }, makeBytes(99));
    await expect(file.read(20_000, 20_100)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
    always(206, { ...version, 'Content-Range': 'bytes 20000-20099/100000' }, makeBytes(101));
    await expect(file.read(20_000, 20_100)).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  });

  test('refuses an empty body, a part for the whole, and a connection that breaks', async () => {
    always(200, {});
    await expect(store.load('file')).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
    for (const range of ['bytes 0-9/20', 'bytes 10-19/20', 'bytes 0-9/*', 'nonsense']) {
      always(206, { 'Content-Range': range }, makeBytes(10));
      await expect(store.load('file'), range).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
      await expect(store.open('file'), range).rejects.toMatchObject({ code: 'FILE_TRUNCATED' });
    }
    answer = (_, response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write(makeBytes(10), () => response.destroy());
      return true;
    };
    await expect(store.load('file')).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  test('says which status it got, and that a page in the place of a file is none', async () => {
    always(500, {});
    await expect(store.load('file')).rejects.toMatchObject({ code: 'STORE_FAILED', got: 500 });
    always(200, { 'Content-Type': 'text/html; charset=utf-8' }, makeBytes(100));
    await expect(store.load('file')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(store.open('file')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.load('page.html')).toHaveLength(100);
    const unreachable = new HttpStore('http://127.0.0.1:1');
    await expect(unreachable.load('file')).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  test('reads what another origin compressed without letting it be seen', async () => {
    const bytes = makeBytes(100);
    const fetch = async (): Promise<Response> => {
      const response = new Response(bytes, { headers: { 'Content-Length': '60' } });
      return Object.defineProperty(response, 'type', { value: 'cors' });
    };
    expect(await new HttpStore(server.url, { fetch }).load('file')).toEqual(bytes);
  });

  test('fetches by what it is given, such as the static assets of a worker', async () => {
    const urls: string[] = [];
    const assets = {
      async fetch(url: string): Promise<Response> {
        urls.push(url);
        return new Response(makeBytes(10));
      },
    };
    const store = new HttpStore('https://assets.local/indexes', { fetch: (url) => assets.fetch(url) });
    expect(await store.load('file')).toEqual(makeBytes(10));
    expect(urls).toEqual(['https://assets.local/indexes/file']);
  });

  test('a folder of a FileStore is served as it is: files are their bytes', async () => {
    await files.save('file', makeBytes(1000));
    expect(new Uint8Array(await readFile(`${directory}/file`))).toEqual(makeBytes(1000));
  });
});
