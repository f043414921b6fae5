import { LanewiseError } from '../host/errors.ts';
import type { LongCallOptions } from '../host/progress.ts';
import { Xxh32 } from './checksum.ts';
import { changed, guarded, notFound, unsupported } from './failures.ts';
import { checkName } from './names.ts';
import { allocate, checkLength, checkRange, checkSeal, cutShort, type Seal } from './seal.ts';
import type { Parts, Store, StoredEntry, StoredFile } from './store.ts';

/** What the first request of an opened file asks for: the header of a saved index, as a rule. */
const FIRST_BYTES = 16 << 10;

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpStoreOptions {
  /**
   * What fetches: `(url, init) => env.ASSETS.fetch(url, init)` for the static assets of a worker, or a wrapper that adds
   * headers or tries again. @default `fetch`
   */
  readonly fetch?: Fetch;
  /** Name of a file beside the others, the JSON of {@link manifestOf}: what `list` gives, and what loads are checked by. */
  readonly manifest?: string;
}

/** What of a file an opened one was answered with. */
interface Opened {
  readonly bytes: number;
  /** The bytes from 0 on that came with the answer: all of them, where the server knows no ranges. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** What names the version; equal in the answers to every range. */
  readonly version: string;
}

/**
 * Files of a web server, to be read only. `open` reads them by Range requests; from a server that knows none, or that
 * names no version of its files, it fetches the whole once. Requests are not repeated when they fail.
 *
 * Without a manifest, a load is checked by the length that the server announces, and by what the format brings.
 *
 * @example
 * const store = new HttpStore('https://example.com/indexes/');
 * const index = FlatIndex.fromBytes(await store.load('words.safetensors'));
 */
export class HttpStore implements Store {
  /** Where the files are, with a slash at its end. */
  readonly url: string;
  readonly #fetch: Fetch;
  readonly #manifest: string | undefined;

  /** @param url the folder of the files; may be relative to the page */
  constructor(url: string | URL, { fetch, manifest }: HttpStoreOptions = {}) {
    this.url = String(url).replace(/\/?$/, '/');
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#manifest = manifest;
  }

  /** @throws LanewiseError `UNSUPPORTED`, always */
  async save(_name: string, _parts: Parts, _options: LongCallOptions = {}): Promise<void> {
    throw readOnly('save');
  }

  async load(name: string, options: LongCallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return guarded('load', checkName(name), options.signal, async () => {
      const seal = await this.#sealOf(name, options.signal);
      return this.#whole(name, await this.#request(name, options.signal), seal, options);
    });
  }

  async open(name: string, options: LongCallOptions = {}): Promise<StoredFile> {
    const opened = await guarded('open', checkName(name), options.signal, () => this.#begin(name, options));
    return {
      name,
      bytes: opened.bytes,
      read: async (from, to, options = {}) => {
        checkRange(name, from, to, opened.bytes);
        return guarded('read', name, options.signal, () => this.#read(name, opened, from, to, options));
      },
    };
  }

  /** What the manifest lists. @throws LanewiseError `UNSUPPORTED` without one; `NOT_FOUND`, `FILE_FORMAT`, `STORE_FAILED` */
  async list(): Promise<StoredEntry[]> {
    if (!this.#manifest) {
      throw unsupported(
        'A web server does not tell what it holds',
        'Save the JSON of manifestOf(store) beside the files, and name it: new HttpStore(url, { manifest }).',
      );
    }
    return guarded('read the manifest', this.#manifest, undefined, () => this.#entries(undefined));
  }

  /** @throws LanewiseError `UNSUPPORTED`, always */
  async delete(_name: string): Promise<boolean> {
    throw readOnly('delete');
  }

  async #request(
    name: string,
    signal: AbortSignal | undefined,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const fetch = this.#fetch;
    const url = this.url + encodeURI(name);
    const response = await fetch(url, { headers, ...(signal && { signal }) });
    // A server of single-page applications answers with its page where there is no such file.
    const isPage = response.headers.get('Content-Type')?.startsWith('text/html') && !/\.html?$/.test(name);
    if (response.status === 404 || response.status === 410 || (response.ok && isPage)) {
      await response.body?.cancel();
      throw notFound(name);
    }
    if (response.ok || (response.status === 416 && headers['Range'])) return response;
    await response.body?.cancel();
    const message = `${url} was answered with status ${response.status}.`;
    throw new LanewiseError('STORE_FAILED', message, { expected: 200, got: response.status });
  }

  /** The body of an answer to a request of the whole, checked. */
  async #whole(
    name: string,
    response: Response,
    seal: Seal | undefined,
    options: LongCallOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    // An answer from another origin may hide that it is compressed, and its length is then another.
    const isHidden = isCoded(response) || response.type === 'cors';
    const announced = isHidden ? null : response.headers.get('Content-Length');
    const length = announced === null ? undefined : Number(announced);
    if (seal && length !== undefined) checkLength(name, length, [seal]);
    const range = rangeOf(response);
    if (response.status === 206 && !(range?.from === 0 && range.to === range.total))
      throw cutShort(name, range?.total ?? Number.POSITIVE_INFINITY, range?.to ?? 0);
    const hash = new Xxh32();
    const whole = await bodyOf(name, response, length ?? seal?.bytes, options, hash);
    if (seal) checkSeal(name, hash, [seal]);
    else if (whole.length === 0) throw cutShort(name, 1, 0);
    return whole;
  }

  async #begin(name: string, options: LongCallOptions): Promise<Opened> {
    const { signal } = options;
    const seal = await this.#sealOf(name, signal);
    const asked = { Range: `bytes=0-${FIRST_BYTES - 1}` };
    let response = await this.#request(name, signal, asked);
    const range = rangeOf(response);
    const version = versionOf(response, range?.total);
    if (range && version && range.from === 0) {
      if (seal) checkLength(name, range.total, [seal]);
      const head = await bodyOf(name, response, Math.min(FIRST_BYTES, range.total), { signal });
      return { bytes: range.total, head, version };
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      response = await this.#request(name, signal);
    }
    const head = await this.#whole(name, response, seal, options);
    return { bytes: head.length, head, version: '' };
  }

