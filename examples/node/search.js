// The words nearest to a word: node node/search.js <word> [--k 10] [--from data]
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FlatIndex } from 'lanewise';

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { k: { type: 'string', default: '10' }, from: { type: 'string', default: 'data' } },
  });
  const [word] = positionals;
  if (!word) throw new Error('A word is needed: node node/search.js <word>');

  const index = FlatIndex.fromBytes(await readFile(join(values.from, 'words.safetensors')));
  const words = (await readFile(join(values.from, 'words.txt'), 'utf8')).split('\n');
  const row = words.indexOf(word);
  if (row < 0) throw new Error(`'${word}' is none of the ${words.length} words of the index.`);

  // A word's own row stands in for what a model would make of a query: it is found first, and left out.
  const start = performance.now();
  const { ids, scores } = index.search(index.get(row), { k: Number(values.k) + 1 });
  const milliseconds = performance.now() - start;
  for (const [place, id] of ids.entries()) {
    // -1 stands where there are fewer rows than were asked for.
    if (id >= 0 && id !== row) console.log(scores[place].toFixed(3), words[id]);
  }
  console.error(`exact among ${index.size} words, in ${milliseconds.toFixed(2)} ms`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
