import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Browser, Tab } from './browsers.ts';
import { programs } from './installed.ts';

/** WebKitGTK's small browser on a screen of its own, driven by plain WebDriver: https://www.w3.org/TR/webdriver2/ */
export async function openWebkit(): Promise<Browser> {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const display = await firstLine(screen.stdio[3] as Readable);
  const port = await freePort();
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: `:${display}` },
  });
  const send = sender(`http://127.0.0.1:${port}`);
  await untilReady(send, driver);
  const { sessionId } = (await send('POST', '/session', {
    capabilities: {
      alwaysMatch: {
        'webkitgtk:browserOptions': { binary: programs.webkit.path!, args: ['--automation'] },
      },
    },
  })) as { sessionId: string };
  const session = `/session/${sessionId}`;
  await send('POST', `${session}/timeouts`, { script: 100_000 });
  return {
    open: () => openTab(send, session),
    async [Symbol.asyncDispose]() {
      await send('DELETE', session, undefined).catch(() => {}); // its last tab may have closed it already
      await end(driver);
      await end(screen);
    },
  };
}

type Send = (method: string, path: string, body: object | undefined) => Promise<unknown>;

function sender(url: string): Send {
  return async (method, path, body) => {
    const response = await fetch(url + path, body ? { method, body: JSON.stringify(body) } : { method });
    const { value } = (await response.json()) as { value: { message?: string } };
    if (!response.ok) throw new Error(`WebKitWebDriver, ${method} ${path}: ${value.message}`);
    return value;
  };
}

async function openTab(send: Send, session: string): Promise<Tab> {
  const { handle } = (await send('POST', `${session}/window/new`, { type: 'tab' })) as { handle: string };
  await send('POST', `${session}/window`, { handle });
  return {
    goto: (url) => send('POST', `${session}/url`, { url }),
    evaluate: (expression) =>
      send('POST', `${session}/execute/sync`, { script: `return ${expression};`, args: [] }),
    async close() {
      const [left] = (await send('DELETE', `${session}/window`, undefined)) as string[];
      if (left) await send('POST', `${session}/window`, { handle: left });
    },
  };
}

/** Nothing tells when the driver listens but that it answers. */
async function untilReady(send: Send, driver: ChildProcess): Promise<void> {
  while (driver.exitCode === null) {
    const status = (await send('GET', '/status', undefined).catch(() => ({}))) as { ready?: boolean };
    if (status.ready) return;
    await setTimeout(50);
  }
  throw new Error(`WebKitWebDriver ended with ${driver.exitCode} before it listened.`);
}

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('Xvfb ended before it named its screen.');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}
