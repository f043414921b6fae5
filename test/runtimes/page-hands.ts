/** What a visitor does with the page, and the files that are dropped onto it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { HEADERS } from '../../demo/page/vite.config.ts';
import { type Server, serve } from './server.ts';

const CONFIG = fileURLToPath(new URL('../../demo/page/vite.config.ts', import.meta.url));
export const SCREENSHOTS: string = fileURLToPath(new URL('./screenshots/', import.meta.url));
export const DESKTOP = { viewport: { width: 1440, height: 900 } };
export const PHONE = {
  viewport: { width: 360, height: 780 },
  isMobile: true,
  hasTouch: true,
  deviceScaleFactor: 2,
};

/** The page, built and served under its policy. */
export async function servePage(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-page-'));
  mkdirSync(SCREENSHOTS, { recursive: true });
  await build({ configFile: CONFIG, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  const server = await serve({ roots: [folder], headers: HEADERS });
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A tab with the page, and what it complained of. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens the page in a tab that notes what must not happen: errors, and requests to anywhere else. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = DESKTOP,
): Promise<OpenPage> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  await page.locator('.neighbour').first().waitFor();
  return { page, complaints };
}

/** float32 vectors as `np.save` writes them (format 1.0). */
export function npy(
  rows: number,
  dimensions: number,
  valueAt: (row: number, dimension: number) => number,
): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dimensions}), }`;
  const padded = `${header.padEnd(117)}\n`;
  const data = Float32Array.from({ length: rows * dimensions }, (_, i) =>
    valueAt(Math.floor(i / dimensions), i % dimensions),
  );
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length, 0]);
  return Buffer.concat([magic, Buffer.from(padded, 'latin1'), Buffer.from(data.buffer)]);
}

/** Rows on a circle, in steps of a degree: the nearest of a row are those beside it. */
export function circle(rows: number): Buffer {
  return npy(rows, 2, (row, dimension) => Math[dimension === 0 ? 'cos' : 'sin']((row * Math.PI) / 180));
}

/** Drops files onto the page, as a hand would. */
export async function drop(
  page: Page,
  files: readonly { readonly name: string; readonly bytes: Buffer }[],
): Promise<void> {
  const transfer = await page.evaluateHandle(
    (dropped) => {
      const data = new DataTransfer();
      for (const { name, base64 } of dropped) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name));
      }
      return data;
    },
    files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })),
  );
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer });
}

export const neighbours = (page: Page): Promise<string[]> => page.locator('.neighbour-name').allInnerTexts();

export const textOf = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();

/** Waits until the text of an element matches. */
export async function waitForText(
  page: Page,
  selector: string,
  pattern: RegExp,
  timeout = 60_000,
): Promise<void> {
  await page.waitForFunction(
    ([selector, source]) => new RegExp(source!).test(document.querySelector(selector!)!.textContent ?? ''),
    [selector, pattern.source] as const,
    { timeout },
  );
}

/** Milliseconds between two frames of the page, the median of some. */
export function medianFrame(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const times: number[] = [];
    let last = performance.now();
    while (times.length < 60) {
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - last);
      last = performance.now();
    }
    return times.sort((a, b) => a - b)[30]!;
  });
}
