import { readFileSync } from 'node:fs';
import { FileStore } from '../../src/store/index.ts';

/** Saves the two versions in turn until it is killed; tells when the first save begins. */
const [, , directory, first, second] = process.argv as [string, string, string, string, string];
const versions = [new Uint8Array(readFileSync(first)), new Uint8Array(readFileSync(second))];
const store = await FileStore.open(directory);
process.stdout.write('saving\n');
for (let turn = 0; ; turn++) await store.save('index', versions[turn % 2]!);
