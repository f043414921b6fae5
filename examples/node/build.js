// Builds an index over word vectors and saves it for the other examples:
//   node node/build.js <vectors.npy> <words.txt> [--rows 10000] [--to data]
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FlatIndex, readNpy } from 'lanewise';

/** Writes beside the file, then takes its place: whoever reads meanwhile sees the old file or the new one, never half. */
async function save(path, content) {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { rows: { type: 'string', default: '10000' }, to: { type: 'string', default: 'data' } },
  });
  const [vectorsPath, wordsPath] = positionals;
  if (!vectorsPath || !wordsPath) throw new Error('Two files are needed: <vectors.npy> <words.txt>');

  const { data, shape } = readNpy(await readFile(vectorsPath));
  const [, dimensions] = shape;
  const words = (await readFile(wordsPath, 'utf8')).split('\n').slice(0, Number(values.rows));

  // Cosine, for only the direction of a word's vector means something. Row i is the word on line i.
  const index = await FlatIndex.create({ dimensions, metric: 'cosine' });
  await index.build(data.subarray(0, words.length * dimensions), {
    onProgress: ({ done, total }) => process.stderr.write(`\r${done} of ${total} words`),
  });

  await mkdir(values.to, { recursive: true });
  await save(join(values.to, 'words.safetensors'), index.toBytes());
  await save(join(values.to, 'words.txt'), words.join('\n'));
  console.log(`\n${index.size} words x ${dimensions} in ${join(values.to, 'words.safetensors')}`);
  index.dispose();
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
