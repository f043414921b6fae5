import { describe, expect, test } from 'vitest';
import { type RatingsTable, readRatings } from '../../src/format/index.ts';
import type { ErrorCode } from '../../src/host/errors.ts';
import type { Interactions } from '../../src/vectors/interactions.ts';
import { ascii, concatenate, errorOf, misaligned } from './bytes.ts';

/** Entries as [user, item, rating, time], by the names in the file, as far as there are any. */
function entriesOf({ users, items, ratings, timestamps, userNames, itemNames }: RatingsTable) {
  return Array.from(users, (user, i) => [
    userNames[user],
    itemNames[items[i]!],
    ...(ratings ? [ratings[i]] : []),
    ...(timestamps ? [timestamps[i]] : []),
  ]);
}

const TWO = [
  [7, 31, 2.5, 1260759144],
  [9, 31, 4, 978300760],
];

describe('readRatings', () => {
  test('numbers users and items from 0 in the order in which they appear, and gives their names back', () => {
    const table = readRatings('196\t242\t3\t881250949\n186\t302\t3\t891717742\n196\t302\t0.5\t878887116\n');

    expect(table).toEqual({
      users: Int32Array.of(0, 1, 0),
      items: Int32Array.of(0, 1, 1),
      ratings: Float32Array.of(3, 3, 0.5),
      timestamps: Float64Array.of(881_250_949, 891_717_742, 878_887_116),
      userNames: [196, 186],
      itemNames: [242, 302],
      userCount: 2,
      itemCount: 2,
    });
    const interactions: Interactions = table;
    expect(interactions.userCount).toBe(2);
  });

  test.each([
    ['tabs', '7\t31\t2.5\t1260759144\n9\t31\t4\t978300760\n'],
    ['double colons', '7::31::2.5::1260759144\n9::31::4::978300760\n'],
    ['semicolons', '7;31;2.5;1260759144\n9;31;4;978300760\n'],
    ['commas', '7,31,2.5,1260759144\n9,31,4,978300760\n'],
    ['a header of MovieLens', 'userId,movieId,rating,timestamp\n7,31,2.5,1260759144\n9,31,4,978300760\n'],
    [
      'a header in another order',
      'Timestamp;RATING;Item ID;User_Id\n1260759144;2.5;31;7\n978300760;4;31;9\n',
    ],
    [
      'a header with types',
      'user_id:token\titem_id:token\trating:float\ttimestamp:float\n7\t31\t2.5\t1260759144\n9\t31\t4\t978300760\n',
    ],
    ['a header of unknown names', 'qui,quoi,combien,quand\n7,31,2.5,1260759144\n9,31,4,978300760\n'],
    [
      'columns that are of no use',
      ',user,item,title,rating,timestamp\n0,7,31,"A, B",2.5,1260759144\n1,9,31,,4,978300760\n',
    ],
    ['carriage returns', '7,31,2.5,1260759144\r\n9,31,4,978300760\r\n'],
    ['a byte order mark', '\ufeffuser,item,rating,timestamp\n7,31,2.5,1260759144\n9,31,4,978300760\n'],
    ['empty lines', '\n\r\n7,31,2.5,1260759144\n  \n\n9,31,4,978300760\n\n \n'],
    ['no newline at the end', '7,31,2.5,1260759144\n9,31,4,978300760'],
    ['a carriage return at the end', '7,31,2.5,1260759144\n9,31,4,978300760\r'],
    ['quotes', '"7","31","2.5","1260759144"\n9,"31",4,"978300760"\n'],
    ['spaces around fields', ' 7, 31 ,2.5,  1260759144 \n"9" , "31",4 , 978300760\n'],
    ['numbers in other forms', '7,31,+25e-1,1260759144.0\n9,31,4.,0978300760\n'],
  ])('reads %s', (_, text) => {
    expect(entriesOf(readRatings(text))).toEqual(TWO);
    expect(entriesOf(readRatings(misaligned(new TextEncoder().encode(text))))).toEqual(TWO);
    expect(entriesOf(readRatings(new TextEncoder().encode(text).buffer))).toEqual(TWO);
  });

  test.each([
    ['3 columns', '7,31,2.5\n', {}, [[7, 31, 2.5]]],
    ['3 columns, the last of times', '7,31,99\n', { hasTimestamps: true }, [[7, 31, 99]]],
    ['4 columns without times', '7,31,2.5,99\n', { hasTimestamps: false }, [[7, 31, 2.5]]],
    [
      'times that are dates, left out',
      'user,item,time\n7,31,2020-01-01\n',
      { hasTimestamps: false },
      [[7, 31]],
    ],
    [
      '2 columns',
      '7,31\n8,31\n',
      {},
      [
        [7, 31],
        [8, 31],
      ],
    ],
    [
      '2 columns of text',
      'ann,tea\nbob,tea\n',
      {},
      [
        ['ann', 'tea'],
        ['bob', 'tea'],
      ],
    ],
    ['2 columns with a header', 'user,item\nann,tea\n', {}, [['ann', 'tea']]],
    [
      '2 columns with a header of unknown names',
      'qui,quoi\nann,tea\n',
      { hasHeader: true },
      [['ann', 'tea']],
    ],
    [
      'ids like names of columns',
      'user,item,5\nann,tea,4\n',
      { hasHeader: false },
      [
        ['user', 'item', 5],
        ['ann', 'tea', 4],
      ],
    ],
    ['ids that begin like names of columns', 'user1,item1,5\n', {}, [['user1', 'item1', 5]]],
  ] as const)('reads %s', (_, text, options, entries) => {
    const table = readRatings(text, options);
    expect(entriesOf(table)).toEqual(entries);
    const third = text.includes('99') && 'hasTimestamps' in options && options.hasTimestamps;
    expect('timestamps' in table).toBe(third);
  });

  test('takes integers of up to 15 digits for numbers and keeps all other ids as text', () => {
    const ids = [
      '0',
      '007',
      '999999999999999',
      '1000000000000000',
      '-1',
      '1.0',
      '1e3',
      'Zoë',
      'a""b',
      '日本',
      'x y',
    ];
    const { userNames, itemNames } = readRatings(ids.map((id) => `"${id}",1,1\n`).join(''));

    expect(userNames).toEqual([0, '007', 999_999_999_999_999, ...ids.slice(3, 8), 'a"b', '日本', 'x y']);
    expect(itemNames).toEqual([1]);
  });

  test('tells a hundred thousand ids apart, and finds each again', () => {
    const count = 100_000;
    const line = (i: number) => `${i.toString(36)}-${i % 7},${i},${i % 5}\n`;
    const text = Array.from({ length: 2 * count }, (_, i) => line(i % count)).join('');

    const { users, items, userCount, itemCount, userNames } = readRatings(text);

    expect([userCount, itemCount, userNames[12_345]]).toEqual([count, count, `${(12_345).toString(36)}-4`]);
    expect(users.every((user, i) => user === i % count && items[i] === user)).toBe(true);
  });

  test('rounds ratings as JavaScript reads them, to float32', () => {
    const ratings = [
      '0.1',
      '3.3333333333333333333',
      '16777217',
      '1e-50',
      '-.5',
      '123456789012345678',
      '3.4e38',
      '0.000001',
    ];

    const read = readRatings(ratings.map((rating) => `1,1,${rating}\n`).join(''));

    expect([...read.ratings!]).toEqual(ratings.map((rating) => Math.fround(Number(rating))));
  });

  test('reads times as JavaScript does, whatever their digits', () => {
    const times = [
      '0.1234567890123456789',
      '9007199254740993.25',
      '123456789012345.6',
      '1.7976931348623157e308',
    ];

    const read = readRatings(times.map((time) => `1,1,1,${time}\n`).join(''));

    expect([...read.timestamps!]).toEqual(times.map(Number));
  });

  test('reads as many lines as there are, however short', () => {
    const table = readRatings(`user,,,,item,\n${'1,,,,2,\n'.repeat(100)}1,,,,2,`);
    expect(entriesOf(table)).toEqual(Array.from({ length: 101 }, () => [1, 2]));
  });
});

