import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import type { Damage } from './contract.ts';

/** Damages a file of a folder, as a disk or another program would. */
export async function damageFile(path: string, damage: Damage): Promise<void> {
  const bytes = await readFile(path);
  if (damage === 'emptied') await truncate(path, 0);
  else if (damage === 'truncated') await truncate(path, bytes.length - 1);
  else if (damage === 'extended') await appendFile(path, '\0');
  else {
    bytes[bytes.length >> 1]! ^= 4;
    await writeFile(path, bytes);
  }
}
