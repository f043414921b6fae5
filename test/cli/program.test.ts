import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { runCli } from './run-cli.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const SUBCOMMANDS = ['plan', 'calibrate', 'bench', 'flops', 'kv-cache', 'roofline', 'queue', 'search'];

test('--version prints the version of the package', async () => {
  expect(await runCli('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
});

test('--help lists every subcommand, examples and exit codes', async () => {
  const { exitCode, stdout, stderr } = await runCli('--help');

  for (const name of SUBCOMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  expect(stdout).toMatch(/^Examples:\n( {2}# .+\n {2}lanewise .+\n){3}/m);
  expect(stdout).toMatch(/Exit codes:\n {2}0 {3}fine\n {2}1 {3}the answer is no.*\n {2}2 {3}wrong use/);
  expect([exitCode, stderr]).toEqual([0, '']);
});

test.each(SUBCOMMANDS)(
  '%s --help explains itself with examples and exit codes, and takes --json',
  async (name) => {
    const { exitCode, stdout, stderr } = await runCli(name, '--help');

    expect(stdout).toContain(`Usage: lanewise ${name}`);
    expect(stdout).toMatch(/^ {2}--json +print JSON/m);
    expect(stdout).toMatch(new RegExp(`^Examples:\\n  # .+\\n  lanewise ${name}`, 'm'));
    expect(stdout).toContain('Exit codes:');
    expect([exitCode, stderr]).toEqual([0, '']);
  },
);

test('help before a command, and -h behind it, explain it as --help does', async () => {
  const asked = await runCli('plan', '--help');
  expect(await runCli('help', 'plan')).toEqual(asked);
  expect(await runCli('plan', '-h')).toEqual(asked);
  expect(await runCli('help')).toEqual(await runCli('--help'));
});

describe('a mistake is told in one line on stderr, with exit code 2', () => {
  test.each([
    ['no subcommand', [], 'say what to do: plan, calibrate, bench'],
    ['an unknown subcommand', ['serch'], "unknown command 'serch' (Did you mean search?)"],
    ['help of an unknown subcommand', ['help', 'serch'], "unknown command 'serch' (Did you mean search?)"],
    ['an unknown subcommand with --help', ['serch', '--help'], "unknown command 'serch'"],
    [
      'more servers than are gone through',
      ['queue', '--rate', '1e9', '--service', '1', '--servers', '1e15'],
      '--servers must be at most 100,000',
    ],
    [
      'more dimensions than an index has',
      ['bench', '--rows', '1', '--dimensions', '1e7'],
      '--dimensions must be at most 65536',
    ],
    [
      'a format that no machine is calibrated for',
      ['roofline', '--machine', 'cloud-xeon-node24', '--dtype', 'float16'],
      'float32 and int8',
    ],
    ['an unknown option', ['queue', '--rat', '1'], "unknown option '--rat' (Did you mean --rate?)"],
    ['a missing option', ['queue', '--rate', '80'], '--service must be given'],
    ['a missing argument', ['search'], "missing required argument 'vectors'"],
    ['a stray argument', ['flops', 'gpt'], "too many arguments for 'flops'"],
    ['an option without its value', ['flops', '--model'], 'argument missing'],
    [
      'a count of no count',
      ['flops', '--model', 'bert-base', '--tokens', '1.5'],
      "'1.5' is invalid. It must be a whole number from 1",
    ],
    [
      'a negative rate',
      ['queue', '--rate', '-3', '--service', '1'],
      "'-3' is invalid. It must be a number above 0",
    ],
    ['a rate that is no number', ['queue', '--rate', 'many', '--service', '1'], "'many' is invalid"],
    [
      'a time of no known unit',
      ['queue', '--rate', '1', '--service', '3h'],
      "'3h' is invalid. It must be a time above 0",
    ],
    [
      'bytes that might mean either',
      ['kv-cache', '--model', 'bert-base', '--memory', '2G'],
      "'2G' is invalid. It must be bytes above 0",
    ],
    [
      'a share above 1',
      ['plan', '--rows', '1k', '--dimensions', '8', '--recall', '1.5'],
      'It must be a share of at most 1',
    ],
    [
      'unknown hardware',
      ['roofline', '--hardware', 'a101'],
      "no hardware 'a101' is known: --hardware takes one of a100-40gb, a100-80gb",
    ],
    ['no hardware', ['roofline'], '--peak and --bandwidth; or --machine'],
    ['two kinds of hardware', ['roofline', '--hardware', 't4', '--peak', '1T'], 'cannot be used with'],
    [
      'a format that nobody tells of',
      ['roofline', '--hardware', 'apple-m1', '--dtype', 'int8'],
      'int8 peak of apple-m1',
    ],
    [
      'an operation that is none',
      ['roofline', '--hardware', 't4', '--operation', 'sort:5'],
      'It must be one of matmul:mxkxn',
    ],
    [
      'an operation of other sizes',
      ['roofline', '--hardware', 't4', '--operation', 'matmul:5x5'],
      'It must be one of matmul:mxkxn',
    ],
    [
      'an unknown model',
      ['flops', '--model', 'gpt-9'],
      "no model 'gpt-9' is known: --model takes one of bert-base",
    ],
    ['sizes that make no model', ['flops', '--layers', '3'], 'missing: width, heads'],
    ['heads that do not divide', ['flops', '--layers', '3', '--width', '100', '--heads', '7'], 'width'],
    [
      'a choice that is none',
      ['search', 'a.npy', '--metric', 'hamming'],
      'Allowed choices are cosine, ip, l2',
    ],
    [
      'an option of another index',
      ['bench', '--index', 'lsh', '--rows', '100', '--probes', '3'],
      '--probes belongs to --index ivf',
    ],
    [
      'an unknown machine',
      ['bench', '--rows', '100', '--machine', 'mine'],
      "no machine 'mine' is known: --machine takes ",
    ],
    ['a machine that is none', ['roofline', '--machine', './package.json'], './package.json is no machine'],
    [
      'a plot without a folder',
      ['queue', '--rate', '1', '--service', '1', '--plot', 'no/such.svg'],
      'cannot write no/such.svg: no such file or directory',
    ],
  ])('%s', async (_, commandLine, message) => {
    const { exitCode, stdout, stderr } = await runCli(...commandLine);

    expect(stderr).toMatch(/^lanewise: [^\n]+\n$/);
    expect(stderr).toContain(message);
    expect([exitCode, stdout]).toEqual([2, '']);
  });
});

test('a defect is told with where it happened, and exit code 70', async () => {
  let warned = '';
  const exitCode = await main(['queue', '--rate', '1', '--service', '1'], {
    print: () => {
      throw new TypeError('no such thing');
    },
    warn: (text) => {
      warned += text;
    },
  });
  expect(warned).toMatch(/^lanewise: TypeError: no such thing\n +at /);
  expect(exitCode).toBe(70);
});
