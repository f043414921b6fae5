import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';

/** Shape of the hash tables: `tables` tables of signatures of `bits` bits. */
export interface TableShape {
  readonly tables: number;
  readonly bits: number;
}

/** What `LshIndex.suggest` is to reach. */
export interface SuggestOptions {
  /** The angle of the farthest neighbours that are to be found, radians in 0..pi. */
  readonly angle: number;
  /** The share of the neighbours at that angle that are to be found, above 0 and below 1. */
  readonly recall: number;
  /** Rows that the index will hold. @default 100 000 */
  readonly rows?: number;
  /** Tables that memory allows, at some 12 to 16 bytes a row each. @default 64 */
  readonly mostTables?: number;
}

const MOST_TABLES = 512;
const MOST_BITS = 32;
/** What a candidate costs, in hyperplanes that a query is hashed by: about 100 ns against 20 ns for one query of 100 dimensions. */
const CANDIDATE_COST = 5;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkShape({ tables, bits }: TableShape): TableShape {
  return {
    tables: checkInteger('tables', tables, 1, MOST_TABLES),
    bits: checkInteger('bits', bits, 1, MOST_BITS),
  };
}

/** The probability that two vectors at `angle` share one bit of a signature. @throws LanewiseError `INVALID_ARGUMENT` */
export function collisionProbability(angle: number): number {
  if (typeof angle === 'number' && angle >= 0 && angle <= Math.PI) return 1 - angle / Math.PI;
  throw invalid('angle must be radians in 0..pi', angle, [0, Math.PI]);
}

/** 1 - (1 - p^bits)^tables. @throws LanewiseError `INVALID_ARGUMENT` */
export function expectedRecall(angle: number, shape: TableShape): number {
  const { tables, bits } = checkShape(shape);
  return 1 - power(1 - power(collisionProbability(angle), bits), tables);
}

/** The cheapest shape that reaches the recall (see `LshIndex.suggest`). @throws LanewiseError `INVALID_ARGUMENT` */
export function suggestShape({ angle, recall, rows = 100_000, mostTables = 64 }: SuggestOptions): TableShape {
  const shared = collisionProbability(angle);
  if (!(typeof recall === 'number' && recall > 0 && recall < 1)) {
    throw invalid('recall must lie above 0 and below 1', recall, [0, 1]);
  }
  checkInteger('rows', rows, 0, 2 ** 31 - 1);
  checkInteger('mostTables', mostTables, 1, MOST_TABLES);
  let best: TableShape | undefined;
  let leastCost = Number.POSITIVE_INFINITY;
  for (let bits = 1; bits <= MOST_BITS; bits++) {
    const tables = tablesFor(power(shared, bits), recall, mostTables);
    if (tables === undefined) break; // more bits would need more tables still
    const cost = tables * bits + CANDIDATE_COST * rows * (1 - power(1 - 0.5 ** bits, tables));
    if (cost < leastCost) [best, leastCost] = [{ tables, bits }, cost];
  }
  if (best) return best;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `No ${mostTables} tables find ${recall} of the neighbours at an angle of ${angle}. ` +
      'Ask for less recall or a smaller angle, or allow more tables.',
    { expected: `recall <= ${1 - power(1 - shared, mostTables)}`, got: recall },
  );
}

/** The fewest tables in which a neighbour is found, where it is found in one with probability `found`. */
function tablesFor(found: number, recall: number, mostTables: number): number | undefined {
  let missed = 1;
  for (let tables = 1; tables <= mostTables; tables++) {
    missed *= 1 - found;
    if (1 - missed >= recall) return tables;
  }
  return undefined;
}

/** By multiplication: engines round Math.pow differently. */
function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}

function invalid(rule: string, got: unknown, expected: unknown): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', `${rule}; got ${String(got)}.`, { expected, got });
}
