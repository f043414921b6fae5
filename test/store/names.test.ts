import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LanewiseError } from '../../src/host/errors.ts';
import { FileStore } from '../../src/store/index.ts';
import { checkName } from '../../src/store/names.ts';

function isAccepted(name: string): boolean {
  try {
    checkName(name);
    return true;
  } catch (error) {
    if (error instanceof LanewiseError && error.code === 'INVALID_ARGUMENT') return false;
    throw error;
  }
}

/** Text made of what is likely to be trouble. */
const hostile = fc
  .array(
    fc.constantFrom(
      'a',
      'Z',
      '9',
      'é',
      'e\u0301',
      '語',
      '\u{1f600}',
      '.',
      '..',
      '/',
      '\\',
      ' ',
      '%2e',
      ':',
      '~',
      '-',
    ) as fc.Arbitrary<string>,
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

test('a name that is accepted is one part of a path and of a URL, and comes back from both', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 12 })), (name) => {
      if (!isAccepted(name)) return;
      expect(name).not.toMatch(/[/\\:*?"<>|%#\0]|^[. ]|[. ]$/);
      expect(name).toBe(name.normalize('NFC'));
      const { pathname, search, hash } = new URL(encodeURI(name), 'http://host/folder/');
      expect([decodeURI(pathname), search, hash]).toEqual([`/folder/${name}`, '', '']);
    }),
    { seed: 2, numRuns: 5000 },
  );
});

test('usual names are accepted, up to 200 bytes, and no longer ones', () => {
  for (const name of [
    'a',
    'words.safetensors',
    'v1.2-final (copy)',
    'größe',
    '索引.npy',
    'a@b=c,d+e~f',
    'con2',
    'x.parts',
  ])
    expect(isAccepted(name), name).toBe(true);
  expect(isAccepted('a'.repeat(200))).toBe(true);
  expect(isAccepted('a'.repeat(201))).toBe(false);
  // Three bytes each.
  expect(isAccepted('語'.repeat(66))).toBe(true);
  expect(isAccepted('語'.repeat(67))).toBe(false);
});

test('whatever name is asked for, a folder beside the store is never touched', async () => {
  const parent = await mkdtemp(`${tmpdir()}/lanewise-names-`);
  const store = await FileStore.open(`${parent}/store`);
  await fc.assert(
    fc.asyncProperty(hostile, async (name) => {
      const bytes = Uint8Array.of(1, 2, 3);
      if (!isAccepted(name)) {
        await expect(store.save(name, bytes)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
        return;
      }
      await store.save(name, bytes);
      expect(await store.load(name)).toEqual(bytes);
      expect((await store.list()).map(({ name }) => name)).toEqual([name]);
      expect(await store.delete(name)).toBe(true);
    }),
    { seed: 3, numRuns: 300 },
  );
  expect(await readdir(parent)).toEqual(['store']);
  expect(await readdir(`${parent}/store`)).toEqual([]);
  await rm(parent, { recursive: true });
});
