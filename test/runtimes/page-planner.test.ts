import type { Browser, Page } from 'playwright-core';
import type { Browser as Firefox, Page as FirefoxPage } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, launchFirefox } from './browsers.ts';
import { isMissing, programs } from './installed.ts';
import { medianFrame, type OpenPage, openPage, servePage, textOf, waitForText } from './page-hands.ts';
import type { Server } from './server.ts';

const PATIENCE = 240_000;
/** Everything in it is wrong in another way. */
const HOSTILE =
  '?n=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&d=1e999&k=-1&r=NaN&mem=99999999999999&p99=0x10' +
  '&m=toString&on=__proto__&hw=constructor&f=%00&usd=%E2%80%AE1';

let server: Server;
beforeAll(async () => {
  server = await servePage();
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe.skipIf(isMissing(programs.chromium))('the planner of the page, in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  const open = (query: string): Promise<OpenPage> => openPage(browser, `${server.url}/${query}`);
  const filled = (page: Page, id: string): Promise<string> => page.locator(id).inputValue();
  const waitForLink = (page: Page, pattern: RegExp): Promise<unknown> =>
    page.waitForFunction((source) => new RegExp(source).test(location.search), pattern.source);

  test('moving a slider changes the answer, the link and what is spoken', async () => {
    const { page, complaints } = await open('?p99=100');
    const slider = page.locator('#plan-rows-slider');
    await slider.focus();
    await page.keyboard.press('Home');
    // A thousand rows are searched exactly within any budget, and nothing is simpler.
    await waitForText(page, '#plan-winner', /^Flat, exact/);
    expect((await filled(page, '#plan-rows')).replace(/\s/g, '')).toBe('1000');
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^1.000$/);
    await waitForLink(page, /\bn=1000\b/);
    await waitForText(page, '#plan-spoken', /^Flat, exact.*recall 1, p99/);
    expect(await page.locator('#plan-table tr.is-winner').getAttribute('data-key')).toBe('flat');
    expect(await page.locator('#plan-plot .point[data-key=flat]').getAttribute('class')).toContain(
      'is-applied',
    );
    await page.keyboard.press('End');
    // A hundred million rows of 256 numbers are more than one linear memory holds.
    await waitForText(page, '#plan-table tr[data-key=flat]', /memory/);
    await waitForLink(page, /\bn=100000000\b/);
    await page.locator('#plan-matrix').waitFor({ state: 'attached' });
    await page.locator('#planner summary').click();
    expect(await textOf(page, '#plan-matrix')).toContain('upkeep');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a number is typed as people write it, and one that is none is refused', async () => {
    const { page } = await open('');
    const box = page.locator('#plan-rows');
    await box.fill('200k');
    await box.press('Enter');
    expect((await filled(page, '#plan-rows')).replace(/\s/g, '')).toBe('200000');
    await box.fill('many');
    await box.press('Enter');
    expect(await textOf(page, '#plan-rows-note')).toContain('no number');
    await box.press('ArrowUp');
    expect((await filled(page, '#plan-rows')).replace(/\s/g, '')).toBe('250000');
    await page.context().close();
  });

  test('a link restores the form, and back and forward go through the examples', async () => {
    const { page, complaints } = await open('?n=50000&d=768&m=l2&mem=2048&p99=25&f=0.1&c=4');
    const form = async (): Promise<readonly string[]> =>
      Promise.all(
        ['rows', 'dimensions', 'memory', 'p99', 'filterSelectivity', 'cores', 'metric'].map(async (name) =>
          (await filled(page, `#plan-${name}`)).replace(/\s/g, ''),
        ),
      );
    const linked = ['50000', '768', '2GiB', '25', '10%', '4', 'l2'];
    expect(await form()).toEqual(linked);
    // Hyperplanes compare directions: there is no LSH for distances.
    await waitForText(page, '#plan-table', /HNSW/);
    expect(await page.locator('#plan-table tr[data-key=lsh]').count()).toBe(0);
    await page.getByRole('button', { name: '1M × 96' }).click();
    const example = ['1000000', '96', '4GiB', '100', '100%', '1', 'cosine'];
    expect(await form()).toEqual(example);
    await page.goBack();
    await expect.poll(form).toEqual(linked);
    await page.goForward();
    await expect.poll(form).toEqual(example);
    await page.reload();
    expect(await form()).toEqual(example);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('where nothing fits, the constraint is named, and what would fit', async () => {
    const { page, complaints } = await open('?n=1000000&d=256&mem=16&p99=1000');
    await waitForText(page, '#plan-winner', /^Nothing fits.*memory: .*allowed 16 MiB/);
    await waitForText(page, '#plan-table tr[data-key=flat]', /memory: .*allowed 16 MiB.*rows would fit/);
    expect(await page.locator('#plan-table tr[data-key=flat] .is-failing').count()).toBe(1);
    await waitForText(page, '#plan-spoken', /^Nothing fits/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('wishes that contradict each other are told', async () => {
    const { page } = await open('?n=1000&k=1000&f=0.01');
    await waitForText(page, '#plan-winner', /filterSelectivity 0\.01 lets 10 of 1000 rows through/);
    await page.context().close();
  });

  test('a hostile link is survived: what is wrong is said and left out, what is too much is bounded', async () => {
    const { page, complaints } = await open(HOSTILE);
    await waitForText(page, '#plan-winner', /\S/);
    const notes = await page.locator('#plan-notes p').allInnerTexts();
    expect(notes).toHaveLength(10);
    expect(notes.filter((note) => note.includes('ignored'))).toHaveLength(9);
    expect(await page.locator('#plan-notes img').count()).toBe(0);
    expect((await filled(page, '#plan-rows')).replace(/\s/g, '')).toBe('1000000');
    expect((await filled(page, '#plan-memory')).replace(/\s/g, '')).toBe('1024GiB');
    expect(await filled(page, '#roofline-hardware')).toBe('');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('the link is copied, or shown where the clipboard is closed', async () => {
    const { page, complaints } = await open('?n=50000');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('#plan-copy').click();
    await waitForText(page, '#plan-copied', /Copied/);
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/\?n=50000.*#planner$/);
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page.locator('#plan-copy').click();
    await waitForText(page, '#plan-copied', /from the field/);
    const selected = await page.evaluate(() => {
      const box = document.activeElement as HTMLInputElement;
      return box.value.slice(box.selectionStart!, box.selectionEnd!);
    });
    expect(selected).toMatch(/\?n=50000.*#planner$/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test(
    'this machine is calibrated beside the page, and planned for, on the next visit too',
    async () => {
      const { page, complaints } = await open('');
      await page.locator('#map-wait').waitFor({ state: 'hidden' });
      const before = await medianFrame(page);
      await page.locator('#plan-calibrate').click();
      expect(await medianFrame(page)).toBeLessThan(4 * before);
      await waitForText(page, '#plan-calibrated', /GFLOP\/s/, PATIENCE);
      expect(await filled(page, '#plan-machine')).toBe('here');
      await waitForLink(page, /\bon=here\b/);
      await page.reload();
      await page.locator('.neighbour').first().waitFor();
      expect(await filled(page, '#plan-machine')).toBe('here');
      await waitForText(page, '#plan-winner', /\S/);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );

  test('a link to this machine, where it was never calibrated, says so and takes another', async () => {
    const { page } = await open('?on=here');
    expect(await textOf(page, '#plan-notes')).toContain('calibrate');
    expect(await filled(page, '#plan-machine')).not.toBe('here');
    await page.context().close();
  });

  test('the roofline of published hardware has the textbook operations on it, and a link', async () => {
    const { page, complaints } = await open('?hw=a100-80gb');
    expect(await page.locator('#roofline-plot .point').count()).toBe(6);
    await page.locator('#roofline details summary').click();
    const rows = (await page.locator('#roofline-table tbody tr').allInnerTexts()).map((row) =>
      row.split('\t'),
    );
    const of = (name: string): readonly string[] => rows.find(([first]) => first === name)!;
    // 2 * 4096^3 / (3 * 4096^2 * 2 bytes) = 1365 FLOP a byte; above the ridge, 312e12 / 2039e9 = 153.
    expect(
      of('product of 4096 × 4096')
        .slice(3, 7)
        .map((cell) => cell.replace(/\s/g, ' ')),
    ).toEqual(['1 370', 'computing', '312', '100 %']);
    // 1 FLOP on 4 bytes: .25 * 2039 GB/s of 312 TFLOP/s is .163 %.
    expect(of('ReLU').slice(3, 7)).toEqual(['0.250', 'memory', '0.510', '0.163 %']);
    expect(of('embedding look-up').slice(3, 7)).toEqual(['0', 'memory', '0', '0 %']);
    expect(await textOf(page, '#roofline-table')).toContain('Source: NVIDIA');
    await page.locator('#roofline-hardware').selectOption('epyc-9654');
    await waitForLink(page, /\bhw=epyc-9654\b/);
    expect(await textOf(page, '#roofline-table')).toContain('EPYC 9654');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe.skipIf(isMissing(programs.firefox))('the planner of the page, in Firefox', () => {
  let browser: Firefox;
  beforeAll(async () => {
    browser = await launchFirefox();
  });
  afterAll(() => browser?.close());

  async function open(query: string): Promise<{ page: FirefoxPage; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`${server.url}/${query}`);
    await page.waitForSelector('.neighbour');
    return { page, complaints };
  }

  const waitFor = (page: FirefoxPage, selector: string, pattern: RegExp): Promise<unknown> =>
    page.waitForFunction(
      (selector, source) => new RegExp(source).test(document.querySelector(selector)!.textContent ?? ''),
      { timeout: 60_000 },
      selector,
      pattern.source,
    );

  test('a slider changes the answer and the link, which restores the form', async () => {
    const { page, complaints } = await open('?d=768&p99=100');
    await waitFor(page, '#plan-winner', /\S/);
    await page.focus('#plan-rows-slider');
    await page.keyboard.press('Home');
    await waitFor(page, '#plan-winner', /^Flat, exact/);
    await page.waitForFunction(
      () => location.search.includes('n=1000&') || location.search.endsWith('n=1000'),
    );
    await page.reload();
    await page.waitForSelector('.neighbour');
    const values = await page.$$eval('#plan-rows, #plan-dimensions', (boxes) =>
      boxes.map((box) => (box as HTMLInputElement).value),
    );
    expect(values.map((value) => value.replace(/\s/g, ''))).toEqual(['1000', '768']);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a hostile link is survived, and a budget that nothing keeps is named', async () => {
    const hostile = await open(HOSTILE);
    await waitFor(hostile.page, '#plan-winner', /\S/);
    expect(await hostile.page.$$eval('#plan-notes p', (notes) => notes.length)).toBe(10);
    expect(hostile.complaints).toEqual([]);
    await hostile.page.close();
    const { page, complaints } = await open('?mem=16&p99=1000');
    await waitFor(page, '#plan-winner', /^Nothing fits.*memory: .*allowed 16 MiB/);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
