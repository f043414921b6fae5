import { writeFileSync } from 'node:fs';
import { writeSafetensors } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import { useOwnFolder } from './folder.ts';
import { saveNpy } from './npy-files.ts';
import { runCli } from './run-cli.ts';

useOwnFolder();

/** Rows along the first axis: row i stands at i + 1. */
const rows = [1, 0, 2, 0, 3, 0, 4, 0];
beforeAll(() => {
  saveNpy('vectors.npy', [4, 2], rows);
  saveNpy('queries.npy', [2, 2], [2.1, 0, 3.9, 0]);
  saveNpy('three.npy', [1, 3], [1, 2, 3]);
  saveNpy('flat.npy', [4], [1, 2, 3, 4]);
  saveNpy('empty.npy', [0, 4], []);
  writeFileSync('not.npy', 'these are not vectors');
  const tensor = (shape: number[], data: number[]) => ({
    dtype: 'F32' as const,
    shape,
    data: Float32Array.from(data),
  });
  writeFileSync(
    'one.safetensors',
    writeSafetensors({ rows: tensor([4, 2], rows), bias: tensor([2], [0, 0]) }),
  );
  writeFileSync(
    'two.safetensors',
    writeSafetensors({ rows: tensor([4, 2], rows), more: tensor([1, 2], [0, 1]) }),
  );
});

const NEAREST = [
  { query: 0, ids: [1, 2], scores: [expect.closeTo(0.01, 5), expect.closeTo(0.81, 5)] },
  { query: 1, ids: [3, 2], scores: [expect.closeTo(0.01, 5), expect.closeTo(0.81, 5)] },
];

test('finds the nearest rows of every query, alike as a table and as JSON', async () => {
  const line = ['search', 'vectors.npy', '--queries', 'queries.npy', '--k', '2', '--metric', 'l2'];
  const { exitCode, stdout, stderr } = await runCli(...line);
  const told = JSON.parse((await runCli(...line, '--json')).stdout);

  expect(told).toEqual({ metric: 'l2', k: 2, results: NEAREST });
  expect(stdout).toMatch(
    /^ query +rank +row +score\n 0 +1 +1 +0\.0100\d\d\n 0 +2 +2 +0\.8[01]\d+\n 1 +1 +3 +0\.0100\d\d\n/,
  );
  expect([exitCode, stderr]).toEqual([0, '']);
});

test('takes a row of the file for the query, and at most as many results as there are rows', async () => {
  const { stdout } = await runCli('search', 'vectors.npy', '--row', '2', '--metric', 'ip', '--json');
  expect(JSON.parse(stdout)).toEqual({
    metric: 'ip',
    k: 4,
    results: [{ query: 2, ids: [3, 2, 1, 0], scores: [12, 9, 6, 3] }],
  });
});

test('takes the one tensor of rows of a safetensors file, or the one that is named', async () => {
  const only = await runCli(
    'search',
    'one.safetensors',
    '--queries',
    'queries.npy',
    '--k',
    '2',
    '--metric',
    'l2',
    '--json',
  );
  const named = await runCli(
    'search',
    'two.safetensors',
    '--tensor',
    'rows',
    '--queries',
    'queries.npy',
    '--k',
    '2',
    '--metric',
    'l2',
    '--json',
  );
  expect(JSON.parse(only.stdout).results).toEqual(NEAREST);
  expect(JSON.parse(named.stdout).results).toEqual(NEAREST);
});

test('what a file calls its tensors does not reach the terminal as commands', async () => {
  const tensor = { dtype: 'F32' as const, shape: [1, 2], data: Float32Array.of(1, 2) };
  writeFileSync('painted.safetensors', writeSafetensors({ '\u001b[2J': tensor, '\u009b2J': tensor }));
  const { exitCode, stderr } = await runCli('search', 'painted.safetensors', '--row', '0');
  expect(stderr).toContain('--tensor takes one of \ufffd[2J, \ufffd2J');
  expect(exitCode).toBe(2);
});

describe('what is wrong with files is told in one line, with exit code 2', () => {
  test.each([
    ['no query', ['vectors.npy'], 'say what is sought: --queries <file> or --row <row>'],
    ['a row beyond the file', ['vectors.npy', '--row', '4'], '--row 4 is beyond the 4 rows of vectors.npy'],
    ['a row and queries', ['vectors.npy', '--row', '0', '--queries', 'queries.npy'], 'cannot be used with'],
    ['a path that does not exist', ['no.npy', '--row', '0'], 'cannot read no.npy: no such file or directory'],
    [
      'another kind of file',
      ['a.txt', '--row', '0'],
      'vectors are .npy, .fvecs, .bvecs or .safetensors files',
    ],
    ['what its name does not say', ['not.npy', '--row', '0'], 'not.npy: npy'],
    ['one dimension', ['flat.npy', '--row', '0'], 'flat.npy has shape (4)'],
    ['no rows', ['empty.npy', '--row', '0'], 'empty.npy holds no vectors: 0 rows x 4 dimensions'],
    [
      'queries of other dimensions',
      ['vectors.npy', '--queries', 'three.npy'],
      'queries of three.npy have 3 dimensions, the vectors have 2',
    ],
    ['a choice of tensors', ['two.safetensors', '--row', '0'], '--tensor takes one of'],
    [
      'a tensor that is not there',
      ['two.safetensors', '--tensor', 'x', '--row', '0'],
      'no tensor x: --tensor takes one of',
    ],
    [
      'a tensor of no such file',
      ['vectors.npy', '--tensor', 'x', '--row', '0'],
      '--tensor names one of a .safetensors file',
    ],
  ])('%s', async (_, line, message) => {
    const { exitCode, stdout, stderr } = await runCli('search', ...line);
    expect(stderr).toMatch(/^lanewise: [^\n]+\n$/);
    expect(stderr).toContain(message);
    expect([exitCode, stdout]).toEqual([2, '']);
  });
});
