import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { createServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from './browsers.ts';
import { bundlers } from './bundle.ts';
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
  async function visit(url: string): Promise<{ result: unknown; shown: string }> {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('console', (line) => /error|warning/.test(line.type()) && faults.push(line.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
    page.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
    });
    try {
      await page.goto(url);
      await page.waitForFunction('globalThis.result');
      const result = await page.evaluate('result');
      expect(faults).toEqual([]);
      return { result, shown: await page.innerText('output') };
    } finally {
      await page.close();
    }
  }

  const expected = {
    result: { tier: 'relaxed', answers: [NEAREST, NEAREST, NEAREST] },
    shown: NEAREST,
  };

  test.each(Object.entries(bundlers))('built by %s, answers under a strict policy', async (name, bundle) => {
    const output = join(app, `built-by-${name}`);
    await bundle(app, output);
    await using server = await serve({ roots: [output], headers: STRICT_POLICY });
    expect(await visit(`${server.url}/`)).toEqual(expected);
  });

  test("served by Vite's development server, answers under a strict policy", async () => {
    const server = await createServer({
      ...{ root: app, configFile: false, logLevel: 'error' },
      server: { host: '127.0.0.1', port: 0, headers: STRICT_POLICY },
    });
    try {
      await server.listen();
      expect(await visit(server.resolvedUrls!.local[0]!)).toEqual(expected);
    } finally {
      await server.close();
    }
  });
});
