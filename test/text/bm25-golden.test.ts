import { Bm25Index, Random } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/bm25.ts';
import { sha256 } from '../golden/recipe.ts';
import { skewedText } from './bm25-reference.ts';

test.each(GOLDEN)(
  '$documents documents answer, and are saved, as in every runtime and version',
  async ({ documents, k1, b, ...golden }) => {
    const random = new Random(documents);
    using index = await Bm25Index.create({ k1, b });
    index.add(Array.from({ length: documents }, () => skewedText(random, 40, 500)));
    index.remove(Int32Array.from({ length: documents >> 3 }, (_, i) => 8 * i));
    const queries = Array.from({ length: 9 }, () => skewedText(random, 6, 500));
    const answersOf = (answering: Bm25Index) => {
      const { ids, scores } = answering.search(queries, { k: 20 });
      return sha256(ids, scores);
    };
    const bytes = index.toBytes();
    using loaded = Bm25Index.fromBytes(bytes);
    expect({ answers: answersOf(index), fileBytes: bytes.length, file: sha256(bytes) }).toEqual(golden);
    expect(answersOf(loaded)).toBe(golden.answers);
  },
);
