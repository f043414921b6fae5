import { InvalidArgumentError } from 'commander';
import { expect, test } from 'vitest';
import {
  parseBytes,
  parseBytesFrom0,
  parseCount,
  parseIndex,
  parseMilliseconds,
  parseQuantity,
  parseRate,
  parseShare,
} from '../../src/cli/quantities.ts';

test.each([
  [parseCount, '50000', 50_000],
  [parseCount, '1e6', 1_000_000],
  [parseCount, '10k', 10_000],
  [parseCount, '1.5M', 1_500_000],
  [parseIndex, '0', 0],
  [parseIndex, '2k', 2000],
  [parseRate, '19.5T', 19.5e12],
  [parseRate, '.5', 0.5],
  [parseQuantity, '0', 0],
  [parseBytes, '1500', 1500],
  [parseBytes, '64kB', 64_000],
  [parseBytes, '2GB', 2_000_000_000],
  [parseBytes, '2GiB', 2 * 1024 ** 3],
  [parseBytes, '1.5 MiB', 1.5 * 1024 ** 2],
  [parseBytes, '2039GB/s', 2039e9],
  [parseMilliseconds, '100', 100],
  [parseMilliseconds, '100ms', 100],
  [parseMilliseconds, '1.5s', 1500],
  [parseMilliseconds, '250us', 0.25],
  [parseShare, '.95', 0.95],
  [parseShare, '95%', 0.95],
  [parseShare, '1', 1],
  [parseShare, '1e-3', 0.001],
  [parseRate, '2.5E-2', 0.025],
  [parseMilliseconds, '1e-6s', 0.001],
  [parseBytesFrom0, '0', 0],
  [parseCount, ' 5 ', 5],
])('%o reads %s as %d', (parse, text, value) => {
  expect(parse(text)).toBeCloseTo(value, 12);
});

test.each([
  [
    'counts',
    parseCount,
    [
      '',
      ' ',
      '0',
      '-1',
      '1.5',
      '1,000',
      '1_000',
      '0x10',
      '1e400',
      '1e20',
      'Infinity',
      'NaN',
      '10K',
      '10 kB',
      '1e-3',
      'k',
      '1k5',
      '__proto__',
      '5constructor',
    ],
  ],
  ['bytes', parseBytes, ['0', '-1', '2G', '2g', '1gb', '5 parsecs', '1e999', 'GB', '3toString']],
  ['times', parseMilliseconds, ['0', '-5', '1m', '1h', '5 ms ms']],
  ['shares', parseShare, ['0', '1e-999', '1.01', '-0.1', '101%', '.9x']],
  ['rates', parseRate, ['0', '-1', '1m', 'T']],
  ['bytes from 0', parseBytesFrom0, ['-1', '', '2G']],
  ['rows', parseIndex, ['-1', '.5', '']],
])('%s refuse what is none', (_, parse, texts) => {
  for (const text of texts) expect(() => parse(text), text).toThrow(InvalidArgumentError);
});
