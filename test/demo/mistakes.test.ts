import { tmpdir } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { NpyFolder } from './npy-file.ts';
import { runDemo } from './run-demo.ts';

const folder = new NpyFolder();
afterAll(() => folder.remove());

const ones = (count: number): number[] => new Array(count).fill(1);
const vectors = folder.save('vectors.npy', [12, 4], ones(48));
const queries = folder.save('queries.npy', [2, 3], ones(6));
const flat = folder.save('flat.npy', [12], ones(12));
const empty = folder.save('empty.npy', [0, 4], []);
const few = folder.save('few.npy', [3, 4], ones(12));
const zero = folder.save('zero.npy', [12, 4], [...ones(44), 0, 0, 0, 0]);
const notNpy = folder.write('not.npy', 'these are not vectors');
const labels = folder.write('labels.txt', 'one\ntwo\n');

describe('the demo tells a mistake in one line and leaves with exit code 2', () => {
  test.each([
    ['an unknown option', ['--vektors', vectors], "unknown option '--vektors'"],
    ['a stray argument', [vectors], 'too many arguments'],
    ['an option without its value', ['--k'], 'argument missing'],
    ['k = 0', ['--k', '0'], "'0' is invalid"],
    ['a fractional k', ['--k', '2.5'], "'2.5' is invalid"],
    ['a k beyond the index', ['--vectors', vectors, '--k', '13'], '--k 13 asks for more than the 11 rows'],
    ['an unknown metric', ['--metric', 'hamming'], 'Allowed choices are cosine, ip, l2'],
    ['a negative budget', ['--budget', '-1'], "'-1' is invalid"],
    ['a budget that is no number', ['--budget', 'soon'], "'soon' is invalid"],
    [
      'an unknown method',
      ['--method', 'magic'],
      'Allowed choices are loop, scan, certified, ivf, ivf-pq4, ivf-bits, hnsw, lsh',
    ],
    [
      'a metric that the method does not know',
      ['--method', 'lsh', '--metric', 'l2'],
      'metric cosine: not l2',
    ],
    ['a plot without a folder', ['--plot', 'no/such/curve.svg'], 'there is no folder no/such'],
    ['a word and a method', ['--word', 'king', '--method', 'ivf'], 'cannot be used with'],
    ['an unknown word', ['--word', 'xyzzyxyzzy'], 'no vector for the word "xyzzyxyzzy"'],
    ['an empty word', ['--word', 'king,,queen'], 'A word is empty'],
    ['a word for rows without names', ['--vectors', vectors, '--word', 'king'], 'give --labels'],
    ['too few labels', ['--vectors', vectors, '--labels', labels], 'has 2 lines for 12 rows'],
    ['a path that does not exist', ['--vectors', 'no/such.npy'], 'no/such.npy: no such file or directory'],
    ['a folder', ['--vectors', tmpdir()], 'vectors are .npy, .fvecs or .bvecs files'],
    ['another kind of file', ['--vectors', 'package.json'], 'vectors are .npy, .fvecs or .bvecs files'],
    ['a file that is not what its name says', ['--vectors', notNpy], 'not.npy: npy'],
    ['a one-dimensional array', ['--vectors', flat], 'has shape (12)'],
    ['an array without rows', ['--vectors', empty], '0 rows x 4 dimensions'],
    ['too few rows to hold any out', ['--vectors', few], '3 rows are too few'],
    [
      'queries of other dimensions',
      ['--vectors', vectors, '--queries', queries],
      '3 dimensions, the vectors have 4',
    ],
    ['a zero vector under cosine', ['--vectors', zero], 'zero'],
  ])('%s', (_, options, message) => {
    const { exitCode, stderr } = runDemo(...options);

    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(exitCode).toBe(2);
  });
});
