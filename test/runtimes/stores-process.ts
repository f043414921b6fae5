import { mkdtemp, rm } from 'node:fs/promises';
import { CONTRACT } from '../store/contract.ts';
import { damageFile } from '../store/damage.ts';

const [, , entry, folder] = process.argv as [string, string, string, string];
const stores: typeof import('../../src/store/index.ts') = await import(entry);

for (const [sentence, run] of Object.entries(CONTRACT)) {
  const directory = await mkdtemp(`${folder}/contract-`);
  const store = await stores.FileStore.open(directory);
  await run({ store, damage: (name, damage) => damageFile(`${directory}/${name}`, damage) });
  await rm(directory, { recursive: true });
  console.log(`kept: ${sentence}`);
}
for (const kind of ['OpfsStore', 'IndexedDbStore'] as const) {
  const outcome = await stores[kind].open().then(
    () => 'opened',
    (error: { code?: string }) => error.code,
  );
  console.log(`${kind}: ${outcome}`);
}
