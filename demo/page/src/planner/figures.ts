/** Thin and no-break spaces stand between thousands, as the page writes them. */
const GROUPED = /(\d)[\s\u202f\u00a0,](?=\d{3}(?!\d))/g;
const FIGURE = /^(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?([kmgtb]?)(i?b)?%?$/i;
const THOUSANDS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, b: 3, t: 4 };

/**
 * A number as people write one: 200 000, 200k, 1.5M, 1e6, 95 %, 0.5. As bytes, 512 MiB, 4G, or a bare number of MiB.
 * Undefined where the text is none.
 */
export function readFigure(text: string, unit: 'plain' | 'bytes' = 'plain'): number | undefined {
  const plain = text
    .trim()
    .replaceAll(GROUPED, '$1')
    .replace(',', '.')
    .replace(/\s+(?=[a-z%])/i, '');
  const [, digits, power = '', letter = '', suffix] = FIGURE.exec(plain) ?? [];
  if (digits === undefined) return undefined;
  const isBytes = unit === 'bytes';
  if (!isBytes && suffix) return undefined;
  const thousands = THOUSANDS[letter.toLowerCase()] ?? (isBytes ? 2 : 0);
  const value = Number(`${digits}${power}`) * (isBytes ? 1024 : 1000) ** thousands;
  return Number.isFinite(value) ? value : undefined;
}

/** A number with thin spaces between its thousands and, rounded to so many, no digits but its own. */
export function figureText(value: number, digits = 9): string {
  const format = new Intl.NumberFormat('en', { maximumSignificantDigits: digits });
  return format.format(value).replaceAll(',', '\u202f');
}
