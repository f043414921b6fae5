/**
 * Whether TruncatedSVD finds what SciPy's `svds` (ARPACK, float64) finds: 128 components of the TF-IDF rows of Reuters news, each up to
 * its sign. `node --import tsx bench/peers/sparse/agreement.ts [iterations] [oversamples]`, with LANEWISE_DATA.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, runPythonScript } from '../run-child.ts';
import { prepareMatrices } from './matrices.ts';

const { CsrMatrix, TruncatedSVD }: typeof import('lanewise') = await import(
  new URL('../../../dist/index.js', import.meta.url).href
);
const COMPONENTS = 128;
const WITHIN = 0.001;
const [iterations = 20, oversamples = COMPONENTS] = process.argv.slice(2).map(Number);

const folder = mkdtempSync(join(tmpdir(), 'lanewise-agreement-'));
try {
  const data = process.env['LANEWISE_DATA'];
  const [path] = await prepareMatrices(folder, data, ['reuters_tfidf']);
  if (path && data) {
    const matrix = await CsrMatrix.fromMatrixMarket(readFileSync(join(data, 'reuters_tfidf.mtx')));
    const svd = await TruncatedSVD.create({ components: COMPONENTS, iterations, oversamples, seed: 0 });
    await svd.fit(matrix);
    writeFileSync(`${path}.components`, svd.components);
    const [result] = runPythonScript(join(import.meta.dirname, 'agreement.py'), [path], LIMITS) as unknown[];
    console.log(`${iterations} iterations, ${oversamples} oversamples:`, result);
    const { within = 0 } = result as { within?: number };
    if (within < COMPONENTS) console.log(`${COMPONENTS - within} components differ by more than ${WITHIN}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