  async #read(
    name: string,
    { bytes, head, version }: Opened,
    from: number,
    to: number,
    options: LongCallOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const start = Math.max(from, Math.min(to, head.length));
    if (start === to) return head.slice(from, to);
    const response = await this.#request(name, options.signal, { Range: `bytes=${start}-${to - 1}` });
    const range = rangeOf(response);
    if (!range || versionOf(response, bytes) !== version || range.total !== bytes) {
      await response.body?.cancel();
      throw changed(name);
    }
    if (range.from !== start || range.to !== to) throw cutShort(name, to, range.to);
    const target = allocate(name, to - from);
    target.set(head.subarray(from, start));
    target.set(await bodyOf(name, response, to - start, options), start - from);
    return target;
  }

  async #entries(signal: AbortSignal | undefined): Promise<StoredEntry[]> {
    const name = this.#manifest!;
    const text = await (await this.#request(name, signal)).text();
    try {
      const entries = (JSON.parse(text) as StoredEntry[]).filter(({ name }) => checkName(name));
      if (entries.every(({ bytes }) => Number.isSafeInteger(bytes) && bytes >= 0))
        return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
    } catch {
      // told below
    }
    const message = `'${name}' is no manifest. Save the JSON of manifestOf(store) there.`;
    throw new LanewiseError('FILE_FORMAT', message, { got: text.slice(0, 40) });
  }

  async #sealOf(name: string, signal: AbortSignal | undefined): Promise<Seal | undefined> {
    if (!this.#manifest) return undefined;
    const entry = (await this.#entries(signal)).find((entry) => entry.name === name);
    if (!entry) throw notFound(name);
    return entry.checksum === undefined ? undefined : (entry as Seal);
  }
}

function readOnly(action: string): LanewiseError {
  const remedy = 'Use FileStore, OpfsStore or IndexedDbStore; upload files to a server by its own means.';
  return unsupported(`HttpStore is read-only and cannot ${action}`, remedy);
}

/** Whether what is counted in headers are bytes of a compressed body. */
function isCoded({ headers }: Response): boolean {
  return (headers.get('Content-Encoding') ?? 'identity') !== 'identity';
}

/** Which bytes an answer holds, and of how many; undefined where it holds no range of the file itself. */
function rangeOf(response: Response): { from: number; to: number; total: number } | undefined {
  const header = response.headers.get('Content-Range') ?? '';
  const [, from, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header) ?? [];
  if (response.status !== 206 || isCoded(response) || total === undefined) return undefined;
  return { from: Number(from), to: Number(last) + 1, total: Number(total) };
}

/**
 * What tells versions apart, empty where nothing does. A time counts seconds: it names a version only after its second has
 * passed. It is compared here and not sent as If-Range: that header costs a request to another origin a preflight, and
 * every answer names its version anyway.
 */
function versionOf({ headers }: Response, bytes: number | undefined): string {
  const tag = headers.get('ETag');
  const time = headers.get('Last-Modified');
  const age = Date.parse(headers.get('Date') ?? '') - Date.parse(time ?? '');
  return tag || age >= 1000 ? `${tag} ${time} ${bytes}` : '';
}

/** A body of as many bytes as are expected, if that is known. */
async function bodyOf(
  name: string,
  response: Response,
  length: number | undefined,
  { signal, onProgress }: { readonly signal?: AbortSignal | undefined } & Pick<LongCallOptions, 'onProgress'>,
  hash?: Xxh32,
): Promise<Uint8Array<ArrayBuffer>> {
  if (length === undefined || !response.body) {
    const whole = new Uint8Array(await response.arrayBuffer());
    hash?.update(whole);
    onProgress?.({ done: whole.length, total: whole.length });
    return whole;
  }
  const whole = allocate(name, length);
  const reader = response.body.getReader();
  let done = 0;
  for (;;) {
    const { done: isDone, value } = await reader.read();
    if (isDone) break;
    signal?.throwIfAborted();
    if (done + value.length > length) {
      await reader.cancel();
      checkLength(name, done + value.length, [{ bytes: length, checksum: '' }]);
    }
    whole.set(value, done);
    hash?.update(value);
    done += value.length;
    onProgress?.({ done, total: length });
  }
  if (done < length) throw cutShort(name, length, done);
  return whole;
}
