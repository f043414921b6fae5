/*
 * Files of ratings, as MovieLens has them and most others: text, one rating a line, its fields between separators.
 *
 *   userId,movieId,rating,timestamp          a header, or none; columns in any order if it names them
 *   1,31,2.5,1260759144
 *   1::1193::5::978300760                    other separators: :: tab ;
 *   "0b7c...",  "The, quoted one"            ids of any text; two columns: no ratings
 */
import { checkBytes } from '../vectors/input.ts';
import { describe, fileError } from './errors.ts';
import { IdNumbers } from './id-numbers.ts';
import { RatingsScanner } from './ratings-scanner.ts';

/** How a file of ratings is read, where it does not tell by itself. */
export interface RatingsOptions {
  /** Whether the first line names the columns. @default detected */
  readonly hasHeader?: boolean;
  /**
   * Whether times are read: `true` demands them, and takes the third column for them where there are three without a header;
   * `false` leaves them out. @default where a column is one of times
   */
  readonly hasTimestamps?: boolean;
}

/**
 * Ratings of a file, in its order, one an entry: what every `fit` of a recommender takes. Users and items are numbered from 0
 * as they first appear.
 */
export interface RatingsTable {
  readonly users: Int32Array<ArrayBuffer>;
  readonly items: Int32Array<ArrayBuffer>;
  /** Missing where the file has no column of them. */
  readonly ratings?: Float32Array<ArrayBuffer>;
  /** As the file has them: of MovieLens, seconds since 1970. */
  readonly timestamps?: Float64Array<ArrayBuffer>;
  /** What the file calls each user: integers of up to 15 digits as numbers, all else as text. */
  readonly userNames: readonly (string | number)[];
  readonly itemNames: readonly (string | number)[];
  readonly userCount: number;
  readonly itemCount: number;
}

type Role = 'user' | 'item' | 'rating' | 'timestamp';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
/** The first that stands on each of the first lines. A comma comes last: it may be part of another field. */
const SEPARATORS = ['::', '\t', ';', ','] as const;
const SAMPLE_BYTES = 8192;
const SAMPLE_LINES = 8;
const POSITIONS: readonly Role[] = ['user', 'item', 'rating', 'timestamp'];
/** What headers call the columns, in small letters, without "id" behind. */
const NAMES: Readonly<Record<Role, readonly string[]>> = {
  user: ['user', 'u', 'customer', 'reader', 'visitor', 'session'],
  item: [
    'item',
    'i',
    'movie',
    'product',
    'book',
    'artist',
    'track',
    'song',
    'anime',
    'game',
    'article',
    'isbn',
    'asin',
  ],
  rating: ['rating', 'score', 'stars', 'value', 'weight', 'count', 'plays'],
  timestamp: ['timestamp', 'time', 'unixtime', 'unixreviewtime'],
};
const NO_NUMBER = /^[+-]?(?:nan|inf(?:inity)?)$/i;

/**
 * Reads ratings: users, items, ratings and times between tabs, commas, `::` or semicolons, which is detected, as is a header.
 * Two columns are user and item; three have ratings too, and four times. A header may name them in any order (`userId`,
 * `movieId`, `item`, `rating`, `timestamp` and the like, in letters of either case), and other columns besides, which are
 * passed over. Fields may be quoted as CSV has it; empty lines are passed over. Ratings are rounded to float32.
 *
 * Every byte may be hostile. Linear in the bytes: some 100 MB/s, and a microsecond for each id that is new; memory goes with entries and distinct ids, and no text of the
 * file is kept but the names.
 *
 * @example
 * const ratings = readRatings(await readFile('ml-100k/u.data'));
 * await recommender.fit(ratings);
 *
 * @throws LanewiseError which names the line. `FILE_FORMAT`: no separator, or columns of unknown meaning; `FILE_TRUNCATED`: no
 *   rating at all; `FILE_CORRUPT`: a line of fewer or more columns, without a user or item, or of more than 4096 bytes, a
 *   rating or time that is no finite number, control characters, quotes that do not match; `INVALID_ARGUMENT` for what is
 *   neither text nor bytes
 */
export function readRatings(
  file: string | Uint8Array | ArrayBuffer,
  options: RatingsOptions = {},
): RatingsTable {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : checkBytes(file);
  const start = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? 3 : 0;
  const separator = findSeparator(bytes.subarray(start, start + SAMPLE_BYTES));
  const scanner = new RatingsScanner(bytes, start, separator);
  if (!scanner.nextLine()) throw noRatings();
  const first = scanner.texts();
  const isHeader = options.hasHeader ?? isHeaderLine(first);
  const roles = isHeader
    ? namedRoles(first)
    : first.length <= 4
      ? POSITIONS.slice(0, first.length)
      : undefined;
  const columns = roles && withTimes(roles, isHeader, options.hasTimestamps);
  const rows = isHeader ? scanner : new RatingsScanner(bytes, start, separator);
  if (columns && first.length > 1) return readRows(bytes, rows, columns);
  const expected =
    options.hasTimestamps && first.length > 1
      ? 'a user, an item and a timestamp'
      : 'a user, an item, and a rating and a timestamp or not';
  throw fileError('FILE_FORMAT', 'ratings columns', {
    expected,
    got: describe(first),
    remedy:
      'separate them by commas, tabs, semicolons or ::, and name them in the first line: userId,itemId,rating',
  });
}

/** What a line of the file holds, column by column. */
type Columns = readonly (Role | undefined)[];

