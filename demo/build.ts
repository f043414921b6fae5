import { FlatIndex } from 'lanewise';
import type { Matrix } from './matrix.ts';
import type { Subject } from './methods/method.ts';
import type { Metric } from './options.ts';
import { withProgress } from './progress.ts';
import { formatNumber } from './table.ts';

/** Builds the exact index, with a progress bar on a terminal; elsewhere the closing line is all there is. */
export async function buildIndex(rows: Matrix, metric: Metric): Promise<Subject> {
  const { dimensions, data } = rows;
  const index = await FlatIndex.create({ dimensions, metric });
  const { milliseconds } = await withProgress(
    { title: 'Building', counts: '{value}/{total} rows', total: rows.rows },
    (onProgress) => index.build(data, { onProgress }),
  );
  console.log(
    `Built     ${formatNumber(rows.rows)} rows x ${dimensions}, ${metric}, in ${formatNumber(milliseconds)} ms`,
  );
  return { rows, metric, flat: index, flatMilliseconds: milliseconds };
}
