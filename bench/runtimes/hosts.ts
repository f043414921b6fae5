import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from '../../test/runtimes/browsers.ts';
import type { FirstResult } from '../../test/runtimes/first-result.js';
import { EXPRESSIONS, servePages } from '../../test/runtimes/pages.ts';
import { savedIndex } from '../../test/runtimes/saved-index.ts';
import { ISOLATED, STRICT_POLICY } from '../../test/runtimes/server.ts';
import { serveWorker } from '../../test/runtimes/workerd.ts';
import type { MeasureOptions, Measures } from './measure.js';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const WORDS = path('../../demo/data/glove-40k.npy');

/** A runtime, started anew for each of these. */
export interface Host {
  measure(options: MeasureOptions): Promise<Measures>;
  /** Milliseconds from nothing imported to the first answer of an index of 10 000 x 100 that is there as bytes. */
  firstResult(): Promise<number>;
}

export function processHost(program: string, args: readonly string[] = []): Host {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const run = async (...job: string[]): Promise<unknown> => {
    const { stdout } = await promisify(execFile)(program, [...args, path('process.js'), ...job], { env });
    return JSON.parse(stdout);
  };
  return {
    measure: async (options) => (await run('measure', WORDS, JSON.stringify(options))) as Measures,
    async firstResult() {
      const folder = await mkdtemp(join(tmpdir(), 'lanewise-bench-'));
      const file = join(folder, 'index.bin');
      await writeFile(file, (await savedIndex()).bytes);
      const { milliseconds } = (await run('first-result', file)) as FirstResult;
      await rm(folder, { recursive: true });
      return milliseconds;
    },
  };
}

/** On an isolated page, where clocks are finest. */
export function browserHost(launch: () => Promise<Browser>): Host {
  const evaluate = async (expression: string): Promise<unknown> => {
    const files = { '/measure.js': path('measure.js'), '/words.npy': WORDS };
    await using server = await servePages({ ...STRICT_POLICY, ...ISOLATED }, files);
    await using browser = await launch();
    // A browser that has just been started is busy with itself: it shows a page and comes to rest before another is measured.
    const before = await browser.open();
    await before.goto(`${server.url}/`);
    await before.evaluate('new Promise((rested) => setTimeout(rested, 1000))');
    const tab = await browser.open();
    await tab.goto(`${server.url}/`);
    return await tab.evaluate(expression);
  };
  return {
    async measure(options) {
      const words = `fetch('/words.npy').then((file) => file.arrayBuffer())`;
      const run = `([{ measure }, words]) => measure(words, ${JSON.stringify(options)})`;
      return (await evaluate(`Promise.all([import('/measure.js'), ${words}]).then(${run})`)) as Measures;
    },
    firstResult: async () => ((await evaluate(EXPRESSIONS.firstResult)) as FirstResult).milliseconds,
  };
}

/** The first answer is told in processor time of the worker's thread, which is what a platform counts. */
export function workerHost(): Host {
  const start = async (): ReturnType<typeof serveWorker> =>
    serveWorker({
      entry: path('worker.js'),
      data: { 'index.bin': (await savedIndex()).bytes, 'words.npy': await readFile(WORDS) },
    });
  return {
    async measure(options) {
      await using worker = await start();
      return (await worker.get(
        `/measure?options=${encodeURIComponent(JSON.stringify(options))}`,
      )) as Measures;
    },
    async firstResult() {
      await using worker = await start();
      await worker.get('/nothing');
      const before = await worker.cpu();
      await worker.get('/first-result');
      return (await worker.cpu()) - before;
    },
  };
}
