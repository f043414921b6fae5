import { type CsrMatrix, pageRank, type Roof } from 'lanewise';
import { Likeness } from '../likeness.ts';
import { printMachine } from '../machine.ts';
import type { Options } from '../options.ts';
import { type Packages, readDependencies, readPackages, rowOfPackage } from '../packages.ts';
import { formatMegabytes, formatMilliseconds, formatNumber, renderTable, shorten } from '../table.ts';
import { medianMilliseconds } from '../timing.ts';
import { UsageError } from '../usage-error.ts';

const SHOWN_PACKAGES = ['vim', 'firefox-esr', 'ffmpeg'];
const SHOWN_SHARED = 3;
const SYNOPSIS_LENGTH = 48;
const DAMPING = 0.85;

/** Bytes and time of the matrix, beside what a dense one of the same shape would take. */
function printMatrix(matrix: CsrMatrix, { streaming }: Roof): void {
  const { nonzeros, rows, columns } = matrix;
  const { total, dense } = matrix.memoryUsage();
  const x = new Float32Array(columns).fill(1);
  const y = new Float32Array(rows);
  const median = medianMilliseconds(() => matrix.multiply(x, y));
  const denseMilliseconds = dense / (streaming * 1e6);
  console.log(
    `Matrix    ${formatNumber(rows)} x ${formatNumber(columns)}, a row a package, a column what it depends on: ` +
      `${formatNumber(nonzeros)} nonzeros, ${formatNumber(100 * matrix.density, 4)} %`,
  );
  console.log(
    `Bytes     ${formatMegabytes(total)} in sparse rows; dense ${formatMegabytes(dense)}, ${formatNumber(dense / total)}x`,
  );
  console.log(
    `Product   with a vector in ${formatMilliseconds(median)} ms, copies in and out among them: ` +
      `${formatNumber(nonzeros / (median * 1e3))} M nonzeros/s; ` +
      `a dense one would stream for ${formatNumber(denseMilliseconds)} ms, ${formatNumber(denseMilliseconds / median)}x`,
  );
}

async function printRanks(matrix: CsrMatrix, { names, synopses }: Packages, k: number): Promise<void> {
  const start = performance.now();
  const { ranks, iterations, residual } = await pageRank(matrix, { damping: DAMPING });
  const milliseconds = performance.now() - start;
  console.log(
    `PageRank  damping ${DAMPING}: ${iterations} iterations in ${formatMilliseconds(milliseconds)} ms, ` +
      `residual ${residual.toExponential(1)}`,
  );
  const dependents = matrix.columnSums();
  const byDependents = [...dependents.keys()].sort((a, b) => dependents[b] - dependents[a]);
  const place = new Map(byDependents.map((row, at) => [row, at + 1]));
  const central = [...ranks.keys()].sort((a, b) => ranks[b] - ranks[a]).slice(0, k);
  console.log('\nMost central: where a walk along dependencies spends its time');
  console.log(
    renderTable(
      ['', 'rank %', 'dependents', 'place by these', ''],
      central.map((row) => [
        names[row],
        formatNumber(100 * ranks[row], 2),
        formatNumber(dependents[row]),
        formatNumber(place.get(row) as number),
        shorten(synopses[row], SYNOPSIS_LENGTH),
      ]),
      { texts: [4] },
    ),
  );
}

async function printLike(
  matrix: CsrMatrix,
  { names }: Packages,
  asked: readonly number[],
  k: number,
): Promise<void> {
  const likeness = await Likeness.of(matrix);
  const median = medianMilliseconds(() => likeness.cosines(asked));
  for (const [place, likes] of likeness.nearest(asked, k).entries()) {
    const row = asked[place];
    const dependencies = matrix.row(row).indices.length;
    const title = `Packages like ${names[row]}, of ${dependencies} dependencies`;
    console.log(likes.length > 0 ? `\n${title}` : `\n${title}: none shares one`);
    if (likes.length === 0) continue;
    const rows = likes.map(({ row: like, similarity, shared }) => [
      names[like],
      formatNumber(similarity, 3),
      shared.length,
      shared
        .slice(0, SHOWN_SHARED)
        .map((one) => names[one])
        .join(', '),
    ]);
    console.log(renderTable(['', 'cosine', 'shared', 'rarest of these'], rows, { texts: [3] }));
  }
  console.log(
    `\nCosines of rows, each dependency weighed by how few have it: one sparse product of the matrix with ` +
      `${asked.length === 1 ? 'one row' : `${asked.length} rows`}, ${formatMilliseconds(median)} ms`,
  );
  likeness.dispose();
}

/** Sparse matrices: the graph of Debian's dependencies, its most central packages, and packages like others. */
export async function showSparse({ like, k }: Options): Promise<void> {
  const packages = readPackages();
  const { names } = packages;
  if (k >= names.length)
    throw new UsageError(`--k ${k} asks for more than the ${names.length - 1} other packages`);
  const asked = (like.length > 0 ? like : SHOWN_PACKAGES).map((name) => rowOfPackage(packages, name));
  const matrix = await readDependencies(packages);
  console.log(`Packages  ${formatNumber(names.length)} of Debian 12, and what they depend on`);
  if (like.length === 0) {
    printMatrix(matrix, printMachine());
    await printRanks(matrix, packages, k);
  }
  await printLike(matrix, packages, asked, k);
  matrix.dispose();
}
