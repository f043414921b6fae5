import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GOLDEN } from '../golden/smoke.ts';
import { type Browser, openChromium, openFirefox } from './browsers.ts';
import type { FirstResult } from './first-result.js';
import { isMissing, type Program, programs } from './installed.ts';
import { EXPRESSIONS, servePages } from './pages.ts';
import { savedIndex } from './saved-index.ts';
import { ISOLATED, POLICY_WITHOUT_WASM, STRICT_POLICY } from './server.ts';
import type { SmokeReport } from './smoke.js';
import { openWebkit } from './webkit.ts';

interface Row {
  readonly program: Program;
  readonly launch: () => Promise<Browser>;
  readonly tier: 'simd' | 'relaxed';
  /** Whether pages have shared memory once they are isolated. */
  readonly canShare: boolean;
}

const BROWSERS: readonly Row[] = [
  { program: programs.chromium, launch: openChromium, tier: 'relaxed', canShare: true },
  { program: programs.firefox, launch: openFirefox, tier: 'relaxed', canShare: true },
  { program: programs.webkit, launch: openWebkit, tier: 'simd', canShare: false },
];

describe.each(BROWSERS)('$program.name', ({ program, launch, tier, canShare }) => {
  const missing = isMissing(program);
  let browser: Browser;

  beforeAll(async () => {
    if (!missing) browser = await launch();
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  /** What an expression gives in a new tab, on a page with these headers. */
  async function evaluate(headers: Readonly<Record<string, string>>, expression: string): Promise<unknown> {
    await using server = await servePages(headers);
    const tab = await browser.open();
    await tab.goto(`${server.url}/`);
    const value = await tab.evaluate(expression);
    await tab.close();
    return value;
  }

  describe.each([
    { page: 'an isolated page', headers: { ...STRICT_POLICY, ...ISOLATED }, isolation: true },
    { page: 'a page that is not isolated', headers: STRICT_POLICY, isolation: false },
  ])('on $page of a strict policy', ({ headers, isolation }) => {
    test.skipIf(missing)('gives the golden hashes, and says whether threads are to be had', async () => {
      const report = (await evaluate(headers, EXPRESSIONS.smoke)) as SmokeReport;
      console.log(`${program.name}: ${JSON.stringify(report.capabilities)}`);
      expect(report.hashes).toEqual(GOLDEN);
      expect(report.capabilities).toMatchObject({ tier, isolation, threads: isolation && canShare });
      expect(report.inflates).toBe(true);
    });
  });

  test.skipIf(missing)(
    'names the directive that a policy lacks, whichever call loads the kernels',
    async () => {
      const refused = {
        isOurs: true,
        code: 'CSP_BLOCKED',
        message: expect.stringMatching(/'wasm-unsafe-eval'.*script-src/),
      };
      expect(await evaluate(POLICY_WITHOUT_WASM, EXPRESSIONS.refusals)).toEqual({
        capabilities: refused,
        init: refused,
        create: refused,
        recommend: refused,
        sparse: refused,
        text: refused,
      });
    },
  );

  test.skipIf(missing)('runs kernels that the page compiled from the files of the package', async () => {
    const report = (await evaluate(STRICT_POLICY, EXPRESSIONS.selfHosted)) as SmokeReport;
    expect(report.hashes).toEqual(GOLDEN);
    expect(report.capabilities.tier).toBe('simd');
  });

  test.skipIf(missing)('answers from a saved index soon after the page is there', async () => {
    const result = (await evaluate(STRICT_POLICY, EXPRESSIONS.firstResult)) as FirstResult;
    console.log(`${program.name}: first result after ${result.milliseconds.toFixed(1)} ms`);
    expect(result.best).toBe((await savedIndex()).best);
    expect(result.milliseconds).toBeLessThan(2000);
  });
});
