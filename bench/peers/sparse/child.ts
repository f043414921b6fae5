/** Ours: products of the matrices named on the command line, and a decomposition of the text among them. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const ENTRY = new URL('../../../dist/index.js', import.meta.url);
const { CsrMatrix, TruncatedSVD, percentile }: typeof import('lanewise') = await import(ENTRY.href);

function median(run: () => unknown, seconds: number): number {
  run();
  const times: number[] = [];
  const until = performance.now() + 1000 * seconds;
  while (times.length < 5 || performance.now() < until) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return percentile(
    times.sort((a, b) => a - b),
    0.5,
  );
}

function print(job: string, milliseconds: number): void {
  console.log(JSON.stringify({ method: 'lanewise', job, milliseconds }));
}

for (const path of process.argv.slice(2)) {
  const name = basename(path);
  const [rows, columns] = readFileSync(`${path}.shape`, 'utf8').split(' ').map(Number) as [number, number];
  const words = (ending: string): ArrayBuffer => new Uint8Array(readFileSync(`${path}.${ending}`)).buffer;
  const matrix = await CsrMatrix.fromArrays({
    ...{
      rows,
      columns,
      indptr: new Uint32Array(words('indptr')),
      indices: new Uint32Array(words('indices')),
    },
    values: new Float32Array(words('values')),
  });
  const x = Float32Array.from({ length: columns }, (_, i) => (i % 7) - 3);
  print(
    `${name}: matvec`,
    median(() => matrix.multiply(x), 1),
  );
  if (name === 'random') {
    const block = new Float32Array(32 * columns).fill(0.5);
    print(
      `${name}: matmat 32`,
      median(() => matrix.multiplyMatrix(block, 32), 1),
    );
  }
  if (name === 'reuters_tfidf') {
    const svd = await TruncatedSVD.create({ components: 128, iterations: 5, oversamples: 10, seed: 1 });
    const start = performance.now();
    await svd.fitTransform(matrix);
    print(`${name}: TruncatedSVD 128`, performance.now() - start);
    svd.dispose();
  }
  matrix.dispose();
}
