// Builds an index over word vectors and saves it for the other examples:
//   node node/build.js <vectors.npy> <words.txt> [--rows 10000] [--to data]
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { FlatIndex, readNpy } from 'lanewise';
import { FileStore } from 'lanewise/store';

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { rows: { type: 'string', default: '10000' }, to: { type: 'string', default: 'data' } },
  });
  const [vectorsPath, wordsPath] = positionals;
  if (!vectorsPath || !wordsPath) throw new Error('Two files are needed: <vectors.npy> <words.txt>');

  const wanted = Number(values.rows);
  if (!(Number.isInteger(wanted) && wanted > 0)) throw new Error('--rows must be a whole number from 1 on');

  const { data, shape } = readNpy(await readFile(vectorsPath));
  const [rows, dimensions] = shape;
  const words = (await readFile(wordsPath, 'utf8')).trimEnd().split('\n').slice(0, wanted);
  if (words.length > rows) throw new Error(`${words.length} words need as many vectors; there are ${rows}.`);

  // Cosine, for only the direction of a word's vector means something. Row i is the word on line i.
  const index = await FlatIndex.create({ dimensions, metric: 'cosine' });
  await index.build(data.subarray(0, words.length * dimensions), {
    onProgress: ({ done, total }) => process.stderr.write(`\r${done} of ${total} words`),
  });

  // Whoever reads meanwhile, or after a crash, finds the file of before or the new one, never half of one.
  const store = await FileStore.open(values.to);
  await store.save('words.safetensors', index.toBytes());
  await store.save('words.txt', new TextEncoder().encode(words.join('\n')));
  console.log(`\n${index.size} words x ${dimensions} saved in ${values.to}`);
  index.dispose();
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
