import { Random } from 'lanewise';

/** Entries that a test makes, in arrays. */
export interface MadeEntries {
  readonly users: number[];
  readonly items: number[];
  readonly ratings: number[];
  readonly userCount: number;
  readonly itemCount: number;
}

/** Ratings 1..5 of users whose taste is one of three: items of it are had more often and rated higher. Some pairs stand twice. */
export function makeEntries(userCount: number, itemCount: number, share: number, seed: number): MadeEntries {
  const random = new Random(seed);
  const made: MadeEntries = { users: [], items: [], ratings: [], userCount, itemCount };
  for (let user = 0; user < userCount; user++) {
    for (let item = 0; item < itemCount; item++) {
      const likes = user % 3 === item % 3;
      if (random.uniform() > (likes ? 2 * share : share)) continue;
      for (let times = random.integer(20) === 0 ? 2 : 1; times > 0; times--) {
        made.users.push(user);
        made.items.push(item);
        made.ratings.push(likes ? 3 + random.integer(3) : 1 + random.integer(4));
      }
    }
  }
  // In any order.
  for (let at = made.users.length - 1; at > 0; at--) {
    const other = random.integer(at + 1);
    for (const values of [made.users, made.items, made.ratings]) {
      [values[at], values[other]] = [values[other]!, values[at]!];
    }
  }
  return made;
}
