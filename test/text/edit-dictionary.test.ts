import fc from 'fast-check';
import { closest, distances, EditDictionary, LanewiseError, Random } from 'lanewise';
import { expect, test } from 'vitest';
import { runtime } from '../../src/text/edit-kernels.ts';
import { editDistance } from '../reference/edit-distance.ts';

function randomWords(seed: number, count: number, { longest = 14, letters = 20, first = 97 } = {}): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: random.integer(longest + 1) }, () =>
      String.fromCodePoint(first + random.integer(letters)),
    ).join(''),
  );
}

function distancesOf(query: string, words: readonly string[]): number[] {
  return words.map((word) => editDistance([...query], [...word]));
}

/** The k best within max, ties by place, filled up with -1. */
function bestOf(all: readonly number[], k: number, max: number): { ids: number[]; distances: number[] } {
  const best = all
    .map((distance, id) => ({ distance, id }))
    .filter(({ distance }) => distance <= max)
    .sort((a, b) => a.distance - b.distance || a.id - b.id)
    .slice(0, k);
  const missing = Array.from({ length: k - best.length }, () => -1);
  return {
    ids: [...best.map(({ id }) => id), ...missing],
    distances: [...best.map(({ distance }) => distance), ...missing],
  };
}

// Lanes of 8, 16 and 32 bits, and words one by one; symbols of one byte and of two.
test.each([
  ['letters', { letters: 20, first: 97 }],
  ['a large alphabet', { letters: 700, first: 0x4e00 }],
  ['symbols beyond 16 bits', { letters: 30, first: 0x1f600 }],
])('distances and the closest agree with the whole table: %s', async (_, alphabet) => {
  const words = randomWords(3, 300, { ...alphabet, longest: 40 });
  using dictionary = await EditDictionary.create(words);
  const random = new Random(4);
  const lengths = [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 80];
  const queries = lengths.flatMap((length) => [
    Array.from({ length }, () =>
      String.fromCodePoint(alphabet.first + random.integer(alphabet.letters)),
    ).join(''),
    [...(words.find((word) => [...word].length === length) ?? 'zzz')].slice(1).concat('!').join(''),
  ]);
  const all = dictionary.distances(queries);

  for (const [row, query] of queries.entries()) {
    const expected = distancesOf(query, words);
    expect([...all.subarray(row * words.length, (row + 1) * words.length)]).toEqual(expected);
    for (const [k, max] of [
      [1, Number.POSITIVE_INFINITY],
      [7, 3],
      [400, 12],
    ] as const) {
      const { ids, distances: found } = dictionary.closest(query, { k, max });
      expect({ ids: [...ids], distances: [...found] }).toEqual(bestOf(expected, k, max));
    }
  }
});

test('several queries are rows, and ties go to the word that comes first', async () => {
  const words = ['cat', 'bat', 'hat', 'cat', '', 'cart'];
  using dictionary = await EditDictionary.create(words);
  const { ids, distances: found, k } = dictionary.closest(['cat', 'rat'], { k: 3, max: 1 });

  expect(k).toBe(3);
  expect([...ids]).toEqual([0, 3, 1, 0, 1, 2]);
  expect([...found]).toEqual([0, 0, 1, 1, 1, 1]);
  expect([...dictionary.closest('dog', { k: 2, max: 1 }).ids]).toEqual([-1, -1]);
  expect(dictionary.closest('cat').k).toBe(10);
  expect([...dictionary.distances('cat')]).toEqual([0, 1, 1, 0, 3, 1]);
  expect(dictionary.distances([])).toHaveLength(0);
});

test('the closest agree with the whole table, whatever the words', async () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', '\u{1f600}', '\ud83d'), maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 60 }), word, fc.nat(6), async (words, query, max) => {
      using dictionary = await EditDictionary.create(words);
      const expected = distancesOf(query, words);
      const { ids, distances: found } = dictionary.closest(query, { k: 5, max });
      expect({ ids: [...ids], distances: [...found] }).toEqual(bestOf(expected, 5, max));
    }),
    { seed: 6, numRuns: 150 },
  );
});

