import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

/** Response headers that isolate a page, so that threads may share memory. */
export const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

/** A policy that runs no code but files of the page's own origin, and lets WebAssembly be compiled. */
export const STRICT_POLICY = {
  'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
} as const;

/** The same policy without the directive that WebAssembly needs. */
export const POLICY_WITHOUT_WASM = {
  'Content-Security-Policy': "default-src 'none'; script-src 'self'; connect-src 'self'",
} as const;

export interface ServeOptions {
  /** Folders to serve, the first that has the file. */
  readonly roots: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers what it returns true for, before the folders do. */
  readonly handler?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface Server extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
}

/** Serves folders on a free port of this machine; answers Range requests. */
export async function serve({ roots, headers = {}, handler }: ServeOptions): Promise<Server> {
  const folders = roots.map((root) => sirv(root, { dev: true, dotfiles: true }));
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (handler?.(request, response)) return;
    const answer = (place: number): void => {
      const folder = folders[place];
      if (folder) folder(request, response, () => answer(place + 1));
      else response.writeHead(404).end();
    };
    answer(0);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
