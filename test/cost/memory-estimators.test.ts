import {
  Bm25Index,
  CsrMatrix,
  EditDictionary,
  ImplicitALS,
  ItemKnn,
  MatrixFactorization,
  ProductQuantizer,
  Random,
} from 'lanewise';
import { describe, expect, test } from 'vitest';
import { memory } from '../../src/cost/index.ts';
import { relativeError, rowsOf } from './indexed-rows.ts';

const random = new Random(11);
const below = (most: number, count: number) => Int32Array.from({ length: count }, () => random.integer(most));

describe('a CsrMatrix holds what was predicted, to the byte', () => {
  test.each([
    [1, 1, 0],
    [300, 40, 500],
    [50, 900, 20_000],
  ])('of %i x %i with %i entries, as built and after products', async (rows, columns, entries) => {
    const values = Float32Array.from({ length: entries }, () => 1);
    using matrix = await CsrMatrix.fromCoo({
      ...{ rows, columns, values },
      rowIndex: below(rows, entries),
      columnIndex: below(columns, entries),
    });
    const shape = { rows, columns, nonzeros: matrix.nonzeros };
    expect(memory.csrMatrix(shape)).toEqual(matrix.memoryUsage());
    matrix.multiply(new Float32Array(columns));
    expect(memory.csrMatrix({ ...shape, multiplied: 1 })).toEqual(matrix.memoryUsage());
  });

  test('after a product with a matrix, and by its density', async () => {
    const [rows, columns] = [60, 50];
    const dense = Float32Array.from({ length: rows * columns }, (_, i) => (i % 4 === 0 ? 1 : 0));
    using matrix = await CsrMatrix.fromDense(dense, { rows, columns });
    expect(memory.csrMatrix({ rows, columns, density: 0.25 })).toEqual(matrix.memoryUsage());
    matrix.multiplyMatrix(new Float32Array(columns * 6), 6);
    expect(memory.csrMatrix({ rows, columns, density: 0.25, multiplied: 6 })).toEqual(matrix.memoryUsage());
  });
});

describe('recommenders hold what was predicted, to the byte', () => {
  const [userCount, itemCount, entries] = [70, 45, 900];
  const users = below(userCount, entries);
  const items = below(itemCount, entries);
  const ratings = Float32Array.from({ length: entries }, () => 1 + random.integer(5));
  const interactions = { users, items, ratings, userCount, itemCount };
  const sizes = { users: userCount, items: itemCount };

  test.each([
    [1, true],
    [7, false],
    [64, true],
  ])('factors, %i of them, biases %s', async (factors, biases) => {
    using mf = await MatrixFactorization.create({ factors, biases, epochs: 1 });
    await mf.fit(interactions);
    expect(memory.matrixFactorization({ ...sizes, factors, biases }).total).toBe(mf.memoryUsage().total);
    mf.similarItems(0);
    expect(memory.matrixFactorization({ ...sizes, factors, biases, similarItems: true }).total).toBe(
      mf.memoryUsage().total,
    );
    using als = await ImplicitALS.create({ factors, iterations: 1 });
    await als.fit(interactions);
    expect(memory.implicitALS({ ...sizes, factors }).total).toBe(als.memoryUsage().total);
  });

  test('neighbours of items: exact where their number is known, and where all have as many as they may', async () => {
    using few = await ItemKnn.create({ neighbors: 5 });
    await few.fit(interactions);
    expect(memory.itemKnn({ ...sizes, entries, neighbors: 5 }).total).toBe(few.memoryUsage().total);
    using strict = await ItemKnn.create({ neighbors: 40, minSupport: 6 });
    await strict.fit(interactions);
    // Two lists of `links` numbers, and what else there is: the links follow from the bytes.
    const links = linksOf(strict, itemCount);
    expect(links).toBeLessThan(40 * itemCount);
    expect(memory.itemKnn({ ...sizes, entries, links }).total).toBe(strict.memoryUsage().total);
  });
});

function linksOf(knn: ItemKnn, items: number): number {
  let links = 0;
  for (let item = 0; item < items; item++) {
    links += knn.similarItems(item, { k: items }).ids.filter((id) => id >= 0).length;
  }
  return links;
}

describe('texts', () => {
  // Words fall off as 1 / rank, as those of languages do.
  const words = Array.from({ length: 6000 }, (_, rank) => `w${rank.toString(36)}`);
  const shares = new Float64Array(words.length);
  words.reduce((sum, _, rank) => {
    shares[rank] = sum + 1 / (rank + 1);
    return shares[rank];
  }, 0);
  const draw = (): string => {
    const wanted = random.uniform() * shares.at(-1)!;
    let [low, high] = [0, words.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (shares[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return words[low]!;
  };
  const document = (): string => Array.from({ length: 10 + random.integer(80) }, draw).join(' ');

  test.each([400, 3000, 9000])(
    'a Bm25Index of %i documents holds what was predicted within 3 %%',
    async (documents) => {
      const texts = Array.from({ length: documents }, document);
      using index = await Bm25Index.create();
      index.add(texts);
      const distinct = texts.map((text) => new Set(text.split(' ')));
      const postings = distinct.reduce((sum, { size }) => sum + size, 0);
      const terms = [...new Set(distinct.flatMap((set) => [...set]))];
      const predicted = memory.bm25Index({
        ...{ documents, postings, terms: terms.length },
        termLength: terms.join('').length / terms.length,
        documentLength: texts.join(' ').split(' ').length / documents,
      });
      const actual = index.memoryUsage();
      expect(predicted.terms).toBe(actual.terms);
      expect(predicted.ids).toBe(actual.ids);
      expect(relativeError(predicted.total, actual.total)).toBeLessThan(0.03);
    },
  );

  test('a Bm25Index without documents holds what was predicted, and given ids take a table', async () => {
    using index = await Bm25Index.create();
    expect(memory.bm25Index({ documents: 0, terms: 0, postings: 0 })).toEqual(index.memoryUsage());
    index.add(['a b', 'a'], { ids: [7, 3] });
    const { ids } = index.memoryUsage();
    expect(memory.bm25Index({ documents: 2, terms: 2, postings: 3, ids: 'given' }).ids).toBe(ids);
  });

  test.each([26, 300])(
    'an EditDictionary of %i symbols holds what was predicted, to the byte',
    async (symbols) => {
      const word = () =>
        Array.from({ length: random.integer(12) }, () =>
          String.fromCharCode(0x4e00 + random.integer(symbols)),
        ).join('');
      const every = Array.from({ length: symbols }, (_, i) => String.fromCharCode(0x4e00 + i));
      const list = [...every, ...Array.from({ length: 2000 }, word)];
      using dictionary = await EditDictionary.create(list);
      const lengths = new Uint32Array(12);
      for (const { length } of list) lengths[length]!++;
      expect(memory.editDictionary({ lengths, symbols }).total).toBe(dictionary.memoryUsage().total);
    },
  );
});

test.each([4, 8] as const)(
  'a ProductQuantizer of %i bits holds what was predicted, to the byte',
  async (bits) => {
    using quantizer = await ProductQuantizer.create({ dimensions: 24, subvectors: 8, bits });
    const values = rowsOf({ rows: 300, dimensions: 24 });
    await quantizer.train(values);
    const predicted = memory.productQuantizer({ dimensions: 24, subvectors: 8, bits, rows: 300 });
    expect(predicted.total).toBe(quantizer.memoryUsage().total);
    expect(predicted.codes).toBe(quantizer.encode(values).byteLength);
  },
);
