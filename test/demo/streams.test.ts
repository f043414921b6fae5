import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { accessLog, parseLogTime } from '../../demo/streams/access-log.ts';
import { splitLines, TOO_LONG } from '../../demo/streams/lines.ts';
import { words } from '../../demo/streams/words.ts';
import { type DemoRun, runDemo } from './run-demo.ts';

const folder = mkdtempSync(join(tmpdir(), 'lanewise-streams-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COMMON = '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif?size=2 HTTP/1.0" 200 2326';

/** The demo with lines on stdin, as `tail | npm start` gives them. */
function stream(input: string, ...options: readonly string[]): DemoRun {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'demo/main.ts', '--topic', 'streams', '--file', '-', ...options],
    {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
      input,
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  return { exitCode: status, stdout, stderr };
}

describe('a line of an access log', () => {
  test('has a time in its zone', () => {
    expect(parseLogTime('10/Oct/2000:13:55:36 -0700')).toBe(Date.parse('2000-10-10T20:55:36Z'));
    expect(parseLogTime('01/Jan/2026:00:30:00 +0545')).toBe(Date.parse('2025-12-31T18:45:00Z'));
    for (const text of ['10/Okt/2000:13:55:36 -0700', '10/anF/2000:13:55:36 -0700', 'yesterday'])
      expect(parseLogTime(text)).toBeNaN();
  });

  test('in the common format is counted by its bytes', () => {
    const format = accessLog(COMMON);
    const time = Date.parse('2000-10-10T20:55:36Z');
    expect(format?.amount).toBe('bytes');
    expect(format?.parse(COMMON)).toEqual([
      { time, item: '/apache_pb.gif', source: '127.0.0.1', amount: 2326 },
    ]);
    expect(format?.parse(COMMON.replace('2326', '-'))?.[0].amount).toBe(0);
  });

  test.each([
    [' "http://a/" "Mozilla/5.0 (X11) \\"quoted\\"" 0.042', 42],
    [' "-" "-" rt=1.5', 1500],
    [' "-" "-" 2500', 2.5], // microseconds
    [' 2500', 2.5],
  ])('that ends in %s is counted by its latency', (end, milliseconds) => {
    const format = accessLog(COMMON + end);
    expect(format?.amount).toBe('milliseconds');
    expect(format?.parse(COMMON + end)?.[0].amount).toBeCloseTo(milliseconds, 9);
    expect(format?.parse(COMMON)).toBeUndefined();
  });

  test.each([
    '',
    'GET /',
    COMMON.slice(0, 60),
    COMMON.replace('GET /apache_pb.gif?size=2 HTTP/1.0', '\\x16\\x03'),
  ])('is none: %s', (line) => {
    expect(accessLog(line)).toBeUndefined();
    expect(accessLog(COMMON)?.parse(line)).toBeUndefined();
  });
});

test('the words of a text come one after another, bytes that are no text do not', () => {
  const { parse } = words();
  expect(parse("Don't panic, Ünal-Öz!")?.map(({ time, item, amount }) => [time, item, amount])).toEqual([
    [0, "don't", 5],
    [1, 'panic', 5],
    [2, 'ünal-öz', 7],
  ]);
  expect(parse('a \ufffd b')).toBeUndefined();
  expect(parse(TOO_LONG)).toBeUndefined();
  expect(parse('...')).toEqual([]);
  expect(parse('next')?.[0].time).toBe(3);
});

test('lines are whole however a stream is cut, and one without an end takes no memory', async () => {
  async function* chunks(text: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
  }
  const read = async (text: string, size: number) => {
    const lines: string[] = [];
    for await (const some of splitLines(chunks(new TextEncoder().encode(text), size))) lines.push(...some);
    return lines;
  };
  for (const size of [1, 2, 3, 7, 100]) {
    expect(await read('eins\nzwölf\r\n\n€ 3', size)).toEqual(['eins', 'zwölf', '', '€ 3']);
  }
  const endless = 'x'.repeat(3_000_000);
  expect(await read(`a\n${endless}\nb\n`, 65_536)).toEqual(['a', TOO_LONG, 'b']);
  expect(await read(endless, 65_536)).toEqual([TOO_LONG]);
});

test('a log on stdin is shown by windows, estimates beside exact values, malformed lines counted', () => {
  const line = (second: number, path: string, address: number) =>
    `10.0.0.${address} - - [01/Jan/2026:00:0${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')} +0000] ` +
    `"GET ${path} HTTP/1.1" 200 ${100 + address} "-" "-" 0.0${address}`;
  const lines = Array.from({ length: 240 }, (_, at) =>
    line(at, at % 3 === 0 ? '/news' : `/page/${at % 7}`, 10 + (at % 50)),
  );
  lines.splice(100, 0, 'what is this?', lines[0]!.slice(0, 40));
  const { exitCode, stdout, stderr } = stream(`${lines.join('\n')}\n`, '--k', '1');

  expect(stderr).toBe('');
  expect(stdout).toContain('stdin: access log');
  // The last that the watermark, 5 s behind 239, has passed; it slides by 12 s.
  expect(stdout).toContain('2026-01-01 00:02:48 to 00:03:48: 60 requests');
  expect(stdout).toMatch(/\n \/news +20 +0 +sure +20 +80 +80\n/);
  expect(stdout).toMatch(/\n distinct addresses +50 +50 +50 +50\n/);
  expect(stdout).toContain('Lines     242 of access log, of which 2 malformed and left out');
  expect(stdout).not.toContain('\u001b');
  expect(exitCode).toBe(0);
});

test('a text in a file is shown by its words, without exact values where they are not asked for', () => {
  const path = join(folder, 'text.txt');
  writeFileSync(path, 'to be or not to be\n'.repeat(100));
  const { exitCode, stdout } = runDemo(
    '--topic',
    'streams',
    '--file',
    path,
    '--window',
    '300',
    '--no-exact',
    '--k',
    '2',
  );

  // 600 words; windows slide by 60, and only a 601st word would tell that the last one is whole.
  expect(stdout).toContain('words 241 to 540: 300 words');
  expect(stdout).toMatch(/\n be +100 +0 +sure +- +200 +-\n/);
  expect(stdout).toMatch(/\n to +100 +0 +sure +- +200 +-\n/);
  expect(stdout).toMatch(/\n distinct words +4 +- +4 +-\n/);
  expect(exitCode).toBe(0);
});

test('a stream that is shorter than a window is shown as far as it goes', () => {
  const { exitCode, stdout } = stream('ada grace ada');
  expect(stdout).toMatch(/: 3 words\n/);
  expect(exitCode).toBe(0);
});

test.each([
  [
    'a file that does not exist',
    ['--file', 'no/such.log'],
    'cannot read no/such.log: no such file or directory',
  ],
  ['a folder', ['--file', folder], `cannot read ${folder}: illegal operation on a directory`],
  ['nothing on stdin', ['--file', '-'], 'there are no lines to read'],
  ['a window of nothing', ['--window', '0'], "'0' is invalid"],
  ['an option of another topic', ['--like', 'gimp'], '--like belongs to --topic sparse'],
])('%s is told in one line on stderr', (_, options, message) => {
  const { exitCode, stdout, stderr } = runDemo('--topic', 'streams', ...options);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
});

test('a reader that closes the pipe ends the demo quietly', () => {
  const command = `"${process.execPath}" --import tsx demo/main.ts --topic streams --no-exact | head -n 1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: join(import.meta.dirname, '../..'),
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: undefined, NODE_OPTIONS: '' },
  });
  expect(stdout).toBe('Stream    made up: access log\n');
  expect(stderr).toBe('');
});
