import { formatMegabytes, formatMilliseconds, formatNumber, renderTable } from '../../demo/table.ts';
import type { Case, Result } from './exchange.ts';

const SAME_WITHIN = 0.02;

function format(value: number | undefined, render: (value: number) => string): string {
  return value === undefined ? '-' : render(value);
}

/** How lanewise stands to another method, by the times that both take for the same work. */
function comparison(theirs: number | undefined, ours: number | undefined): string {
  if (theirs === undefined || ours === undefined) return '-';
  const ratio = theirs / ours;
  if (Math.abs(ratio - 1) < SAME_WITHIN) return 'the same';
  return ratio > 1 ? `${formatNumber(ratio, 1)}x faster` : `${formatNumber(1 / ratio, 1)}x slower`;
}

function timeOfBatch({ batchedRate }: Result): number | undefined {
  return batchedRate === undefined ? undefined : 1 / batchedRate;
}

/** The table of one case. The first result is ours: every other one is compared with it, whoever wins. */
export function renderCase({ title, k, batch }: Case, results: readonly Result[]): string {
  const [ours] = results;
  const head = [
    '',
    'build s',
    'ms/query',
    'lanewise is',
    `q/s in ${batch}s`,
    'lanewise is',
    `recall@${k}`,
    'bytes',
  ];
  const measured = results.filter(({ problem }) => problem === undefined);
  const rows = measured.map((result) => [
    result.method,
    format(result.buildSeconds, (value) => formatNumber(value, 2)),
    format(result.milliseconds, formatMilliseconds),
    result === ours ? '' : comparison(result.milliseconds, ours.milliseconds),
    format(result.batchedRate, formatNumber),
    result === ours ? '' : comparison(timeOfBatch(result), timeOfBatch(ours)),
    format(result.recall, (value) => formatNumber(value, 4)),
    format(result.bytes, formatMegabytes),
  ]);
  const problems = results.flatMap(({ method, problem }) =>
    problem === undefined ? [] : [`Not measured: ${method}, ${problem}`],
  );
  return [title, renderTable(head, rows), ...problems].join('\n');
}
