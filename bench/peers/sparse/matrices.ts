import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CooInput } from 'lanewise';

const ENTRY = new URL('../../../dist/index.js', import.meta.url);
/** Of Matrix Market files: a vote network, package dependencies, TF-IDF of news. Their rows are of uneven length. */
const FILES = ['wiki-Vote', 'debian_depends', 'reuters_tfidf'];
const RANDOM = { rows: 100_000, columns: 50_000, nonzeros: 5_000_000 };

/**
 * Writes matrices for every method to read: `name.shape` (rows columns nonzeros), and `name.indptr`, `name.indices`, `name.values`,
 * 32 bits each. Gives their paths without the endings.
 */
export async function prepareMatrices(
  folder: string,
  data: string | undefined,
  wanted: readonly string[] = ['random', ...FILES],
): Promise<string[]> {
  const { CsrMatrix, Random }: typeof import('lanewise') = await import(ENTRY.href);
  const paths: string[] = [];
  const write = (name: string, matrix: import('lanewise').CsrMatrix): void => {
    const { rows, columns, indptr, indices, values } = matrix.toArrays();
    const path = join(folder, name);
    writeFileSync(`${path}.shape`, `${rows} ${columns} ${indices.length}`);
    writeFileSync(`${path}.indptr`, indptr);
    writeFileSync(`${path}.indices`, indices);
    writeFileSync(`${path}.values`, values ?? new Float32Array(indices.length).fill(1));
    matrix.dispose();
    paths.push(path);
  };
  if (wanted.includes('random')) write('random', await CsrMatrix.fromCoo(randomEntries(new Random(1))));
  for (const name of FILES.filter((name) => wanted.includes(name))) {
    const path = data && join(data, `${name}.mtx`);
    if (path && existsSync(path)) write(name, await CsrMatrix.fromMatrixMarket(readFileSync(path)));
    else console.log(`${name}: skipped, its file is needed: give --data or set LANEWISE_DATA`);
  }
  return paths;
}

function randomEntries(random: import('lanewise').Random): CooInput {
  const { rows, columns, nonzeros } = RANDOM;
  const rowIndex = new Uint32Array(nonzeros);
  const columnIndex = new Uint32Array(nonzeros);
  const values = new Float32Array(nonzeros);
  for (let i = 0; i < nonzeros; i++) {
    rowIndex[i] = random.integer(rows);
    columnIndex[i] = random.integer(columns);
    values[i] = random.uniform();
  }
  return { rows, columns, rowIndex, columnIndex, values };
}
