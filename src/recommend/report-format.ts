/** What a terminal or an XML reader would obey or refuse: controls, halves of pairs, turns of direction, non-characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu;

/** A text of any origin, fit to be shown. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/** At most `length` characters, the last of them an ellipsis where some are left out. */
export function shorten(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  return length < 2 ? '' : `${characters.slice(0, length - 1).join('')}…`;
}

/** Three significant digits or so: 0.0012, 0.152, 4.81, 57.6, 1204. */
export function formatMilliseconds(value: number): string {
  if (Number.isNaN(value)) return '-';
  return value.toFixed(
    value === 0 ? 0 : value < 0.01 ? 4 : value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0,
  );
}

export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
