import Table from 'cli-table3';

type Cell = string | number;

const NO_RULES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', right: '', 'right-mid': '' },
  ...{ mid: '', 'mid-mid': '', middle: ' ' },
} as const;

/** A table without colours or rules: the first column to the left, figures to the right, texts to the left again. */
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
