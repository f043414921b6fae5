import { formatNumber, renderTable, shorten } from '../table.ts';
import type { Exact } from './exact.ts';
import { MOST_EXACT_BYTES, type Pictured, type Stream } from './stream.ts';
import type { Summary } from './summary.ts';

const QUANTILES = [0.5, 0.9, 0.99] as const;
const LONGEST_ITEM = 44;
const NONE = '-';

/** What a window and all that came before it look like. */
export function drawPicture(stream: Stream, window: Pictured, k: number): string {
  const { records } = stream.format;
  const span = stream.format.formatSpan(window.start, window.end);
  const title = `Window    ${span}: ${formatNumber(window.count)} ${records}`;
  return [title, '', drawTrending(stream, window, k), '', drawMeasures(stream, window)].join('\n');
}

/** A window in a line. */
export function drawLine({ format }: Stream, { start, end, count, summary }: Pictured): string {
  const top = summary.top
    .top(3)
    .map(({ key, count: times }) => `${shorten(String(key), 30)} ${formatNumber(times)}`);
  const [median, , slow] = summary.amounts.quantiles(QUANTILES);
  const parts = [
    `${formatNumber(count)} ${format.records}`,
    `${formatNumber(summary.distinct.estimate())} ${format.sources}`,
    `${format.amount} p50 ${formatAmount(median)} p99 ${formatAmount(slow)}`,
    top.join(', '),
  ];
  return `${format.formatSpan(start, end)}  ${parts.join('; ')}`;
}

/** What was read, and what was left out. */
export function drawReport(stream: Stream): string {
  const { lines, malformed, format, givenUpAt } = stream;
  const { late, partlyLate, ahead } = stream.windows.statistics();
  const notes = [
    `Lines     ${formatNumber(lines)} of ${format.title}, of which ${formatNumber(malformed)} malformed and left out`,
  ];
  if (late + partlyLate + ahead > 0) {
    notes.push(
      `Windows   without ${formatNumber(late)} ${format.records} that came too late, ${formatNumber(partlyLate)} in some of ` +
        `theirs only, ${formatNumber(ahead)} refused as of the future`,
    );
  }
  if (givenUpAt !== undefined) {
    const megabytes = formatNumber(MOST_EXACT_BYTES / 1e6);
    notes.push(`Exact     given up at ${megabytes} MB, after ${formatNumber(givenUpAt)} ${format.records}`);
  }
  return notes.join('\n');
}

function drawTrending({ format, counts, exact }: Stream, window: Pictured, k: number): string {
  const rows = window.summary.top
    .top(k)
    .map(({ key, count, error, isGuaranteed }) => [
      shorten(String(key), LONGEST_ITEM),
      formatNumber(count),
      formatNumber(error),
      isGuaranteed ? 'sure' : '',
      formatExact(window.exact?.counts.get(String(key))),
      formatNumber(Number(counts.estimate(key))),
      formatExact(exact?.counts.get(String(key))),
    ]);
  const head = [
    `Trending ${format.item}`,
    'estimate',
    'off by',
    `top ${k}`,
    'exact',
    'ever: estimate',
    'exact',
  ];
  return renderTable(head, rows);
}

function drawMeasures(stream: Stream, { summary, exact }: Pictured): string {
  const { format, whole } = stream;
  const row = (name: string, of: (part: Summary) => string, exactly: (part: Exact) => string) => [
    name,
    of(summary),
    exact ? exactly(exact) : NONE,
    of(whole),
    stream.exact ? exactly(stream.exact) : NONE,
  ];
  const rows = [
    row(
      `distinct ${format.sources}`,
      ({ distinct }) => formatNumber(distinct.estimate()),
      ({ sources }) => formatNumber(sources.size),
    ),
    ...QUANTILES.map((q) =>
      row(
        `${format.amount} p${q * 100}`,
        ({ amounts }) => formatAmount(amounts.quantile(q)),
        (values) => formatAmount(values.quantile(q)),
      ),
    ),
  ];
  const bytes = row(
    'bytes',
    (part) => formatNumber(part === whole ? stream.sketchBytes : part.memoryUsage().total),
    (part) => formatNumber(part.memoryUsage().total),
  );
  return renderTable(['', 'window: estimate', 'exact', 'ever: estimate', 'exact'], [...rows, bytes]);
}

function formatAmount(value: number): string {
  return formatNumber(value, value < 100 && !Number.isInteger(value) ? 1 : 0);
}

function formatExact(count: number | undefined): string {
  return count === undefined ? NONE : formatNumber(count);
}
