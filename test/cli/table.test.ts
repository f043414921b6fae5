import { expect, test } from 'vitest';
import {
  formatBytes,
  formatFigure,
  formatGiven,
  formatLarge,
  formatNumber,
  formatShare,
} from '../../src/cli/table.ts';

test('figures are told with three digits, also where rounding gives them one more', () => {
  expect([0.9996, 9.996, 99.96, 0, 1e-4].map(formatFigure)).toEqual(['1.00', '10.0', '100', '0', '1.00e-4']);
  expect([80, 99.99, 0.25, 1234567, 1e-9].map(formatGiven)).toEqual([
    ...['80', '99.99', '0.25', '1,234,567', '1.00e-9'],
  ]);
});

test('prefixes stand before their unit, a space behind the number, and end where they end', () => {
  const told = [28, 0.5, 1290, 999.9e6, 1e30].map((value) => formatLarge(value, 'FLOP/s'));
  expect(told).toEqual(['28 FLOP/s', '0.500 FLOP/s', '1.29 kFLOP/s', '1.00 GFLOP/s', '1.00e+30 FLOP/s']);
  expect([28, 1290, 1e30].map((value) => formatLarge(value))).toEqual(['28', '1.29 k', '1.00e+30']);
  expect([1, 1536, 2 ** 40].map(formatBytes)).toEqual(['1 B', '1.50 KiB', '1.00 TiB']);
});

test('numbers beyond those that are exact have an exponent', () => {
  expect([1e15, 2 ** 53, 1e300].map((value) => formatNumber(value))).toEqual([
    ...['1,000,000,000,000,000', '9.007e+15', '1.000e+300'],
  ]);
});

test('a share is told as the whole only where it is', () => {
  expect([0.25, 1, 0.9999, 1 - 1e-7, 1.5].map(formatShare)).toEqual([
    ...['25.0 %', '100.0 %', '99.99 %', '99.99999 %', '150.0 %'],
  ]);
});
