import { afterAll, expect, test } from 'vitest';
import { NpyFolder } from './npy-file.ts';
import { runDemo } from './run-demo.ts';

const folder = new NpyFolder();
afterAll(() => folder.remove());

/** Rows on a half circle, one step of angle apart: row i is nearest to i - 1 and i + 1. */
function halfCircle(rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => (Math.PI * row) / rows).flatMap((angle) => [
    Math.cos(angle),
    Math.sin(angle),
  ]);
}

test('--help explains with examples and leaves with exit code 0', () => {
  const { exitCode, stdout, stderr } = runDemo('--help');

  expect(stdout).toContain('npm start -- --vectors my.npy --queries q.npy --k 10 --metric cosine');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

test('--word prints the nearest words and measures nothing', () => {
  const { exitCode, stdout } = runDemo('--word', 'king', '--k', '2');

  // The published figures of GloVe 6B 100d: king -> prince .768, queen .751.
  expect(stdout).toContain('king  prince 0.768, queen 0.751\n');
  expect(stdout).not.toContain('queries/s');
  expect(exitCode).toBe(0);
});

test('a file of vectors gets neighbours, the table and the budget, without colours', () => {
  const vectors = folder.save('vectors.npy', [50, 2], halfCircle(50));
  const queries = folder.save('queries.npy', [1, 2], [0, 1]);

  const { exitCode, stdout, stderr } = runDemo('--vectors', vectors, '--queries', queries, '--k', '3');

  // The query points straight up, where row 25 stands at a quarter turn; 24 and 26 are 3.6 degrees away.
  expect(stdout).toMatch(/query 0 {2}row 25 1\.000, row 2[46] 0\.998, row 2[46] 0\.998/);
  expect(stdout).toMatch(/certified exact .* 1\.0000 /);
  expect(stdout).toContain('What fits 10 ms');
  expect(stdout).not.toContain('\u001b');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
}, 120_000);