const GOOD = '1,1,5\n2,1,4\n';
const hostile: readonly (readonly [
  kind: string,
  code: ErrorCode,
  where: string,
  file: string | Uint8Array,
])[] = [
  ['nothing', 'FILE_TRUNCATED', 'ratings', ''],
  ['a byte order mark alone', 'FILE_TRUNCATED', 'ratings', '\ufeff'],
  ['empty lines alone', 'FILE_TRUNCATED', 'ratings', '\n \r\n\n'],
  ['a header alone', 'FILE_TRUNCATED', 'ratings', 'user,item,rating\n'],
  ['one column', 'FILE_FORMAT', 'columns', '1\n2\n'],
  ['five columns without a header', 'FILE_FORMAT', 'columns', '1,2,3,4,5\n'],
  ['a header without items', 'FILE_FORMAT', 'columns', 'user,song title,rating\n1,2,3\n'],
  ['a header that names a column twice', 'FILE_FORMAT', 'columns', 'user,item,item\n1,2,3\n'],
  ['other separators', 'FILE_FORMAT', 'columns', '1 2 3\n'],
  ['a missing column', 'FILE_CORRUPT', 'line 3, columns', `${GOOD}3,1\n`],
  ['a column too many', 'FILE_CORRUPT', 'line 3, columns', `${GOOD}3,1,4,9\n`],
  ['a separator at the end', 'FILE_CORRUPT', 'line 3, columns', `${GOOD}3,1,4,\n`],
  ['an empty rating', 'FILE_CORRUPT', 'line 3, rating', `${GOOD}3,1,\n`],
  ['an empty rating at the end of the file', 'FILE_CORRUPT', 'line 3, rating', `${GOOD}3,1,`],
  ['a rating of NaN', 'FILE_CORRUPT', 'line 1, rating', `ann,tea,NaN\n${GOOD}`],
  ['a rating of Infinity', 'FILE_CORRUPT', 'line 1, rating', `ann,tea,-Infinity\n${GOOD}`],
  ['a rating beyond float32', 'FILE_CORRUPT', 'line 3, rating', `${GOOD}3,1,3.5e38\n`],
  ['a rating of text', 'FILE_CORRUPT', 'line 5, rating', `user,item,rating\n\n${GOOD}3,1,good\n`],
  ['a rating in hexadecimal', 'FILE_CORRUPT', 'line 3, rating', `${GOOD}3,1,0x10\n`],
  ['a decimal comma', 'FILE_CORRUPT', 'line 1, rating', '1;2;3,5\n'],
  ['a rating of a sign', 'FILE_CORRUPT', 'line 3, rating', `${GOOD}3,1,-\n`],
  ['a rating of two points', 'FILE_CORRUPT', 'line 3, rating', `${GOOD}3,1,1.2.3\n`],
  ['a rating of two points, one behind the other', 'FILE_CORRUPT', 'line 3, rating', `${GOOD}3,1,1..3\n`],
  ['a time of text', 'FILE_CORRUPT', 'line 1, timestamp', '1,1,5,today\n'],
  ['no user', 'FILE_CORRUPT', 'line 3, user', `${GOOD},1,4\n`],
  ['no item', 'FILE_CORRUPT', 'line 3, item', `${GOOD}3,"",4\n`],
  ['a control character', 'FILE_CORRUPT', 'line 3, characters', `${GOOD}3,1\0,4\n`],
  ['a carriage return within a line', 'FILE_CORRUPT', 'line 3, characters', `${GOOD}3,1,4\r3,1,4\n`],
  ['a quote within a field', 'FILE_CORRUPT', 'line 3, characters', `${GOOD}3,1"2",4\n`],
  ['a quote that stays open', 'FILE_CORRUPT', 'line 3, quotes', `${GOOD}"3,1,4\n4,1,4\n`],
  ['a quote that stays open to the end', 'FILE_CORRUPT', 'line 3, quotes', `${GOOD}3,1,"4`],
  ['text after a quote', 'FILE_CORRUPT', 'line 3, quotes', `${GOOD}"3"3,1,4\n`],
  ['a single colon after a quote', 'FILE_CORRUPT', 'line 1, quotes', '"3":1::4\n'],
  ['a line of 5 000 bytes', 'FILE_CORRUPT', 'line 3, bytes', `${GOOD}${'3'.repeat(5000)},1,4\n`],
  ['a million columns', 'FILE_CORRUPT', 'line 1, bytes', ','.repeat(1e6)],
  [
    'text that is no UTF-8',
    'FILE_CORRUPT',
    'line 3, user',
    concatenate(ascii(GOOD), [0xff], ascii(',1,4\n')),
  ],
  ['UTF-16', 'FILE_CORRUPT', 'line 1, characters', ascii('1\0,\x002\0,\x005\0\n\0')],
];

test.each(hostile)('readRatings answers %s with %s, and says where', (_, code, where, file) => {
  const error = errorOf(() => readRatings(file));

  expect(error.code).toBe(code);
  expect(error.message).toContain(where);
  expect(error.message).toContain(`expected ${error.expected}, got ${error.got}; `);
  expect(error.message.length).toBeLessThan(400);
});

test('readRatings refuses times that are asked for and not there, and what is no file', () => {
  const times = { hasTimestamps: true };
  expect(errorOf(() => readRatings('1,2\n', times)).code).toBe('FILE_FORMAT');
  expect(errorOf(() => readRatings('user,item,rating\n1,2,3\n', times)).code).toBe('FILE_FORMAT');
  expect(errorOf(() => readRatings([1, 2, 3] as never)).code).toBe('INVALID_ARGUMENT');
});
