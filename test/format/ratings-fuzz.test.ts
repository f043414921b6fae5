import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRatings } from '../../src/format/index.ts';
import { LanewiseError } from '../../src/host/errors.ts';
import { checkInteractions } from '../../src/vectors/interactions.ts';
import { flips, truncations } from './damage.ts';

const runs = { seed: 20_240_606, numRuns: 2_000 };

/** Bytes of arrays for a byte of text: eight for "1,1,1,1\n" make two ids, a rating and a time. */
const MOST = 3;

/** What is read is fit for every recommender and takes memory by the file's size; what is not gives the one error. */
function survives(files: fc.Arbitrary<Uint8Array>): void {
  fc.assert(
    fc.property(files, (bytes) => {
      try {
        const table = readRatings(bytes);
        const arrays = [table.users, table.items, table.ratings, table.timestamps];
        const held = arrays.reduce((total, array) => total + (array?.buffer.byteLength ?? 0), 0);
        checkInteractions(table);
        expect(table.userNames.length).toBe(table.userCount);
        return held <= MOST * bytes.length && (table.timestamps?.every(Number.isFinite) ?? true);
      } catch (error) {
        expect(error).toBeInstanceOf(LanewiseError);
        expect((error as LanewiseError).code).toMatch(/^FILE_/);
        return true;
      }
    }),
    runs,
  );
}

describe.each([
  ['tabs', '1\t2\t3\t4\n2\t3\t4.5\t5\n'],
  ['a header', '\ufeffuserId,movieId,rating,timestamp\r\n1,2,3.5,4\r\n2,3,-4e0,5\r\n'],
  ['colons', 'ann::tea::3\nbob::tea::4'],
  ['quotes', '"a ""b""";"c;d"\n"e";f\n'],
])('readRatings, a file of %s', (_, text) => {
  const file = new TextEncoder().encode(text);

  test('is read unharmed', () => expect(readRatings(file).users.length).toBe(2));
  test('is read or refused when cut anywhere', () => survives(truncations(file)));
  test('is read or refused with flipped bits', () => survives(flips(file)));
});

test('readRatings reads or refuses random bytes', () => survives(fc.uint8Array({ maxLength: 200 })));

test('readRatings reads or refuses any text of its tokens', () => {
  const token = fc.constantFrom(
    ...['1', '2', '3.5', '-', '.', 'e', 'NaN', 'user', 'item', 'rating', 'time', 'ann', '\u00e9', '\0', ' '],
    ...[',', ',', ',', ';', '\t', '::', ':', '"', '""', '\n', '\n', '\r\n', '\r', '\ufeff'],
  );
  survives(fc.array(token, { maxLength: 40 }).map((tokens) => new TextEncoder().encode(tokens.join(''))));
});

test('readRatings gives back whatever was written, in any of the ways to write it', () => {
  const id = fc.oneof(
    fc.nat({ max: 20 }),
    fc
      .string({ minLength: 1, unit: fc.constantFrom('a', 'b', 'é', '"', ',', ':', ' ', '0') })
      .filter((text) => {
        return text.trim() !== '' && !/^(0|[1-9]\d*)$/.test(text);
      }),
  );
  const entry = fc.tuple(id, id, fc.float({ noNaN: true, noDefaultInfinity: true }), fc.nat());
  const written = fc.record({
    entries: fc.array(entry, { minLength: 1, maxLength: 20 }),
    separator: fc.constantFrom(',', ';', '\t', '::'),
    newline: fc.constantFrom('\n', '\r\n', '\n\n'),
    header: fc.boolean(),
  });
  const quote = (name: string | number) =>
    typeof name === 'number' ? name : `"${name.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(written, ({ entries, separator, newline, header }) => {
      const lines = entries.map(([user, item, rating, time]) =>
        [quote(user), quote(item), rating, time].join(separator),
      );
      if (header) lines.unshift(['user', 'item', 'rating', 'time'].join(separator));
      const { users, items, ratings, timestamps, userNames, itemNames } = readRatings(lines.join(newline));
      const read = Array.from(users, (user, i) => [
        userNames[user],
        itemNames[items[i]!],
        ratings![i],
        timestamps![i],
      ]);
      // Of a zero, the sign is not written.
      expect(read).toEqual(entries.map(([user, item, rating, time]) => [user, item, rating + 0, time]));
    }),
    { seed: runs.seed, numRuns: 500 },
  );
});
