import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useOwnFolder } from './folder.ts';
import { saveNpy } from './npy-files.ts';
import { runCli } from './run-cli.ts';

useOwnFolder();

const SUBCOMMANDS = ['plan', 'calibrate', 'bench', 'flops', 'kv-cache', 'roofline', 'queue', 'search'];

/** The words of a line as a shell splits it: quotes keep spaces together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => (quoted ?? plain)!);
}

/** Rows on a circle, with a little of their own in all other directions. */
function rows(count: number, dimensions: number): number[] {
  return Array.from({ length: count * dimensions }, (_, i) => {
    const [row, column] = [Math.floor(i / dimensions), i % dimensions];
    return column === 0
      ? Math.cos(row)
      : column === 1
        ? Math.sin(row)
        : ((row * 37 + column * 11) % 17) / 100;
  });
}

/** Read before the folder changes. */
const PAGE = readFileSync('docs/planning.md', 'utf8');

test('every command of the page of planning runs', async () => {
  saveNpy('vectors.npy', [400, 16], rows(400, 16));
  saveNpy('queries.npy', [3, 16], rows(3, 16));
  const lines = [...PAGE.matchAll(/^npx lanewise (.*)$/gm)].map(([, line]) => line!);
  expect(lines.length).toBeGreaterThan(4);

  for (const line of lines) {
    const { exitCode, stdout, stderr } = await runCli(...wordsOf(line));
    expect(stderr, line).toBe('');
    expect(exitCode, line).toBe(0);
    expect(stdout.length, line).toBeGreaterThan(100);
  }
}, 60_000);

test.each([[], ...SUBCOMMANDS.map((name) => [name])])(
  'every example of lanewise %s --help runs',
  async (...subcommand) => {
    saveNpy('vectors.npy', [400, 16], rows(400, 16));
    saveNpy('queries.npy', [3, 16], rows(3, 16));
    const { stdout: help } = await runCli(...subcommand, '--help');
    const examples = [...help.matchAll(/^ {2}lanewise (.*)$/gm)].map(([, line]) => line!);
    expect(examples.length).toBeGreaterThan(1);

    for (const line of examples) {
      const { exitCode, stdout, stderr } = await runCli(...wordsOf(line));
      expect(stderr, line).toMatch(/^(lanewise: .*\n)?$/);
      // An answer may be a no, but no example is a mistake.
      expect(exitCode, `${line}\n${stderr}`).toBeLessThan(2);
      expect(stdout.length, line).toBeGreaterThan(100);
      if (line.includes('--json')) JSON.parse(stdout);
    }
  },
  120_000,
);
