import { SingleBar } from 'cli-progress';
import { FlatIndex } from 'lanewise';
import type { Matrix } from './matrix.ts';
import type { Subject } from './methods/method.ts';
import type { Metric } from './options.ts';
import { formatNumber } from './table.ts';

/** Builds the exact index, with a progress bar on a terminal; elsewhere the closing line is all there is. */
export async function buildIndex(rows: Matrix, metric: Metric): Promise<Subject> {
  const { dimensions, data } = rows;
  const bar = new SingleBar({
    format: 'Building {bar} {percentage}% {value}/{total} rows',
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    clearOnComplete: true,
  });
  const index = await FlatIndex.create({ dimensions, metric });
  const start = performance.now();
  bar.start(rows.rows, 0);
  try {
    await index.build(data, { onProgress: ({ done }) => bar.update(done) });
  } finally {
    bar.stop();
  }
  const milliseconds = performance.now() - start;
  console.log(
    `Built     ${formatNumber(rows.rows)} rows x ${dimensions}, ${metric}, in ${formatNumber(milliseconds)} ms`,
  );
  return { rows, metric, flat: index, flatMilliseconds: milliseconds };
}
