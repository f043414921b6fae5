import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readNpy } from '../../../src/format/index.ts';
import { pack, run } from '../packed.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;
export const VECTORS: string = join(ROOT, 'demo/data/glove-40k.npy');
export const WORDS: string = join(ROOT, 'demo/data/glove-40k.txt');
const ROWS = 10_000;
const DIMENSIONS = 100;

/** The examples as a user has them: the package installed, the data built. */
export interface Examples extends AsyncDisposable {
  readonly folder: string;
  /** The words of the index, by row. */
  readonly words: readonly string[];
  /** The words of greatest cosine with a word's vector, by float64 sums over all rows. */
  nearest(word: string, k: number): readonly string[];
}

export async function openExamples(): Promise<Examples> {
  const packed = await pack();
  const folder = await packed.project({});
  await cp(join(ROOT, 'examples'), folder, { recursive: true });
  await run(process.execPath, ['node/build.js', VECTORS, WORDS], folder);

  const words = (await readFile(WORDS, 'utf8')).split('\n').slice(0, ROWS);
  const { data } = readNpy(await readFile(VECTORS));
  const dot = (a: number, b: number): number => {
    let sum = 0;
    for (let lane = 0; lane < DIMENSIONS; lane++)
      sum += data[a * DIMENSIONS + lane]! * data[b * DIMENSIONS + lane]!;
    return sum;
  };
  return {
    folder,
    words,
    nearest(word, k) {
      const query = words.indexOf(word);
      return words
        .map((other, row) => ({ other, cosine: dot(query, row) / Math.sqrt(dot(row, row)) }))
        .filter(({ other }) => other !== word)
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, k)
        .map(({ other }) => other);
    },
    [Symbol.asyncDispose]: () => packed[Symbol.asyncDispose](),
  };
}
