import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runDemo } from './run-demo.ts';

const words = join(tmpdir(), `lanewise-words-${process.pid}.txt`);
afterAll(() => rmSync(words, { force: true }));

test('--topic spelling corrects words, the fewest edits first, and tells what it took', () => {
  const { exitCode, stdout, stderr } = runDemo(
    '--topic',
    'spelling',
    '--k',
    '2',
    'Teh',
    'acommodate',
    'xqzxqzxqzx',
    'the',
  );

  expect(stdout).toMatch(/\nTeh +is a word; more common: the \(1\)/);
  expect(stdout).toMatch(/\nacommodate +accommodate \(1\)/);
  expect(stdout).toMatch(/\nxqzxqzxqzx +no word within 2 edits/);
  expect(stdout).toMatch(/\nthe +is a word {2}\[/);
  expect(stdout).toMatch(/\nTook .* a look-up, [\d,]+ words\/s/);
  expect(stdout).not.toContain('\u001b');
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
}, 60_000);

test("--words corrects by words of one's own, line after line of stdin, ties by their order", () => {
  writeFileSync(words, 'hat\ncat\nTeh\n');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'demo/main.ts', '--topic', 'spelling', '--words', words],
    { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8', input: 'bat Teh\n\nteh\n' },
  );

  expect(stdout).toMatch(/^Words {5}3, /);
  expect(stdout).toMatch(/\nbat +hat \(1\), cat \(1\) .*\nTeh +is a word .*\nteh +Teh \(1\)/);
  expect(stderr).toBe('');
  expect(status).toBe(0);
}, 60_000);

test.each([
  [
    'a file that is not there',
    ['--topic', 'spelling', '--words', 'no/such.txt'],
    'no such file or directory',
  ],
  ['words of another topic', ['teh'], "too many arguments: words such as 'teh'"],
  ['an option of another topic', ['--topic', 'spelling', '--file', 'x'], '--file belongs to --topic streams'],
])(
  '%s is a mistake, told in one line',
  (_, options, message) => {
    const { exitCode, stderr } = runDemo(...options);

    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(2);
  },
  30_000,
);
