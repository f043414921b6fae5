import { statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { compare } from 'lanewise';
import type { Collection } from './collection.ts';
import type { Options } from './options.ts';
import type { Figure, Point } from './plot.ts';
import type { Comparison } from './retrieval.ts';
import { formatNumber } from './table.ts';
import { UsageError } from './usage-error.ts';

/** Time for one effort. */
const MILLISECONDS = 150;

/** @throws UsageError where the plot has no folder to be written into */
export function checkPlot({ plot }: Options): void {
  if (plot === undefined || statSync(dirname(plot), { throwIfNoEntry: false })?.isDirectory()) return;
  throw new UsageError(`cannot write ${plot}: there is no folder ${dirname(plot)}`);
}

/** Measures every effort of the approximate indexes and draws their curves, beside the exact methods, into a file. */
export async function plotCurves(
  { scans, curves, truth }: Comparison,
  { title, indexed, queries }: Collection,
  { k, metric, plot }: Options,
): Promise<void> {
  const points: Point[] = scans.map(({ report }) => ({
    method: report.name,
    recall: report.recall,
    rate: 1_000 / report.median,
  }));
  for (const { title: method, index } of curves) {
    const entries = index.efforts().map((options) => ({ name: method, index, options }));
    const reports = await compare(entries, queries.data, { k, truth, milliseconds: MILLISECONDS });
    // Efforts beyond the first that finds everything only cost.
    const complete = reports.findIndex(({ recall }) => recall === 1);
    const useful = complete < 0 ? reports : reports.slice(0, complete + 1);
    points.push(...useful.map(({ recall, median }) => ({ method, recall, rate: 1_000 / median })));
  }
  const figure: Figure = {
    title,
    subtitle: `${formatNumber(indexed.rows)} rows x ${indexed.dimensions}, ${metric}, one thread; the median of one query at a time`,
    k,
    points,
  };
  // Only a plot needs the plotting library, which takes its time to load.
  const { drawFigure } = await import('./plot.ts');
  writeFileSync(plot as string, await drawFigure(figure));
  console.log(`\nPlot      ${plot}`);
}
