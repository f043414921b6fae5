import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissing, programs } from './installed.ts';
import { type Packed, pack, run } from './packed.ts';

let packed: Packed;
let folder: string;
beforeAll(async () => {
  packed = await pack();
  folder = await packed.project({ 'package.json': JSON.stringify({ private: true }) });
});
afterAll(() => packed[Symbol.asyncDispose]());

test('npx runs the command line of the installed package, with nothing else installed', async () => {
  const { stdout, stderr } = await run(
    'npx',
    ['--offline', 'lanewise', 'queue', '--rate', '80', '--service', '10'],
    folder,
  );
  expect(stdout).toMatch(/M\/M\/1 +40\.0 +50\.0/);
  expect(stderr).toBe('');
});

describe.each([programs.node20, programs.node22, programs.node24])('in $name', (node) => {
  test.skipIf(isMissing(node))('it tells its version, and measures an index', async () => {
    const program = join(folder, 'node_modules/lanewise/dist/cli.js');
    const { version } = JSON.parse(
      await readFile(join(folder, 'node_modules/lanewise/package.json'), 'utf8'),
    );
    expect(await run(node.path!, [program, '--version'], folder)).toEqual({
      stdout: `${version}\n`,
      stderr: '',
    });

    const line = ['bench', '--rows', '1k', '--dimensions', '16', '--time', '10', '--json'];
    const { stdout, stderr } = await run(node.path!, [program, ...line], folder);
    expect(JSON.parse(stdout)).toMatchObject({ index: 'flat', rows: 1000, measured: { recall: 1 } });
    expect(stderr).toBe('');
  });
});
