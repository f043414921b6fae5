import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissing, type Program, programs } from '../installed.ts';
import { run } from '../packed.ts';
import { type Examples, openExamples, VECTORS, WORDS } from './project.ts';

let examples: Examples;

beforeAll(async () => {
  examples = await openExamples();
});

afterAll(() => examples?.[Symbol.asyncDispose]());

const nodes: readonly Program[] = [
  programs.node20,
  programs.node22,
  programs.node24,
  { name: `the running Node (${process.version})`, path: process.execPath, install: '' },
];

for (const node of nodes) {
  describe.skipIf(isMissing(node))(`the command line in ${node.name}`, () => {
    const call = (...parameters: string[]) => run(node.path!, parameters, examples.folder);

    test('builds the same file as every Node, and finds the nearest words in it', async () => {
      const data = `data-${nodes.indexOf(node)}`;
      const { stdout } = await call('node/build.js', VECTORS, WORDS, '--to', data);
      expect(stdout).toContain('10000 words x 100');
      const hash = async (path: string) =>
        createHash('sha256')
          .update(await readFile(join(examples.folder, path)))
          .digest('hex');
      expect(await hash(`${data}/words.safetensors`)).toBe(await hash('data/words.safetensors'));

      const found = await call('node/search.js', 'king', '--from', data, '--k', '5');
      expect(found.stdout.trim().split(/\n?0\.\d{3} /)).toEqual(['', ...examples.nearest('king', 5)]);
    });

    test('ends with status 1 and a line that says what is wrong', async () => {
      // One word more than there are vectors.
      await writeFile(join(examples.folder, 'long.txt'), `${await readFile(WORDS, 'utf8')}more\n`);
      for (const [parameters, message] of [
        [['node/search.js', 'notaword'], "'notaword' is none of the 10000 words"],
        [['node/search.js'], 'A word is needed'],
        [['node/search.js', 'king', '--k', 'x'], 'k must be an integer'],
        [['node/search.js', 'king', '--from', 'nowhere'], 'ENOENT'],
        [['node/build.js', WORDS], 'Two files are needed'],
        [['node/build.js', WORDS, WORDS], 'npy'],
        [['node/build.js', VECTORS, WORDS, '--rows', 'x'], '--rows must be'],
        [['node/build.js', VECTORS, 'long.txt', '--rows', '50000'], '40001 words need as many vectors'],
      ] as const) {
        const failure = await call(...parameters).catch(({ cause }) => cause);
        expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
        expect(failure.stderr.trim().split('\n')).toHaveLength(1);
      }
    });
  });
}
