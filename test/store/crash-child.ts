import { readFileSync } from 'node:fs';
import { FileStore } from '../../src/store/index.ts';

/** Saves the two versions in turn until it is killed; tells when the first save begins. */
const [, , directory, first, second] = process.argv as [string, string, string, string, string];
const versions = [new Uint8Array(readFileSync(first)), new Uint8Array(readFileSync(second))];
const store = await FileStore.open(directory);
process.stdout.write('saving\n');
for (let turn = 0; ; turn++) {
  const version = versions[turn % 2]!;
  // No save repeats the bytes of another, in this process or in one before, so that none finds its record there already.
  new DataView(version.buffer).setUint32(0, turn);
  new DataView(version.buffer).setUint32(4, process.pid);
  await store.save('index', version);
}
