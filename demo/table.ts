export { renderTable } from '../src/cli/table.ts';

/** Digits in groups of three, with a fixed number of decimals. */
export function formatNumber(value: number, decimals = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** Milliseconds with three significant digits or so: 0.152, 4.81, 57.6, 1,204. */
export function formatMilliseconds(value: number): string {
  return formatNumber(value, value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** Bytes in megabytes (10^6), which is how memory bandwidth is counted too. */
export function formatMegabytes(bytes: number): string {
  return `${formatNumber(bytes / 1e6, 1)} MB`;
}

/** The beginning of a text that is longer than `length`, cut between words where that leaves most of it. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length - 2);
  const space = start.lastIndexOf(' ');
  return `${space > length / 2 ? start.slice(0, space) : start} …`;
}
