import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, launchFirefox } from '../browsers.ts';
import { isMissing, programs } from '../installed.ts';
import { POLICY_WITHOUT_WASM, STRICT_POLICY, serve } from '../server.ts';
import { type Examples, openExamples } from './project.ts';

let examples: Examples;

beforeAll(async () => {
  examples = await openExamples();
});

afterAll(() => examples?.[Symbol.asyncDispose]());

/** A policy that lets the page have its style and its icon, too. */
const withLooks = (policy: { 'Content-Security-Policy': string }) => ({
  'Content-Security-Policy': `${policy['Content-Security-Policy']}; style-src 'self'; img-src 'self'`,
});

/** What a tab reports while it is used. Both drivers' pages have these events. */
interface Reporting {
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): unknown;
  on(event: 'pageerror', listener: (error: unknown) => void): unknown;
  on(event: 'requestfailed', listener: (request: { url(): string }) => void): unknown;
  on(event: 'response', listener: (response: { url(): string; status(): number }) => void): unknown;
}

function complaintsOf(page: Reporting): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (/error|warn/.test(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`page: ${error}`));
  page.on('requestfailed', (request) => complaints.push(`request failed: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  return complaints;
}

const READY = '#word:enabled';
const RESULTS = "[...document.querySelectorAll('#results span')].map((span) => span.textContent)";
const STATUS = "document.querySelector('#status').textContent";

describe.skipIf(isMissing(programs.chromium))('the page in Chromium', () => {
  test('finds the nearest words as they are typed, under a strict policy', async () => {
    await using server = await serve({ roots: [examples.folder], headers: withLooks(STRICT_POLICY) });
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const complaints = complaintsOf(page as unknown as Reporting);
      await page.goto(`${server.url}/browser/`);
      await page.waitForSelector(READY);
      await page.keyboard.type('king'); // the field has the focus
      expect(await page.evaluate(RESULTS)).toEqual(examples.nearest('king', 12));
      expect(await page.evaluate(STATUS)).toMatch(/^Nearest to “king”, exactly, in .* of 10000 rows/);
      await page.fill('#word', 'xqz');
      expect(await page.evaluate(RESULTS)).toEqual([]);
      expect(await page.evaluate(STATUS)).toBe('No word begins with “xqz”.');
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test('names the directive where the policy forbids WebAssembly, and the file that is not there', async () => {
    await using forbidden = await serve({
      roots: [examples.folder],
      headers: withLooks(POLICY_WITHOUT_WASM),
    });
    await using empty = await serve({
      roots: [examples.folder],
      handler: (request, response) => {
        if (!request.url!.endsWith('words.txt')) return false;
        response.writeHead(404).end();
        return true;
      },
    });
    const browser = await launchChromium();
    try {
      for (const [{ url }, message] of [
        [forbidden, "'wasm-unsafe-eval'"],
        [empty, 'words.txt is answered with status 404'],
      ] as const) {
        const page = await browser.newPage();
        await page.goto(`${url}/browser/`);
        await page.locator('#status', { hasNotText: 'Loading' }).waitFor();
        expect(await page.evaluate(STATUS)).toContain(message);
      }
    } finally {
      await browser.close();
    }
  });
});

describe.skipIf(isMissing(programs.firefox))('the page in Firefox', () => {
  test('finds the nearest words as they are typed, under a strict policy', async () => {
    await using server = await serve({ roots: [examples.folder], headers: withLooks(STRICT_POLICY) });
    const browser = await launchFirefox();
    try {
      const page = await browser.newPage();
      const complaints = complaintsOf(page as unknown as Reporting);
      await page.goto(`${server.url}/browser/`);
      await page.waitForSelector(READY);
      await page.type('#word', 'king');
      await page.waitForSelector('#results li');
      expect(await page.evaluate(RESULTS)).toEqual(examples.nearest('king', 12));
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
