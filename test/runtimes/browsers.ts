import { type Browser as Chromium, chromium } from 'playwright-core';
import puppeteer, { type Browser as Firefox } from 'puppeteer-core';
import { programs } from './installed.ts';

/** What the runtime tests ask of a tab, in either browser. */
export interface Tab {
  goto(url: string): Promise<unknown>;
  /** The value of an expression in the page; promises are waited for. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface Browser extends AsyncDisposable {
  open(): Promise<Tab>;
}

/** Chromium by Playwright, for what needs its whole interface: typing, dropping files, screenshots. */
export async function launchChromium(): Promise<Chromium> {
  // CI runs as root, where Chromium's sandbox refuses to start.
  return chromium.launch({ executablePath: programs.chromium.path!, args: ['--no-sandbox'] });
}

export async function openChromium(): Promise<Browser> {
  const browser = await launchChromium();
  return { open: () => browser.newPage(), [Symbol.asyncDispose]: () => browser.close() };
}

/** Firefox by Puppeteer, over WebDriver BiDi. */
export async function launchFirefox(): Promise<Firefox> {
  return puppeteer.launch({ browser: 'firefox', executablePath: programs.firefox.path!, headless: true });
}

export async function openFirefox(): Promise<Browser> {
  const browser = await launchFirefox();
  return { open: () => browser.newPage(), [Symbol.asyncDispose]: () => browser.close() };
}
