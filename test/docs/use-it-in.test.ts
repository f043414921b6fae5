import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, type Project } from '../runtimes/project.ts';
import { snippet, snippets } from './snippets.ts';

const run = promisify(execFile);

let project: Project;

beforeAll(async () => {
  project = await createProject();
});

afterAll(() => project?.[Symbol.asyncDispose]());

test('the snippets for Node save an index, load it, and print the row nearest to the query', async () => {
  // The second reads what the first has written.
  for (const [file, title] of [
    ['module.mjs', 'Node'],
    ['script.cjs', 'Node, by `require`'],
  ] as const) {
    await writeFile(join(project.folder, file), snippet(title));
    // (1, 0.1, 0) is nearer to (1, 0, 0) than to (0, 1, 0).
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: project.folder });
    expect(stdout).toBe('Int32Array(1) [ 0 ]\n');
    expect(stderr).toBe('');
  }
}, 60_000);

test('every snippet of the README is short and is run by some test', () => {
  const tests = ['use-it-in.test.ts', '../runtimes/readme.test.ts'].map((path) =>
    readFileSync(new URL(path, import.meta.url), 'utf8'),
  );
  expect(snippets.length).toBeGreaterThanOrEqual(8);
  for (const { title, code } of snippets) {
    expect(code.split('\n').filter(Boolean).length, title).toBeLessThanOrEqual(10);
    expect(
      tests.some((text) => text.includes(`'${title}'`)),
      title,
    ).toBe(true);
  }
});
