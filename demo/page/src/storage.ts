import { readSafetensors, writeSafetensors } from 'lanewise/format';
import { FlatIndex } from 'lanewise/search';
import type { StoredEntry } from 'lanewise/store';
import { browserStore } from './browser-store.ts';
import type { Collection } from './collection.ts';
import { labelText, namesFrom } from './labels.ts';
import { Searcher } from './searcher.ts';

const KIND = 'lanewise-page';

/** Keeps a collection in the browser: its index, and the names of its rows, as one file. */
export async function keep({ collection, index }: Searcher): Promise<void> {
  const bytes = index.toBytes();
  const labels = new TextEncoder().encode(labelText(collection.names));
  const file = writeSafetensors(
    {
      index: { dtype: 'U8', shape: [bytes.length], data: bytes },
      labels: { dtype: 'U8', shape: [labels.length], data: labels },
    },
    { kind: KIND, title: collection.title },
  );
  const store = await browserStore();
  await store.save(nameOf(collection.title), file);
}

/** Opens what was kept; the index answers as it did, to the bit. @throws LanewiseError: a damaged file */
export async function reopen(name: string): Promise<Searcher> {
  const store = await browserStore();
  const { metadata, tensors } = readSafetensors(await store.load(name));
  const [bytes, labels] = [tensors.get('index')?.data, tensors.get('labels')?.data];
  if (metadata['kind'] !== KIND || !bytes || !labels) throw new Error(`${name} was not kept by this page.`);
  const index = FlatIndex.fromBytes(bytes);
  try {
    const collection: Collection = {
      title: metadata['title'] ?? name,
      names: namesFrom(new TextDecoder().decode(labels), index.size),
      metric: index.metric,
      rows: index.size,
      dimensions: index.dimensions,
      data: vectorsOf(bytes),
    };
    return new Searcher(collection, index);
  } catch (error) {
    index.dispose();
    throw error;
  }
}

/** What is kept, the latest first. */
export async function listKept(): Promise<readonly StoredEntry[]> {
  const store = await browserStore();
  return (await store.list()).toSorted((a, b) => (b.modified ?? 0) - (a.modified ?? 0));
}

export async function forget(name: string): Promise<void> {
  const store = await browserStore();
  await store.delete(name);
}

/** The rows in a saved index: copied, since they need not lie aligned. */
function vectorsOf(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const { data } = readSafetensors(bytes).tensors.get('vectors')!;
  return new Float32Array(Uint8Array.from(data).buffer);
}

/** A title as the name of a file. */
function nameOf(title: string): string {
  const name = title
    .normalize()
    .replace(/[^\p{L}\p{N} ._+=@,()~-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[^\p{L}\p{N}]+|[ .]+$/gu, '')
    .slice(0, 60);
  return `${name || 'vectors'}.index`;
}
