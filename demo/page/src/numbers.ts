const GROUPED = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const MEGABYTE = 2 ** 20;

/** 40 000: a thin space between thousands. */
export function formatCount(value: number): string {
  return GROUPED.format(value).replaceAll(',', '\u202f');
}

/** Three significant digits, as latencies and rates are told. */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 1000) return formatCount(Number(value.toPrecision(3)));
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(4, digits));
}

/** .982: three digits, and 1 only where nothing is missing. */
export function formatRecall(recall: number): string {
  if (recall >= 1) return '1';
  return Math.min(0.999, recall).toFixed(3).replace(/^0/, '');
}

/** Mebibytes, to one digit below ten. */
export function formatBytes(bytes: number): string {
  const megabytes = bytes / MEGABYTE;
  return `${megabytes < 10 ? megabytes.toFixed(1) : formatCount(megabytes)} MiB`;
}

/** The same, and gibibytes from one of them on. */
export function formatSize(bytes: number): string {
  const gigabytes = bytes / 2 ** 30;
  return gigabytes < 1 ? formatBytes(bytes) : `${formatFigure(gigabytes)} GiB`;
}
