import { Xxh32 } from './checksum.ts';
import type { Store, StoredEntry } from './store.ts';

/**
 * What a store holds, with the checksums that an `HttpStore` checks its loads by: every file is loaded.
 *
 * @example
 * const manifest = JSON.stringify(await manifestOf(store));
 * await store.save('manifest.json', new TextEncoder().encode(manifest));
 */
export async function manifestOf(store: Store): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for (const { name } of await store.list()) {
    const bytes = await store.load(name);
    entries.push({ name, bytes: bytes.length, checksum: new Xxh32().update(bytes).digest() });
  }
  return entries;
}
