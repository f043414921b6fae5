import { type InteractionsPart, leaveOneOut } from 'lanewise';
import { type Packages, readDependencies } from '../packages.ts';

/** A package takes part from so many dependencies on: one to test by, one to learn the ranking by, one to know it by. */
const LEAST_NEEDS = 3;
/** What a single package needs tells nothing of others. */
const LEAST_DEPENDENTS = 2;

/** Which package needs which, as what users did with items. Of each package one need is left out to learn ranking by, one to test. */
export interface Needs {
  /** The row of each user among the packages, and of each item; ascending. */
  readonly userRows: readonly number[];
  readonly itemRows: readonly number[];
  /** What models learn from. */
  readonly train: InteractionsPart;
  /** What the ranker learns from: one item a user that no model has seen. */
  readonly ranking: InteractionsPart;
  /** What is held against recommendations: one item a user that nothing has seen. */
  readonly test: InteractionsPart;
  /** All but the test. */
  readonly known: InteractionsPart;
}

export async function readNeeds(packages: Packages): Promise<Needs> {
  const matrix = await readDependencies(packages);
  const dependents = matrix.columnSums();
  const { indptr, indices } = matrix.toArrays();
  matrix.dispose();
  const itemRows = [...dependents.keys()].filter((row) => dependents[row] >= LEAST_DEPENDENTS);
  const itemOf = new Map(itemRows.map((row, item) => [row, item]));
  const userRows: number[] = [];
  const users: number[] = [];
  const items: number[] = [];
  for (let row = 0; row < packages.names.length; row++) {
    const own = Array.from(indices.subarray(indptr[row], indptr[row + 1]), (need) => itemOf.get(need));
    const known = own.filter((item) => item !== undefined);
    if (known.length < LEAST_NEEDS) continue;
    for (const item of known) {
      users.push(userRows.length);
      items.push(item);
    }
    userRows.push(row);
  }
  const counts = { userCount: userRows.length, itemCount: itemRows.length };
  const { train: known, test } = leaveOneOut({ users, items, ...counts }, { seed: 1 });
  const { train, test: ranking } = leaveOneOut(known, { seed: 2 });
  return { userRows, itemRows, train, ranking, test, known };
}

/** The items of each user. */
export function itemsByUser({ users, items, userCount }: InteractionsPart): readonly Int32Array[] {
  const lists = Array.from({ length: userCount }, (): number[] => []);
  for (const [at, user] of users.entries()) lists[user].push(items[at]);
  return lists.map((list) => Int32Array.from(list));
}
