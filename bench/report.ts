import Table from 'cli-table3';
import type { Roof } from 'lanewise';
import type { Figure, Measurement } from './harness.ts';

const PLAIN = { head: [], border: [] };

/** Measurements as a table; rates beside their share of the machine's roof. */
export function measurementTable(measurements: readonly Measurement[], roof: Roof): string {
  const table = new Table({
    head: ['job', 'method', 'median ms', 'p95', 'p99', 'GB/s', 'GMAC/s', 'queries/s', 'recall'],
    style: PLAIN,
  });
  for (const { job, method, median, p95, p99, bytes, multiplyAdds, queries, recall } of measurements) {
    const rate = (work: number | undefined, most: number): string =>
      work === undefined
        ? ''
        : `${(work / median / 1e6).toFixed(1)} (${((100 * work) / median / 1e6 / most).toFixed(0)} %)`;
    table.push([
      job,
      method,
      median.toFixed(3),
      p95.toFixed(3),
      p99.toFixed(3),
      rate(bytes, roof.streaming),
      rate(multiplyAdds, roof.int8),
      queries === undefined ? '' : ((1000 * queries) / median).toFixed(0),
      recall === undefined ? '' : recall.toFixed(4),
    ]);
  }
  return table.toString();
}

/** Figures as a table, each beside what it should be, where that is said; one that is missed says so. */
export function figureTable(figures: readonly Figure[]): string {
  const table = new Table({ head: ['job', 'figure', 'measured', 'wanted', ''], style: PLAIN });
  for (const { job, text, ratio, atLeast, atMost } of figures) {
    const isReached =
      ratio >= (atLeast ?? Number.NEGATIVE_INFINITY) && ratio <= (atMost ?? Number.POSITIVE_INFINITY);
    const bounds = [
      atLeast !== undefined && `at least ${atLeast}`,
      atMost !== undefined && `at most ${atMost}`,
    ];
    const wanted = bounds.filter(Boolean).join(', ');
    const verdict = wanted === '' ? '' : isReached ? 'reached' : 'MISSED';
    table.push([job, text, ratio.toPrecision(4), wanted, verdict]);
  }
  return table.toString();
}
