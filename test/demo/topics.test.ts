import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from 'lanewise';
import { afterAll, describe, expect, test } from 'vitest';
import { runDemo } from './run-demo.ts';

test('--topic sparse tells bytes, ranks and packages alike, without colours', () => {
  const { exitCode, stdout, stderr } = runDemo('--topic', 'sparse', '--k', '4');

  expect(stdout).toContain('63,666 x 63,666, a row a package, a column what it depends on: 245,087 nonzeros');
  // 4 bytes x 63,666 x 63,666.
  expect(stdout).toContain('dense 16,213.4 MB');
  expect(stdout).toMatch(/\d+ iterations in [\d.]+ ms, residual \d\.\de-(09|1\d|\d\d?)/);
  // Dependents counted in the source by another program.
  expect(stdout).toMatch(/\n libc6 +\d+\.\d\d +21,839 +1 {2}GNU C Library/);
  expect(stdout).toMatch(/Packages like vim, of 8 dependencies\n.*\n vim-nox +0\.\d{3} +8 /);
  expect(stdout).not.toContain('\u001b');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
}, 120_000);

test('--like shows packages alike and measures nothing else', () => {
  const { exitCode, stdout } = runDemo('--topic', 'sparse', '--like', 'gimp,libc6', '--like', 'gcc-12-base');

  expect(stdout).toContain('Packages like gimp, of 50 dependencies');
  expect(stdout).toContain('Packages like libc6, of ');
  expect(stdout).toContain('Packages like gcc-12-base, of 0 dependencies: none shares one');
  expect(stdout).not.toContain('PageRank');
  expect(exitCode).toBe(0);
});

test('--topic retrieval searches in three ways, each with what it took', () => {
  const { exitCode, stdout, stderr } = runDemo(
    ...[
      '--topic',
      'retrieval',
      '--k',
      '2',
      '--query',
      'photo editor',
      '--query',
      'geotagging',
      '--query',
      'xyzzyxyzzy',
    ],
  );

  expect(stdout).toMatch(/BM25, [\d,]+ terms/);
  expect(stdout).toMatch(/"photo editor"\n BM25 +LSA +hybrid \(places in BM25, LSA\)\n/);
  expect(stdout).toContain('*Photo* ');
  expect(stdout).toMatch(/\n [\d.]+ ms +[\d.]+ ms +[\d.]+ ms\n/);
  // The one synopsis with this term: components cannot know it.
  expect(stdout).toMatch(/ kgeotag +kgeotag \(1, -\)\n/);
  expect(stdout).toContain('"xyzzyxyzzy": no synopsis has a term of it');
  expect(stdout).not.toContain('\u001b');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
}, 120_000);

const ratings = join(tmpdir(), `lanewise-ratings-${process.pid}.csv`);
afterAll(() => rmSync(ratings, { force: true }));

test('--topic recommend compares, profiles and shows what packages need', () => {
  const { exitCode, stdout, stderr } = runDemo('--topic', 'recommend', '--k', '3', '--budget', '50');

  const ndcgOf = (method: string): number => Number(stdout.match(RegExp(`${method} .* (0\\.\\d{3}) `))?.[1]);
  expect(stdout).toContain('of 28,211 packages of Debian 12');
  expect(ndcgOf('ItemKnn')).toBeGreaterThan(1.2 * ndcgOf('Popularity'));
  expect(ndcgOf('200 of ItemKnn, ranked')).toBeGreaterThan(1.1 * ndcgOf('ItemKnn'));
  expect(stdout).toMatch(/\nrequest +600 +0 .* 100\.0 %\n/);
  expect(stdout).toMatch(/\n {2}rank\/features +600 +0 .*x/);
  expect(stdout).toMatch(/Budget {4}50 ms for 99 % of requests: ([\d,]+ candidates can|no candidate can)/);
  expect(stdout).toMatch(/Packages that need what gimp needs also need\n.*\n( \S+ .*\n){3}/);
  expect(stdout).not.toMatch(/NaN|undefined/);
  expect(stdout).not.toContain('\u001b');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
}, 240_000);

