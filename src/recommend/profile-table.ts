import type { LatencySummary, ProfileReport } from './profile-report.ts';
import { formatMilliseconds, formatPercent, printable, shorten } from './report-format.ts';
import { amdahl } from './stage-accounts.ts';

const HEAD = ['', 'calls', 'errors', 'mean ms', 'p50', 'p95', 'p99', 'p99.9', 'share', '2x gives', 'at most'];
const LONGEST_NAME = 40;

/** Stages are indented below those that they are a part of; the one that is worth optimizing is pointed at. */
export function tableOf({ requests, stages, overhead, total, bottleneck }: ProfileReport): string {
  const rows: string[][] = [HEAD];
  if (requests.requests > 0) rows.push(['request', ...figuresOf(requests), total === 0 ? '-' : '100.0 %']);
  for (const stage of stages) {
    const { name, depth, share, bound } = stage;
    const label = '  '.repeat(depth) + shorten(printable(name), LONGEST_NAME);
    const gains = [amdahl(share, 2), bound].map((gain) =>
      `${gain.toFixed(2)}x`.replace('Infinityx', 'no bound'),
    );
    const pointer = name === bottleneck ? ['<- the most to gain'] : [];
    rows.push([label, ...figuresOf(stage), formatPercent(share), ...gains, ...pointer]);
  }
  if (requests.requests > 0) {
    const mean = formatMilliseconds(overhead.total / requests.requests);
    rows.push(['outside of stages', '', '', mean, '', '', '', '', formatPercent(overhead.share)]);
  }
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column]))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, column, widths))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function figuresOf({ requests, errors, mean, p50, p95, p99, p999 }: LatencySummary): string[] {
  return [String(requests), String(errors), ...[mean, p50, p95, p99, p999].map(formatMilliseconds)];
}

/** Names to the left, figures to the right. */
function pad(cell: string, column: number, widths: readonly number[]): string {
  const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - lengthOf(cell)));
  return column === 0 ? cell + space : space + cell;
}

function lengthOf(text: string | undefined): number {
  return [...(text ?? '')].length;
}
