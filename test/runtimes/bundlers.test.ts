import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { createServer, type InlineConfig } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from './browsers.ts';
import { bundlers, MAIN, type Page } from './bundle.ts';
import { isMissing, programs } from './installed.ts';
import { type Packed, pack } from './packed.ts';
import { STRICT_POLICY, serve } from './server.ts';

const APP = fileURLToPath(new URL('./app/', import.meta.url));

/** Points stand at 0..7; 4.25 is 0.25 from 4, 0.75 from 5, 1.25 from 3: squared 1/16, 9/16, 25/16. */
const NEAREST = '4 5 3 0.0625 0.5625 1.5625';

describe.skipIf(isMissing(programs.chromium))('an app that imports the package, in Chromium', () => {
  let packed: Packed;
  let browser: Browser;
  let app: string;
  beforeAll(async () => {
    packed = await pack();
    browser = await launchChromium();
    app = await packed.project({ 'package.json': '{ "private": true, "type": "module" }' });
    await cp(APP, app, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await packed?.[Symbol.asyncDispose]();
  });

  /** Opens a page and says what it answers; rejects where it logs an error, or a request fails or finds nothing. */
  async function visit(url: string): Promise<unknown> {
    const page = await browser.newPage();
    const fault = new Promise<never>((_, reject) => {
      const fail = (what: string) => reject(new Error(what));
      page.on('console', (line) => /error|warning/.test(line.type()) && fail(line.text()));
      page.on('pageerror', (error) => fail(error.message));
      page.on('requestfailed', (request) => fail(`failed: ${request.url()}`));
      page.on(
        'response',
        (response) => response.status() < 400 || fail(`${response.status()}: ${response.url()}`),
      );
    });
    try {
      const answer = page
        .goto(url)
        .then(() => page.evaluate('result'))
        .then(async (result) => ({ result, shown: await page.innerText('output') }));
      return await Promise.race([answer, fault]);
    } finally {
      await page.close();
    }
  }

  describe('that searches on the page', () => {
    const expected = {
      result: { tier: 'relaxed', answers: [NEAREST, NEAREST, NEAREST] },
      shown: NEAREST,
    };

    test.each(Object.keys(bundlers))('built by %s, answers under a strict policy', async (name) => {
      expect(await visitBuilt(name, MAIN)).toEqual(expected);
    });

    test("served by Vite's development server, answers under a strict policy", async () => {
      expect(await visitServed(MAIN)).toEqual(expected);
    });
  });

  describe("that searches in a worker of the package's and in its own", () => {
    const page: Page = {
      html: 'threads.html',
      script: 'threads.js',
      workers: { worker: './worker.js', 'worker/thread': 'lanewise/worker/thread.js' },
    };
    const expected = {
      result: [
        { tier: 'relaxed', answer: NEAREST },
        { tier: 'relaxed', answer: NEAREST },
      ],
      shown: NEAREST,
    };

    test.each(Object.keys(bundlers))('built by %s, answers under a strict policy', async (name) => {
      expect(await visitBuilt(name, page)).toEqual(expected);
    });

    test("served by Vite's development server, answers under a strict policy", async () => {
      // Vite finds what a worker imports when the worker starts, and reloads the page then; unless it is told before.
      const told = { optimizeDeps: { include: ['lanewise/worker/serve'] } };
      expect(await visitServed(page, told)).toEqual(expected);
    });
  });

  async function visitBuilt(name: string, page: Page): Promise<unknown> {
    const output = join(app, `built-by-${name}`, page.html);
    await bundlers[name]!(app, output, page);
    await using server = await serve({ roots: [output], headers: STRICT_POLICY });
    return await visit(`${server.url}/${page.html}`);
  }

  async function visitServed({ html }: Page, options: InlineConfig = {}): Promise<unknown> {
    const server = await createServer({
      ...{ root: app, configFile: false, logLevel: 'error', ...options },
      server: { host: '127.0.0.1', port: 0, headers: STRICT_POLICY },
    });
    try {
      await server.listen();
      return await visit(server.resolvedUrls!.local[0]! + html);
    } finally {
      await server.close();
    }
  }
});
