import fc from 'fast-check';
import { type Alignment, alignment, levenshtein, ngramJaccard, optimalStringAlignment } from 'lanewise';
import { expect, test } from 'vitest';

/** Does what an alignment says, from the end, so that positions before stay what they are. */
function apply(a: string, b: string, { edits }: Alignment): string {
  const units = [...a];
  const target = [...b];
  for (const { kind, from, to } of [...edits].reverse()) {
    if (kind === 'insert') units.splice(from, 0, target[to]!);
    else if (kind === 'delete') units.splice(from, 1);
    else if (kind === 'substitute') units.splice(from, 1, target[to]!);
    else units.splice(from, 2, units[from + 1]!, units[from]!);
  }
  return units.join('');
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\u{1f600}'), maxLength: 12 });

test.each([false, true])(
  'the edits turn one text into the other, as many as the distance (transpositions: %s)',
  (transpositions) => {
    const distance = transpositions ? optimalStringAlignment : levenshtein;
    fc.assert(
      fc.property(text, text, (a, b) => {
        const aligned = alignment(a, b, { transpositions });
        expect(aligned.distance).toBe(distance(a, b));
        expect(aligned.edits).toHaveLength(aligned.distance);
        expect(apply(a, b, aligned)).toBe(b);
      }),
      { seed: 2, numRuns: 300 },
    );
  },
);

test('the table holds the distances of all prefixes', () => {
  const { table, rows, columns, edits } = alignment('ship', 'slip');

  expect([rows, columns]).toEqual([5, 5]);
  expect([...table]).toEqual([0, 1, 2, 3, 4, 1, 0, 1, 2, 3, 2, 1, 1, 2, 3, 3, 2, 2, 1, 2, 4, 3, 3, 2, 1]);
  expect(edits).toEqual([{ kind: 'substitute', from: 1, to: 1 }]);
});

test('neighbours that changed places are one edit where asked', () => {
  expect(alignment('teh', 'the').edits).toHaveLength(2);
  expect(alignment('teh', 'the', { transpositions: true }).edits).toEqual([
    { kind: 'transpose', from: 1, to: 1 },
  ]);
});

test('bytes are aligned where asked', () => {
  // C3 A9 and C3 A8.
  expect(alignment('aé', 'aè', { unit: 'bytes' }).edits).toEqual([{ kind: 'substitute', from: 2, to: 2 }]);
});

test('a table of more than 2^22 cells is refused', () => {
  expect(alignment('a'.repeat(2047), 'a'.repeat(2047)).distance).toBe(0);
  expect(() => alignment('a'.repeat(2048), 'a'.repeat(2047))).toThrow('2049 x 2048 cells is too large');
  expect(() => alignment('a', 1 as never)).toThrow('b must be a string');
  expect(() => alignment('a', 'b', { transpositions: 1 as never })).toThrow('true or false');
});

test('ngramJaccard is the share of different n-grams that both texts have', () => {
  // ni ig gh ht; na ac ch ht.
  expect(ngramJaccard('night', 'nacht')).toBe(1 / 7);
  expect(ngramJaccard('aaaa', 'aa')).toBe(1);
  expect(ngramJaccard('abc', 'cab', { n: 1 })).toBe(1);
  expect(ngramJaccard('abc', 'xyz', { n: 3 })).toBe(0);
  // Shorter than n: a text is its one n-gram.
  expect(ngramJaccard('a', 'a', { n: 3 })).toBe(1);
  expect(ngramJaccard('a', 'b', { n: 3 })).toBe(0);
  expect(ngramJaccard('', '')).toBe(1);
  expect(ngramJaccard('', 'ab')).toBe(0);
  // One code point in common of three; bytes F0 9F 98 80 and F0 9F 98 81, three of five.
  expect(ngramJaccard('\u{1f600}\u{1f601}', '\u{1f601}\u{1f602}', { n: 1 })).toBe(1 / 3);
  expect(ngramJaccard('\u{1f600}', '\u{1f601}', { n: 1, unit: 'bytes' })).toBe(3 / 5);
  expect(ngramJaccard('\ud83d', '\ufffd', { n: 1 })).toBe(0);
  for (const n of [0, 1.5, -1])
    expect(() => ngramJaccard('a', 'b', { n })).toThrow('n must be an integer in 1..');
  expect(() => ngramJaccard(1 as never, 'b')).toThrow('a must be a string');
});
