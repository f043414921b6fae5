import Table from 'cli-table3';

/** Numbers stand to the right, texts to the left. */
export type Cell = string | number;

const NO_RULES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', right: '', 'right-mid': '' },
  ...{ mid: '', 'mid-mid': '', middle: ' ' },
} as const;

/** A table without colours or rules: the first column to the left, figures to the right, `texts` to the left again. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { texts = [] }: { readonly texts?: readonly number[] } = {},
): string {
  const table = new Table({
    head: [...head],
    chars: NO_RULES,
    colAligns: head.map((_, column) => (column === 0 || texts.includes(column) ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  const lines = table.toString().split('\n');
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Names and what they are, one a line. */
export function renderPairs(pairs: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => ` ${name.padEnd(width)}  ${value}`).join('\n');
}

/** Digits in groups of three, with at most so many decimals; an exponent where not every digit is known. */
export function formatNumber(value: number, decimals = 0): string {
  if (value > Number.MAX_SAFE_INTEGER) return value.toExponential(3);
  const [whole, fraction] = value.toFixed(decimals).split('.') as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Three significant digits or so: 0.152, 4.81, 57.6, 1,204; exponents where digits would be many or none. */
export function formatFigure(value: number): string {
  // As it is written: 99.99 has no decimals, being 100.
  const size = Math.abs(Number(value.toPrecision(3)));
  if (value === 0) return '0';
  if (size < 0.001 || size >= 1e15) return value.toExponential(2);
  return formatNumber(value, size < 1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0);
}

/** A figure as it was given, to six digits or all whole ones. */
export function formatGiven(value: number): string {
  const [, decimals = ''] = String(Number(value.toPrecision(6))).split('.');
  return value >= 1e15 || value < 1e-3 ? formatFigure(value) : formatNumber(value, decimals.length);
}

/** A figure beside an axis: without zeros at its end. */
export function formatTick(value: number): string {
  return value >= 1e15 || value < 1e-4 ? value.toExponential(0) : formatNumber(value, decimalsOf(value));
}

/** Decimals of a number that is written with one digit. */
function decimalsOf(value: number): number {
  const [, decimals = ''] = String(Number(value.toPrecision(3))).split('.');
  return decimals.length;
}

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const DECIMAL = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

/** Bytes in the largest binary unit that they fill: 1.45 GiB. */
export function formatBytes(bytes: number): string {
  const [value, unit] = inUnits(bytes, 1024, BINARY);
  return `${unit === 'B' ? formatNumber(value) : formatFigure(value)} ${unit}`;
}

/** Large numbers by decimal prefixes: 1.29 G, or 1.29 GFLOP/s of that unit. */
export function formatLarge(value: number, unit = ''): string {
  const [scaled, prefix] = inUnits(value, 1000, DECIMAL);
  if (scaled >= 1000) return `${value.toExponential(2)} ${unit}`.trimEnd();
  const figure = prefix === '' && Number.isInteger(value) ? formatNumber(value) : formatFigure(scaled);
  return `${figure} ${prefix}${unit}`.trimEnd();
}

function inUnits(value: number, step: number, units: readonly string[]): [number, string] {
  let scaled = value;
  let unit = 0;
  // As it is written, with three digits: 999.9 M is 1.00 G.
  const written = (): number => Math.max(scaled, Number(scaled.toPrecision(3)));
  for (; written() >= step && unit < units.length - 1; scaled /= step) unit++;
  return [scaled, units[unit]!];
}

/** A share of 1 as per cent; what is not the whole is not told as the whole. */
export function formatShare(share: number): string {
  let decimals = 1;
  if (share < 1) while ((100 * share).toFixed(decimals).startsWith('100') && decimals < 12) decimals++;
  return `${(100 * share).toFixed(decimals)} %`;
}

/** How far a prediction lies from what was measured: +12.0 % where it says more. */
export function formatOff(share: number): string {
  return `${share < 0 ? '' : '+'}${formatShare(share)}`;
}
