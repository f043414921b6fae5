import { InvalidArgumentError } from 'commander';

const NUMBER = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)\s*([^\d\s.].*)?$/i;
const DECIMAL: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };
const BYTES: Readonly<Record<string, number>> = {
  ...{ B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 },
};
const MILLISECONDS: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3 };

/** A number and the unit behind it, '' without one; undefined for anything else. Signs are refused: sizes have none. */
function split(text: string): { value: number; unit: string } | undefined {
  const match = NUMBER.exec(text.trim());
  return match ? { value: Number(match[1]), unit: match[2] ?? '' } : undefined;
}

/** The number times what its unit stands for. @throws InvalidArgumentError */
function measure(text: string, units: Readonly<Record<string, number>>, expected: string): number {
  const parts = split(text);
  const factor = parts && (parts.unit === '' ? 1 : Object.hasOwn(units, parts.unit) && units[parts.unit]);
  const value = parts && factor ? parts.value * factor : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError(`It must be ${expected}.`);
}

function above0(value: number, expected: string): number {
  if (value > 0) return value;
  throw new InvalidArgumentError(`It must be ${expected}.`);
}

/** A whole number from 1: 50000, 50k, 1e6, 1.5M. */
export function parseCount(text: string): number {
  const expected = 'a whole number from 1, such as 50000, 50k or 1e6';
  const value = measure(text, DECIMAL, expected);
  if (Number.isSafeInteger(value)) return above0(value, expected);
  throw new InvalidArgumentError(`It must be ${expected}.`);
}

/** A whole number from 0, such as a row or a seed. */
export function parseIndex(text: string): number {
  const expected = 'a whole number from 0, such as 0, 42 or 10k';
  const value = measure(text, DECIMAL, expected);
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError(`It must be ${expected}.`);
}

/** A number above 0; thousands and so on as k, M, G, T, P. */
export function parseRate(text: string): number {
  const expected = 'a number above 0, such as 250, 1.5k, 19.5T or 2e12';
  return above0(measure(text, DECIMAL, expected), expected);
}

/** A number from 0 on. */
export function parseQuantity(text: string): number {
  return measure(text, DECIMAL, 'a number from 0, such as 0, 0.5 or 2k');
}

/** Bytes: 1500, 64kB, 2GB (10^9) or 2GiB (2^30). Letters that might mean either are refused. */
export function parseBytes(text: string): number {
  const expected = 'bytes above 0, such as 1500, 64kB, 2GB (10^9) or 2GiB (2^30)';
  return above0(measure(text.replace(/\/s$/, ''), BYTES, expected), expected);
}

/** The same, or none of them. */
export function parseBytesFrom0(text: string): number {
  return measure(text, BYTES, 'bytes from 0, such as 0, 64kB, 2GB (10^9) or 2GiB (2^30)');
}

/** Milliseconds: 100, 100ms, 1.5s, 250us. */
export function parseMilliseconds(text: string): number {
  const expected = 'a time above 0, such as 100 (milliseconds), 250us or 1.5s';
  return above0(measure(text, MILLISECONDS, expected), expected);
}

/** A share above 0, up to 1: .95 or 95%. */
export function parseShare(text: string): number {
  const expected = 'a share above 0, such as .95 or 95%';
  const value = above0(measure(text, { '%': 0.01 }, expected), expected);
  if (value <= 1) return value;
  throw new InvalidArgumentError('It must be a share of at most 1, such as .95 or 95%.');
}
