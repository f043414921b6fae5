import { createHash } from 'node:crypto';
import { LshIndex, Random } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../../golden/lsh.ts';

/** Values in eighths, -16..16: integers from a seed, with no function of Math between. */
function eighths(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => (random.integer(257) - 128) / 8);
}

function sha256(...arrays: readonly (Int32Array | Float32Array | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

test.each(GOLDEN)(
  '$rows rows of $dimensions dimensions in $tables tables of $bits bits answer, and are saved, as in every tier and version',
  async (golden) => {
    const { dimensions, tables, bits, rows } = golden;
    const random = new Random(dimensions);
    using index = await LshIndex.create({ dimensions, tables, bits, seed: 11 });
    index.add(eighths(random, rows * dimensions));
    index.remove(Int32Array.from({ length: rows >> 3 }, (_, i) => 8 * i));
    const queries = eighths(random, 9 * dimensions);
    const answersOf = (answering: LshIndex) => {
      const { ids, scores, candidates } = answering.search(queries, { k: 20, probesPerTable: 3 });
      return sha256(ids, scores, candidates);
    };
    const bytes = index.toBytes();
    using loaded = LshIndex.fromBytes(bytes);
    const { answers, fileBytes, file } = golden;
    const found = { answers: answersOf(index), fileBytes: bytes.length, file: sha256(bytes) };
    expect(found).toEqual({ answers, fileBytes, file });
    expect(answersOf(loaded)).toBe(answers);
  },
);
