import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileStore } from '../../src/store/index.ts';
import { makeBytes } from './contract.ts';

const KILLS = 50;
/** The versions differ in length and in every byte; a save of one takes some tens of milliseconds. */
const VERSIONS = [makeBytes(20_000_000, 1), makeBytes(19_000_000, 2)] as const;
/** Each save begins with a mark of its own. */
const MARK_BYTES = 8;
const CHILD = new URL('./crash-child.ts', import.meta.url).pathname;

let directory: string;
/** The child's one file: it starts in some 40 ms, and the test has 50 of them to start. */
let child: string;
beforeAll(async () => {
  directory = await mkdtemp(`${tmpdir()}/lanewise-crash-`);
  child = `${directory}/child.mjs`;
  await build({ entryPoints: [CHILD], bundle: true, platform: 'node', format: 'esm', outfile: child });
  for (const [place, bytes] of VERSIONS.entries()) await writeFile(`${directory}/${place}`, bytes);
});
afterAll(() => rm(directory, { recursive: true }));

test(`a process killed ${KILLS} times while it saves leaves a whole version each time, and no heap of leftovers`, async () => {
  const folder = `${directory}/store`;
  await (await FileStore.open(folder)).save('index', VERSIONS[0]);
  let interrupted = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await saveUntilKilled(folder, (kill * 37) % 101);
    const leftovers = (await readdir(folder)).filter((name) => name.endsWith('.part'));
    interrupted += leftovers.length;
    expect(leftovers.length).toBeLessThan(3);

    const store = await FileStore.open(folder);
    expect((await readdir(folder)).sort()).toEqual(['.index.seals', 'index']);
    const bytes = await store.load('index');
    const version = VERSIONS.find(({ length }) => length === bytes.length)!;
    expect(Buffer.compare(bytes.subarray(MARK_BYTES), version.subarray(MARK_BYTES))).toBe(0);
  }
  // A kill that leaves a part behind came in the middle of a save.
  expect(interrupted).toBeGreaterThan(KILLS / 10);
}, 300_000);

async function saveUntilKilled(folder: string, delay: number): Promise<void> {
  const saver = spawn(process.execPath, [child, folder, `${directory}/0`, `${directory}/1`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(saver.stdout, 'data');
  await new Promise((later) => setTimeout(later, delay));
  saver.kill('SIGKILL');
  await once(saver, 'exit');
}