function readRows(bytes: Uint8Array, scanner: RatingsScanner, columns: Columns): RatingsTable {
  const most = countLines(bytes, columns);
  const users = new Int32Array(most);
  const items = new Int32Array(most);
  const ratings = columns.includes('rating') ? new Float32Array(most) : undefined;
  const timestamps = columns.includes('timestamp') ? new Float64Array(most) : undefined;
  const userIds = new IdNumbers(bytes);
  const itemIds = new IdNumbers(bytes);
  let count = 0;
  for (; scanner.nextLine(); count++) {
    for (let column = 0; column < columns.length; column++) {
      if (column > 0 && !scanner.hasNext) throw scanner.fault('columns', columns.length, column);
      scanner.nextField();
      const role = columns[column];
      if (role === 'user') users[count] = numberId(scanner, userIds, role);
      else if (role === 'item') items[count] = numberId(scanner, itemIds, role);
      else if (role === 'rating') ratings![count] = finite(scanner, Math.fround(scanner.number()), role);
      else if (role === 'timestamp') timestamps![count] = finite(scanner, scanner.number(), role);
    }
    if (scanner.hasNext) throw scanner.fault('columns', columns.length, 'more');
    scanner.endLine();
  }
  if (count === 0) throw noRatings();
  // Where no line was empty, the arrays are as long as they should be.
  const cut = <Numbers extends { slice(from: number, to: number): Numbers; readonly length: number }>(
    numbers: Numbers,
  ): Numbers => (numbers.length > count ? numbers.slice(0, count) : numbers);
  return {
    ...{ users: cut(users), items: cut(items) },
    ...(ratings && { ratings: cut(ratings) }),
    ...(timestamps && { timestamps: cut(timestamps) }),
    ...{ userNames: userIds.names, itemNames: itemIds.names },
    ...{ userCount: userIds.names.length, itemCount: itemIds.names.length },
  };
}

function numberId(scanner: RatingsScanner, ids: IdNumbers, role: Role): number {
  const { start, end } = scanner;
  if (start === end) throw scanner.fault(role, 'an id', 'nothing');
  const number = ids.numberOf(start, end);
  if (number < 0) throw scanner.fault(role, 'UTF-8', describe(scanner.text()), 'save the file as UTF-8');
  return number;
}

function finite(scanner: RatingsScanner, value: number, role: Role): number {
  if (Number.isFinite(value)) return value;
  const remedy =
    role === 'rating'
      ? 'leave such lines out'
      : 'write times as numbers, or leave them out by { hasTimestamps: false }';
  throw scanner.fault(role, 'a finite number', describe(scanner.text()), remedy);
}

/** Lines that there may be: as many as newlines allow, and no more than bytes do, so that empty lines take no memory. */
function countLines(bytes: Uint8Array, columns: Columns): number {
  let lines = bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE ? 1 : 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === NEWLINE) lines++;
  const read = columns.filter((role) => role !== undefined).length;
  return Math.min(lines, Math.ceil(bytes.length / (columns.length + read)));
}

function findSeparator(sample: Uint8Array): string {
  const lines = new TextDecoder('latin1').decode(sample).split('\n');
  if (sample.length === SAMPLE_BYTES && lines.length > 1) lines.pop();
  const told = lines
    .filter((line) => line.trim() !== '')
    .slice(0, SAMPLE_LINES)
    .map((line) => line.replaceAll(/"[^"]*"/g, ''));
  const standsIn = (some: readonly string[]) =>
    SEPARATORS.find((each) => some.every((line) => line.includes(each)));
  return standsIn(told) ?? standsIn(told.slice(0, 1)) ?? ',';
}

function roleOf(name: string): Role | undefined {
  // RecBole has types behind names: user_id:token.
  const plain = name
    .toLowerCase()
    .replace(/:.*$/, '')
    .replaceAll(/[ _.-]/g, '');
  const noun = plain.replace(/id$/, '');
  return POSITIONS.find((role) => NAMES[role].includes(plain) || NAMES[role].includes(noun));
}

/** A line that names users or items, or has no numbers where a rating stands, nor anywhere else. */
function isHeaderLine(fields: readonly string[]): boolean {
  const roles = fields.map(roleOf);
  if (roles.includes('user') || roles.includes('item')) return true;
  return (
    fields.length > 2 &&
    fields.every((field) => field !== '' && Number.isNaN(Number(field)) && !NO_NUMBER.test(field))
  );
}

/** What a header says of the columns: by their names, or by their order where it names no user and item. */
function namedRoles(header: readonly string[]): Columns | undefined {
  const roles = header.map(roleOf);
  const named = roles.filter((role) => role !== undefined);
  if (roles.includes('user') && roles.includes('item') && new Set(named).size === named.length) return roles;
  return named.length === 0 && header.length <= 4 ? POSITIONS.slice(0, header.length) : undefined;
}

function withTimes(
  roles: Columns,
  isHeader: boolean,
  hasTimestamps: boolean | undefined,
): Columns | undefined {
  if (hasTimestamps === false) return roles.map((role) => (role === 'timestamp' ? undefined : role));
  if (!hasTimestamps || roles.includes('timestamp')) return roles;
  return !isHeader && roles.length === 3 ? ['user', 'item', 'timestamp'] : undefined;
}

function noRatings(): Error {
  return fileError('FILE_TRUNCATED', 'ratings', { expected: 'at least one line of them', got: 'none' });
}
