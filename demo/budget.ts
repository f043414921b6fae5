import type { Scan } from './retrieval.ts';
import { formatMegabytes, formatNumber, renderTable } from './table.ts';

/** What one WebAssembly memory can address; a loop over typed arrays is held to the same, to compare like with like. */
const LARGEST_MEMORY = 2 ** 32;

interface Fit {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** Milliseconds of a median query over so many rows. */
  readonly median: number;
  readonly limit: 'time' | 'bandwidth' | 'memory';
}

function fit(measurement: Scan, measuredRows: number, budget: number, streaming: number): Fit {
  const { report, bytesRead } = measurement;
  const bytesPerRow = report.bytes! / measuredRows;
  const limits = {
    time: (budget / report.p99) * measuredRows,
    // Rows that fitted a cache when measured will stream from memory when there are more: GB/s are 10^6 bytes a ms.
    bandwidth: (budget * streaming * 1e6) / (bytesRead / measuredRows),
    memory: LARGEST_MEMORY / bytesPerRow,
  };
  const limit = (['time', 'bandwidth', 'memory'] as const).reduce((left, right) =>
    limits[right] < limits[left] ? right : left,
  );
  const rows = Math.floor(limits[limit]);
  const proportional = (report.median / measuredRows) * rows;
  const streamed = (bytesRead / measuredRows) * (rows / (streaming * 1e6));
  return {
    name: report.name,
    rows,
    bytes: rows * bytesPerRow,
    median: Math.max(proportional, streamed),
    limit,
  };
}

/** Prints how many rows of the same dimensions each exact method can search within `budget` milliseconds. */
export function printBudget(
  measurements: readonly Scan[],
  measuredRows: number,
  budget: number,
  streaming: number,
): void {
  const fits = measurements.map((measurement) => fit(measurement, measuredRows, budget, streaming));
  const [plainLoop] = fits;
  const best = fits.reduce((left, right) => (right.rows > left.rows ? right : left));
  const measured = `in proportion to the ${formatNumber(measuredRows)} rows measured`;
  console.log(`What fits ${budget} ms at p99, ${measured}:`);
  console.log(
    renderTable(
      ['', 'rows', 'queries/s', 'bytes', 'limited by'],
      fits.map(({ name, rows, median, bytes, limit }) => [
        name,
        formatNumber(rows),
        formatNumber(1_000 / median),
        formatMegabytes(bytes),
        limit,
      ]),
    ),
  );
  const ratio = formatNumber(best.rows / plainLoop.rows, 1);
  console.log(
    `Most rows within ${budget} ms: ${best.name}, ${formatNumber(best.rows)}, ${ratio}x the plain loop.`,
  );
}
