import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { CsrMatrix } from 'lanewise';
import { nearNames } from './near-names.ts';
import { UsageError } from './usage-error.ts';

const TABLE = 'debian-packages.tsv.br';
const LINKS = 'debian-depends.mtx.br';
/** What either file may unpack to at most. */
const MOST_BYTES = 16e6;
const SUGGESTIONS = 3;

/** Debian's packages, in ascending order of their names. */
export interface Packages {
  readonly names: readonly string[];
  /** What each is, in one line. */
  readonly synopses: readonly string[];
}

function unpack(name: string): Buffer {
  try {
    const packed = readFileSync(join(import.meta.dirname, 'data', name));
    return brotliDecompressSync(packed, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    throw new UsageError(`cannot read demo/data/${name}: ${(error as Error).message}`);
  }
}

/** Lines of a name, a tab and a synopsis. @throws UsageError where a line is something else, or out of order */
export function parsePackages(text: string): Packages {
  const names: string[] = [];
  const synopses: string[] = [];
  for (const [at, line] of text.trimEnd().split('\n').entries()) {
    const [name, synopsis, ...more] = line.split('\t');
    if (!name || !synopsis || more.length > 0 || (at > 0 && name <= names[at - 1])) {
      throw new UsageError(`${TABLE} line ${at + 1}: expected a name, ascending, a tab and a synopsis`);
    }
    names.push(name);
    synopses.push(synopsis);
  }
  return { names, synopses };
}

/** @throws UsageError where the file is missing or damaged */
export function readPackages(): Packages {
  return parsePackages(unpack(TABLE).toString('utf8'));
}

/**
 * Which package depends on which: packages x packages, a pattern.
 *
 * @throws UsageError where the file is missing or is of other packages; LanewiseError where it is damaged
 */
export async function readDependencies({ names }: Packages): Promise<CsrMatrix> {
  const matrix = await CsrMatrix.fromMatrixMarket(unpack(LINKS));
  if (matrix.rows === names.length && matrix.columns === names.length) return matrix;
  throw new UsageError(`${LINKS} is ${matrix.rows} x ${matrix.columns}: expected ${names.length} packages`);
}

/** The row of a package. @throws UsageError, with names that are near, where there is none */
export function rowOfPackage({ names }: Packages, name: string): number {
  const row = names.indexOf(name);
  if (row >= 0) return row;
  const near = nearNames(name, names, SUGGESTIONS);
  const hint = near.length > 0 ? `; near: ${near.join(', ')}` : '';
  throw new UsageError(`no package "${name}" among the ${names.length}${hint}`);
}
