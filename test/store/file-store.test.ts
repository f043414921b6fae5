import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { FileStore } from '../../src/store/index.ts';
import { CONTRACT } from './contract.ts';
import { damageFile } from './damage.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/lanewise-store-`);
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('a FileStore', () => {
  test.each(Object.entries(CONTRACT))('%s', async (_, run) => {
    const store = await FileStore.open(directory);
    await run({ store, damage: (name, damage) => damageFile(`${directory}/${name}`, damage) });
  });
});
