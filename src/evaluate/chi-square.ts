import { LanewiseError } from '../host/errors.ts';
import { chiSquareTail } from '../host/tails.ts';
import { checkCounts, invalid, type Numbers } from './numbers.ts';

/** What a chi-square test found. */
export interface ChiSquareResult {
  /** The sum of (observed - expected)^2 / expected. */
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  /** The chance of a statistic as large where nothing differs. */
  readonly p: number;
  /** The smallest count expected of a cell: below 5 `p` is no more than a rough guide. */
  readonly leastExpected: number;
}

/** How a table is tested. */
export interface ChiSquareOptions {
  /** Counts expected, of the same sum; all the same unless given. Of one row of counts only. */
  readonly expected?: Numbers;
  /** Whether differences in a table of 2 x 2 are taken .5 smaller, after Yates. @default true */
  readonly correction?: boolean;
}

/** How far the sums of observed and expected counts may differ, relative to them. */
const SUM_TOLERANCE = 1e-8;

/**
 * Pearson's chi-square test. Of one row of counts, whether they go with what was expected: as SciPy's `chisquare`. Of a
 * table of counts, row by row, whether its rows have the same distribution, in other words whether row and column are
 * independent: as SciPy's `chi2_contingency`. Cost: O(cells).
 *
 * @param observed counts, of two cells at least, or rows of as many counts each
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE` for negative and fractional counts, for expected ones
 *   of 0, and for rows or columns of nothing
 * @example
 * chiSquare([16, 18, 16, 14, 12, 12]).p // .85: a fair die
 * chiSquare([[90, 10], [80, 20]]).p // .073: of those who bought and those who did not, in two variants
 */
export function chiSquare(
  observed: Numbers | readonly Numbers[],
  options: ChiSquareOptions = {},
): ChiSquareResult {
  return isTable(observed) ? ofTable(observed, options) : ofRow(observed, options.expected);
}

function isTable(observed: Numbers | readonly Numbers[]): observed is readonly Numbers[] {
  return typeof observed?.[0] === 'object';
}

function ofRow(observed: Numbers, expected: Numbers | undefined): ChiSquareResult {
  const total = checkCounts('observed', observed, 2, true);
  const { length } = observed;
  const wanted = expected ?? new Float64Array(length).fill(total / length);
  const sum = checkCounts('expected', wanted, 2);
  checkLength('expected', wanted, length);
  if (Math.abs(sum - total) > SUM_TOLERANCE * total) {
    throw invalid('The sum of expected', `${total}, that of observed: multiply by the quotient`, sum);
  }
  return resultOf(observed, wanted, 0, length - 1);
}

function ofTable(
  table: readonly Numbers[],
  { expected, correction = true }: ChiSquareOptions,
): ChiSquareResult {
  const width = table[0]?.length as number;
  if (table.length < 2 || expected !== undefined) {
    const wanted = 'A table must have two rows at least, and is expected to have nothing but its margins.';
    throw new LanewiseError('INVALID_ARGUMENT', wanted, { got: table.length });
  }
  const rows = table.map((row, i) => {
    checkLength(`Row ${i}`, row, width);
    return checkCounts(`Row ${i}`, row, 2, true);
  });
  const columns = Array.from(table[0]!, (_, j) =>
    checkCounts(
      `Column ${j}`,
      table.map((row) => row[j]!),
    ),
  );
  const total = rows.reduce((sum, row) => sum + row, 0);
  const degreesOfFreedom = (rows.length - 1) * (width - 1);
  return resultOf(
    table.flatMap((row) => Array.from(row)),
    rows.flatMap((row) => columns.map((column) => (row / total) * column)),
    correction && degreesOfFreedom === 1 ? 0.5 : 0,
    degreesOfFreedom,
  );
}

function checkLength(name: string, values: Numbers, length: number): void {
  if (values?.length === length) return;
  throw new LanewiseError(
    'DIMENSION_MISMATCH',
    `${name} must hold ${length} counts; got ${values?.length}.`,
    {
      expected: length,
      got: values?.length,
    },
  );
}

function resultOf(
  observed: Numbers,
  expected: Numbers,
  correction: number,
  degreesOfFreedom: number,
): ChiSquareResult {
  let statistic = 0;
  let leastExpected = Number.POSITIVE_INFINITY;
  for (let cell = 0; cell < observed.length; cell++) {
    const wanted = expected[cell]!;
    if (!(wanted > 0))
      throw invalid('expected', 'above 0: leave out cells that nothing can fall into', wanted);
    statistic += Math.max(0, Math.abs(observed[cell]! - wanted) - correction) ** 2 / wanted;
    leastExpected = Math.min(leastExpected, wanted);
  }
  return { statistic, degreesOfFreedom, p: chiSquareTail(statistic, degreesOfFreedom), leastExpected };
}