test("--ratings learns from a file of one's own, and recommends what its user has not rated", () => {
  const random = new Random(1);
  const lines = ['userId,movieId,rating,timestamp'];
  // Users of either half like the items of that half.
  for (let user = 0; user < 60; user++) {
    for (let item = 0; item < 40; item++) {
      if (random.uniform() < 0.5 && !(user === 7 && item === 39))
        lines.push(`u${user},${1000 + item},${user % 2 === item % 2 ? 5 : 1},0`);
    }
  }
  writeFileSync(ratings, lines.join('\n'));
  const { exitCode, stdout, stderr } = runDemo(
    ...['--topic', 'recommend', '--ratings', ratings, '--user', 'u7', '--k', '1'],
  );

  expect(stdout).toContain('by 60 users of 40 items');
  const [, mean, learned] =
    stdout.match(/mean of all ratings +([\d.]+).*\n MatrixFactorization +([\d.]+)/) ?? [];
  expect(Number(learned)).toBeLessThan(Number(mean) / 2);
  expect(stdout).toMatch(/\n +\d\.\d{3} \|[*o]/);
  // Odd users like odd items; no line is of the user and the item.
  const item = Number(stdout.match(/\n item (\d+) +[45]\.\d\d/)?.[1]);
  expect(item % 2).toBe(1);
  expect(lines.some((line) => line.startsWith(`u7,${item},`))).toBe(false);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
}, 60_000);

describe('a topic tells a mistake in one line and leaves with exit code 2', () => {
  test.each([
    ['an unknown topic', ['--topic', 'magic'], 'Allowed choices are search, sparse, retrieval, recommend'],
    [
      'an option of another topic',
      ['--topic', 'sparse', '--word', 'king'],
      '--word belongs to --topic search',
    ],
    ['what another topic searches for', ['--query', 'editor'], '--query belongs to --topic retrieval'],
    ['packages where texts are searched', ['--topic', 'retrieval', '--like', 'vim'], 'takes --k, --query'],
    ['an unknown package', ['--topic', 'sparse', '--like', 'fierfox-esr'], '; near: firefox-esr'],
    ['an empty package', ['--topic', 'sparse', '--like', 'vim,'], 'A word is empty'],
    ['a user of no file', ['--topic', 'recommend', '--user', '5'], 'give the file'],
    [
      'ratings and a package',
      ['--topic', 'recommend', '--ratings', 'x', '--package', 'vim'],
      'cannot be used with',
    ],
    [
      'a package that needs nothing',
      ['--topic', 'recommend', '--package', 'gcc-12-base'],
      'fewer than 3 dependencies',
    ],
    [
      'ratings that are not there',
      ['--topic', 'recommend', '--ratings', 'no/such.csv'],
      'no such file or directory',
    ],
    ['a file of no ratings', ['--topic', 'recommend', '--ratings', 'LICENSE'], 'ratings'],
    [
      'a plot without a folder',
      ['--topic', 'recommend', '--plot', 'no/such/flame.svg'],
      'there is no folder no/such',
    ],
    [
      'a plot of another topic',
      ['--topic', 'sparse', '--plot', 'ranks.svg'],
      '--plot belongs to --topic search',
    ],
    ['an empty query', ['--topic', 'retrieval', '--query', ' '], 'The query is empty'],
    ['a k beyond the other packages', ['--topic', 'sparse', '--k', '63666'], 'than the 63665 other packages'],
    ['a k beyond the packages', ['--topic', 'retrieval', '--k', '63667'], 'than the 63666 packages'],
  ])(
    '%s',
    (_, options, message) => {
      const { exitCode, stderr } = runDemo(...options);

      expect(stderr).toContain(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(exitCode).toBe(2);
    },
    30_000,
  );
});
