import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTRACT } from '../store/contract.ts';
import { launchChromium, openFirefox, type Tab } from './browsers.ts';
import { isMissing, programs } from './installed.ts';
import { type Server, STRICT_POLICY, serve } from './server.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const HERE = new URL('./', import.meta.url).pathname;
const CLOSES = 12;
/** Resolves when the page's module has run. */
const READY =
  'new Promise((ready) => { const look = () => (globalThis.page ? ready() : setTimeout(look, 5)); look(); })';

let folder: string;
let server: Server;
beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/lanewise-stores-`);
  const bundle = { bundle: true, format: 'esm', target: 'es2022' } as const;
  await build({ ...bundle, entryPoints: [`${HERE}stores-page.ts`], outfile: `${folder}/page.js` });
  const external = ['node:*'];
  await build({
    ...bundle,
    entryPoints: [`${HERE}stores-process.ts`],
    external,
    outfile: `${folder}/process.mjs`,
  });
  await writeFile(`${folder}/index.html`, '<!doctype html><script type="module" src="/page.js"></script>');
  server = await serve({ roots: [folder, ROOT], headers: STRICT_POLICY });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** A browser whose tabs share what their origin stores. */
interface Profile extends AsyncDisposable {
  open(): Promise<Tab>;
}

async function chromiumProfile(): Promise<Profile> {
  const browser = await launchChromium();
  const context = await browser.newContext();
  return { open: () => context.newPage(), [Symbol.asyncDispose]: () => browser.close() };
}

describe.each([
  { program: programs.chromium, launch: chromiumProfile },
  { program: programs.firefox, launch: openFirefox },
])('in $program.name', ({ program, launch }) => {
  describe.skipIf(isMissing(program))('', () => {
    let profile: Profile;
    let tab: Tab;
    const openTab = async (): Promise<Tab> => {
      const tab = await profile.open();
      await tab.goto(`${server.url}/`);
      await tab.evaluate(READY);
      return tab;
    };
    beforeAll(async () => {
      profile = await launch();
      tab = await openTab();
    });
    afterAll(() => profile?.[Symbol.asyncDispose]());

    describe.each(['OpfsStore', 'IndexedDbStore'])('%s', (kind) => {
      test.each(Object.keys(CONTRACT))('%s', async (sentence) => {
        expect(await tab.evaluate(`page.keeps('${kind}', ${JSON.stringify(sentence)})`)).toBe('kept');
      });

      test(`a tab closed ${CLOSES} times while it saves leaves a whole version each time, and no leftovers`, async () => {
        await tab.evaluate(`page.saveFirst('${kind}')`);
        let interrupted = 0;
        for (let close = 0; close < CLOSES; close++) {
          const saver = await openTab();
          await saver.evaluate(`page.saveUntilClosed('${kind}', ${close % 2}, ${1 + (close % 4)})`);
          await saver.close();
          const state = await tab.evaluate(`page.look('${kind}')`);
          expect(state).toMatch(/^version [01] of index after/);
          if (/saving$/.test(state as string)) interrupted += 1;
        }
        expect(interrupted).toBeGreaterThan(CLOSES / 4);
        expect(await tab.evaluate(`page.leftovers('${kind}')`)).toBe(0);
      });
    });
  });
});

describe.skipIf(isMissing(programs.chromium))('in chromium with its quota spent', () => {
  test.each(['OpfsStore', 'IndexedDbStore'])(
    'a save to the %s throws STORAGE_FULL, and the previous version stays',
    async (kind) => {
      await using browser = await launchChromium();
      const context = await browser.newContext();
      const tab = await context.newPage();
      await tab.goto(`${server.url}/`);
      await tab.evaluate(READY);
      await tab.evaluate(`page.saveFirst('${kind}')`);
      const devtools = await context.newCDPSession(tab);
      await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize: 1_000_000 });
      expect(await tab.evaluate(`page.saveSecond('${kind}')`)).toBe('STORAGE_FULL');
      expect(await tab.evaluate(`page.look('${kind}')`)).toMatch(/^version 0 of index/);
      expect(await tab.evaluate(`page.leftovers('${kind}')`)).toBe(0);
    },
  );
});

const PROCESSES = [
  { program: programs.node20, flags: [] },
  { program: programs.node24, flags: [] },
  { program: programs.deno, flags: ['run', '-A', '--no-prompt'] },
  { program: programs.bun, flags: ['run'] },
];

describe.each(PROCESSES)('in $program.name', ({ program, flags }) => {
  test.skipIf(isMissing(program))(
    'a FileStore keeps the contract, and names what the others need',
    async () => {
      const args = [...flags, `${folder}/process.mjs`, `${ROOT}dist/store.js`, folder];
      const { stdout } = await promisify(execFile)(program.path!, args);
      expect(stdout.trim().split('\n')).toEqual([
        ...Object.keys(CONTRACT).map((sentence) => `kept: ${sentence}`),
        'OpfsStore: UNSUPPORTED',
        'IndexedDbStore: UNSUPPORTED',
      ]);
    },
  );
});
