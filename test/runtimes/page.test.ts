import { join } from 'node:path';
import { writeSafetensors } from 'lanewise/format';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from './browsers.ts';
import { isMissing, programs } from './installed.ts';
import {
  circle,
  DESKTOP,
  drop,
  medianFrame,
  neighbours,
  npy,
  type OpenPage,
  openPage as openPageIn,
  PHONE,
  SCREENSHOTS,
  servePage,
  textOf,
  waitForText,
} from './page-hands.ts';
import type { Server } from './server.ts';

/** Measuring waits for a machine that does other things too. */
const PATIENCE = 240_000;

let server: Server;
let browser: Browser;

const openPage = (path: string, options: BrowserContextOptions = DESKTOP): Promise<OpenPage> =>
  openPageIn(browser, `${server.url}/${path}`, options);

describe.skipIf(isMissing(programs.chromium))('the page, in Chromium, under a strict policy', () => {
  beforeAll(async () => {
    server = await servePage();
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test('neighbours come with every keystroke, with the latency and the rows rescored', async () => {
    const { page, complaints } = await openPage('');
    await page.locator('#query').fill('');
    for (const typed of ['k', 'ki', 'kin', 'king']) {
      await page.locator('#query').press(typed.at(-1)!);
      expect(await textOf(page, '#work')).toMatch(/^\d+ of 40.000 rows rescored in float32$/);
      expect(Number(await textOf(page, '#latency'))).toBeGreaterThan(0);
    }
    // The nearest words of "king" by cosine, as the command-line demo prints them too.
    expect((await neighbours(page)).slice(0, 4)).toEqual(['prince', 'queen', 'son', 'brother']);
    expect(await page.locator('.completion').allInnerTexts()).toContain('kingdom');
    expect(await textOf(page, '#method')).toContain('recall 1, certified');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a sum of words finds what completes it, and an unknown word is named', async () => {
    const { page } = await openPage('?q=king+-+man+%2B+woman');
    expect((await neighbours(page))[0]).toBe('queen');
    await page.locator('#query').fill('zzzqqq');
    expect(await textOf(page, '.nothing')).toContain('zzzqqq');
    await page.context().close();
  });

  test('everything in the search box is done by keys', async () => {
    const { page } = await openPage('?q=king');
    await page.locator('body').press('/');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('query');
    await page.keyboard.type('guit');
    const completions = await page.locator('.completion').count();
    for (let i = 0; i <= completions; i++) await page.keyboard.press('ArrowDown');
    const active = page.locator('[role=option][aria-selected=true]');
    const second = await active.locator('.neighbour-name').innerText();
    expect(await page.locator('#query').getAttribute('aria-activedescendant')).toBe(
      await active.getAttribute('id'),
    );
    await page.keyboard.press('Enter');
    expect(await page.locator('#query').inputValue()).toBe(second);
    await page.keyboard.press('Escape');
    expect(await page.locator('#query').inputValue()).toBe('');
    expect(await page.locator('.neighbour').count()).toBe(0);
    await page.context().close();
  });

  test('the map zooms, moves, and searches the word that is clicked', async () => {
    const { page, complaints } = await openPage('?q=king');
    await page.locator('#map-wait').waitFor({ state: 'hidden' });
    const zoom = async (): Promise<number> =>
      Number(await page.locator('#map-view').getAttribute('data-zoom'));
    const picture = (): Promise<Buffer> => page.locator('#map-dots').screenshot();
    await page.locator('#map-all').click();
    await page.waitForFunction(() => document.getElementById('map-view')?.dataset['zoom'] === '1.000');
    const whole = await picture();
    await page.locator('#map-view').focus();
    await page.keyboard.press('+');
    await page.waitForFunction(() => Number(document.getElementById('map-view')?.dataset['zoom']) > 1.3);
    const zoomed = await zoom();
    expect(whole.equals(await picture())).toBe(false);
    await page.keyboard.press('-');
    await page.waitForFunction(
      (before) => Number(document.getElementById('map-view')?.dataset['zoom']) < before,
      zoomed,
    );

    const box = (await page.locator('#map-view').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const word = await textOf(page, '#map-tip');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    expect(await page.locator('#query').inputValue()).toBe(word);
    const first = page.locator('.neighbour').first();
    const name = await first.locator('.neighbour-name').innerText();
    await first.click();
    expect(await page.locator('#query').inputValue()).toBe(name);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test(
    'the roofline shows roofs and kernels, and how they were counted',
    async () => {
      const { page, complaints } = await openPage('');
      await page.locator('#roofline-start').click();
      await waitForText(page, '#roofline-status', /^Measured/, PATIENCE);
      expect(await page.locator('#roofline-plot .roof-line').count()).toBeGreaterThanOrEqual(4);
      expect(await page.locator('#roofline-plot .point').count()).toBeGreaterThanOrEqual(5);
      await page.locator('#roofline details summary').click();
      const rows = await page.locator('#roofline-table tbody tr').allInnerTexts();
      const scan = rows.find((row) => row.startsWith('float32 scan'))!.split('\t');
      // 40 000 rows x 100 dimensions: 4 million multiply-adds on 16 MB.
      expect(scan.slice(1, 4)).toEqual(['8.00', '16.0', '0.500']);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    'a point of the measured curve becomes what the box searches with',
    async () => {
      const { page, complaints } = await openPage('?budget=20&q=king');
      await page.locator('#map-wait').waitFor({ state: 'hidden' });
      const before = await medianFrame(page);
      await page.locator('#curve-start').click();
      // The measuring has a thread of its own: frames come nearly as often as they did.
      expect(await medianFrame(page)).toBeLessThan(4 * before);
      await waitForText(page, '#curve-status', /points\. Choose one/, PATIENCE);
      expect(await page.locator('#curve-plot .point').count()).toBeGreaterThan(20);
      const point = page.locator('#curve-plot .point[aria-label^="graph (HNSW), ef 57"]');
      await point.focus();
      await page.keyboard.press('Enter');
      await waitForText(page, '#method', /graph \(HNSW\), ef \d+ · recall (1|\.\d+)/);
      await page.locator('#query').fill('guitar');
      expect(await textOf(page, '#method')).toMatch(/here \d+ of the true 12/);
      await page.locator('#exact').click();
      expect(await textOf(page, '#method')).toContain('certified');
      await page.screenshot({ path: join(SCREENSHOTS, 'measured.png'), fullPage: true });
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    PATIENCE,
  );

  test(
    'measuring is stopped by its button, and what was measured stays',
    async () => {
      const { page } = await openPage('?budget=20');
      await page.locator('#curve-start').click();
      await page.locator('#curve-plot .point').first().waitFor();
      await page.locator('#curve-cancel').click();
      await waitForText(page, '#curve-status', /points\. Choose one/, PATIENCE);
      expect(await page.locator('#curve-plot .point').count()).toBeGreaterThan(0);
      await page.context().close();
    },
    PATIENCE,
  );

  test('a dropped file is searched; a broken one is refused, and what is open stays', async () => {
    const { page, complaints } = await openPage('');
    const file = circle(360);
    const labels = Buffer.from(Array.from({ length: 360 }, (_, row) => `degree ${row}`).join('\n'));
    await drop(page, [
      { name: 'circle.npy', bytes: file },
      { name: 'circle.txt', bytes: labels },
    ]);
    await waitForText(page, '#message', /360 rows x 2/);
    await page.locator('#query').fill('degree 90');
    expect((await neighbours(page)).slice(0, 2).sort()).toEqual(['degree 89', 'degree 91']);

    await drop(page, [{ name: 'cut.npy', bytes: file.subarray(0, 2000) }]);
    await waitForText(page, '#message', /npy bytes of data: expected 2880, got 1872/);
    await drop(page, [{ name: 'not.safetensors', bytes: Buffer.from('hello, this is no tensor at all') }]);
    await waitForText(page, '#message', /safetensors/);
    await drop(page, [{ name: 'hollow.npy', bytes: npy(4, 2, () => Number.NaN) }]);
    await waitForText(page, '#message', /NaN|finite/);
    await drop(page, [{ name: 'few.txt', bytes: Buffer.from('one\ntwo') }]);
    await waitForText(page, '#message', /2 lines for 360 rows/);
    await page.locator('#query').fill('degree 180');
    expect((await neighbours(page)).slice(0, 2).sort()).toEqual(['degree 179', 'degree 181']);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('fvecs and safetensors files are read as well as npy', async () => {
    const { page, complaints } = await openPage('');
    // Row r is (r, 1): by distance, the nearest of a row are those beside it.
    const rows = Array.from({ length: 40 }, (_, row) => {
      const bytes = Buffer.alloc(12);
      bytes.writeInt32LE(2, 0);
      bytes.writeFloatLE(row, 4);
      bytes.writeFloatLE(1, 8);
      return bytes;
    });
    // bfloat16 is the upper half of a float32, and holds these numbers exactly.
    const halves = Uint16Array.from({ length: 80 }, (_, i) => {
      const value = i % 2 === 0 ? i / 2 : 1;
      return new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16;
    });
    const tensors = writeSafetensors({ rows: { dtype: 'BF16', shape: [40, 2], data: halves } });
    await page.locator('#metric').selectOption('l2');
    for (const [name, bytes] of [
      ['line.fvecs', Buffer.concat(rows)],
      ['line.safetensors', Buffer.from(tensors)],
    ] as const) {
      await drop(page, [{ name, bytes }]);
      await waitForText(page, '#message', new RegExp(`${name}: 40 rows x 2`));
      await page.locator('#query').fill('20');
      expect((await neighbours(page)).slice(0, 2).sort()).toEqual(['row 19', 'row 21']);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a collection that was saved is there after a reload, with its names, until it is deleted', async () => {
    const { page, complaints } = await openPage('');
    await page.locator('#file').setInputFiles({
      name: 'ring.npy',
      mimeType: 'application/octet-stream',
      buffer: circle(200),
    });
    await waitForText(page, '#message', /200 rows x 2/);
    await page.locator('#save').click();
    await waitForText(page, '#message', /is kept in this browser/);
    await page.reload();
    await page.locator('.neighbour').first().waitFor();
    await page.locator('#offer button', { hasText: 'ring.npy' }).click();
    await waitForText(page, '#message', /was read back/);
    await page.locator('#query').fill('42');
    expect((await neighbours(page)).slice(0, 2).sort()).toEqual(['row 41', 'row 43']);
    expect(await page.getByRole('button', { name: 'Open ring.npy' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Delete ring.npy' }).click();
    await page.locator('#kept li').waitFor({ state: 'detached' });
    await page.locator('#words').click();
    expect(await textOf(page, '#collection-line')).toContain('GloVe');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test.each(['light', 'dark'] as const)(
    'on a phone, in the %s theme, nothing is wider than the screen',
    async (colorScheme) => {
      const { page, complaints } = await openPage('?q=ocean', { ...PHONE, colorScheme });
      await page.locator('#map-wait').waitFor({ state: 'hidden' });
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      expect(widths).toEqual([360, 360]);
      await page.screenshot({ path: join(SCREENSHOTS, `phone-${colorScheme}.png`), fullPage: true });
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test.each(['light', 'dark'] as const)(
    'the theme begins as the system has it, %s, and a button changes it',
    async (colorScheme) => {
      const { page } = await openPage('?q=ocean', { ...DESKTOP, colorScheme });
      await page.locator('#map-wait').waitFor({ state: 'hidden' });
      const ground = (): Promise<string> =>
        page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const before = await ground();
      await page.screenshot({ path: join(SCREENSHOTS, `desktop-${colorScheme}.png`), fullPage: true });
      await page.locator('#theme').click();
      expect(await ground()).not.toBe(before);
      await page.reload();
      expect(await ground()).not.toBe(before);
      await page.context().close();
    },
  );
});
