import { describe, expect, test } from 'vitest';
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

describe('a topic tells a mistake in one line and leaves with exit code 2', () => {
  test.each([
    ['an unknown topic', ['--topic', 'magic'], 'Allowed choices are search, sparse, retrieval'],
    [
      'an option of another topic',
      ['--topic', 'sparse', '--word', 'king'],
      '--word belongs to --topic search',
    ],
    ['what another topic searches for', ['--query', 'editor'], '--query belongs to --topic retrieval'],
    ['packages where texts are searched', ['--topic', 'retrieval', '--like', 'vim'], 'takes --k, --query'],
    ['an unknown package', ['--topic', 'sparse', '--like', 'fierfox-esr'], '; near: firefox-esr'],
    ['an empty package', ['--topic', 'sparse', '--like', 'vim,'], 'A word is empty'],
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