test('bytes are compared where asked, and halves of surrogate pairs are like themselves alone', async () => {
  using bytes = await EditDictionary.create(['é', 'è', 'e'], { unit: 'bytes' });
  expect([...bytes.distances('é')]).toEqual([0, 1, 2]);
  using points = await EditDictionary.create(['\ud83d', '\ufffd', '\u{1f600}', '\ude00']);
  expect([...points.distances('\ud83d')]).toEqual([0, 1, 1, 1]);
});

test('closest and distances take a dictionary, or words for one call', async () => {
  const words = ['receive', 'relieve'];
  using dictionary = await EditDictionary.create(words);
  const inUse = runtime().memory.statistics.bytesInUse;

  for (const given of [dictionary, words]) {
    expect(closest('recieve', given, { k: 1 })).toEqual({
      ids: Int32Array.of(1),
      distances: Int32Array.of(1),
      k: 1,
    });
    expect([...distances(['receive', 'x'], given)]).toEqual([0, 3, 7, 7]);
  }
  expect(runtime().memory.statistics.bytesInUse).toBe(inUse);
});

test('an empty dictionary has nothing close', async () => {
  using dictionary = await EditDictionary.create([]);

  expect(dictionary.size).toBe(0);
  expect([...dictionary.closest('a', { k: 2 }).ids]).toEqual([-1, -1]);
  expect(dictionary.distances(['a', 'b'])).toHaveLength(0);
});

test('memory is reported, and given back', async () => {
  const before = runtime().memory.statistics.bytesInUse;
  const dictionary = await EditDictionary.create(randomWords(1, 1000));
  const total = runtime().memory.statistics.bytesInUse - before;

  expect(dictionary.memoryUsage()).toEqual({ total });
  dictionary.closest('query', { k: 5 });
  dictionary.distances('query'.repeat(20));
  expect(dictionary.memoryUsage()).toEqual({ total });
  dictionary.dispose();
  dictionary.dispose();
  expect(runtime().memory.statistics.bytesInUse).toBe(before);
  for (const call of [
    () => dictionary.closest('a'),
    () => dictionary.distances('a'),
    () => dictionary.memoryUsage(),
  ])
    expect(call).toThrow('disposed');
});

test('encoding reports words, and stops when told to', async () => {
  const words = randomWords(2, 40_000);
  const before = runtime().memory.statistics.bytesInUse;
  const seen: number[] = [];
  const dictionary = await EditDictionary.create(words, { onProgress: ({ done }) => seen.push(done) });
  expect(seen.at(-1)).toBe(80_000);
  dictionary.dispose();

  const stop = new AbortController();
  const stopped = EditDictionary.create(words, {
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  });
  await expect(stopped).rejects.toThrow('enough');
  expect(runtime().memory.statistics.bytesInUse).toBe(before);
});

test('what is no word, no query, no k or no max is refused, and nothing is lost', async () => {
  using dictionary = await EditDictionary.create(['a', 'b']);
  for (const [call, message] of [
    [() => dictionary.closest(1 as never), 'queries must be an array of strings; got number'],
    [() => dictionary.closest(['a', 2 as never]), 'queries[1] must be a string'],
    [() => dictionary.closest('a', { k: 0 }), 'k must be an integer in 1..'],
    [() => dictionary.closest('a', { max: -1 }), 'max must be a whole number'],
    [() => dictionary.closest('a', { max: 0.5 }), 'max must be a whole number'],
    [() => dictionary.distances(undefined as never), 'queries must be an array of strings'],
    [() => closest('a', 'words' as never), 'dictionary must be an array of strings'],
  ] as const) {
    expect(call).toThrow(LanewiseError);
    expect(call).toThrow(message);
  }
  await expect(EditDictionary.create('a b' as never)).rejects.toThrow('words must be an array of strings');
  await expect(EditDictionary.create(['a'], { unit: 'x' as never })).rejects.toThrow('unit');
  expect([...dictionary.closest('b', { k: 1 }).ids]).toEqual([1]);
});

test('more than 65 536 different symbols are refused', async () => {
  const symbols = Array.from({ length: 65_537 }, (_, i) => String.fromCodePoint(0x10000 + i));
  using largest = await EditDictionary.create(symbols.slice(1));
  expect([...largest.closest(symbols[65_536]!, { k: 2 }).ids]).toEqual([65_535, 0]);
  await expect(EditDictionary.create(symbols)).rejects.toThrow('65537 different symbols');
});
