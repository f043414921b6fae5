import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nearNames } from '../../demo/near-names.ts';
import { parsePackages, readDependencies, readPackages, rowOfPackage } from '../../demo/packages.ts';

const DATA = join(import.meta.dirname, '../../demo/data');

test('the embedded packages are at most 3 MB together', () => {
  const files = ['debian-packages.tsv.br', 'debian-depends.mtx.br'];

  const bytes = files.map((file) => statSync(join(DATA, file)).size);

  expect(bytes[0] + bytes[1]).toBeLessThanOrEqual(3e6);
});

test('the embedded packages have their names, synopses and dependencies', async () => {
  const packages = readPackages();
  using dependencies = await readDependencies(packages);

  expect(packages.names).toHaveLength(63_666);
  expect(packages.synopses).toHaveLength(63_666);
  expect(dependencies.nonzeros).toBe(245_087);
  expect(dependencies.isPattern).toBe(true);
  const vim = rowOfPackage(packages, 'vim');
  expect(packages.synopses[vim]).toBe('Vi IMproved - enhanced vi editor');
  expect([...dependencies.row(vim).indices].map((row) => packages.names[row])).toEqual([
    ...[
      'libacl1',
      'libc6',
      'libgpm2',
      'libselinux1',
      'libsodium23',
      'libtinfo6',
      'vim-common',
      'vim-runtime',
    ],
  ]);
});

test.each([
  ['a line without a synopsis', 'a\tone\nb\n', 'line 2'],
  ['an empty name', '\tone\n', 'line 1'],
  ['a third column', 'a\tone\ttwo\n', 'line 1'],
  ['names out of order', 'b\tone\na\ttwo\n', 'line 2'],
  ['a name twice', 'a\tone\na\ttwo\n', 'line 2'],
  ['no lines', '', 'line 1'],
])('a table with %s is refused by the number of the line', (_, text, message) => {
  expect(() => parsePackages(text)).toThrow(message);
});

test('dependencies of other packages are refused', async () => {
  await expect(readDependencies({ names: ['a'], synopses: ['one'] })).rejects.toThrow('expected 1 packages');
});

test('an unknown package is told with names that are near', () => {
  const packages = { names: ['gimp', 'gmic', 'vim'], synopses: ['', '', ''] };

  expect(() => rowOfPackage(packages, 'gmip')).toThrow('no package "gmip" among the 3; near: gimp, gmic');
});

test('near names differ by few letters, swapped ones counting once, or go on beyond the name', () => {
  const names = ['firefox-esr', 'firefox-esr-l10n-af', 'postgis', 'postgresql', 'vim'];

  expect(nearNames('Fierfox', names, 1)).toEqual(['firefox-esr']);
  expect(nearNames('postgres', names, 9)).toEqual(['postgresql', 'postgis']);
  expect(nearNames('xyzzy', names, 9)).toEqual([]);
});
