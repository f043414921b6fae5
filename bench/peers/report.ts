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

/** Recalls at which curves are compared. */
const LEVELS = [0.95, 0.98, 0.995];

/** The fastest of some results that reach a recall, in batches and one by one. */
function bestAt(
  results: readonly Result[],
  recall: number,
): {
  batched: Result | undefined;
  single: Result | undefined;
} {
  const reaching = results.filter((result) => (result.recall ?? 0) >= recall);
  const by = (cost: (result: Result) => number | undefined): Result | undefined =>
    reaching
      .filter((result) => cost(result) !== undefined)
      .sort((a, b) => cost(a)! - cost(b)!)
      .at(0);
  return { batched: by(timeOfBatch), single: by(({ milliseconds }) => milliseconds) };
}

/** Our best method at each recall, and how it stands to the best of each peer. */
function renderLevels(results: readonly Result[]): string {
  const measured = results.filter(({ problem }) => problem === undefined);
  const libraries = new Map<string, Result[]>();
  for (const result of measured) {
    const library = result.method.split(/[ ,]/)[0];
    libraries.set(library, [...(libraries.get(library) ?? []), result]);
  }
  const ours = libraries.get('lanewise') ?? [];
  const rows = LEVELS.flatMap((level) => {
    const our = bestAt(ours, level);
    return [...libraries].map(([library, points]) => {
      const { batched, single } = bestAt(points, level);
      const isOurs = points === ours;
      return [
        `recall ${level}, ${library}`,
        format(batched?.batchedRate, formatNumber),
        batched?.method ?? 'not reached',
        isOurs || !batched || !our.batched ? '' : comparison(timeOfBatch(batched), timeOfBatch(our.batched)),
        format(single?.milliseconds, formatMilliseconds),
        format(single?.p99, formatMilliseconds),
        single?.method ?? 'not reached',
        isOurs || !single ? '' : comparison(single.milliseconds, our.single?.milliseconds),
      ];
    });
  });
  const head = ['', 'q/s', 'by', 'lanewise is', 'ms/query', 'p99', 'by', 'lanewise is'];
  return renderTable(head, rows);
}

/** The table of one case. The first result is ours: every other one is compared with it, whoever wins. */
export function renderCase({ title, k, batch, approximate }: Case, results: readonly Result[]): string {
  const [ours] = results;
  const head = [
    '',
    'build s',
    'ms/query',
    'p99',
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
    format(result.p99, formatMilliseconds),
    approximate || result === ours ? '' : comparison(result.milliseconds, ours.milliseconds),
    format(result.batchedRate, formatNumber),
    approximate || result === ours ? '' : comparison(timeOfBatch(result), timeOfBatch(ours)),
    format(result.recall, (value) => formatNumber(value, 4)),
    format(result.bytes, formatMegabytes),
  ]);
  const problems = results.flatMap(({ method, problem }) =>
    problem === undefined ? [] : [`Not measured: ${method}, ${problem}`],
  );
  const levels = approximate ? ['', renderLevels(results)] : [];
  return [title, renderTable(head, rows), ...levels, ...problems].join('\n');
}
